import type { Units } from './units.ts';

/** The shortest credential, encoded text or address that is looked for. Words of a language rarely reach it. */
export const MIN_RUN = 16;

/** For every unit, so that none needs a test of its own. */
const IN_RUN = new Uint8Array(1 << 16);
for (let c = 33; c < 127; c++) IN_RUN[c] = 1;
for (const c of '"\'`<>()[]{},;|\\') IN_RUN[c.charCodeAt(0)] = 0;

/** Whether a unit is part of runs. */
export function isInRun(c: number): boolean {
  return IN_RUN[c] === 1;
}

/**
 * Runs of at least `MIN_RUN` printable ASCII characters without blanks, quotes and brackets: where credentials, base64 and addresses stand.
 * Flat list of start and end. Looks at every sixteenth character first, so most of a plain text is never touched.
 */
export function findRuns(units: Units): readonly number[] {
  const runs: number[] = [];
  const n = units.length;
  let start = 0;
  while (start + MIN_RUN <= n) {
    let i = start + MIN_RUN - 1;
    while (i >= start && IN_RUN[units[i] as number] === 1) i--;
    if (i >= start) {
      start = i + 1;
      continue;
    }
    let end = start + MIN_RUN;
    while (end < n && IN_RUN[units[end] as number] === 1) end++;
    runs.push(start, end);
    start = end + 1;
  }
  return runs;
}
