import { FeatureReader } from '../../packages/sallyport/src/guard/model/features.ts';
import type { Channel, ChannelModel } from '../../packages/sallyport/src/guard/model/model.ts';
import type { Row } from './rows.ts';

/** Rows of attacks in which a word or pair of words must stand before evidence may show it: what is common is nobody's secret. */
const MIN_ROWS = 12;

/** Names that are kept. */
const MAX_NAMES = 3_000;

/** The words and pairs of words behind the strongest buckets. */
export function namesOf(rows: readonly Row[], channels: Readonly<Record<Channel, ChannelModel>>): ReadonlyMap<number, string> {
  const counts = new Map<string, number>();
  for (const { text, label } of rows) {
    if (label === 0) continue;
    const words =
      text
        .slice(0, 4_000)
        .toLowerCase()
        .match(/[\p{L}\p{N}_]+/gu) ?? [];
    const seen = new Set<string>();
    for (const [w, word] of words.entries()) {
      if (/^\p{L}{2,20}$/u.test(word)) seen.add(word);
      const pair = `${words[w - 1] ?? ''} ${word}`;
      if (/^\p{L}{1,20} \p{L}{2,20}$/u.test(pair)) seen.add(pair);
    }
    for (const name of seen) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const reader = new FeatureReader();
  const named = [...counts]
    .filter(([, count]) => count >= MIN_ROWS)
    .map(([name]) => ({ name, bucket: bucketOf(reader, name) }))
    .map(({ name, bucket }) => ({
      name,
      bucket,
      weight: Math.max(channels.prompt.head.table[bucket] ?? 0, channels.content.head.table[bucket] ?? 0),
    }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1))
    .slice(0, MAX_NAMES);
  return new Map(named.map(({ name, bucket }) => [bucket, name]));
}

/** The bucket of a word, or of two: the last token's word or pair feature. */
function bucketOf(reader: FeatureReader, name: string): number {
  reader.open(Uint16Array.from({ length: name.length }, (_, i) => name.charCodeAt(i)));
  reader.next();
  const from = reader.count === 1 ? 0 : (reader.ends[reader.count - 2] as number);
  const size = (reader.ends[reader.count - 1] as number) - from;
  // The last four of a token after a blank are word, pair, first and third, triple; the first token of a text has three more behind it.
  const word = from + size - (reader.count === 1 ? 7 : 4);
  return reader.features[reader.count === 1 ? word : word + 1] as number;
}
