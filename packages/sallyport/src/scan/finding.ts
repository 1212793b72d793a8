import { SEVERITIES, type Finding, type Severity } from '../kernel/index.ts';

/** Where in a file. Lines and columns count from 1, columns in UTF-16 code units; the end is exclusive. */
export type FileLocation = Extract<Finding['location'], { kind: 'file' }>;

/** One step of the way that data took to a finding. `what` says in a few words what happens there. */
export type TraceStep = { readonly path: string; readonly line: number; readonly column: number; readonly what: string };

/** What a scanner of files finds. `message` is one sentence for the person who wrote the file and never holds a secret. */
export type ScanFinding = Finding & {
  readonly message: string;
  readonly trace?: readonly TraceStep[];
  /** Worth a look, not proved: only with `--audit`. */
  readonly audit?: true;
  /** A change that removes the finding and nothing else. Offsets are UTF-16 code units into the file's text, `end` exclusive. */
  readonly autofix?: { readonly start: number; readonly end: number; readonly text: string };
};

/** A file that a scanner reads: its path as it is shown, and its text. */
export type SourceText = { readonly path: string; readonly text: string };

/** What was not looked at, and why, in plain words. */
export type NotScanned = { readonly path: string; readonly reason: string };

/** What a check looks for: shown in SARIF, by `explain_finding` and in the documentation. */
export type CheckDescription = {
  readonly id: string;
  readonly title: string;
  /** Why it matters, and what an attacker does with it. */
  readonly why: string;
  readonly fix: string;
  readonly severity: Severity;
  readonly taxonomy: readonly string[];
};

const UNKNOWN_PLACE: FileLocation = { kind: 'file', path: '', line: 1, column: 1, endLine: 1, endColumn: 1 };

/** The place of a finding; scanners of files give no other kind. */
export function placeOf(finding: Finding): FileLocation {
  return finding.location.kind === 'file' ? finding.location : UNKNOWN_PLACE;
}

/** Position of a severity, `info` 0 to `critical` 4. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** By severity, the worst first, then by place. */
export function byWeight(one: Finding, other: Finding): number {
  const [a, b] = [placeOf(one), placeOf(other)];
  return (
    rankOf(other.severity) - rankOf(one.severity) ||
    compare(a.path, b.path) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(one.rule, other.rule)
  );
}

/** By code units: the same on every machine, whatever its locale. */
export function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
