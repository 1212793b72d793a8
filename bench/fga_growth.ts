import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Measured } from './fga_one.ts';
import { growthPlot } from './fga_plot.ts';

/** Large pages for what malloc gives, which is where typed arrays lie; `normal`: pages of 4 KB. */
const PAGES = { normal: {}, large: { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } };
type Pages = keyof typeof PAGES;

const one = join(import.meta.dirname, 'fga_one.ts');
const fixed = (value: number, digits = 2): string => value.toFixed(digits);

/** The pass that was disturbed least. */
function measured(size: number, pages: Pages, passes: number): Measured {
  const runs = Array.from({ length: passes }, () => {
    const out = execFileSync(process.execPath, [one, String(size)], { encoding: 'utf8', env: { ...process.env, ...PAGES[pages] } });
    return JSON.parse(out) as Measured;
  });
  return runs.reduce((best, run) => (run.engine.quiet < best.engine.quiet ? run : best));
}

/** Measures each size with both kinds of pages, prints the table and answers the drawing. */
export function growth(sizes: readonly number[], passes: number): string {
  const lines = (Object.keys(PAGES) as Pages[]).map((pages) => ({
    pages,
    points: sizes.map((size) => {
      const point = measured(size, pages, passes);
      console.error(pages, JSON.stringify(point));
      return point;
    }),
  }));
  for (const { pages, points } of lines) {
    console.log(`\n${pages} pages`);
    console.table(
      points.map(({ tuples, engine, call, ...rest }) => ({
        tuples,
        'engine quiet us': fixed(engine.quiet),
        mean: fixed(engine.mean),
        p50: fixed(engine.p50),
        p99: fixed(engine.p99),
        growth: fixed(engine.quiet / (points[0]?.engine.quiet ?? NaN)),
        'call quiet us': fixed(call.quiet),
        'mean ': fixed(call.mean),
        'p50 ': fixed(call.p50),
        'p99 ': fixed(call.p99),
        'growth ': fixed(call.quiet / (points[0]?.call.quiet ?? NaN)),
        'chase ns': fixed(rest.chaseNs, 0),
        'bytes/tuple': fixed(rest.bytesPerTuple, 0),
        'load s': fixed(rest.loadSeconds, 1),
        'list ms': fixed(rest.list1000),
        'filter ms': fixed(rest.filter100),
      })),
    );
  }
  return growthPlot(
    lines.flatMap(({ pages, points }) => [
      { name: `call, ${pages} pages`, points: points.map(({ tuples, call }) => ({ tuples, us: call.quiet })) },
      { name: `engine, ${pages} pages`, points: points.map(({ tuples, engine }) => ({ tuples, us: engine.quiet })) },
    ]),
  );
}
