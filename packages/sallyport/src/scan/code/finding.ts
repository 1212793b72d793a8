import type { Finding } from '../../kernel/index.ts';

export type SourceFile = { readonly path: string; readonly text: string };

/** One step of a flow, first the source, last the sink. Lines and columns from 1, columns in UTF-16 code units. */
export type TraceStep = { readonly path: string; readonly line: number; readonly column: number; readonly what: string };

/** A weakness in code: category `vulnerable_code`, type = CWE id, location kind `file`. */
export type CodeFinding = Finding & {
  readonly message: string;
  readonly trace?: readonly TraceStep[];
  /** Of the audit tier: the place deserves a look, a flow is not proven. */
  readonly audit?: true;
  /** A safe replacement; offsets are UTF-16 code units into the file's text, `end` exclusive. */
  readonly autofix?: { readonly start: number; readonly end: number; readonly text: string };
};

export type NotScanned = { readonly path: string; readonly reason: string };

/** Processor times in milliseconds, summed over files. */
export type ScanStats = {
  files: number;
  characters: number;
  /** Parse, and lowering to arrays and to the intermediate form. */
  front: number;
  analysis: number;
};

export type ScanResult = {
  readonly findings: readonly CodeFinding[];
  readonly notScanned: readonly NotScanned[];
  readonly stats: ScanStats;
};
