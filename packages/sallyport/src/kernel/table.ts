import { cut, displayWidth, pad } from './width.ts';
import { visible } from './log.ts';

/** A column of a table. Numbers stand on the right. */
export type Column = { readonly title: string; readonly align?: 'left' | 'right' };

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

/** Takes columns from the widest until all fit into `space` or none can give more. */
function fit(wanted: readonly number[], space: number): number[] {
  const widths = [...wanted];
  const total = (): number => widths.reduce((sum, width) => sum + width, 0);
  while (total() > space) {
    const widest = Math.max(...widths);
    if (widest <= MIN_COLUMN) break;
    const next = Math.max(MIN_COLUMN, ...widths.filter((width) => width < widest));
    const givers = widths.filter((width) => width === widest).length;
    const target = Math.max(next, widest - Math.ceil((total() - space) / givers));
    widths.forEach((width, at) => {
      if (width === widest) widths[at] = target;
    });
  }
  return widths;
}
