import { Worker } from 'node:worker_threads';
import type { AppError, Logger } from '../../kernel/index.ts';
import { ASK_LIMIT_MS } from '../body.ts';
import { fail } from '../errors.ts';
import { sqlError } from '../fault.ts';
import { EXIT_OPEN_FAILED, EXIT_SYNC_FAILED, type Ask, type Ended, type Rows, type Told } from './messages.ts';

/** The store's end of the PGlite thread. */
export type Link = {
  readonly alive: boolean;
  ask(ask: Ask): Promise<Rows | Ended | undefined>;
  /** Ends the thread at once; whatever was asked rejects STORE_UNAVAILABLE. */
  kill(why: string): Promise<void>;
};

export type LinkOptions = {
  readonly dir: string;
  readonly logger: Logger;
  readonly onNotify: (channel: string, payload: string) => void;
  /** Milliseconds for one ask, default ASK_LIMIT_MS. PGlite enforces no `statement_timeout` (single-user mode): what takes longer costs the thread. */
  readonly askLimit?: number;
  /** Another file to run in the thread: tests load one that makes the disk fail. */
  readonly threadFile?: URL;
};

// Published as JavaScript, run from source as TypeScript.
const THREAD_FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Migrations and vacuum go over whole tables. */
const LONG_LIMIT_MS = 600_000;
/** Opening includes crash recovery of at most a few log segments. */
const OPEN_LIMIT_MS = 60_000;

type Waiting = {
  readonly resolve: (value: Rows | Ended | undefined) => void;
  readonly reject: (error: AppError) => void;
  readonly timer: NodeJS.Timeout;
};

/** Starts the thread and resolves when the database answers. Rejects STORE_UNAVAILABLE. */
export async function openLink(options: LinkOptions): Promise<Link> {
  const worker = new Worker(options.threadFile ?? THREAD_FILE, { workerData: { dir: options.dir }, execArgv: [], stdin: false });
  const waiting = new Map<number, Waiting>();
  let alive = true;
  let why: string | undefined;
  let serial = 0;

  function died(code: number): void {
    alive = false;
    const reason = why ?? describeExit(code);
    if (reason !== CLOSED) options.logger.error('the embedded database stopped', { reason });
    for (const { reject, timer } of waiting.values()) {
      clearTimeout(timer);
      reject(fail('STORE_UNAVAILABLE', { detail: reason }));
    }
    waiting.clear();
  }

  function settle(id: number, finish: (entry: Waiting) => void): void {
    const entry = waiting.get(id);
    if (entry === undefined) return;
    waiting.delete(id);
    clearTimeout(entry.timer);
    finish(entry);
  }

  function heard(told: Told): void {
    if (told.kind === 'notify') options.onNotify(told.channel, told.payload);
    else if (told.kind === 'done') settle(told.id, (entry) => entry.resolve(told.value));
    else if (told.kind === 'fault') settle(told.id, (entry) => entry.reject(sqlError(told.fault)));
  }

  const link: Link = {
    get alive() {
      return alive;
    },
    ask(ask) {
      if (!alive) return Promise.reject(fail('STORE_UNAVAILABLE', { detail: why ?? 'the embedded database stopped' }));
      const id = serial++;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => void link.kill(`no answer to '${ask.op}' in time`), limitOf(ask, options.askLimit ?? ASK_LIMIT_MS));
        waiting.set(id, { resolve, reject, timer });
        worker.postMessage({ id, ask });
      });
    },
    async kill(reason) {
      why ??= reason;
      alive = false;
      await worker.terminate();
    },
  };
  worker.on('exit', died);
  worker.on('error', (error) => (why ??= String(error)));
  await ready(worker, (reason) => link.kill(reason));
  worker.on('message', heard);
  return link;
}

/** The reason that is not worth a log line. */
export const CLOSED = 'closed';

function limitOf(ask: Ask, usual: number): number {
  return ask.op === 'script' || ask.op === 'owner' || ask.op === 'tidy' ? LONG_LIMIT_MS : usual;
}

function describeExit(code: number): string {
  if (code === EXIT_SYNC_FAILED) return 'a sync to disk failed';
  return code === EXIT_OPEN_FAILED ? 'the folder could not be opened' : `exit code ${code}`;
}

function ready(worker: Worker, kill: (why: string) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => void kill('did not open in time'), OPEN_LIMIT_MS);
    const gone = (code: number): void => {
      clearTimeout(timer);
      reject(fail('STORE_UNAVAILABLE', { detail: describeExit(code) }));
    };
    worker.once('exit', gone);
    worker.once('message', () => {
      clearTimeout(timer);
      worker.off('exit', gone);
      resolve();
    });
  });
}
