import type { Finding, Point } from '../kernel/index.ts';

/** One text of an event, as the gate hands it to the content store. Findings are located in `text` itself. */
export type ContentItem = {
  readonly part: number;
  /** Where in the body it stood. */
  readonly where: string;
  readonly origin?: string;
  readonly point?: Point;
  readonly text: string;
  readonly findings: readonly Finding[];
};

/** A stretch of a finding within a piece: UTF-16 code units into the piece's `text`, `end` exclusive. */
export type Mark = {
  readonly rule: string;
  readonly category: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
};

/** What is kept of a text. */
export type Piece = {
  readonly part: number;
  readonly where: string;
  readonly origin?: string;
  readonly point?: Point;
  /** Offset of this piece in the text as given, and that text's length. */
  readonly from: number;
  readonly of: number;
  readonly text: string;
  readonly marks: readonly Mark[];
};

/** Characters kept on each side of a finding: 200 around it. */
const AROUND = 100;
/** Characters kept of a finding itself: a paragraph shows what it is. */
const MAX_FINDING = 400;
/** Excerpts of one text: after these, more of the same. */
const MAX_EXCERPTS = 20;
/** Characters kept of one text in full mode. */
const MAX_FULL = 256 * 1024;

type Span = { start: number; end: number };
type Located = Span & { readonly finding: Finding };

/** The text around each finding, with personal data and secrets masked by type. No finding, no excerpt. */
export function excerpts(item: ContentItem): Piece[] {
  const located = locate(item);
  const masks = maskSpans(located);
  return windows(item.text, located)
    .slice(0, MAX_EXCERPTS)
    .map((window) => excerpt(item, window, located, masks));
}

/** The whole text, bounded, with its findings marked and nothing masked. */
export function fullText(item: ContentItem): Piece {
  const end = alignEnd(item.text, Math.min(item.text.length, MAX_FULL));
  return excerpt(item, { start: 0, end }, locate(item), []);
}

function locate(item: ContentItem): Located[] {
  const located: Located[] = [];
  for (const finding of item.findings) {
    const at = finding.location;
    if (at.kind !== 'text') continue;
    const start = Math.max(0, Math.min(at.start, item.text.length));
    located.push({ start, end: Math.max(start, Math.min(at.end, item.text.length)), finding });
  }
  return located.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** Stretches around findings, joined where they touch. */
function windows(text: string, located: readonly Located[]): Span[] {
  const joined: Span[] = [];
  for (const { start, end } of located) {
    const from = alignStart(text, Math.max(0, start - AROUND));
    const to = alignEnd(text, Math.min(text.length, Math.min(end, start + MAX_FINDING) + AROUND));
    const last = joined.at(-1);
    if (last !== undefined && from <= last.end) last.end = Math.max(last.end, to);
    else joined.push({ start: from, end: to });
  }
  return joined;
}

type Mask = Span & { readonly label: string };

/** What must not be kept as it is; overlapping stretches become one under the first's type. */
function maskSpans(located: readonly Located[]): Mask[] {
  const masks: Mask[] = [];
  for (const { start, end, finding } of located) {
    if (finding.category !== 'personal_data' && finding.category !== 'secret') continue;
    const last = masks.at(-1);
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
    else masks.push({ start, end, label: `[${finding.type}]` });
  }
  return masks;
}

function excerpt(item: ContentItem, window: Span, located: readonly Located[], masks: readonly Mask[]): Piece {
  const inside = masks.filter((mask) => mask.start < window.end && mask.end > window.start);
  let text = '';
  let at = window.start;
  /** Where each mask stands in the text as given and as kept. */
  const moved: { from: Span; to: Span }[] = [];
  for (const mask of inside) {
    const from = { start: Math.max(mask.start, window.start), end: Math.min(mask.end, window.end) };
    text += item.text.slice(at, from.start);
    moved.push({ from, to: { start: text.length, end: text.length + mask.label.length } });
    text += mask.label;
    at = from.end;
  }
  text += item.text.slice(at, window.end);
  const marks = located
    .filter(({ start, end }) => start < window.end && end > window.start)
    .map(({ start, end, finding }) => ({
      rule: finding.rule,
      category: finding.category,
      type: finding.type,
      start: place(Math.max(start, window.start), window, moved, 'start'),
      end: place(Math.min(end, window.end), window, moved, 'end'),
    }));
  const { part, where, origin, point } = item;
  return {
    part,
    where,
    from: window.start,
    of: item.text.length,
    text,
    marks,
    ...(origin !== undefined && { origin }),
    ...(point !== undefined && { point }),
  };
}

/** The place in the kept text of an offset in the text as given; an offset inside a mask goes to that mask's edge. */
function place(offset: number, window: Span, moved: readonly { from: Span; to: Span }[], edge: 'start' | 'end'): number {
  let shift = -window.start;
  for (const { from, to } of moved) {
    if (offset <= from.start) break;
    if (offset < from.end) return to[edge];
    shift = to.end - from.end;
  }
  return offset + shift;
}

/** Not between the halves of a surrogate pair. */
function alignStart(text: string, at: number): number {
  return isLow(text, at) ? at - 1 : at;
}
function alignEnd(text: string, at: number): number {
  return isLow(text, at) ? at + 1 : at;
}
function isLow(text: string, at: number): boolean {
  const code = at > 0 ? text.charCodeAt(at) : 0;
  return code >= 0xdc00 && code <= 0xdfff;
}
