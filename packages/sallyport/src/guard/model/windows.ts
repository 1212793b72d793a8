import type { Units } from '../units.ts';
import type { Kinds } from './skeleton.ts';
import type { Noted, TokenSums } from './sums.ts';

/** Tokens of the short window: an order buried in a document. */
export const SHORT = 24;

/** Tokens of the long one: a jailbreak that sets a scene. */
export const LONG = 64;

/** Short windows apart from each other that are kept for a closer look: what was planted is not always what is strongest. */
export const PEAKS = 2;

/** The strongest short windows that do not stand in each other: log-odds, and places in the units. */
export class Peaks {
  readonly odds = new Float64Array(PEAKS);
  readonly starts = new Int32Array(PEAKS);
  readonly ends = new Int32Array(PEAKS);
  count = 0;
  #head: Pick<Head, 'step' | 'bias'> = { step: 1, bias: [0, 0] };
  #from = 0;
  /** The sum that a window must exceed to be noted. */
  #least = 0;
  /** The window that may be the next peak: its sum, the token it ends with (-1 for none), and where it stands. */
  #sum = 0;
  #at = -1;
  #start = 0;
  #end = 0;

  /** Begins a text, whose windows count from more than `from` log-odds on: the sum that one must exceed. */
  open(head: Pick<Head, 'step' | 'bias'>, from: number): number {
    this.count = 0;
    this.#head = head;
    this.#from = from;
    this.#at = -1;
    return (this.#least = (from - head.bias[0]) / head.step);
  }

  /** Looks at the window that ends with token `at` and exceeds the least sum: what the next one must exceed. */
  offer(sum: number, at: number, start: number, end: number): number {
    const apart = at - this.#at >= SHORT;
    if (this.#at < 0 || apart || sum > this.#sum) {
      if (this.#at >= 0 && apart) {
        this.#add();
        this.#least = (this.#weakest() - this.#head.bias[0]) / this.#head.step;
      }
      this.#sum = sum;
      this.#at = at;
      this.#start = start;
      this.#end = end;
    }
    return this.#least;
  }

  close(): void {
    if (this.#at >= 0) this.#add();
  }

  /** Takes the place of the weakest when there is no room; what is weaker than all is left out. */
  #add(): void {
    const odds = this.#sum * this.#head.step + this.#head.bias[0];
    let at = this.count;
    if (at < PEAKS) this.count++;
    else {
      at = 0;
      for (let k = 1; k < PEAKS; k++) if ((this.odds[k] as number) < (this.odds[at] as number)) at = k;
      if (odds <= (this.odds[at] as number)) return;
    }
    this.odds[at] = odds;
    this.starts[at] = this.#start;
    this.ends[at] = this.#end;
  }

  /** Log-odds that one more must exceed. */
  #weakest(): number {
    return this.count < PEAKS ? this.#from : Math.min(...this.odds);
  }
}

/** A linear head: a weight a bucket in steps of `step`, a bias a scale. */
export type Head = { readonly table: Int8Array; readonly step: number; readonly bias: readonly [number, number] };

/** The strongest windows of a text, as log-odds, and where they stand in the units. `tokens`: of the whole text. */
export type Windows = {
  short: number;
  long: number;
  tokens: number;
  /** Places at which the long window speaks for an attack: an attack from end to end has many. */
  breadth: number;
  /** The strongest short window by word classes alone, and the mean of the short windows: what the text as a whole sounds like. */
  skeleton: number;
  level: number;
  shortStart: number;
  shortEnd: number;
  longStart: number;
  longEnd: number;
};

/** Positions of the last tokens: a power of two above the long window. */
const RING = 128;
const MASK = RING - 1;
const sums = new Int32Array(RING);
const places = new Int32Array(RING);
const kindTotals = new Int32Array(RING);

/** Slides both windows over a text, in one pass over its tokens; `peaks` takes short windows of more than `from`. Linear in the text. */
export function slide(
  tokens: TokenSums,
  units: Units,
  head: Head,
  best: Windows,
  peaks: Peaks,
  from: number,
  noted?: Noted,
  kinds?: Kinds,
): void {
  const even = -head.bias[1] / head.step;
  let least = peaks.open(head, from);
  let total = 0;
  let classTotal = 0;
  let bestClasses = 0;
  let bestShort = Number.NEGATIVE_INFINITY;
  let bestLong = Number.NEGATIVE_INFINITY;
  let t = 0;
  let breadth = 0;
  best.shortStart = best.shortEnd = best.longStart = best.longEnd = 0;
  sums[0] = kindTotals[0] = 0;
  tokens.open(units, head.table, noted, kinds);
  while (tokens.next()) {
    const { count, starts, stops, sums: weights, kindSums } = tokens;
    for (let k = 0; k < count; k = (k + 1) | 0) {
      places[t & MASK] = starts[k] as number;
      total = (total + (weights[k] as number)) | 0;
      classTotal = (classTotal + (kindSums[k] as number)) | 0;
      t = (t + 1) | 0;
      sums[t & MASK] = total;
      kindTotals[t & MASK] = classTotal;
      const ordered = t < SHORT ? classTotal : (classTotal - (kindTotals[(t - SHORT) & MASK] as number)) | 0;
      if (ordered > bestClasses) bestClasses = ordered;
      const short = t < SHORT ? total : (total - (sums[(t - SHORT) & MASK] as number)) | 0;
      if (short > bestShort) {
        bestShort = short;
        best.shortStart = places[(t < SHORT ? 0 : t - SHORT) & MASK] as number;
        best.shortEnd = stops[k] as number;
      }
      if (short > least) least = peaks.offer(short, t, places[(t < SHORT ? 0 : t - SHORT) & MASK] as number, stops[k] as number);
      const long = t < LONG ? total : (total - (sums[(t - LONG) & MASK] as number)) | 0;
      if (long > even) breadth = (breadth + 1) | 0;
      if (long > bestLong) {
        bestLong = long;
        best.longStart = places[(t < LONG ? 0 : t - LONG) & MASK] as number;
        best.longEnd = stops[k] as number;
      }
    }
  }
  peaks.close();
  best.tokens = t;
  best.breadth = breadth;
  best.skeleton = bestClasses * head.step;
  best.level = t === 0 ? 0 : ((total * head.step) / t) * SHORT;
  best.short = t === 0 ? head.bias[0] : bestShort * head.step + head.bias[0];
  best.long = t === 0 ? head.bias[1] : bestLong * head.step + head.bias[1];
}
