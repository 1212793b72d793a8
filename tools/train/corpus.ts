import { FeatureReader } from '../../packages/sallyport/src/guard/model/features.ts';
import { normalise } from '../../packages/sallyport/src/guard/normalise.ts';
import type { Row } from './rows.ts';

/** Rows as features: those of token t stand before `ends[t]`, the tokens of row r before `last[r]`. */
export type Corpus = { readonly rows: readonly Row[]; readonly features: Int32Array; readonly ends: Int32Array; readonly last: Int32Array };

/** Characters of a text that are learned from; longer rows are few, and their middle is like their start. */
const MAX_CHARS = 6_000;

/** Reads every row once. */
export function buildCorpus(rows: readonly Row[]): Corpus {
  const reader = new FeatureReader();
  let features = new Int32Array(1 << 24);
  let ends = new Int32Array(1 << 21);
  const last = new Int32Array(rows.length);
  let f = 0;
  let t = 0;
  for (const [r, row] of rows.entries()) {
    reader.open(unitsOf(row.text.slice(0, MAX_CHARS)));
    while (reader.next()) {
      const size = reader.ends[reader.count - 1] as number;
      if (f + size > features.length) features = grown(features);
      if (t + reader.count > ends.length) ends = grown(ends);
      features.set(reader.features.subarray(0, size), f);
      for (let k = 0; k < reader.count; k++) ends[t + k] = f + (reader.ends[k] as number);
      f += size;
      t += reader.count;
    }
    last[r] = t;
  }
  return { rows, features: features.subarray(0, f), ends: ends.subarray(0, t), last };
}

function grown(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** As the guard's reader gives them: the normalised text, in bytes where it fits. */
function unitsOf(text: string): Uint8Array | Uint16Array {
  const plain = normalise(text)?.text ?? text;
  const wide = Uint16Array.from({ length: plain.length }, (_, i) => plain.charCodeAt(i));
  return wide.every((c) => c < 256) ? Uint8Array.from(wide) : wide;
}
