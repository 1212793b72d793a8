import type { ScanResult } from '../result.ts';
import { htmlReport } from './html.ts';
import { jsonReport } from './json.ts';
import { sarifReport } from './sarif.ts';
import { tableReport } from './table.ts';

export { unifiedDiff } from './diff.ts';
export const FORMATS = ['table', 'json', 'sarif', 'html'] as const;
export type Format = (typeof FORMATS)[number];

export type ReportOptions = { readonly version: string; readonly width: number; readonly colour: boolean };

const DRAW: Readonly<Record<Format, (result: ScanResult, options: ReportOptions) => string>> = {
  table: tableReport,
  json: (result, { version }) => jsonReport(result, version),
  sarif: (result, { version }) => sarifReport(result, version),
  html: (result, { version }) => htmlReport(result, version),
};

/** The result in one of the forms. */
export function draw(result: ScanResult, format: Format, options: ReportOptions): string {
  return DRAW[format](result, options);
}
