import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** All entries together, in bytes; when there are more, those that were not used for longest are deleted. */
export const MAX_CACHE_BYTES = 512 * 1024 * 1024;
/** One entry; a file of the largest size that is scanned stays below. */
const MAX_ENTRY_BYTES = 96 * 1024 * 1024;
/** An entry's time of use is written again after this long, in milliseconds. */
const TOUCH_AFTER = 24 * 60 * 60 * 1000;
const KEY = /^[\da-f]{64}$/;

/**
 * Lowered files between scans, one file an entry, in a folder of this user alone. An entry holds data, never code; its reader checks its sum. Whatever
 * goes wrong with the disk, the scan goes on without a cache.
 */
export class FileCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  #isUsable: boolean;
  #written = 0;

  constructor(folder: string, maxBytes = MAX_CACHE_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#isUsable = isPrivate(folder);
  }

  get(key: string): Uint8Array | undefined {
    if (!this.#isUsable || !KEY.test(key)) return undefined;
    let file: number | undefined;
    try {
      file = openSync(join(this.#folder, key), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const { size, mtimeMs } = fstatSync(file);
      if (size > MAX_ENTRY_BYTES) return undefined;
      const bytes = new Uint8Array(size);
      if (readSync(file, bytes, 0, size, 0) !== size) return undefined;
      const now = Date.now();
      if (now - mtimeMs > TOUCH_AFTER) utimesSync(join(this.#folder, key), now / 1000, now / 1000);
      return bytes;
    } catch {
      return undefined;
    } finally {
      if (file !== undefined) closeSync(file);
    }
  }

  put(key: string, bytes: Uint8Array): void {
    if (!this.#isUsable || !KEY.test(key) || bytes.length > MAX_ENTRY_BYTES) return;
    const own = join(this.#folder, `${key}.${process.pid}`);
    try {
      writeFileSync(own, bytes, { mode: 0o600, flag: 'wx' });
      renameSync(own, join(this.#folder, key));
      this.#written += bytes.length;
    } catch {
      // A full or read-only disk: no further tries in this scan.
      this.#isUsable = false;
      rmSync(own, { force: true });
    }
  }

  /** Deletes the oldest entries beyond the bound, when this scan wrote any. */
  trim(): void {
    if (!this.#isUsable || this.#written === 0) return;
    try {
      const entries = readdirSync(this.#folder).map((name) => ({
        path: join(this.#folder, name),
        stat: statSync(join(this.#folder, name)),
      }));
      entries.sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs);
      let sum = 0;
      for (const { path, stat } of entries) {
        sum += stat.size;
        if (sum > this.#maxBytes) rmSync(path, { force: true });
      }
    } catch {
      this.#isUsable = false;
    }
  }
}

/** The folder of a user's caches (XDG Base Directory, 0.8); `undefined` where there is none. */
export function cacheFolderOf(env: Readonly<Record<string, string | undefined>>, home: string): string | undefined {
  const base = env['XDG_CACHE_HOME'];
  if (base !== undefined && isAbsolute(base)) return join(base, 'sallyport', 'scan');
  return home === '' ? undefined : join(home, '.cache', 'sallyport', 'scan');
}

/** Makes the folder, or says no when others could write there. */
function isPrivate(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    const isOurs = process.getuid === undefined || stat.uid === process.getuid();
    return stat.isDirectory() && isOurs && (process.platform === 'win32' || (stat.mode & 0o022) === 0);
  } catch {
    return false;
  }
}
