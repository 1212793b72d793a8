import { groupOf, type Row } from './rows.ts';

/** A row with the score of a model that had not seen it. */
export type Judged = { readonly row: Row; readonly inputs: Float64Array; readonly score: number };

/** Recall and false alarms by source. */
export function printed(title: string, judged: readonly Judged[]): string {
  const lines = [title];
  const recalls: number[] = [];
  for (const label of [1, 0]) {
    const groups = Map.groupBy(
      judged.filter(({ row }) => row.label === label),
      ({ row }) => (row.calibrates === true ? `${groupOf(row)} (calibrates)` : groupOf(row)),
    );
    for (const [group, rows] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
      const share = rows.filter(({ score }) => score >= 0.5).length / rows.length;
      if (label === 1 && rows.length >= 20) recalls.push(share);
      lines.push(
        `  ${label === 1 ? 'attack' : 'benign'}  ${group.padEnd(34)} ${String(rows.length).padStart(6)}  ${(share * 100).toFixed(2).padStart(6)} %`,
      );
    }
  }
  lines.push(`  mean recall over sources ${((recalls.reduce((a, b) => a + b, 0) / recalls.length) * 100).toFixed(1)} %`);
  return lines.join('\n');
}
