/** One line of an evaluation: a figure beside the bar that was set before it was measured. */
export type EvalRow = {
  readonly what: string;
  /** As a person reads it, e.g. `>= 95 %`. */
  readonly bar: string;
  /** As a person reads it, e.g. `96.4 % of 1,200`. */
  readonly figure: string;
  readonly held: boolean;
};

/** One table of `npm run eval:guard`. `data`: the folder with the datasets (`injection/`, `pii/`, `packages/`). */
export type EvalTable = {
  readonly title: string;
  readonly run: (data: string) => Promise<readonly EvalRow[]>;
};

/** The table as text, columns aligned. */
export function printed(title: string, rows: readonly EvalRow[]): string {
  const lines = rows.map(({ what, bar, figure, held }) => [held ? 'ok' : 'MISS', what, figure, bar]);
  const widths = [0, 1, 2].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const text = lines.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
  return [title, ...text].join('\n');
}
