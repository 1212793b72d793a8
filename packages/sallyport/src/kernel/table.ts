import { cut, displayWidth, pad } from './width.ts';
import { visible } from './log.ts';

/** A column of a table. Numbers stand on the right. `whole`: never cut, because people copy what stands there (ids). */
export type Column = { readonly title: string; readonly align?: 'left' | 'right'; readonly whole?: boolean };

/** No column is cut below this: fewer characters tell nothing. */
const MIN_COLUMN = 8;
const GAP = '  ';

/**
 * A table as text: titles, then rows, columns aligned, cut to `width` columns of the terminal by taking from the widest first.
 * Cells are data: their control and invisible characters come out as escapes.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const cells = [columns.map((column) => column.title), ...rows.map((row) => columns.map((_, at) => visible(row[at] ?? '')))];
  const widths = fit(
    columns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? '')))),
    width - GAP.length * (columns.length - 1),
    columns.map((column) => column.whole === true),
  );
  return cells.map((row) => line(row, columns, widths)).join('\n');
}

function line(row: readonly string[], columns: readonly Column[], widths: readonly number[]): string {
  const cells = row.map((cell, at) => {
    const space = widths[at] ?? 0;
    return pad(cut(cell, space), space, columns[at]?.align ?? 'left');
  });
  return cells.join(GAP).trimEnd();
}

/** Takes from the widest column that may be cut until all fit into `space` or none can give more. */
function fit(wanted: readonly number[], space: number, whole: readonly boolean[]): number[] {
  const widths = [...wanted];
  const cuttable = (): number[] => widths.filter((_, at) => whole[at] !== true);
  const total = (): number => widths.reduce((sum, width) => sum + width, 0);
  while (total() > space) {
    const widest = Math.max(0, ...cuttable());
    if (widest <= MIN_COLUMN) break;
    const next = Math.max(MIN_COLUMN, ...cuttable().filter((width) => width < widest));
    const givers = cuttable().filter((width) => width === widest).length;
    const target = Math.max(next, widest - Math.ceil((total() - space) / givers));
    widths.forEach((width, at) => {
      if (width === widest && whole[at] !== true) widths[at] = target;
    });
  }
  return widths;
}
