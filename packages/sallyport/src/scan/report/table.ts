import { cut, displayWidth, SEVERITIES, visible, wrap, type Severity } from '../../kernel/index.ts';
import { placeOf, type NotScanned, type TraceStep } from '../finding.ts';
import type { FrameLine } from '../frame.ts';
import type { Reported, ScanResult } from '../result.ts';

/** Entries of a list that are shown; the other forms of the report have all. */
const MAX_LISTED = 10;
/** Files not scanned for one reason that are named each. */
const MAX_NAMED = 3;
/** Kinds of files that a row counts. */
const MAX_KINDS = 6;
/** Wider text is hard to read, and a program's output has no width. */
const MAX_WIDTH = 140;
const MIN_WIDTH = 40;

const COLOURS: Readonly<Record<Severity, string>> = {
  critical: '\u001b[91m',
  high: '\u001b[31m',
  medium: '\u001b[33m',
  low: '\u001b[36m',
  info: '\u001b[90m',
};
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const RESET = '\u001b[0m';

type Style = { readonly width: number; paint(code: string, text: string): string };

/** The result for a person: each finding with the lines around it and the way of the data, then what was not scanned and a summary. */
export function tableReport(result: ScanResult, options: { readonly width: number; readonly colour: boolean }): string {
  const style: Style = {
    width: Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, options.width)),
    paint: (code, text) => (options.colour && text !== '' ? `${code}${text}${RESET}` : text),
  };
  const lines = result.findings.flatMap((finding) => [...findingLines(finding, style), '']);
  lines.push(...notScannedLines(result.notScanned, style), ...suppressionLines(result, style), ...summary(result, style));
  return `${lines.join('\n')}\n`;
}

function findingLines(finding: Reported, style: Style): string[] {
  const { path, line, column } = placeOf(finding);
  const ids = [finding.type, ...(finding.taxonomy ?? [])].filter((id) => id.startsWith('CWE-'));
  const cwe = ids[0] === undefined ? '' : `  ${ids[0]}`;
  const severity = finding.severity.toUpperCase();
  return [
    `${style.paint(COLOURS[finding.severity], severity)}  ${style.paint(BOLD, visible(finding.rule))}${cwe}${finding.audit === true ? '  audit' : ''}`,
    ...wrapped(finding.message, 2, style),
    `  ${style.paint(DIM, `${visible(path)}:${line}:${column}`)}`,
    ...frameLines(finding.frame, style),
    ...traceLines(finding.trace ?? [], style),
    ...(finding.fix === undefined ? [] : wrapped(`fix: ${finding.fix}`, 2, style)),
  ];
}

function wrapped(text: string, indent: number, style: Style): string[] {
  return wrap(visible(text), style.width - indent).map((line) => ' '.repeat(indent) + line);
}

function frameLines(frame: readonly FrameLine[], style: Style): string[] {
  const digits = String(frame.at(-1)?.number ?? 0).length;
  return frame.flatMap(({ number, text, mark, cut: shortened }) => {
    const gutter = `${mark === undefined ? '   ' : ' > '}${String(number).padStart(digits)} | `;
    const room = style.width - displayWidth(gutter);
    const shown = visible(text.replaceAll('\t', '  '));
    const line = `${style.paint(DIM, gutter)}${cut(shortened === true ? `${shown}…` : shown, room)}`;
    if (mark === undefined) return [line];
    const start = displayWidth(visible(text.slice(0, mark.start).replaceAll('\t', '  ')));
    const length = Math.max(1, displayWidth(visible(text.slice(mark.start, mark.end).replaceAll('\t', '  '))));
    if (start >= room) return [line];
    const marks = '^'.repeat(Math.min(length, room - start));
    return [line, `${style.paint(DIM, `   ${' '.repeat(digits)} | `)}${' '.repeat(start)}${style.paint(COLOURS[SEVERITIES[3]], marks)}`];
  });
}

function traceLines(trace: readonly TraceStep[], style: Style): string[] {
  if (trace.length === 0) return [];
  const rows = trace.map(({ path, line, column, what }, at) =>
    cut(`    ${at + 1}. ${visible(`${path}:${line}:${column}  ${what}`)}`, style.width),
  );
  return ['  the way of the data:', ...rows];
}

function notScannedLines(notScanned: readonly NotScanned[], style: Style): string[] {
  if (notScanned.length === 0) return [];
  const rows = byReason(notScanned);
  const shown = rows.slice(0, MAX_LISTED).map((row) => cut(`  ${visible(row)}`, style.width));
  return [style.paint(BOLD, `not scanned (${notScanned.length}):`), ...shown, ...more(rows.length), ''];
}

/** Files that were not scanned for the same reason are one row, with a count for each kind of file. */
function byReason(notScanned: readonly NotScanned[]): string[] {
  const paths = new Map<string, string[]>();
  for (const { path, reason } of notScanned) {
    const known = paths.get(reason);
    if (known === undefined) paths.set(reason, [path]);
    else known.push(path);
  }
  return [...paths].flatMap(([reason, found]) => {
    if (found.length <= MAX_NAMED) return found.map((path) => `${path}: ${reason}`);
    const kinds = new Map<string, number>();
    for (const path of found) {
      const kind = /\.\w{1,10}$/.exec(path)?.[0] ?? 'no extension';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    const counts = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${kind} ${count}`);
    return [`${found.length} files: ${reason} (${counts.slice(0, MAX_KINDS).join(', ')}${counts.length > MAX_KINDS ? ', …' : ''})`];
  });
}

function suppressionLines({ unusedSuppressions, suppressionsWithoutReason }: ScanResult, style: Style): string[] {
  const list = (title: string, marks: ScanResult['unusedSuppressions']): string[] => {
    if (marks.length === 0) return [];
    const rows = marks
      .slice(0, MAX_LISTED)
      .map(({ path, line, rules }) =>
        cut(`  ${visible(`${path}:${line}${rules.length === 0 ? '' : `  ${rules.join(', ')}`}`)}`, style.width),
      );
    return [style.paint(BOLD, title), ...rows, ...more(marks.length), ''];
  };
  return [
    ...list('suppressions that nothing needs any more:', unusedSuppressions),
    ...list('suppressions without a reason, so not obeyed (write `-- reason`):', suppressionsWithoutReason),
  ];
}

function more(count: number): string[] {
  return count > MAX_LISTED ? [`  and ${count - MAX_LISTED} more; --format json lists all`] : [];
}

function summary(result: ScanResult, style: Style): string[] {
  const { findings, suppressed, known, leftOut, files, milliseconds, ran } = result;
  const counts = [...SEVERITIES]
    .reverse()
    .map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => style.paint(COLOURS[severity], `${count} ${severity}`));
  const found =
    findings.length === 0 ? 'nothing found' : `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}: ${counts.join(', ')}`;
  const facts = [
    `${files} ${files === 1 ? 'file' : 'files'} in ${(milliseconds / 1000).toFixed(1)} s (${ran.join(', ')})`,
    ...(suppressed.length === 0 ? [] : [`${suppressed.length} suppressed`]),
    ...(known === 0 ? [] : [`${known} known before`]),
    ...(leftOut.length === 0 ? [] : [`${leftOut.length} left out (dependencies, media, excluded paths)`]),
  ];
  return [style.paint(BOLD, found), ...wrapped(facts.join('; '), 0, style)];
}
