import { kindsOf } from '../../packages/sallyport/src/guard/detectors/injection/classes.ts';
import { FeatureReader } from '../../packages/sallyport/src/guard/model/features.ts';
import { Skeleton } from '../../packages/sallyport/src/guard/model/skeleton.ts';
import { Reader } from '../../packages/sallyport/src/guard/reading.ts';
import { trainingLexicon } from './readings.ts';
import type { Row } from './rows.ts';

/** Rows as features: those of token t stand before `ends[t]`, the tokens of row r before `last[r]`. */
export type Corpus = { readonly rows: readonly Row[]; readonly features: Int32Array; readonly ends: Int32Array; readonly last: Int32Array };

/** Characters of a text that are learned from; longer rows are few, and their middle is like their start. */
const MAX_CHARS = 8_000;

/** Reads every row once, as the detector does. */
export function buildCorpus(rows: readonly Row[]): Corpus {
  const lexicon = trainingLexicon();
  const kinds = kindsOf(lexicon);
  const texts = new Reader(lexicon);
  const reader = new FeatureReader();
  const skeleton = new Skeleton();
  let features = new Int32Array(1 << 25);
  let ends = new Int32Array(1 << 22);
  const last = new Int32Array(rows.length);
  let f = 0;
  let t = 0;
  for (const [r, row] of rows.entries()) {
    const reading = texts.read(row.text.slice(0, MAX_CHARS));
    const { units, words } = reading.decoded ?? reading.plain;
    reader.open(units);
    skeleton.open(units, { hits: words.hits, count: words.count, kinds });
    while (reader.next()) {
      if (f + 4 * reader.features.length > features.length) features = grown(features);
      if (t + reader.count > ends.length) ends = grown(ends);
      for (let k = 0, at = 0; k < reader.count; k++) {
        for (; at < (reader.ends[k] as number); at++) features[f++] = reader.features[at] as number;
        for (; skeleton.start < (reader.stops[k] as number); skeleton.next())
          for (let s = 0; s < skeleton.size; s++) features[f++] = skeleton.features[s] as number;
        ends[t++] = f;
      }
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
