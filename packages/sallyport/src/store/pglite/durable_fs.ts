import fs from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** A write-ahead log segment: 24 hexadecimal digits in `pg_wal`. */
const WAL_SEGMENT = /pg_wal\/[0-9A-F]{24}$/;

type InitOptions = Parameters<NodeFS['init']>[1];
type OpenStream = { readonly node: unknown; readonly nfd: number | null | undefined };
type EmscriptenModule = { NODEFS: { stream_ops: { fsync?: (stream: OpenStream) => number }; realPath(node: unknown): string } };

/**
 * PGlite's folder file system with a working `fsync`. The library's has none, so PostgreSQL's calls end in the runtime and a power cut
 * loses commits (electric-sql/pglite issue 1107). PostgreSQL decides which files are synced and when; here the calls only reach the disk.
 */
export class DurableFS extends NodeFS {
  readonly #onSync: (wal: boolean) => void;
  readonly #onFailure: (error: unknown) => never;

  /** `onSync` is told of each completed sync; `onFailure` must end the process or thread: after a failed fsync the pages may be gone. */
  constructor(dir: string, onSync: (wal: boolean) => void, onFailure: (error: unknown) => never) {
    super(dir);
    this.#onSync = onSync;
    this.#onFailure = onFailure;
  }

  override async init(pg: PGlite, options: InitOptions): ReturnType<NodeFS['init']> {
    const result = await super.init(pg, options);
    const preRun = result.emscriptenOpts.preRun;
    if (!Array.isArray(preRun)) throw new TypeError('PGlite changed how it starts');
    preRun.push((module: unknown) => {
      const { NODEFS } = module as EmscriptenModule;
      NODEFS.stream_ops.fsync = (stream) => this.#sync(NODEFS.realPath(stream.node), stream.nfd ?? undefined);
    });
    return result;
  }

  #sync(path: string, descriptor: number | undefined): number {
    const wal = WAL_SEGMENT.test(path);
    try {
      if (descriptor === undefined) syncPath(path);
      else if (wal) fs.fdatasyncSync(descriptor);
      else fs.fsyncSync(descriptor);
    } catch (error) {
      this.#onFailure(error);
    }
    this.#onSync(wal);
    return 0;
  }
}

/** A folder has no descriptor in Emscripten's table; its entry is synced through one of its own. */
function syncPath(path: string): void {
  const descriptor = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
