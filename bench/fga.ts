import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { growth } from './fga_growth.ts';
import { overPostgres, type Row } from './fga_postgres.ts';

// What authorization costs: documents in folders five deep, seen by groups nested three deep. In process, over sizes: `node bench/fga.ts
// [--sizes A,B] [--passes N] [--plot FILE.svg]`; over HTTP: `node bench/fga.ts --postgres [--tuples N] [--seconds S]`.

const { values } = parseArgs({
  options: {
    tuples: { type: 'string', default: '1000000' },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    postgres: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    passes: { type: 'string', default: '1' },
    plot: { type: 'string' },
  },
});

if (values.postgres) {
  const rows: Row[] = [];
  await overPostgres(Number(values.tuples), Number(values.seconds), (row) => {
    rows.push(row);
    console.log(JSON.stringify(row));
  });
  console.table(rows);
} else {
  const drawing = growth(values.sizes.split(',').map(Number), Number(values.passes));
  if (values.plot !== undefined) writeFileSync(values.plot, drawing);
}
