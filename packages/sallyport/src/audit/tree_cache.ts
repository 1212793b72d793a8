import { join } from 'node:path';
import { type FilePort, readBytes, writeAll } from './file_port.ts';
import { HASH_SIZE, leafHash } from './frame.ts';
import { readBatch, segmentOf, type LogSource } from './log_reader.ts';
import { nodeHash, type NodeReader } from './tree.ts';

/** Hashes written at once. */
const BATCH = 8192;

/**
 * The interior hashes of a log's tree, one file a level, so that a proof reads a few hashes instead of the log. Made when the first proof is asked for,
 * grown with each later one; derived and never trusted (a proof is checked before it is given out), so it lies outside the log's folder and may be deleted.
 */
export class TreeCache {
  readonly #files: FilePort;
  readonly #folder: string;
  #growing: Promise<void> = Promise.resolve();

  constructor(files: FilePort, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Grows the cache to the first `size` records of the log; answers its hashes. */
  async nodes(source: LogSource, size: number): Promise<NodeReader> {
    const grown = this.#growing.then(() => this.#grow(source, size));
    this.#growing = grown.catch(() => undefined);
    await grown;
    return (level, index) => readBytes(this.#files, this.#path(level), index * HASH_SIZE, HASH_SIZE);
  }

  /** Forgets everything: the files were damaged. */
  drop(): void {
    this.#files.remove(this.#folder);
  }

  async #grow(source: LogSource, size: number): Promise<void> {
    this.#files.folder(this.#folder);
    await this.#growLeaves(source, size);
    for (let level = 1; 2 ** level <= size; level++) this.#growLevel(level, Math.floor(size / 2 ** level));
  }

  async #growLeaves(source: LogSource, size: number): Promise<void> {
    const known = this.#count(0);
    let position = segmentOf(this.#files, source, known);
    while (position.size < size) {
      const { records, next } = readBatch(this.#files, source, position);
      const fresh = records.filter((record) => record.index >= known && record.index < size);
      this.#append(
        0,
        fresh.map((record) => leafHash(record.prev, record.payload)),
      );
      position = next;
      // A long log is read in the gaps of other work.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #growLevel(level: number, wanted: number): void {
    for (let have = this.#count(level); have < wanted;) {
      const count = Math.min(BATCH, wanted - have);
      const below = readBytes(this.#files, this.#path(level - 1), have * 2 * HASH_SIZE, count * 2 * HASH_SIZE);
      const at = (index: number): Buffer => below.subarray(index * HASH_SIZE, (index + 1) * HASH_SIZE);
      this.#append(
        level,
        Array.from({ length: count }, (_, index) => nodeHash(at(index * 2), at(index * 2 + 1))),
      );
      have += count;
    }
  }

  /** Whole hashes in a level's file; a torn one is cut off before more are appended. */
  #count(level: number): number {
    const size = this.#files.size(this.#path(level)) ?? 0;
    if (size % HASH_SIZE !== 0) {
      const file = this.#files.append(this.#path(level));
      file.truncate(size - (size % HASH_SIZE));
      file.close();
    }
    return Math.floor(size / HASH_SIZE);
  }

  #append(level: number, hashes: readonly Buffer[]): void {
    if (hashes.length === 0) return;
    const file = this.#files.append(this.#path(level));
    try {
      writeAll(file, Buffer.concat(hashes));
    } finally {
      file.close();
    }
  }

  #path(level: number): string {
    return join(this.#folder, `level-${String(level).padStart(2, '0')}`);
  }
}
