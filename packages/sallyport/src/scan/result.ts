import type { CheckDescription, NotScanned, ScanFinding } from './finding.ts';
import type { FrameLine } from './frame.ts';
import type { Suppression } from './suppress.ts';

/** What `scan code` may look for. */
export const SCAN_KINDS = ['code', 'secrets', 'agents'] as const;
export type ScanKind = (typeof SCAN_KINDS)[number];

/** A finding as it is shown: no text of a secret is in it. */
export type Reported = ScanFinding & {
  readonly fingerprint: string;
  readonly frame: readonly FrameLine[];
  readonly suppressed?: Suppression;
};

/** The outcome of a scan; every report is made of it. */
export type ScanResult = {
  /** Those that count, the worst first. */
  readonly findings: readonly Reported[];
  readonly suppressed: readonly Reported[];
  /** How many are not shown because a baseline or the state before the change has them. */
  readonly known: number;
  readonly notScanned: readonly NotScanned[];
  /** Folders of dependencies and what the configuration excludes. */
  readonly leftOut: readonly string[];
  /** Own suppressions that nothing needs, and those without a reason, which are not obeyed. */
  readonly unusedSuppressions: readonly Suppression[];
  readonly suppressionsWithoutReason: readonly Suppression[];
  readonly ran: readonly string[];
  readonly files: number;
  readonly characters: number;
  readonly milliseconds: number;
  /** What is known of the checks that may have found something. */
  readonly checks: readonly CheckDescription[];
};
