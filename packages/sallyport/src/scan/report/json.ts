import { visible } from '../../kernel/index.ts';
import type { Reported, ScanResult } from '../result.ts';

/** The result as one JSON text; characters that a terminal would obey are escaped. */
export function jsonReport(result: ScanResult, version: string): string {
  const { ran, files, characters, milliseconds, known, notScanned, leftOut, unusedSuppressions, suppressionsWithoutReason } = result;
  const report = {
    tool: { name: 'sallyport', version },
    findings: result.findings.map(row),
    suppressed: result.suppressed.map(row),
    known,
    notScanned,
    leftOut,
    unusedSuppressions,
    suppressionsWithoutReason,
    ran,
    files,
    characters,
    milliseconds,
  };
  // Escapes of a JSON string are escapes in JSON too; line feeds stand between its values only.
  return `${JSON.stringify(report, undefined, 2).split('\n').map(visible).join('\n')}\n`;
}

/** The frame is for people; an autofix is applied by --fix. */
function row({ frame: _frame, ...finding }: Reported): Omit<Reported, 'frame'> {
  return finding;
}
