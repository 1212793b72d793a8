import type { Units } from '../units.ts';
import { FeatureReader } from './features.ts';
import { Skeleton, type Kinds } from './skeleton.ts';

/** Hidden units of the closer look. */
export const UNITS = 16;

/** Rows of its table are 2^ROW_BITS: the buckets of the heads, hashed once more. */
export const ROW_BITS = 15;

/** Units of text before and behind the strongest short window that are read with it: what leads to an order, and what follows from it. */
export const MARGIN = 80;

/** Log-odds that one text can have: what the hidden units say is bounded, and so is this. */
const SURE = 10;

/**
 * A small network over one window: each feature adds its row to sixteen sums, and a squashed sum says how far a sign is there. A word of address,
 * an act and an address together are an order where each alone is none, which no sum of weights can say.
 */
export type Closer = {
  readonly table: Int8Array;
  readonly step: number;
  /** Of the hidden units. */
  readonly bias: readonly number[];
  /** Of the hidden units, and a bias. */
  readonly out: readonly number[];
};

/** The row of a bucket. */
export function rowOf(bucket: number): number {
  return (Math.imul(bucket ^ (bucket >>> 9), 0x9e3779b1) >>> (32 - ROW_BITS)) * UNITS;
}

/** A sum, squashed to -1 to 1; exact arithmetic, the same everywhere. */
export function squashed(sum: number): number {
  return sum / (1 + Math.abs(sum));
}

/** Features of the longest stretch that is read: a window and its margins, a token a character at worst. */
const MAX_FEATURES = 4_096;

/** Looks closer at windows, one after the other. */
export class CloserLook {
  readonly #reader = new FeatureReader();
  readonly #skeleton = new Skeleton();
  readonly #rows = new Int32Array(MAX_FEATURES);
  #count = 0;

  /** Log-odds of an attack around a window of a text; `kinds`: of the whole text. */
  look({ table, step, bias, out }: Closer, units: Units, kinds: Kinds, start: number, end: number): number {
    this.#read(units, kinds, wordStart(units, Math.max(0, start - MARGIN)), Math.min(units.length, end + MARGIN));
    const rows = this.#rows;
    const count = this.#count;
    let odds = out[UNITS] as number;
    // Four sums a pass, in registers.
    for (let u = 0; u < UNITS; u += 4) {
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let r = 0; r < count; r++) {
        const at = (rows[r] as number) + u;
        a += table[at] as number;
        b += table[at + 1] as number;
        c += table[at + 2] as number;
        d += table[at + 3] as number;
      }
      odds += (out[u] as number) * squashed(a * step + (bias[u] as number));
      odds += (out[u + 1] as number) * squashed(b * step + (bias[u + 1] as number));
      odds += (out[u + 2] as number) * squashed(c * step + (bias[u + 2] as number));
      odds += (out[u + 3] as number) * squashed(d * step + (bias[u + 3] as number));
    }
    return Math.min(SURE, Math.max(-SURE, odds));
  }

  /** Notes the rows of all features of a stretch. */
  #read(units: Units, kinds: Kinds, from: number, to: number): void {
    const reader = this.#reader;
    const skeleton = this.#skeleton;
    const rows = this.#rows;
    let count = 0;
    reader.open(units.subarray(from, to));
    while (reader.next()) {
      const size = reader.ends[reader.count - 1] as number;
      for (let f = 0; f < size && count < MAX_FEATURES; f++) rows[count++] = rowOf(reader.features[f] as number);
    }
    for (skeleton.open(units, kinds, from); skeleton.start < to; skeleton.next())
      for (let f = 0; f < skeleton.size && count < MAX_FEATURES; f++) rows[count++] = rowOf(skeleton.features[f] as number);
    this.#count = count;
  }
}

/** The first place from here on that is behind a separator. */
function wordStart(units: Units, at: number): number {
  if (at === 0) return 0;
  for (let i = at; i < at + 20 && i < units.length; i++) if ((units[i] as number) <= 32) return i + 1;
  return at;
}
