import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createGuards, type Guards } from '../../packages/sallyport/src/guard/index.ts';
import type { EvalRow, EvalTable } from './table.ts';

/**
 * Processor time of every detector together on benign texts of 8 KB (UTF-16 units), on one core, after warming up. Microseconds a KB are the mean
 * over the texts of each text's fastest round, so that what else runs on the machine does not count; the p99 takes every round as it was.
 */
export const cost: EvalTable = { title: 'cost of all detectors', run: async (data) => Promise.resolve(rows(kindsOf(data))) };

const SIZE = 8_192;
const TEXTS = 16;
const ROUNDS = 40;
const WARM_UP = 20;

type Kind = { readonly what: string; readonly bar: number; readonly texts: readonly string[] };
type Row = { readonly label: number; readonly kind: string; readonly lang: string; readonly text: string };

function kindsOf(data: string): readonly Kind[] {
  const benign = gunzipSync(readFileSync(join(data, 'injection/train.jsonl.gz')))
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
    .filter(({ label }) => label === 0);
  const of = (fits: (row: Row) => boolean): readonly string[] => cut(benign.filter(fits).map(({ text }) => text));
  const mixed = of(() => true);
  return [
    { what: 'English prose, ASCII', bar: PLAIN, texts: of(({ lang, kind, text }) => lang === 'en' && isProse(kind) && isAscii(text)) },
    { what: 'JSON, ASCII', bar: PLAIN, texts: of(({ text }) => isAscii(text)).map((text) => asJson(text)) },
    { what: 'code, ASCII', bar: PLAIN, texts: of(({ kind, text }) => kind === 'benign_code' && isAscii(text)) },
    { what: 'Chinese', bar: PLAIN, texts: of(({ lang }) => lang === 'zh') },
    { what: 'Russian', bar: PLAIN, texts: of(({ lang }) => lang === 'ru') },
    { what: 'Arabic', bar: PLAIN, texts: of(({ lang }) => lang === 'ar') },
    { what: 'Hindi', bar: PLAIN, texts: of(({ lang }) => lang === 'hi') },
    { what: 'all kinds and languages as they come', bar: PLAIN, texts: mixed },
    { what: 'the same with an encoded block', bar: VIEWED, texts: mixed.map(withBlock) },
  ];
}

const PLAIN = 15;
const VIEWED = 40;

function isProse(kind: string): boolean {
  return kind !== 'benign_code';
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

/** Texts run together and cut to one size; few texts are repeated. */
function cut(texts: readonly string[]): readonly string[] {
  let all = '';
  for (const text of texts) {
    all += `${text.slice(0, 2_000)}\n\n`;
    if (all.length > TEXTS * SIZE) break;
  }
  if (all === '') return [];
  while (all.length < TEXTS * SIZE) all += all;
  return Array.from({ length: TEXTS }, (_, index) => all.slice(index * SIZE, (index + 1) * SIZE));
}

/** The text's lines as records, such as a tool answers. */
function asJson(text: string): string {
  const records = text.split('\n').map((line, id) => ({ id, active: id % 2 === 0, score: id / 7, tags: ['row', 'text'], text: line }));
  return JSON.stringify(records, null, 1).slice(0, SIZE);
}

/** 500 characters of base64 at the end. */
function withBlock(text: string): string {
  return `${text.slice(0, SIZE - 501)} ${Buffer.from(text.slice(0, 375)).toString('base64').slice(0, 500)}`;
}

function rows(kinds: readonly Kind[]): EvalRow[] {
  const guards = createGuards({ config: {}, canaries: [] });
  // All kinds warm up first: what runs in a gate has seen every kind of text.
  for (let round = 0; round < WARM_UP; round++) for (const { texts } of kinds) for (const text of texts) timeOf(guards, text);
  const all: number[] = [];
  const perKind = kinds.map(({ what, bar, texts }): EvalRow => {
    const perKb = microseconds(guards, texts, all) / (SIZE / 1_024);
    return { what, bar: `<= ${bar} us/KB`, figure: `${perKb.toFixed(1)} us/KB`, held: perKb <= bar };
  });
  all.sort((a, b) => a - b);
  const p99 = (all[Math.floor(all.length * 0.99)] ?? 0) / 1_000;
  return [...perKind, { what: 'p99 of 8 KB, every kind', bar: '<= 1 ms', figure: `${p99.toFixed(2)} ms`, held: p99 <= 1 }];
}

/** Mean over the texts of the fastest round of each; every round is added to `all`. */
function microseconds(guards: Guards, texts: readonly string[], all: number[]): number {
  let sum = 0;
  for (const text of texts) {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const time = timeOf(guards, text);
      all.push(time);
      best = Math.min(best, time);
    }
    sum += best;
  }
  return sum / texts.length;
}

function timeOf(guards: Guards, text: string): number {
  const start = process.hrtime.bigint();
  guards.scan(text, { point: 'prompt', origin: 'user', part: 0 });
  return Number(process.hrtime.bigint() - start) / 1_000;
}
