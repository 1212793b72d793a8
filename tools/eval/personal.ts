import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGuards, type Guards } from '../../packages/sallyport/src/guard/index.ts';
import type { EvalRow, EvalTable } from './table.ts';

type Row = {
  readonly entity: string;
  readonly text: string;
  readonly count: number;
  readonly weak: boolean;
  readonly spans: readonly Span[] | null;
};
type Span = { readonly start: number; readonly end: number; readonly type: string };

/** Personal data in the development files of `pii/`: one row for each recogniser case, and made-up sentences. */
export const personal: EvalTable = {
  title: 'personal data',
  run: async (data) => Promise.resolve([...recognisers(data), ...sentences(data), ...hostile()]),
};

function rowsOf<T>(data: string, name: string): T[] {
  return readFileSync(join(data, 'pii', name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** Counts of one type: expected values found, expected values missed, found where nothing or less was expected. */
type Counts = { hit: number; missed: number; extra: number };

function recognisers(data: string): EvalRow[] {
  const guards = createGuards({ config: {}, canaries: [] });
  const byType = new Map<string, Counts>();
  for (const row of rowsOf<Row>(data, 'recognizers-dev.jsonl')) {
    const counts = byType.get(row.entity) ?? { hit: 0, missed: 0, extra: 0 };
    byType.set(row.entity, counts);
    const found = spansOf(guards, row.text).filter(({ type }) => type === row.entity);
    const hit =
      row.spans === null
        ? Math.min(found.length, row.count)
        : row.spans.filter((span) => found.some((f) => f.start === span.start && f.end === span.end)).length;
    counts.hit += hit;
    counts.missed += row.count - hit;
    counts.extra += found.length - hit;
  }
  const all = [...byType.values()];
  const micro = f1(all.reduce((a, b) => ({ hit: a.hit + b.hit, missed: a.missed + b.missed, extra: a.extra + b.extra })));
  const macro = all.reduce((sum, counts) => sum + f1(counts), 0) / all.length;
  return [
    { what: 'recogniser cases, F1', bar: '>= 0.95', figure: micro.toFixed(3), held: micro >= 0.95 },
    { what: `recogniser cases, macro F1 of ${all.length} types`, bar: '>= 0.92', figure: macro.toFixed(3), held: macro >= 0.92 },
  ];
}

type Sentence = { readonly text: string; readonly spans: readonly Span[] };

/** Any personal data, whatever its type: words of the text (with each sign a word) that stand in an expected span against those in a found one. */
function sentences(data: string): EvalRow[] {
  const guards = createGuards({ config: {}, canaries: [] });
  const words: Counts = { hit: 0, missed: 0, extra: 0 };
  const spans: Counts = { hit: 0, missed: 0, extra: 0 };
  for (const row of rowsOf<Sentence>(data, 'sentences-dev.jsonl')) {
    const found = spansOf(guards, row.text);
    for (const word of row.text.matchAll(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu)) {
      const place = { start: word.index, end: word.index + word[0].length };
      count(words, touches(row.spans, place), touches(found, place));
    }
    for (const span of row.spans) count(spans, true, touches(found, span));
    for (const span of found) if (!touches(row.spans, span)) count(spans, false, true);
  }
  return [scored('sentences, any personal data, words', words), scored('sentences, any personal data, spans that touch', spans)];
}

function scored(what: string, { hit, missed, extra }: Counts): EvalRow {
  const f2 = (5 * hit) / (5 * hit + 4 * missed + extra);
  const figure = `F2 ${f2.toFixed(3)} (precision ${(hit / (hit + extra)).toFixed(3)}, recall ${(hit / (hit + missed)).toFixed(3)})`;
  return { what, bar: 'F2 >= 0.85', figure, held: f2 >= 0.85 };
}

function count(counts: Counts, expected: boolean, found: boolean): void {
  if (expected && found) counts.hit++;
  else if (expected) counts.missed++;
  else if (found) counts.extra++;
}

function touches(spans: readonly { start: number; end: number }[], { start, end }: { start: number; end: number }): boolean {
  return spans.some((span) => span.start < end && start < span.end);
}

/** Pieces that begin many candidates: digits with separators, capitals, addresses, what each shape begins with. */
const HOSTILE = [
  '1',
  '1 ',
  '1-',
  '1.',
  '1/',
  '12 ',
  'A1',
  'A1 ',
  'Aa ',
  'Aa 1 ',
  'Aa-',
  'A. ',
  "A'a ",
  '1 Aa\n',
  '999-99-',
  'http://',
  'a.b',
  'bc1q',
  '+9 (',
  'born 1 ',
  '00:',
  'May 5 ',
  '的A1',
  'Öz ',
];

/** The slowest text of 100 kB with the three detectors of personal data, the best of three runs. */
function hostile(): EvalRow[] {
  const off = ['injection', 'secrets', 'hidden_text', 'exfiltration', 'active_content', 'prompt_leak'];
  const guards = createGuards({ config: { off }, canaries: [] });
  let worst = { ms: 0, piece: '' };
  for (const piece of HOSTILE) {
    const text = piece.repeat(Math.ceil(100_000 / piece.length)).slice(0, 100_000);
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      guards.scan(text, { point: 'prompt', origin: 'user', part: 0 });
      return performance.now() - start;
    });
    const ms = Math.min(...times);
    if (ms > worst.ms) worst = { ms, piece };
  }
  const figure = `${worst.ms.toFixed(1)} ms (${JSON.stringify(worst.piece)} again and again)`;
  return [{ what: 'hostile text of 100 kB, slowest', bar: '<= 50 ms', figure, held: worst.ms <= 50 }];
}

function spansOf(guards: Guards, text: string): Span[] {
  const { findings } = guards.scan(text, { point: 'prompt', origin: 'user', part: 0 });
  return findings.flatMap(({ category, type, location }) =>
    category === 'personal_data' && location.kind === 'text' ? [{ start: location.start, end: location.end, type }] : [],
  );
}

/** 1 where nothing was expected and nothing found. */
function f1({ hit, missed, extra }: Counts): number {
  return hit + missed + extra === 0 ? 1 : (2 * hit) / (2 * hit + missed + extra);
}
