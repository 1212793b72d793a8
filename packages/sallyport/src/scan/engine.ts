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

/** Source code that nothing here understands: a scan says so. Texts and data are no code, and were looked through for the rest. */
const OTHER_CODE =
  /\.(?:java|kt|kts|scala|groovy|php|phtml|rb|erb|c|h|cc|cpp|cxx|hpp|hh|m|mm|cs|vb|fs|swift|dart|lua|pl|pm|r|jl|ex|exs|erl|hs|ml|clj|zig|nim|sol|astro|ps1|asp|aspx|jsp|cfm)$/i;

/** The engine of this product. Its grammars are loaded when source code is scanned, not when a command starts. */
export const codeEngine: CodeEngine = async (files, options) => {
  const { isRead, scanCode } = await import('./code/index.ts');
  const found = await scanCode(
    files.filter(({ path }) => isRead(path)),
    options,
  );
  const others = files.filter(({ path }) => OTHER_CODE.test(path) && !isRead(path));
  return {
    ...found,
    notScanned: [...found.notScanned, ...others.map(({ path }) => ({ path, reason: 'code: of a language that is not read' }))],
  };
};
