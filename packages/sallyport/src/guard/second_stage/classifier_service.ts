import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { Tokenizer } from '@huggingface/tokenizers';
import type { SecondStageConfig } from './config.ts';

/**
 * The classifier's process, started with Node's permission model (its own code, the runtime and two files; no network of its own, no processes) and an
 * empty environment. The runtime is native code: what hangs or breaks in here can be ended from outside, which a thread cannot.
 */

export type Open = {
  readonly open: Pick<SecondStageConfig, 'model' | 'tokenizer'> & {
    /** The runtime's entry file. */
    readonly entry: string;
    readonly outputs: number;
    readonly maxTokens: number;
    readonly threads: number;
  };
};
export type Classify = { readonly id: number; readonly windows: readonly string[] };
/** `problem`: why it did not open. */
export type Opened = { readonly opened: true } | { readonly opened: false; readonly problem: Problem; readonly say: string };
/** `hash`: a file is not the pinned one; `runtime`: onnxruntime-node does not load here; `model`: the files do not go together. */
export type Problem = 'hash' | 'runtime' | 'model';
/** Logits by window and output; undefined when the run failed. */
export type Classified = { readonly id: number; readonly logits: readonly (readonly number[])[] | undefined };

/** What is used of onnxruntime-node (https://onnxruntime.ai/docs/api/js/), an optional peer: its own types may not be installed. */
type Runtime = {
  readonly InferenceSession: { create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<Session> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor;
};
type Tensor = { readonly data: ArrayLike<number | bigint>; readonly dims: readonly number[] };
type Session = {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
};

class CannotOpen extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, say: string) {
    super(say);
    this.problem = problem;
  }
}

type Logits = (windows: readonly string[]) => Promise<number[][]>;

async function open({ model, tokenizer, entry, outputs, maxTokens, threads }: Open['open']): Promise<Logits> {
  const bytes = pinned(model);
  const words = JSON.parse(pinned(tokenizer).toString('utf8')) as { padding?: { pad_id?: number } | null };
  const { InferenceSession, Tensor } = runtimeOf(entry);
  const encoder = new Tokenizer(words, {});
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const unknown = session.inputNames.filter((name) => !INPUTS.has(name));
  if (unknown.length > 0) throw new CannotOpen('model', `It has inputs that no text classifier has: ${unknown.join(', ')}.`);
  const pad = BigInt(words.padding?.pad_id ?? 0);
  const logits: Logits = async (windows) => {
    const rows = windows.map((text) => truncated(encoder.encode(text).ids, maxTokens));
    const width = Math.max(1, ...rows.map((ids) => ids.length));
    const data = {
      input_ids: filled(rows, width, pad),
      attention_mask: filled(rows, width, 0n),
      token_type_ids: filled([], width, 0n, rows.length),
    };
    for (const [r, ids] of rows.entries()) data.attention_mask.fill(1n, r * width, r * width + ids.length);
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => [name, new Tensor('int64', data[name as keyof typeof data], [rows.length, width])]),
    );
    const output = (await session.run(feeds))[session.outputNames[0] ?? ''];
    if (output?.dims.length !== 2 || output.dims[0] !== rows.length || output.dims[1] !== outputs)
      throw new CannotOpen(
        'model',
        `Its first output is ${output?.dims.join(' x ') ?? 'missing'}, not ${rows.length} x ${outputs} (labels).`,
      );
    const flat = Array.from(output.data, Number);
    return rows.map((_, r) => flat.slice(r * outputs, (r + 1) * outputs));
  };
  await logits(['The quick brown fox.']);
  return logits;
}

/** What classifiers of texts take (Hugging Face's names). */
const INPUTS: ReadonlySet<string> = new Set(['input_ids', 'attention_mask', 'token_type_ids']);

/** The bytes that were hashed are the ones that are loaded. */
function pinned({ file, sha256 }: SecondStageConfig['model']): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new CannotOpen('hash', `${file} cannot be read.`);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new CannotOpen('hash', `${file} has the SHA-256 ${found}.`);
  return bytes;
}

function runtimeOf(entry: string): Runtime {
  try {
    return createRequire(entry)(entry) as Runtime;
  } catch (error) {
    throw new CannotOpen('runtime', error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'It does not load.');
  }
}

/** The last token of a text is the mark of its end, which models expect. */
function truncated(ids: readonly number[], most: number): readonly number[] {
  return ids.length <= most ? ids : [...ids.slice(0, most - 1), ids.at(-1) ?? 0];
}

function filled(rows: readonly (readonly number[])[], width: number, rest: bigint, height: number = rows.length): BigInt64Array {
  const data = new BigInt64Array(height * width).fill(rest);
  for (const [r, ids] of rows.entries()) for (const [i, id] of ids.entries()) data[r * width + i] = BigInt(id);
  return data;
}

let logits: Logits | undefined;
process.on('message', (message: Open | Classify) => {
  if ('open' in message) {
    void open(message.open).then(
      (opened) => {
        logits = opened;
        process.send?.({ opened: true } satisfies Opened);
      },
      (error: unknown) => {
        const say = error instanceof Error ? error.message : String(error);
        process.send?.({ opened: false, problem: error instanceof CannotOpen ? error.problem : 'model', say } satisfies Opened);
      },
    );
    return;
  }
  const { id, windows } = message;
  const told = (list: number[][] | undefined): void => void process.send?.({ id, logits: list } satisfies Classified);
  if (logits === undefined) told(undefined);
  else logits(windows).then(told, () => told(undefined));
});
// The gate is gone.
process.on('disconnect', () => process.exit());

// Memory of native code has no limit of its own.
const file = import.meta.url.endsWith('.ts') ? '../../kernel/watchdog_service.ts' : '../../kernel/watchdog_service.js';
new Worker(new URL(file, import.meta.url), { workerData: { most: Number(process.argv[2]), parent: process.pid } }).unref();
