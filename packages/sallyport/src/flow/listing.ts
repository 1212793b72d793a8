import type { Tree } from './reader.ts';

/**
 * The part of YAML that tools print: block lists and maps, plain and quoted scalars (also over several lines), block scalars. A reader of
 * our own because a full one takes a hundred times as long on a request's hot path, and because what no longer fits must be told from
 * what did: from the first line that does not belong to the data on, all is prose, so text that was appended never becomes a field.
 */
export function readListing(text: string): { readonly value: Tree; readonly end: number } | undefined {
  const lines = linesOf(text);
  const reader = new ListingReader(text, lines);
  const first = reader.peek();
  if (first === undefined) return undefined;
  const value = reader.block(first.indent, 0);
  if (value === undefined || typeof value === 'string') return undefined;
  return { value, end: reader.peek()?.start ?? text.length };
}

type Line = { readonly start: number; readonly end: number; readonly indent: number };

const MAX_DEPTH = 24;
/** Lines that are read as data; what follows is prose. */
const MAX_LINES = 50_000;
const ENTRY = /^([A-Za-z_][\w.-]{0,63}|'[^'\n]{1,128}'|"[^"\n]{1,128}"|[^\s:#'"-][^\s:]{0,127}):(?: |$)/;

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let start = 0;
  while (start <= text.length && lines.length < MAX_LINES) {
    const stop = text.indexOf('\n', start);
    const end = stop < 0 ? text.length : stop;
    let indent = start;
    while (indent < end && text.charCodeAt(indent) === 0x20) indent++;
    lines.push({ start, end, indent: indent === end ? -1 : indent - start });
    if (stop < 0) break;
    start = end + 1;
  }
  return lines;
}

class ListingReader {
  readonly #text: string;
  readonly #lines: readonly Line[];
  #at = 0;
  /** Column at which the current line goes on: behind `- ` a map begins in the middle of a line. */
  #column = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  /** The next line that is not empty. */
  peek(): { readonly indent: number; readonly start: number; readonly rest: string } | undefined {
    while (this.#at < this.#lines.length && this.#column === 0 && this.#lines[this.#at]?.indent === -1) this.#at++;
    const line = this.#lines[this.#at];
    if (line === undefined) return undefined;
    const indent = this.#column > 0 ? this.#column : line.indent;
    return { indent, start: line.start, rest: this.#text.slice(line.start + indent, line.end) };
  }

  /** A list or a map whose entries stand at `indent`. Undefined, with nothing read, when the first line is neither. */
  block(indent: number, depth: number): Tree | undefined {
    if (depth > MAX_DEPTH) return undefined;
    const line = this.peek();
    if (line === undefined || line.indent !== indent) return undefined;
    if (isItem(line.rest)) return this.#list(indent, depth);
    return ENTRY.test(line.rest) ? this.#map(indent, depth) : undefined;
  }

  #list(indent: number, depth: number): Tree {
    const items: Tree[] = [];
    for (let line = this.peek(); line?.indent === indent && isItem(line.rest); line = this.peek()) {
      const rest = line.rest.slice(1);
      const inner = rest.trimStart();
      if (inner !== '' && (ENTRY.test(inner) || inner.startsWith('- '))) {
        this.#column = indent + 1 + (rest.length - inner.length);
        items.push(this.block(this.#column, depth + 1) ?? '');
      } else items.push(this.#value(inner, indent, depth));
    }
    return items;
  }

  #map(indent: number, depth: number): Tree {
    const members: (readonly [string, Tree])[] = [];
    const names = new Set<string>();
    for (let line = this.peek(); line?.indent === indent; line = this.peek()) {
      const match = ENTRY.exec(line.rest);
      if (match === null || isItem(line.rest)) break;
      const name = unquoted(match[1] ?? '');
      // A name that comes a second time is no data of the tool: something was appended.
      if (names.has(name)) break;
      names.add(name);
      members.push([name, this.#value(line.rest.slice(match[0].length).trim(), indent, depth)]);
    }
    return { members };
  }

  /** What stands behind `name:` or `-`, with the lines that belong to it. */
  #value(rest: string, indent: number, depth: number): Tree {
    this.#column = 0;
    this.#at++;
    if (rest === '') {
      const next = this.peek();
      if (next === undefined || next.indent < indent || (next.indent === indent && !next.rest.startsWith('-'))) return '';
      return this.block(next.indent, depth + 1) ?? this.#folded('', indent);
    }
    if (/^[|>][+-]?\d?$/.test(rest)) return this.#folded('', indent);
    const quote = rest[0];
    if (quote === "'" || quote === '"') return this.#quoted(rest, quote);
    if (rest === '[]' || rest === '{}' || rest === 'null' || rest === '~') return '';
    return this.#folded(rest, indent);
  }

  /** Lines that stand deeper than their entry belong to it. */
  #folded(first: string, indent: number): string {
    const parts = first === '' ? [] : [first];
    for (;;) {
      const line = this.#lines[this.#at];
      if (line === undefined || (line.indent !== -1 && line.indent <= indent)) break;
      if (line.indent === -1 && !this.#goesOn(indent)) break;
      parts.push(this.#text.slice(line.start, line.end).trim());
      this.#at++;
    }
    return parts.join('\n').trim();
  }

  /** Whether after empty lines the text goes on deeper than `indent`. */
  #goesOn(indent: number): boolean {
    for (let i = this.#at; i < this.#lines.length && i < this.#at + MAX_EMPTY; i++) {
      const line = this.#lines[i];
      if (line !== undefined && line.indent !== -1) return line.indent > indent;
    }
    return false;
  }

  /** A quoted scalar ends at its closing quote, lines later perhaps; without one the rest of the text belongs to it. */
  #quoted(first: string, quote: string): string {
    const parts: string[] = [];
    let rest = first.slice(1);
    for (;;) {
      const end = closing(rest, quote);
      parts.push(end < 0 ? rest.trim() : rest.slice(0, end).trim());
      const line = this.#lines[this.#at];
      if (end >= 0 || line === undefined) break;
      rest = this.#text.slice(line.start, line.end);
      this.#at++;
    }
    const joined = parts.join('\n');
    return quote === "'" ? joined.replaceAll("''", "'") : joined.replace(/\\(["\\/n])/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
}

const MAX_EMPTY = 8;

/** `- value`, or a dash alone. */
function isItem(rest: string): boolean {
  return rest.charCodeAt(0) === 0x2d && (rest.length === 1 || rest.charCodeAt(1) === 0x20);
}

function unquoted(name: string): string {
  const isQuote = (c: string | undefined): boolean => c === "'" || c === '"';
  return isQuote(name[0]) || isQuote(name.at(-1)) ? name.replace(/^['"]|['"]$/g, '') : name;
}

function closing(text: string, quote: string): number {
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at)) {
    if (quote === "'" && text.charCodeAt(at + 1) === 0x27) at += 2;
    else if (quote === '"' && isEscaped(text, at)) at++;
    else return at;
  }
  return -1;
}

/** Whether an odd number of backslashes stands before. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (from > 0 && text.charCodeAt(from - 1) === 0x5c) from--;
  return (at - from) % 2 === 1;
}
