import { visible, type Finding } from '../kernel/index.ts';
import type { Scan } from './detector.ts';

/** Characters of text around a finding that are shown. */
const AROUND = 60;

/** The findings of a text for a person: each with its place in the text marked beneath, strongest first. Nothing that a terminal would obey. */
export function drawScan(text: string, scan: Scan, width: number): string {
  const lines = [headline(scan)];
  for (const finding of [...scan.findings].sort((a, b) => b.confidence - a.confidence))
    lines.push('', ...drawFinding(text, finding, width));
  for (const { guard, onError } of scan.failures) lines.push('', `guard ${guard} failed; its point says ${onError}`);
  if (scan.unscanned !== undefined) lines.push('', `not scanned: ${scan.unscanned}`);
  return `${lines.join('\n')}\n`;
}

function headline({ findings, scores }: Scan): string {
  const count = findings.length === 0 ? 'nothing found' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  return `${count}; injection score ${scores.injection.toFixed(2)}`;
}

function drawFinding(text: string, finding: Finding, width: number): string[] {
  const { rule, severity, confidence, evidence, location } = finding;
  const title = `${rule}  ${finding.category}/${finding.type}  ${severity}  ${confidence.toFixed(2)}`;
  const place = location.kind === 'text' ? drawPlace(text, location.start, location.end, Math.max(40, width - 2)) : [];
  return [title, ...place.map((line) => `  ${line}`), ...(evidence === undefined ? [] : [`  ${visible(evidence)}`])];
}

/** The line around the span, and a line of marks under it; a long span is cut in its middle. */
function drawPlace(text: string, start: number, end: number, width: number): [string, string] {
  const before = visible(text.slice(Math.max(0, start - AROUND), start)).slice(-Math.floor(width / 4));
  const room = Math.floor(width / 2);
  const whole = visible(text.slice(start, Math.min(end, start + room * 2)));
  const inside = whole.length <= room && end - start <= room * 2 ? whole : `${whole.slice(0, room - 1)}…`;
  const after = visible(text.slice(end, end + AROUND)).slice(0, Math.max(0, width - before.length - inside.length));
  return [`${before}${inside}${after}`, `${' '.repeat(before.length)}${'^'.repeat(Math.max(1, inside.length))}`];
}
