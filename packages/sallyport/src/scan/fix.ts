import type { Reported } from './result.ts';
import { placeOf } from './finding.ts';

export type Fixed = { readonly text: string; readonly applied: readonly Reported[]; readonly skipped: readonly Reported[] };

/** `text` with the changes of these findings, from the end to the start; of two that touch the same place the later finding's waits for the next run. */
export function applyFixes(text: string, findings: readonly Reported[]): Fixed {
  const fixes = findings.flatMap((finding) => (finding.autofix === undefined ? [] : [{ finding, ...finding.autofix }]));
  const applied: Reported[] = [];
  const skipped: Reported[] = [];
  let fixed = text;
  let from = Infinity;
  for (const { finding, start, end, text: inserted } of fixes.sort((a, b) => b.start - a.start || b.end - a.end)) {
    if (start < 0 || end < start || end > text.length || end > from) {
      skipped.push(finding);
      continue;
    }
    fixed = fixed.slice(0, start) + inserted + fixed.slice(end);
    from = start;
    applied.push(finding);
  }
  return { text: fixed, applied, skipped };
}

/** Findings that have a fix, by the file that they are in. */
export function fixesByPath(findings: readonly Reported[]): ReadonlyMap<string, readonly Reported[]> {
  const files = new Map<string, Reported[]>();
  for (const finding of findings) {
    if (finding.autofix === undefined) continue;
    const { path } = placeOf(finding);
    files.set(path, [...(files.get(path) ?? []), finding]);
  }
  return files;
}
