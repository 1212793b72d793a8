import { classOf, COST_FLOOR, COST_UNIT, TRIGRAMS } from '../../packages/sallyport/src/guard/model/surprise.ts';
import type { Row } from './rows.ts';

/** Characters of one text that count: no document outweighs the others. */
const MAX_CHARS = 4_000;

/** How much the shorter context weighs against the counts of the longer. */
const BACKOFF = 8;

/** How much of a suffix follows our generator; the rest is anything, since others have other pieces. */
const OURS = 0.6;

/** How much likelier each class is after two others in a suffix than in benign texts. */
export function costsOf(rows: readonly Row[]): Uint8Array {
  const benign = bitsOf(rows.filter(({ label, verified }) => label === 0 && verified !== false));
  const suffixes = bitsOf(rows.filter(({ source }) => source === 'own/suffix'));
  return Uint8Array.from(benign, (bits, trigram) => {
    const suffix = -Math.log2(OURS * 2 ** -(suffixes[trigram] as number) + (1 - OURS) / 64);
    return Math.min(255, Math.max(0, Math.round((bits - suffix + COST_FLOOR) / COST_UNIT)));
  });
}

/** -log2 of each class after two others: counts, backed off to one class and to none. */
function bitsOf(rows: readonly Row[]): Float64Array {
  const three = new Float64Array(TRIGRAMS);
  const two = new Float64Array(4_096);
  const one = new Float64Array(64);
  for (const { text } of rows) {
    let context = (29 << 6) | 29;
    for (let i = 0; i < Math.min(text.length, MAX_CHARS); i++) {
      context = ((context << 6) | classOf(text.charCodeAt(i))) & (TRIGRAMS - 1);
      three[context] = (three[context] as number) + 1;
      two[context & 4_095] = (two[context & 4_095] as number) + 1;
      one[context & 63] = (one[context & 63] as number) + 1;
    }
  }
  const total = one.reduce((a, b) => a + b, 0);
  const before = (table: Float64Array, context: number): number => {
    let sum = 0;
    for (let c = 0; c < 64; c++) sum += table[(context << 6) | c] as number;
    return sum;
  };
  const bits = new Float64Array(TRIGRAMS);
  const twoBefore = Float64Array.from({ length: 64 }, (_, b) => before(two, b));
  for (let ab = 0; ab < 4_096; ab++) {
    const seen = before(three, ab);
    for (let c = 0; c < 64; c++) {
      const p1 = ((one[c] as number) + 1) / (total + 64);
      const bc = ((ab & 63) << 6) | c;
      const p2 = ((two[bc] as number) + BACKOFF * p1) / ((twoBefore[ab & 63] as number) + BACKOFF);
      const p3 = ((three[(ab << 6) | c] as number) + BACKOFF * p2) / (seen + BACKOFF);
      bits[(ab << 6) | c] = -Math.log2(p3);
    }
  }
  return bits;
}
