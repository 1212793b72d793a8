import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { reasonOf, type Logger } from '../kernel/index.ts';
import { withConcealedCharacters } from './characters.ts';
import { LIMITS, type DocumentPart, type GivenDocument, type Limits, type ReadDocument } from './document.ts';
import { Remembered } from './remembered.ts';
import type { Ask, Told } from './reader_service.ts';
import { formatOf } from './sniff.ts';

/** Reads documents of strangers in processes of their own, a few at a time. */
export type Documents = {
  /** Never rejects. `milliseconds`: less time than the limit, waiting included. */
  read(given: GivenDocument, options?: { readonly milliseconds?: number }): Promise<ReadDocument>;
  /** Processes under way, and documents that wait: for tests and health. */
  state(): { readonly processes: number; readonly waiting: number };
  close(): Promise<void>;
};

/** The text that a picture shows, '' for none. Rejects when it cannot tell. */
export type Ocr = (image: Uint8Array, milliseconds: number) => Promise<string>;

export type DocumentsOptions = {
  readonly logger: Logger;
  readonly limits?: Partial<Limits>;
  /** Processes at once, default 2: each takes up to `memoryBytes`. */
  readonly processes?: number;
  /** Reads the text in a picture, where the operator has something that can. */
  readonly ocr?: Ocr;
  /** Documents that may wait, default 64; more are answered `busy` at once. */
  readonly waiting?: number;
};

/** Published as JavaScript, run from source as TypeScript. */
const READER = new URL(import.meta.url.endsWith('.ts') ? './reader_service.ts' : './reader_service.js', import.meta.url);

/** An unused process goes: it holds some 100 MB. */
const IDLE_MS = 30_000;
/** V8's own heap in a reading process; buffers come on top, and the watchdog counts both. */
const HEAP_MB = 384;

type Reader = { readonly child: ChildProcess; job: Job | undefined; idle: NodeJS.Timeout | undefined };
type Job = {
  readonly given: GivenDocument;
  readonly until: number;
  readonly limits: Limits;
  timer?: NodeJS.Timeout;
  done(read: ReadDocument): void;
};

export function openDocuments({ logger, limits: given = {}, processes = 2, waiting: most = 64, ocr }: DocumentsOptions): Documents {
  const limits: Limits = { ...LIMITS, ...given };
  const readers = new Set<Reader>();
  const queue: Job[] = [];
  const remembered = new Remembered();
  let serial = 0;
  let closed = false;

  function start(): Reader {
    const child = fork(READER, [String(limits.memoryBytes)], {
      // No secret of ours is in its environment, nothing that it prints is anybody's.
      env: {},
      execArgv: [
        '--permission',
        ...readable().map((path) => `--allow-fs-read=${path}`),
        '--allow-worker',
        `--max-old-space-size=${HEAP_MB}`,
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const reader: Reader = { child, job: undefined, idle: undefined };
    readers.add(reader);
    child.on('message', (told: Told) => settle(reader, told.read));
    child.on('error', () => gone(reader, null, null));
    child.on('exit', (code, signal) => gone(reader, code, signal));
    return reader;
  }

  function gone(reader: Reader, code: number | null, signal: string | null): void {
    if (!readers.delete(reader)) return;
    clearTimeout(reader.idle);
    if (reader.job !== undefined) {
      // The watchdog kills, and V8 aborts when its heap is full.
      const memory = signal === 'SIGKILL' || signal === 'SIGABRT' || code === 134;
      logger.warn('a document ended its reader', { code: code ?? '', signal: signal ?? '' });
      finish(reader.job, memory ? refused('out_of_memory', 'Reading it takes too much memory.') : refused('crashed', 'Reading it failed.'));
    }
    next();
  }

  function settle(reader: Reader, read: ReadDocument): void {
    const { job } = reader;
    if (job === undefined) return;
    reader.job = undefined;
    finish(job, read.ok ? withConcealedCharacters(read) : read);
    rest(reader);
    next();
  }

  function rest(reader: Reader): void {
    reader.child.unref();
    reader.child.channel?.unref();
    reader.idle = setTimeout(() => end(reader), IDLE_MS).unref();
  }

  function end(reader: Reader): void {
    readers.delete(reader);
    clearTimeout(reader.idle);
    reader.child.kill('SIGKILL');
  }

  function finish(job: Job, read: ReadDocument): void {
    clearTimeout(job.timer);
    job.done(read);
  }

  /** Hands waiting documents to free processes. */
  function next(): void {
    if (closed) return;
    while (queue.length > 0) {
      const free = [...readers].find(({ job }) => job === undefined) ?? (readers.size < processes ? start() : undefined);
      if (free === undefined) return;
      const job = queue.shift() as Job;
      const left = job.until - performance.now();
      clearTimeout(job.timer);
      clearTimeout(free.idle);
      free.job = job;
      free.child.ref();
      free.child.channel?.ref();
      job.timer = setTimeout(() => late(free, job), left);
      free.child.send({ id: ++serial, given: job.given, limits } satisfies Ask, () => {});
    }
  }

  /** A parser cannot be told to stop: its process goes, the next document gets a new one. */
  function late(reader: Reader, job: Job): void {
    reader.job = undefined;
    end(reader);
    finish(job, refused('out_of_time', `Reading it takes more than ${limits.milliseconds} ms.`));
    next();
  }

  async function readFile(document: GivenDocument, milliseconds: number): Promise<ReadDocument> {
    if (document.bytes.length > limits.inputBytes || formatOf(document) === 'text') {
      // The parsers of the other formats come along: only when there is something to read.
      const { readDocument } = await import('./read.ts');
      const read = await readDocument(document, limits);
      return read.ok ? withConcealedCharacters(read) : read;
    }
    if (closed || queue.length >= most) return refused('busy', 'Too many documents are being read.');
    return new Promise((resolve) => {
      const job: Job = { given: document, until: performance.now() + milliseconds, limits, done: resolve };
      job.timer = setTimeout(() => {
        const at = queue.indexOf(job);
        if (at < 0) return;
        queue.splice(at, 1);
        resolve(refused('busy', 'Too many documents are being read.'));
      }, milliseconds);
      queue.push(job);
      next();
    });
  }

  async function readPicture(given: GivenDocument, read: ReadDocument, milliseconds: number): Promise<ReadDocument> {
    if (ocr === undefined || !read.ok || read.pixels !== true) return read;
    try {
      const text = (await ocr(given.bytes, milliseconds)).slice(0, limits.characters);
      const parts: DocumentPart[] = [...read.parts, { text, shown: 'visible', marks: [{ offset: 0 }] }];
      return withConcealedCharacters({ ok: true, format: read.format, parts });
    } catch (error) {
      // Its metadata was read; that nobody looked at the picture stays said.
      logger.warn('the text of a picture was not read', { reason: reasonOf(error) });
      return read;
    }
  }

  return {
    async read(document, { milliseconds = limits.milliseconds } = {}) {
      const until = performance.now() + milliseconds;
      const key = Remembered.keyOf(document);
      const known = remembered.get(key);
      if (known !== undefined) return known;
      const file = await readFile(document, milliseconds);
      const read = await readPicture(document, file, Math.max(1, until - performance.now()));
      remembered.set(key, read);
      return read;
    },
    state: () => ({ processes: readers.size, waiting: queue.length }),
    close() {
      closed = true;
      for (const job of queue.splice(0)) finish(job, refused('busy', 'The gate is closing.'));
      for (const reader of readers) {
        const { job } = reader;
        reader.job = undefined;
        end(reader);
        if (job !== undefined) finish(job, refused('busy', 'The gate is closing.'));
      }
      return Promise.resolve();
    },
  };
}

function refused(refusal: 'busy' | 'out_of_time' | 'out_of_memory' | 'crashed', say: string): ReadDocument {
  return { ok: false, refusal, say };
}

/** What a reading process may read: this package's code and the folders of packages that its parsers come from. */
function readable(): string[] {
  const packages = ['parse5', 'css-tree', 'yauzl', 'sax', 'pdfjs-dist/legacy/build/pdf.mjs'].map((name) => {
    const path = fileURLToPath(import.meta.resolve(name));
    return path.slice(0, path.lastIndexOf('node_modules') + 'node_modules'.length);
  });
  return [
    ...new Set([fileURLToPath(new URL('..', import.meta.url)), fileURLToPath(new URL('../../package.json', import.meta.url)), ...packages]),
  ];
}
