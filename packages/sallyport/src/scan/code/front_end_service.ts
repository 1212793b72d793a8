import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { entryLanguage } from './check.ts';
import type { NotScanned, SourceFile } from './finding.ts';
import { grammarParser } from './grammar_store.ts';
import type { ModuleIr } from './ir.ts';
import { grammarOf, languageOf, type Language } from './language.ts';
import { lowerFile } from './lower_file.ts';
import { ownSymbols, pack, unpack, type Unpacked } from './packed.ts';
import { isProjectFile } from './project_files.ts';
import { Names, Symbols } from './symbol.ts';
import { isTemplate } from './templates/index.ts';

/** Where lowered files are kept between scans: bytes by key. Neither throws; what `get` answers is checked, and belongs to the scan. */
export type LoweredCache = { get(key: string): Uint8Array | undefined; put(key: string, bytes: Uint8Array): void };

export type FrontEndOptions = {
  /** Threads that parse and lower; 1 does it in this one. Theirs is the most of the work; this one links. */
  readonly workers: number;
  readonly cache: LoweredCache | undefined;
  /** Hash of the sources of the front end: what another one lowered is not taken. */
  readonly version: string;
};

export type FrontEnd = {
  readonly modules: readonly ModuleIr[];
  readonly notScanned: readonly NotScanned[];
  readonly characters: number;
  readonly cpu: number;
};

/** Starting threads and loading grammars in them costs more than this many characters. */
const MIN_PARALLEL = 1_500_000;
/** Files that a thread gets at a time, in characters: bounds what is under way. */
const BATCH = 200_000;
/** Memory of one thread, in MB: a file that needs more ends the thread and is named. */
const MAX_THREAD_MEMORY = 256;
/** More threads than this wait for the one that links. */
const MAX_THREADS = 8;

type Job = { readonly at: number; readonly file: SourceFile; readonly key: string | undefined };
export type Batch = readonly { readonly at: number; readonly file: SourceFile }[];
export type Lowered = { readonly at: number; readonly bytes: Uint8Array | undefined; readonly reasons: readonly string[] };
export type BatchResult = { readonly lowered: readonly Lowered[]; readonly cpu: number };

/** Parses and lowers all files, in their order. What was not or only partly scanned is named. */
export async function frontEnd(files: readonly SourceFile[], options: FrontEndOptions): Promise<FrontEnd> {
  const run = new Run(files, options);
  const jobs = await run.fromCache();
  const length = jobs.reduce((sum, { file }) => sum + file.text.length, 0);
  if (options.workers > 1 && length >= MIN_PARALLEL) await run.inThreads(jobs);
  else await run.here(jobs);
  return run.result();
}

class Run {
  readonly #files: readonly SourceFile[];
  readonly #options: FrontEndOptions;
  readonly #tables = new Map<string, Symbols>();
  readonly #modules: (ModuleIr | undefined)[] = [];
  readonly #reasons: (readonly string[])[] = [];
  #cpu = 0;

  constructor(files: readonly SourceFile[], options: FrontEndOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Takes what the cache has, and answers the rest. */
  async fromCache(): Promise<Job[]> {
    const { cache, version } = this.#options;
    const jobs: Job[] = [];
    for (const [at, file] of this.#files.entries()) {
      if (isProjectFile(file.path) || isTemplate(file.path)) continue;
      const grammar = grammarOf(file.path);
      const key = cache === undefined || grammar === undefined ? undefined : keyOf(version, grammar, file.text);
      const bytes = key === undefined ? undefined : cache?.get(key);
      if (bytes === undefined || !(await this.#take(at, file, bytes, []))) jobs.push({ at, file, key });
    }
    return jobs;
  }

  async here(jobs: readonly Job[]): Promise<void> {
    const before = threadTime();
    for (const { at, file, key } of jobs) {
      if (key === undefined) {
        const { module, reasons } = await lowerFile(file, this.#symbols(file));
        this.#modules[at] = module;
        this.#reasons[at] = reasons;
      } else {
        const { bytes, reasons } = await lowerToBytes(at, file);
        await this.#finish({ at, bytes, reasons }, key);
      }
    }
    this.#cpu += threadTime() - before;
  }

  async inThreads(jobs: readonly Job[]): Promise<void> {
    const queue = batches(jobs);
    const keys = new Map(jobs.map(({ at, key }) => [at, key]));
    const drain = async (): Promise<void> => {
      let thread: LoweringThread | undefined;
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
        thread ??= new LoweringThread();
        const result = await thread.lower(batch);
        if (result === undefined) {
          // The thread ended, for want of memory: its files one by one, each in a new thread.
          thread = undefined;
          if (batch.length > 1) queue.push(...batch.map((one) => [one]));
          else for (const { at } of batch) this.#reasons[at] = [`needs more than ${MAX_THREAD_MEMORY} MB of memory`];
          continue;
        }
        this.#cpu += result.cpu;
        for (const lowered of result.lowered) await this.#finish(lowered, keys.get(lowered.at));
      }
      await thread?.end();
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.workers, MAX_THREADS, queue.length) }, drain));
  }

  result(): FrontEnd {
    const modules: ModuleIr[] = [];
    const notScanned: NotScanned[] = [];
    let characters = 0;
    for (const [at, { path, text }] of this.#files.entries()) {
      for (const reason of this.#reasons[at] ?? []) notScanned.push({ path, reason });
      const module = this.#modules[at];
      if (module === undefined) continue;
      modules.push(module);
      characters += text.length;
    }
    return { modules, notScanned, characters, cpu: this.#cpu };
  }

  async #finish({ at, bytes, reasons }: Lowered, key: string | undefined): Promise<void> {
    const file = this.#files[at] as SourceFile;
    this.#reasons[at] = reasons;
    if (bytes === undefined) return;
    if (key !== undefined) this.#options.cache?.put(key, bytes);
    await this.#take(at, file, bytes, reasons);
  }

  /** Links a packed file with the symbols of this scan; false when its bytes are damaged. */
  async #take(at: number, file: SourceFile, bytes: Uint8Array, reasons: readonly string[]): Promise<boolean> {
    const grammar = grammarOf(file.path);
    if (grammar === undefined) return false;
    const { names } = await grammarParser(grammar);
    const language = languageOf(grammar);
    const found = safely(() => unpack(bytes, { ...file, language }, names, this.#tableOf(language)));
    if (found === undefined) return false;
    this.#modules[at] = found.module;
    this.#reasons[at] = found.reasons.length > 0 ? found.reasons : reasons;
    return true;
  }

  #symbols({ path }: SourceFile): Symbols {
    const grammar = grammarOf(path);
    return grammar === undefined ? ownSymbols() : this.#tableOf(languageOf(grammar));
  }

  /** Symbols of languages that do not share libraries are apart. */
  #tableOf(language: Language): Symbols {
    const key = entryLanguage(language);
    let symbols = this.#tables.get(key);
    if (symbols === undefined) this.#tables.set(key, (symbols = new Symbols(new Names())));
    return symbols;
  }
}

/** An entry whose sum is right and whose content is not was made by something else: it counts as absent. */
function safely(read: () => Unpacked | undefined): Unpacked | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function keyOf(version: string, grammar: string, text: string): string {
  return createHash('sha256').update(`${version}\0${grammar}\0`).update(text).digest('hex');
}

function batches(jobs: readonly Job[]): Batch[] {
  const found: { at: number; file: SourceFile }[][] = [];
  let room = 0;
  for (const { at, file } of jobs) {
    if (room < file.text.length) {
      found.push([]);
      room = BATCH;
    }
    found.at(-1)?.push({ at, file });
    room -= file.text.length;
  }
  return found;
}

/** Lowers one file and packs it, in this thread. */
export async function lowerToBytes(at: number, file: SourceFile): Promise<Lowered> {
  const { module, reasons } = await lowerFile(file, ownSymbols());
  return { at, reasons, bytes: module === undefined ? undefined : pack(module, reasons) };
}

/** Processor time of this thread in milliseconds: says the cost of a scan on a busy machine too. */
export function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

class LoweringThread {
  readonly #worker = new Worker(new URL('./worker_service.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_MEMORY, maxYoungGenerationSizeMb: 16 },
    env: {},
  });
  #answer: (result: BatchResult | undefined) => void = () => {};

  constructor() {
    this.#worker.on('message', (result: BatchResult) => this.#answer(result));
    this.#worker.on('error', () => this.#answer(undefined));
    this.#worker.on('exit', () => this.#answer(undefined));
  }

  /** `undefined` when the thread ended. */
  lower(batch: Batch): Promise<BatchResult | undefined> {
    return new Promise((resolve) => {
      this.#answer = resolve;
      this.#worker.postMessage(batch);
    });
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
