import { hash } from 'node:crypto';
import { HASH_SIZE } from './frame.ts';

/** Answers the hash of the complete subtree over leaves `index * 2^level` to `(index + 1) * 2^level - 1`. */
export type NodeReader = (level: number, index: number) => Buffer;

/** Root of the empty tree, RFC 6962 section 2.1: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = hash('sha256', '', 'buffer');

/** The interior hash of RFC 6962 section 2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + 2 * HASH_SIZE);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + HASH_SIZE);
  return hash('sha256', input, 'buffer');
}

/** The growing Merkle tree of RFC 6962, as one hash per level: enough to append and to know the root. */
export class Tree {
  size: number;
  /** By level: the complete subtree that waits for its right neighbour. */
  readonly #peaks: (Buffer | undefined)[];

  /** `peaks` as `peaks()` gave them for that `size`. */
  constructor(start: { size: number; peaks: readonly Buffer[] } = { size: 0, peaks: [] }) {
    this.size = start.size;
    this.#peaks = spread(start.size, start.peaks);
  }

  append(leaf: Buffer): void {
    let level = 0;
    let node = leaf;
    for (let left = this.#peaks[0]; left !== undefined; left = this.#peaks[level]) {
      node = nodeHash(left, node);
      this.#peaks[level++] = undefined;
    }
    this.#peaks[level] = node;
    this.size++;
  }

  root(): Buffer {
    return rootOf(this.peaks());
  }

  /** The complete subtrees from left (largest) to right. */
  peaks(): Buffer[] {
    return this.#peaks.filter((peak) => peak !== undefined).reverse();
  }
}

/** Root of the tree with these peaks, folded from right to left. */
export function rootOf(peaks: readonly Buffer[]): Buffer {
  return peaks.length === 0 ? EMPTY_ROOT : peaks.reduceRight((right, left) => nodeHash(left, right));
}

/** How many peaks a tree of `size` leaves has: the ones of its binary form. */
export function peakCount(size: number): number {
  let count = 0;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2;
  return count;
}

function spread(size: number, peaks: readonly Buffer[]): (Buffer | undefined)[] {
  if (peaks.length !== peakCount(size)) throw new TypeError('tree: as many peaks as the size has ones are needed');
  const levels: (Buffer | undefined)[] = [];
  let next = peaks.length;
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) levels.push(rest % 2 === 1 ? peaks[--next] : undefined);
  return levels;
}

/** Audit path of leaf `index` in the tree of `size` leaves, RFC 6962 section 2.1.1. Throws a TypeError when there is no such leaf. */
export function inclusionPath(index: number, size: number, node: NodeReader): Buffer[] {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) throw new TypeError('tree: no such leaf');
  const path: Buffer[] = [];
  let start = 0;
  let end = size;
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      path.push(rangeHash(middle, end, node));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, node));
      start = middle;
    }
  }
  return path.reverse();
}

/** Proof that the tree of `first` leaves is a prefix of that of `second`, RFC 6962 section 2.1.2. Empty for equal sizes and for `first` 0. */
export function consistencyPath(first: number, second: number, node: NodeReader): Buffer[] {
  if (!(first >= 0 && first <= second)) throw new TypeError('tree: sizes out of order');
  if (first === 0 || first === second) return [];
  const path: Buffer[] = [];
  let start = 0;
  let end = second;
  let whole = true;
  while (end !== first) {
    const middle = start + split(end - start);
    if (first <= middle) {
      path.push(rangeHash(middle, end, node));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, node));
      start = middle;
      whole = false;
    }
  }
  if (!whole) path.push(rangeHash(start, end, node));
  return path.reverse();
}

/** The root that a leaf and its audit path give (RFC 9162 section 2.1.3.2), or undefined when the path does not fit index and size. */
export function rootFromInclusion(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | undefined {
  if (!(Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size)) return undefined;
  let at = index;
  let last = size - 1;
  let root = leaf;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_SIZE) return undefined;
    if (at % 2 === 1 || at === last) {
      root = nodeHash(sibling, root);
      while (at % 2 === 0 && at !== 0) {
        at = at / 2;
        last = Math.floor(last / 2);
      }
    } else root = nodeHash(root, sibling);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? root : undefined;
}

/** Whether `path` proves that the tree with `firstRoot` is a prefix of the tree with `secondRoot` (RFC 9162 section 2.1.4.2). */
export function isConsistent(first: number, firstRoot: Buffer, second: number, secondRoot: Buffer, path: readonly Buffer[]): boolean {
  if (!(Number.isSafeInteger(first) && Number.isSafeInteger(second) && first >= 0 && first <= second)) return false;
  if (path.some((hash) => hash.length !== HASH_SIZE)) return false;
  if (first === second) return path.length === 0 && firstRoot.equals(secondRoot);
  if (first === 0) return path.length === 0 && firstRoot.equals(EMPTY_ROOT);
  const hashes = isPowerOfTwo(first) ? [firstRoot, ...path] : [...path];
  let at = first - 1;
  let last = second - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const [seed, ...rest] = hashes;
  if (seed === undefined) return false;
  let oldRoot = seed;
  let newRoot = seed;
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      oldRoot = nodeHash(hash, oldRoot);
      newRoot = nodeHash(hash, newRoot);
      while (at % 2 === 0 && at !== 0) {
        at = at / 2;
        last = Math.floor(last / 2);
      }
    } else newRoot = nodeHash(newRoot, hash);
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && oldRoot.equals(firstRoot) && newRoot.equals(secondRoot);
}

/** Hash over leaves `start` to `end - 1`, where `start` is a multiple of the largest power of two in the range: so it is in RFC 6962's recursion. */
function rangeHash(start: number, end: number, node: NodeReader): Buffer {
  const size = end - start;
  if (isPowerOfTwo(size)) return node(Math.round(Math.log2(size)), start / size);
  const middle = start + split(size);
  return nodeHash(rangeHash(start, middle, node), rangeHash(middle, end, node));
}

/** The largest power of two smaller than `size` (at least 2). Multiplication, not bits: sizes may pass 2^31. */
function split(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function isPowerOfTwo(size: number): boolean {
  return size > 0 && split(size + 1) === size;
}
