import { HIDDEN_TEXTS, hiddenCases } from '../../../packages/sallyport/test/kit/hidden_cases.ts';
import type { Documents } from '../../../packages/sallyport/src/documents/service.ts';
import { inspect, strictest } from '../../../packages/sallyport/src/knowledge/service.ts';
import type { EvalRow } from '../table.ts';
import { inspector } from './guards.ts';

/** Every way of hiding in every format, through the reading processes: whether the text comes out as hidden, and what the verdict is. */
export async function hidden(documents: Documents): Promise<readonly EvalRow[]> {
  const cases = hiddenCases();
  const words = (text: string): string => text.replace(/[\s\u200b]+/g, ' ').replace(/[()]/g, '');
  const formats = new Map<string, { all: number; found: number }>();
  let stopped = 0;
  let steering = 0;
  const missed: string[] = [];
  for (const { name, how, file, bytes, hidden: text } of cases) {
    const read = await documents.read({ bytes, name: file });
    const told = read.ok && read.parts.some((part) => how.includes(part.shown) && words(part.text).includes(words(text)));
    const format = formats.get(file.slice(2)) ?? { all: 0, found: 0 };
    format.all++;
    if (told) format.found++;
    else missed.push(name);
    formats.set(file.slice(2), format);
    if (text !== HIDDEN_TEXTS[0]) continue;
    steering++;
    if (strictest((await inspect(read, inspector)).reasons) !== 'accept') stopped++;
    else missed.push(`${name} (accepted)`);
  }
  for (const name of missed) process.stderr.write(`missed: ${name}\n`);
  const found = [...formats.values()].reduce((sum, one) => sum + one.found, 0);
  const each = [...formats].map(([format, one]) => `${format} ${one.found}/${one.all}`).join(', ');
  return [
    {
      what: 'found and told how',
      bar: '100 % of at least 200',
      figure: `${percent(found, cases.length)} (${each})`,
      held: found === cases.length && found >= 200,
    },
    { what: 'that steer: not accepted', bar: '100 %', figure: percent(stopped, steering), held: stopped === steering },
  ];
}

export function percent(part: number, whole: number): string {
  return `${whole === 0 ? '-' : ((100 * part) / whole).toFixed(2)} % of ${whole}`;
}
