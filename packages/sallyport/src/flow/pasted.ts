/** A piece of a user's message: the user's own words, or something that was put into it. */
export type Piece = { readonly own: boolean; readonly text: string };

// Tags by which applications put documents, search results and files into a user's message (conventions of prompt guides and frameworks).
const TAGS =
  'document|documents|context|file|files|attachment|attachments|search_results|search_result|retrieved|passage|webpage|web_page|page_content|source|sources|tool_result|email|transcript|quote|untrusted|external|pasted|data';
const OPEN = new RegExp(`<(${TAGS})(?:\\s[^<>]{0,500})?>`, 'gi');
// What mail programs put before a message that is passed on.
const FORWARDED = /^(?:-{2,} ?(?:forwarded|original) message ?-{2,}|begin forwarded message:|from: .+\n(?:sent|date|to): )/im;
const FENCE = /^(?:```|~~~)[^\n]*\n/gm;
/** A fence of so many lines is a paste; a shorter one is a value that the user gives. */
const MIN_PASTED_LINES = 6;

/**
 * Takes a user's message apart: what stands in document tags, after the head of a forwarded mail, in quoted lines or in a long fence is
 * content and lends no trust. Text of the user in such a place loses its trust too, which costs a question at most.
 */
export function piecesOf(text: string): Piece[] {
  if (!/[<>`~]|-{2,}|from:|forwarded/i.test(text)) return [{ own: true, text }];
  const cuts = [...tagged(text), ...fenced(text), ...quoted(text), ...forwarded(text)].sort((a, b) => a[0] - b[0]);
  const pieces: Piece[] = [];
  let at = 0;
  for (const [start, end] of cuts) {
    if (end <= at) continue;
    if (start > at) pieces.push({ own: true, text: text.slice(at, start) });
    pieces.push({ own: false, text: text.slice(Math.max(at, start), end) });
    at = end;
  }
  if (at < text.length) pieces.push({ own: true, text: text.slice(at) });
  return pieces;
}

type Cut = readonly [start: number, end: number];

/** From an opening tag to the last closing one of its name: a closing tag inside of the content does not end it early. */
function tagged(text: string): Cut[] {
  const cuts: Cut[] = [];
  const lower = text.toLowerCase();
  let until = 0;
  for (const match of text.matchAll(OPEN)) {
    if (match.index < until) continue;
    const close = `</${(match[1] ?? '').toLowerCase()}>`;
    const last = lower.lastIndexOf(close);
    until = last > match.index ? last + close.length : text.length;
    cuts.push([match.index, until]);
  }
  return cuts;
}

function fenced(text: string): Cut[] {
  const marks = [...text.matchAll(FENCE)].map((match) => match.index);
  const cuts: Cut[] = [];
  for (let i = 0; i < marks.length; i += 2) {
    const start = marks[i] ?? 0;
    const close = /\n(?:```|~~~)[ \t]*(?:\n|$)/g;
    close.lastIndex = start;
    const end = close.exec(text)?.index ?? text.length;
    if (text.slice(start, end).split('\n').length >= MIN_PASTED_LINES) cuts.push([start, end]);
  }
  return cuts;
}

function quoted(text: string): Cut[] {
  return [...text.matchAll(/(?:^>[^\n]*(?:\n|$))+/gm)].map((match) => [match.index, match.index + match[0].length]);
}

function forwarded(text: string): Cut[] {
  const match = FORWARDED.exec(text);
  return match === null ? [] : [[match.index, text.length]];
}
