import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import type { Classified, Classify, Open, Opened } from './classifier_service.ts';
import type { SecondStageConfig } from './config.ts';
import { probabilityOf } from './probability.ts';
import type { Answer, SecondStage, Silence } from './second_stage.ts';

/** A classifier in a process of its own, which is started again when it ends. */
export type RunningStage = SecondStage & {
  /** For health, metrics and tests. */
  state(): {
    readonly running: boolean;
    readonly waiting: number;
    readonly asked: number;
    readonly silent: Readonly<Record<Silence, number>>;
  };
  close(): void;
};

/** Published as JavaScript, run from source as TypeScript. */
const CLASSIFIER = new URL(import.meta.url.endsWith('.ts') ? './classifier_service.ts' : './classifier_service.js', import.meta.url);

/** Texts that may wait; more are answered `busy` at once. */
const MAX_WAITING = 32;
/** Characters that so many tokens are made of in most languages; what is more than the tokens is cut. */
const CHARACTERS_A_TOKEN = 3;
/** A large model is read from disk and checked in this time. */
const OPEN_MS = 60_000;
/** V8's own heap in the process: the tokenizer's words. The model lies beside it. */
const HEAP_MB = 512;
/** Before a process that broke is started again; doubled each time, until one answers. */
const FIRST_REST_MS = 500;
const LONGEST_REST_MS = 60_000;

type Job = Classify & { readonly done: (answer: Answer) => void; answered: boolean; late?: NodeJS.Timeout; overdue?: NodeJS.Timeout };

/**
 * Starts the classifier and tries it on a text. Paths are relative to the working directory.
 * @throws AppError GUARD_SECOND_STAGE_MISSING, GUARD_SECOND_STAGE_HASH, GUARD_SECOND_STAGE_BROKEN
 */
export async function openSecondStage(config: SecondStageConfig, { logger }: { readonly logger: Logger }): Promise<RunningStage> {
  const { maxTokens = 512, timeoutMs = 500, memoryMb = 2048, threads = 1, onError = 'keep', calibration, labels, greyZone } = config;
  const entry = entryOf(config.runtime);
  const model = { ...config.model, file: resolve(config.model.file) };
  const tokenizer = { ...config.tokenizer, file: resolve(config.tokenizer.file) };
  const open: Open = { open: { model, tokenizer, entry, outputs: labels.length, maxTokens, threads } };
  const silent: Record<Silence, number> = { busy: 0, late: 0, down: 0 };
  const queue: Job[] = [];
  let asked = 0;
  let serial = 0;
  let rest = FIRST_REST_MS;
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let running: Job | undefined;
  let closed = false;

  /** Resolves when the process has opened the model; rejects with what stands in the way. */
  function start(): Promise<void> {
    const made = fork(CLASSIFIER, [String(memoryMb * 1024 * 1024)], {
      // No secret of ours is in its environment, nothing that it prints is anybody's.
      env: {},
      execArgv: [
        '--permission',
        ...readable(entry, model.file, tokenizer.file).map((path) => `--allow-fs-read=${path}`),
        '--allow-worker',
        '--allow-addons',
        `--max-old-space-size=${HEAP_MB}`,
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return new Promise((ready, reject) => {
      const broken = (say: string): void => reject(fail('GUARD_SECOND_STAGE_BROKEN', { say }));
      const late = setTimeout(() => {
        made.kill('SIGKILL');
        broken('It was not ready in time.');
      }, OPEN_MS);
      made.once('message', (opened: Opened) => {
        clearTimeout(late);
        if (!opened.opened) {
          made.kill('SIGKILL');
          return reject(problemOf(opened));
        }
        if (closed) return void made.kill('SIGKILL');
        made.on('message', (classified: Classified) => settle(classified));
        made.unref();
        made.channel?.unref();
        child = made;
        ready();
        next();
      });
      made.once('exit', (code, signal) => {
        clearTimeout(late);
        broken(`Its process ended while it opened the model (${signal ?? code ?? ''}).`);
        if (child === made) gone(code, signal);
      });
      made.once('error', () => broken('Its process cannot be started.'));
      made.send(open, () => {});
    });
  }

  function gone(code: number | null, signal: string | null): void {
    child = undefined;
    if (closed) return;
    logger.warn('the second stage of the guards ended', { code: code ?? '', signal: signal ?? '', again: rest });
    clearTimeout(running?.overdue);
    if (running !== undefined) finish(running, 'down');
    running = undefined;
    for (const job of queue.splice(0)) finish(job, 'down');
    startAgain();
  }

  function startAgain(): void {
    again = setTimeout(() => {
      start().catch((error: unknown) => {
        logger.error('the second stage of the guards does not start', { reason: error instanceof Error ? error.message : '' });
        if (!closed) startAgain();
      });
    }, rest);
    again.unref();
    rest = Math.min(LONGEST_REST_MS, rest * 2);
  }

  function finish(job: Job, said: Answer | Silence): void {
    if (job.answered) return;
    clearTimeout(job.late);
    job.answered = true;
    if (typeof said === 'string') silent[said]++;
    job.done(typeof said === 'string' ? { silent: said } : said);
  }

  function next(): void {
    if (child === undefined || running !== undefined) return;
    running = queue.shift();
    if (running === undefined) return;
    const { id, windows } = running;
    const under = child;
    // Native code cannot be told to stop: its process goes, and another one is started.
    running.overdue = setTimeout(() => under.kill('SIGKILL'), timeoutMs);
    under.send({ id, windows } satisfies Classify, () => {});
  }

  function settle({ id, logits }: Classified): void {
    if (running?.id !== id) return;
    const job = running;
    running = undefined;
    clearTimeout(job.overdue);
    const probabilities = (logits ?? []).map((window) => probabilityOf(window, labels, calibration));
    if (probabilities.length === 0) finish(job, 'down');
    else {
      rest = FIRST_REST_MS;
      finish(job, { probability: Math.max(...probabilities) });
    }
    next();
  }

  await start();
  return {
    zones: { characters: maxTokens * CHARACTERS_A_TOKEN, channels: zonesOf(greyZone) },
    onError,
    ask(windows) {
      asked++;
      return new Promise((done) => {
        const job: Job = { id: ++serial, windows, done, answered: false };
        if (child === undefined) return finish(job, 'down');
        if (queue.length >= MAX_WAITING) return finish(job, 'busy');
        job.late = setTimeout(() => {
          const at = queue.indexOf(job);
          if (at >= 0) queue.splice(at, 1);
          finish(job, at >= 0 ? 'busy' : 'late');
        }, timeoutMs);
        queue.push(job);
        next();
      });
    },
    state: () => ({ running: child !== undefined, waiting: queue.length, asked, silent: { ...silent } }),
    close() {
      closed = true;
      clearTimeout(again);
      if (running !== undefined) finish(running, 'down');
      for (const job of queue.splice(0)) finish(job, 'down');
      child?.kill('SIGKILL');
      child = undefined;
    },
  };
}

function zonesOf({ prompt, content }: SecondStageConfig['greyZone']): SecondStage['zones']['channels'] {
  const pair = ([low = 0, high = 1]: readonly number[]): readonly [number, number] => [low, high];
  return { ...(prompt === undefined ? {} : { prompt: pair(prompt) }), ...(content === undefined ? {} : { content: pair(content) }) };
}

function entryOf(runtime: string | undefined): string {
  const from = runtime === undefined ? import.meta.filename : resolve(runtime, 'package.json');
  try {
    return createRequire(from).resolve('onnxruntime-node');
  } catch (error) {
    throw fail('GUARD_SECOND_STAGE_MISSING', {
      say: runtime === undefined ? '' : `It was looked for in ${resolve(runtime)}.`,
      cause: error,
    });
  }
}

function problemOf({ problem, say }: Extract<Opened, { opened: false }>): Error {
  if (problem === 'hash') return fail('GUARD_SECOND_STAGE_HASH', { say });
  if (problem === 'runtime') return fail('GUARD_SECOND_STAGE_MISSING', { say: `It does not load: ${say}` });
  return fail('GUARD_SECOND_STAGE_BROKEN', { say });
}

/** What the process may read: this package's code, the tokenizer's and the runtime's packages, and the two files. */
function readable(entry: string, ...files: readonly string[]): string[] {
  const packagesOf = (path: string): string => path.slice(0, path.lastIndexOf('node_modules') + 'node_modules'.length);
  return [
    ...new Set([
      fileURLToPath(new URL('../..', import.meta.url)),
      fileURLToPath(new URL('../../../package.json', import.meta.url)),
      packagesOf(fileURLToPath(import.meta.resolve('@huggingface/tokenizers'))),
      packagesOf(entry),
      ...files,
    ]),
  ];
}
