import type { ReactNode } from 'react';

export type Column<Row> = {
  /** Its heading; `quiet` ones are only read out. */
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  readonly quiet?: true;
  readonly style?: 'number' | 'mono' | 'small' | 'soft small';
};

/** A list of things of one kind. It scrolls inside itself where the screen is narrow, by keyboard too. */
export function Table<Row>({
  label,
  columns,
  rows,
  id,
  headless = false,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly id: (row: Row, index: number) => string;
  /** Headings that would say nothing new are only read out. */
  readonly headless?: boolean;
}): ReactNode {
  return (
    <div className="table" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead className={headless ? 'sr' : undefined}>
          <tr>
            {columns.map(({ title, quiet, style }) => (
              <th key={title} scope="col" className={style === 'number' ? 'number' : undefined}>
                {quiet === true ? <span className="sr">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={id(row, index)}>
              {columns.map(({ title, cell, style }) => (
                <td key={title} className={style}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
