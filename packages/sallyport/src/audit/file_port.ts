import * as fs from 'node:fs';
import { lockFile } from './lock.ts';
import { filledSize, isSegment, openSegment, type AppendFile } from './segment_file.ts';

export type { AppendFile };

export type ReadFile = { read(at: number, into: Uint8Array): number; close(): void };

/** The file system as the log uses it: a test's own shows that every acknowledgement follows a sync, and what a full or failing disk does. */
export type FilePort = {
  /** Makes the folder, mode 0700, and those above it. */
  folder(path: string): void;
  /** Names in a folder, sorted; none when there is no folder. */
  list(path: string): string[];
  /** Size of a file in bytes, what was written ahead not counted; undefined when there is none. */
  size(path: string): number | undefined;
  /** Opens to append, mode 0600, made when there is none. */
  append(path: string): AppendFile;
  read(path: string): ReadFile;
  /** Makes the names in a folder durable: needed once after a file was made in it. */
  syncFolder(path: string): void;
  /** Takes an exclusive lock that ends with this process; answers its release, or undefined while another process lives that has it. */
  lock(path: string): (() => void) | undefined;
  remove(path: string): void;
};

/** The machine's file system. */
export const diskFiles: FilePort = {
  folder: (path) => void fs.mkdirSync(path, { recursive: true, mode: 0o700 }),
  list: (path) => (fs.existsSync(path) ? fs.readdirSync(path).sort() : []),
  size: (path) => (isSegment(path) ? filledSize(path) : fs.statSync(path, { throwIfNoEntry: false })?.size),
  append: (path) => {
    if (isSegment(path)) return openSegment(path);
    const fd = fs.openSync(path, 'a', 0o600);
    return {
      write: (bytes) => fs.writeSync(fd, bytes),
      sync: (done) => fs.fdatasync(fd, done),
      truncate: (size) => fs.ftruncateSync(fd, size),
      close: () => fs.closeSync(fd),
    };
  },
  read: (path) => {
    const fd = fs.openSync(path, 'r');
    return {
      read: (at, into) => fs.readSync(fd, into, 0, into.length, at),
      close: () => fs.closeSync(fd),
    };
  },
  syncFolder: (path) => {
    const fd = fs.openSync(path, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
  lock: lockFile,
  remove: (path) => fs.rmSync(path, { recursive: true, force: true }),
};

/** The bytes of a file from `at` on, `most` of them at most. */
export function readBytes(files: FilePort, path: string, at = 0, most = Number.MAX_SAFE_INTEGER): Buffer {
  const size = files.size(path) ?? 0;
  const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(size - at, most)));
  if (bytes.length === 0) return bytes;
  const file = files.read(path);
  try {
    let filled = 0;
    while (filled < bytes.length) {
      const got = file.read(at + filled, bytes.subarray(filled));
      if (got === 0) return bytes.subarray(0, filled);
      filled += got;
    }
    return bytes;
  } finally {
    file.close();
  }
}

/** Appends all of `bytes`; a disk that takes nothing without an error counts as full. */
export function writeAll(file: AppendFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const taken = file.write(at === 0 ? bytes : bytes.subarray(at));
    if (taken <= 0) throw Object.assign(new Error('the disk took no bytes'), { code: 'ENOSPC' });
    at += taken;
  }
}

/** Whether an error says that space or quota is used up: the log goes on when there is some again. */
export function isFull(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

export function syncFile(file: AppendFile): Promise<void> {
  return new Promise((resolve, reject) => {
    file.sync((error) => (error === null ? resolve() : reject(error)));
  });
}
