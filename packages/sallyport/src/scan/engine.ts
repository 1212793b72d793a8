import type { LoweredCache } from './code/index.ts';
import type { NotScanned, ScanFinding, SourceText } from './finding.ts';

/** What the engine over source code answers; `stats` is its own. */
export type CodeScan = {
  readonly findings: readonly ScanFinding[];
  readonly notScanned: readonly NotScanned[];
  readonly stats: unknown;
};

/**
 * Port of the engine over source code: finds vulnerable code (category `vulnerable_code`, type = CWE id, location kind `file`) in all
 * files together. Gives every path back as it got it. `audit` adds findings that are not proved.
 */
export type CodeEngine = (
  files: readonly SourceText[],
  options: { readonly audit?: boolean; readonly workers?: number; readonly cache?: LoweredCache | undefined },
) => Promise<CodeScan>;

/** The engine of this product. Its grammars are loaded when source code is scanned, not when a command starts. */
export const codeEngine: CodeEngine = async (files, options) => (await import('./code/index.ts')).scanCode(files, options);
