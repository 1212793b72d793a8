import { groupOf, type Row } from './rows.ts';

/** Folds of the evaluation: about this many models are trained beside the one that ships. */
export const FOLDS = 3;

/** Attacks of these were planted in texts of these: left out together, or a text would be known from the other side. */
const TOGETHER: Readonly<Record<string, string>> = { 'BIPIA-ctx': 'BIPIA', 'BIPIA-attack-train': 'BIPIA' };

/** Benign texts that also carry planted attacks in other sources; they are left out row by row, since their attacks cannot be. */
const CARRIER =
  /^(?:repo|xquad|T0|BFCL|Taskmaster|mined|GPTeacher|dolly|BIPIA-ctx|BIPIA|own\/carrier|own\/(?:about|work|mail|rules|talk|writing|code)|files|traces)/;

/**
 * The fold in which each row is judged: whole sources, the largest apart from each other. With `attacksByRow` only benign sources are left out as
 * a whole: how loud a known kind of attack is, measured against benign texts of unknown kinds, is what the last step must know.
 */
export function foldsOf(rows: readonly Row[], attacksByRow: boolean): Int32Array {
  const groups = rows.map((row) => TOGETHER[groupOf(row)] ?? groupOf(row));
  const attacks = new Map<string, number>();
  for (const [r, row] of rows.entries()) attacks.set(groups[r] ?? '', (attacks.get(groups[r] ?? '') ?? 0) + row.label);
  const ranked = [...attacks].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([group]) => group);
  const fold = new Map(ranked.map((group, at) => [group, at % FOLDS]));
  return Int32Array.from(rows, (row, r) =>
    (row.label === 0 ? CARRIER.test(groups[r] ?? '') : attacksByRow)
      ? (Math.imul(r, 0x9e3779b1) >>> 8) % FOLDS
      : (fold.get(groups[r] ?? '') ?? 0),
  );
}
