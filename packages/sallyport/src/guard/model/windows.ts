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

  /** Takes the place of the weakest when there is no room; what is weaker than all is left out. */
  add(odds: number, start: number, end: number): void {
    let at = this.count;
    if (at < PEAKS) this.count++;
    else {
      at = 0;
      for (let k = 1; k < PEAKS; k++) if ((this.odds[k] as number) < (this.odds[at] as number)) at = k;
      if (odds <= (this.odds[at] as number)) return;
    }
    this.odds[at] = odds;
    this.starts[at] = start;
    this.ends[at] = end;
  }

  /** Log-odds that one more must exceed. */
  least(floor: number): number {
    return this.count < PEAKS ? floor : Math.min(...this.odds);
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
  // V8 loads and checks the constants of a module each time they are used, not those of a function.
  const mask = RING - 1;
  const near = SHORT;
  const far = LONG;
  const firsts = places;
  const totals = sums;
  const classes = kindTotals;
  let total = 0;
  let classTotal = 0;
  let bestClasses = 0;
  let bestShort = Number.NEGATIVE_INFINITY;
  let bestLong = Number.NEGATIVE_INFINITY;
  let t = 0;
  let breadth = 0;
  const even = -head.bias[1] / head.step;
  let least = (from - head.bias[0]) / head.step;
  let peak = least;
  let peakAt = -1;
  let peakStart = 0;
  let peakEnd = 0;
  peaks.count = 0;
  best.shortStart = best.shortEnd = best.longStart = best.longEnd = 0;
  totals[0] = classes[0] = 0;
  tokens.open(units, head.table, noted, kinds);
  while (tokens.next()) {
    const { count, starts, stops, sums: weights, kindSums } = tokens;
    for (let k = 0; k < count; k++) {
      firsts[t & mask] = starts[k] as number;
      total = (total + (weights[k] as number)) | 0;
      classTotal = (classTotal + (kindSums[k] as number)) | 0;
      t++;
      totals[t & mask] = total;
      classes[t & mask] = classTotal;
      const ordered = t < near ? classTotal : classTotal - (classes[(t - near) & mask] as number);
      if (ordered > bestClasses) bestClasses = ordered;
      const short = t < near ? total : total - (totals[(t - near) & mask] as number);
      if (short > bestShort) {
        bestShort = short;
        best.shortStart = firsts[(t < near ? 0 : t - near) & mask] as number;
        best.shortEnd = stops[k] as number;
      }
      if (short > least && (short > peak || t - peakAt >= near)) {
        if (peakAt >= 0 && t - peakAt >= near) {
          peaks.add(peak * head.step + head.bias[0], peakStart, peakEnd);
          least = (peaks.least(from) - head.bias[0]) / head.step;
        }
        peak = short;
        peakAt = t;
        peakStart = firsts[(t < near ? 0 : t - near) & mask] as number;
        peakEnd = stops[k] as number;
      }
      const long = t < far ? total : total - (totals[(t - far) & mask] as number);
      if (long > even) breadth++;
      if (long > bestLong) {
        bestLong = long;
        best.longStart = firsts[(t < far ? 0 : t - far) & mask] as number;
        best.longEnd = stops[k] as number;
      }
    }
  }
  if (peakAt >= 0) peaks.add(peak * head.step + head.bias[0], peakStart, peakEnd);
  best.tokens = t;
  best.breadth = breadth;
  best.skeleton = bestClasses * head.step;
  best.level = t === 0 ? 0 : ((total * head.step) / t) * near;
  best.short = t === 0 ? head.bias[0] : bestShort * head.step + head.bias[0];
  best.long = t === 0 ? head.bias[1] : bestLong * head.step + head.bias[1];
}
