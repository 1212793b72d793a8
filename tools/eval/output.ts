import { createGuards, type RequestFacts } from '../../packages/sallyport/src/guard/index.ts';
import { detector as active } from '../../packages/sallyport/src/guard/detectors/active_content/index.ts';
import { seeded, letters } from '../../packages/sallyport/src/guard/detectors/secrets/made_up.ts';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import type { EvalRow, EvalTable } from './table.ts';

/** What detectors of replies say about ordinary text, and how long they take with the facts of a request beside it. */
export const output: EvalTable = { title: 'output', run: async (data) => Promise.resolve(rows(ordinary(data))) };

const GUARDS = createGuards({ config: {}, canaries: [] });
const TEXTS = 3_000;
const SIZE = 8_192;
const ROUNDS = 400;

/** Ordinary texts of the training set, as if they were replies. */
function ordinary(data: string): string[] {
  const lines = gunzipSync(readFileSync(join(data, 'injection/train.jsonl.gz')))
    .toString('utf8')
    .split('\n');
  return lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { label: number; text: string })
    .filter(({ label }) => label === 0)
    .slice(-TEXTS)
    .map(({ text }) => text);
}

function rows(texts: readonly string[]): EvalRow[] {
  const request = askedFor(texts[0] ?? '');
  const at = { point: 'response', origin: 'assistant', part: 0, request } as const;
  const found = new Map<string, number>();
  for (const text of texts) {
    const rules = new Set(GUARDS.scan(text, at).findings.map(({ rule }) => rule.split('.', 1)[0] ?? ''));
    for (const rule of rules) found.set(rule, (found.get(rule) ?? 0) + 1);
  }
  const share = (id: string): number => (found.get(id) ?? 0) / texts.length;
  const line = (id: string, most: number): EvalRow => ({
    what: `false: ${id} on ordinary text`,
    bar: `<= ${most * 100} %`,
    figure: `${(share(id) * 100).toFixed(2)} % of ${texts.length}`,
    held: share(id) <= most,
  });
  const [bare, compared] = [timed(texts, undefined), timed(texts, request)];
  return [
    line(active.id, 0.01),
    line('exfiltration', 0.01),
    line('prompt_leak', 0.001),
    line('refusal', 0.005),
    {
      what: 'reply with the facts of its request',
      bar: '<= 1.5 x without',
      figure: `${(compared / bare).toFixed(2)} x`,
      held: compared <= 1.5 * bare,
    },
  ];
}

function askedFor(first: string): RequestFacts {
  const random = seeded(9);
  const system = `${first.slice(0, 2_000)} ${Array.from({ length: 100 }, () => letters(random, 6)).join(' ')}`;
  return { system, language: 'en', documents: [], schema: () => undefined };
}

/** Median microseconds for 8 KB. */
function timed(texts: readonly string[], request: RequestFacts | undefined): number {
  const all = texts.join('\n\n');
  const of = Array.from({ length: 32 }, (_, index) => all.slice(index * SIZE, (index + 1) * SIZE));
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.hrtime.bigint();
    GUARDS.scan(of[round % of.length] ?? '', {
      point: 'response',
      origin: 'assistant',
      part: 0,
      ...(request === undefined ? {} : { request }),
    });
    if (round >= ROUNDS / 2) times.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
}
