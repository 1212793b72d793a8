import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createGuards } from '../../packages/sallyport/src/guard/index.ts';
import type { EvalRow, EvalTable } from './table.ts';

/** Processor time of every detector together on ordinary texts of 8 KB, on one core, after warming up. */
export const cost: EvalTable = { title: 'cost of all detectors', run: async (data) => Promise.resolve(rows(texts(data))) };

const SIZE = 8_192;
const ROUNDS = 400;

/** Benign texts of the training set run together and cut to one size; the encoded ones carry 500 characters of base64 each. */
function texts(data: string): { plain: string[]; encoded: string[] } {
  const lines = gunzipSync(readFileSync(join(data, 'injection/train.jsonl.gz')))
    .toString('utf8')
    .split('\n');
  let all = '';
  for (const line of lines) {
    if (line === '') continue;
    const row = JSON.parse(line) as { label: number; text: string };
    if (row.label === 0) all += `${row.text.slice(0, 2_000)}\n\n`;
    if (all.length > 64 * SIZE) break;
  }
  const plain = Array.from({ length: 64 }, (_, index) => all.slice(index * SIZE, (index + 1) * SIZE));
  const encoded = plain.map((text) => `${text.slice(0, SIZE - 700)} ${Buffer.from(text.slice(0, 375)).toString('base64').slice(0, 500)}`);
  return { plain, encoded };
}

function rows({ plain, encoded }: { plain: string[]; encoded: string[] }): EvalRow[] {
  const [perKb, p99] = timed(plain);
  const [viewed] = timed(encoded);
  return [
    { what: 'plain text, prompt', bar: '<= 15 us/KB', figure: `${perKb.toFixed(1)} us/KB`, held: perKb <= 15 },
    { what: 'text with an encoded block, prompt', bar: '<= 40 us/KB', figure: `${viewed.toFixed(1)} us/KB`, held: viewed <= 40 },
    { what: 'p99 of 8 KB', bar: '<= 1 ms', figure: `${p99.toFixed(2)} ms`, held: p99 <= 1 },
  ];
}

/** Microseconds a KiB (UTF-16 units) in the median, milliseconds of the slowest hundredth. */
function timed(of: readonly string[]): [number, number] {
  const guards = createGuards({ config: {}, canaries: [] });
  const times: number[] = [];
  for (let round = 0; round < ROUNDS * 2; round++) {
    const text = of[round % of.length] ?? '';
    const start = process.hrtime.bigint();
    guards.scan(text, { point: 'prompt', origin: 'user', part: 0 });
    if (round >= ROUNDS) times.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  times.sort((a, b) => a - b);
  return [(times[times.length >> 1] ?? 0) / (SIZE / 1_024), (times[Math.floor(times.length * 0.99)] ?? 0) / 1_000];
}
