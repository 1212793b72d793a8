import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { silentLogger } from '../../packages/sallyport/src/kernel/index.ts';
import { openDocuments } from '../../packages/sallyport/src/documents/service.ts';
import { TOP } from '../top.ts';
import { clean } from './knowledge/clean.ts';
import { hidden } from './knowledge/hidden.ts';
import { poison } from './knowledge/poison.ts';
import { printed, type EvalRow } from './table.ts';

/** `npm run eval:knowledge [-- --clean DIR …]`: hidden text found, clean documents let through, poisoned passages stopped. */
const { values } = parseArgs({
  options: { data: { type: 'string' }, clean: { type: 'string', multiple: true }, show: { type: 'boolean' } },
});
const data = resolve(values.data ?? `${TOP}/../shared/data`);
const folders = values.clean ?? [`${TOP}/node_modules`, '/usr/share/doc'];
const documents = openDocuments({ logger: silentLogger });
let missed = 0;
const print = (title: string, rows: readonly EvalRow[]): void => {
  process.stdout.write(`${printed(title, rows)}\n\n`);
  missed += rows.filter(({ held }) => !held).length;
};
print('hidden text, generated', await hidden(documents));
print('clean documents', await clean(documents, folders, values.show === true));
print('poisoned passages (PoisonedRAG)', poison(data));
await documents.close();
process.exitCode = missed === 0 ? 0 : 1;
