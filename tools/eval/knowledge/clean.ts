import type { Documents } from '../../../packages/sallyport/src/documents/service.ts';
import { inspect } from '../../../packages/sallyport/src/knowledge/service.ts';
import type { EvalRow } from '../table.ts';
import { documentsBelow, type Sample } from './corpus.ts';
import { against, inspector } from './guards.ts';
import { percent } from './hidden.ts';
import { madeClean } from './made.ts';

/** Documents of one kind taken from each folder. */
const MOST = 300;

/** Real documents of this machine, and made ones with what only looks like hiding: how many would wait or be refused. */
export async function clean(documents: Documents, folders: readonly string[], show: boolean): Promise<readonly EvalRow[]> {
  const rows: EvalRow[] = [];
  let all = 0;
  let held = 0;
  const sets: [string, readonly Sample[]][] = [
    ['made', madeClean()],
    ...folders.map((folder): [string, readonly Sample[]] => [folder, documentsBelow(folder, MOST)]),
  ];
  for (const [name, samples] of sets) {
    let read = 0;
    let stopped = 0;
    const unread: string[] = [];
    for (const sample of samples) {
      const document = await documents.read(sample);
      if (!document.ok) {
        unread.push(document.refusal);
        continue;
      }
      read++;
      const why = against(await inspect(document, inspector));
      if (why.length === 0) continue;
      stopped++;
      if (show) process.stderr.write(`${sample.name}: ${why.join(', ')}\n`);
    }
    all += read;
    held += stopped;
    const more = unread.length === 0 ? '' : `; not read: ${unread.join(' ')}`;
    rows.push({
      what: `not accepted: ${name.replace(/^.*\/(?=.*\/)/, '')}`,
      bar: '',
      figure: `${percent(stopped, read)}${more}`,
      held: true,
    });
  }
  rows.push({ what: 'not accepted: all', bar: '<= 1 %', figure: percent(held, all), held: held <= all * 0.01 });
  return rows;
}
