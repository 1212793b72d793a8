import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { TOP } from '../top.ts';
import { printed, type EvalTable } from './table.ts';
import { cost } from './cost.ts';
import { injection } from './injection.ts';
import { output } from './output.ts';
import { personal } from './personal.ts';
import { secrets } from './secrets.ts';
import { packageNames, usageRules } from './usage.ts';

/** Every table, in the order of printing. One file each. */
const TABLES: readonly EvalTable[] = [injection, cost, personal, secrets, output, packageNames, usageRules];

const { values, positionals } = parseArgs({ options: { data: { type: 'string' } }, allowPositionals: true });
const data = resolve(values.data ?? `${TOP}/../shared/data`);
const wanted = positionals[0] ?? '';
let missed = 0;
for (const table of TABLES.filter(({ title }) => title.includes(wanted))) {
  const rows = await table.run(data);
  process.stdout.write(`${printed(table.title, rows)}\n\n`);
  missed += rows.filter(({ held }) => !held).length;
}
process.exitCode = missed === 0 ? 0 : 1;
