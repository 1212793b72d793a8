import type { FileLocation } from './finding.ts';
import type { Lines } from './lines.ts';
import type { Span } from './secrets/index.ts';

/** A line around a finding. `mark`: the columns (from 0, end exclusive) of the finding in `text`; `cut`: not the whole line. */
export type FrameLine = { readonly number: number; readonly text: string; readonly mark?: Span; readonly cut?: true };

/** Lines before and after the finding's first line. */
const AROUND = 2;
/** Characters of a line that are shown; a minified file has one line of a megabyte. */
const MAX_LINE = 160;
/** What of a long line stands before the finding. */
const BEFORE = 40;
/** Characters of a long secret that stay, as in the guard's evidence: enough to find it, of no use to who wants it. */
const KEPT = 4;
const LONG_SECRET = 16;

/** `text` with every secret starred out. Same length, same lines: places stay true. */
export function masked(text: string, secrets: readonly Span[]): string {
  let out = '';
  let done = 0;
  for (const { start, end } of [...secrets].sort((a, b) => a.start - b.start)) {
    const from = Math.max(start + (end - start >= LONG_SECRET ? KEPT : 0), done);
    if (from >= end) continue;
    out += text.slice(done, from) + text.slice(from, end).replace(/[^\r\n]/g, '*');
    done = end;
  }
  return done === 0 ? text : out + text.slice(done);
}

/** Values so short stand in code for themselves; a file with more of them shows its own problem. */
const MIN_VALUE = 6;
const MAX_VALUES = 500;

/** What these secrets say: a credential may stand a second time where nothing around it tells. */
export function valuesOf(text: string, secrets: readonly Span[]): readonly string[] {
  const values = new Set(
    secrets.map(({ start, end }) => text.slice(start, end)).filter((value) => value.length >= MIN_VALUE && !value.includes('\n')),
  );
  return [...values].slice(0, MAX_VALUES);
}

/** The lines around a place, cut to what can be shown. `lines` are those of the masked text. */
export function frameOf(lines: Lines, at: FileLocation, values: readonly string[]): FrameLine[] {
  const first = Math.max(1, at.line - AROUND);
  const last = Math.min(lines.count, at.line + AROUND);
  const frame: FrameLine[] = [];
  for (let number = first; number <= last; number++) frame.push(frameLine(number, hide(lines.text(number), values), at));
  return frame;
}

function hide(line: string, values: readonly string[]): string {
  return values.reduce((text, value) => text.replaceAll(value, '*'.repeat(value.length)), line);
}

function frameLine(number: number, text: string, at: FileLocation): FrameLine {
  const marked = number === at.line;
  const from = marked && text.length > MAX_LINE ? Math.max(0, at.column - 1 - BEFORE) : 0;
  const shown = text.slice(from, from + MAX_LINE);
  const cut = shown.length < text.length ? { cut: true as const } : {};
  if (!marked) return { number, text: shown, ...cut };
  const start = Math.min(at.column - 1 - from, shown.length);
  const end = at.endLine > at.line ? shown.length : Math.min(at.endColumn - 1 - from, shown.length);
  return { number, text: shown, mark: { start, end: Math.max(start, end) }, ...cut };
}
