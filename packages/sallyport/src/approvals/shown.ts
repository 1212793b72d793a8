import type { Json } from '../kernel/index.ts';
import { LOOKALIKES, MIXED_LOOKALIKES } from '../guard/index.ts';

/**
 * A stretch of a text as people see it. `escape`: a character that is invisible, changes the direction or looks like another one, as
 * `\u{202e}`; `count`: a run that was drawn together, as `\{240 spaces}`. Neither form can stand in a JSON text by itself, where a backslash
 * is doubled, so no argument can pretend to be one.
 */
export type Segment = { readonly text: string; readonly kind?: 'escape' | 'count' };

/** A run of white space is drawn together from here on: what comes behind it would stand where nobody looks. */
const BLANK_RUN = 8;
/** A run of any other character. */
const ANY_RUN = 64;
/** Marks on one letter; more of them cover the lines above and below (no language stacks more). */
const MARKS = 3;

// Everything that draws nothing, steers direction, is a control, or has no meaning that all fonts agree on; and spaces that are not the space.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\u2800]|(?! )\p{Zs}/u;
// Drawn like `.`, `/`, `-` or `:`, which part names in addresses and paths.
const NAME_MARKS = /[\u2024\u2044\u2215\u29f8\u2010\u2011\u2212\ua789\u2236\uff0e\uff0f\uff20\uff1a\uff3c\uff0d\uff3f]/u;
/** A stretch without white space and quotation marks: what a reader takes for one word, name or address. */
const TOKEN = /[^\s"]+/gu;
const RUN = new RegExp(`(\\\\[nrt]| |\\t)\\1{${BLANK_RUN - 1},}|([^\\n])\\2{${ANY_RUN - 1},}`, 'gu');

/** A JSON value as it will run, in lines; members in canonical order (RFC 8785). */
export function shownJson(value: Json): Segment[] {
  return segmentsOf(JSON.stringify(ordered(value), null, 2));
}

/** A text of somebody else, such as the agent's own words, in its lines. */
export function shownText(text: string): Segment[] {
  return shownLine(text, '\n');
}

/** A text of somebody else in one line, such as a name: a line feed in it could forge the line after. */
export function shownLine(text: string, lineFeed: string = '\\n'): Segment[] {
  // As in a JSON string, so that a backslash of its own is doubled; quotation marks stay what they are.
  const escaped = JSON.stringify(text).slice(1, -1);
  return segmentsOf(escaped.replace(/\\(.)/g, (all, char: string) => (char === 'n' ? lineFeed : char === '"' ? '"' : all)));
}

/** Segments as one text, for channels that have no other means; at most `most` characters, the rest counted. */
export function flat(segments: readonly Segment[], most: number): string {
  const text = segments.map((one) => one.text).join('');
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}\\{${text.length - most} more characters}`;
}

function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  const names = Object.keys(value).sort();
  // Without a prototype, `__proto__` is a member like any other.
  const sorted = Object.create(null) as { [name: string]: Json };
  for (const name of names) sorted[name] = ordered(value[name] as Json);
  return sorted;
}

function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (at > 0) push(segments, { text: '\n' });
    // White space at the head of a line is layout: inside a JSON string a line feed is an escape.
    const indent = /^ */.exec(line)?.[0] ?? '';
    if (indent !== '' && indent.length < MAX_INDENT) push(segments, { text: indent });
    runs(segments, indent.length < MAX_INDENT ? line.slice(indent.length) : line);
  }
  return segments;
}

/** Twice the deepest nesting that is read. */
const MAX_INDENT = 130;

function runs(segments: Segment[], line: string): void {
  let from = 0;
  for (const run of line.matchAll(RUN)) {
    escapes(segments, line.slice(from, run.index));
    const [all, blank, other = ''] = run;
    const unit = blank ?? other;
    const count = all.length / unit.length;
    push(segments, { kind: 'count', text: `\\{${count} ${NAMES[unit] ?? `times ${flat(drawn(unit), 20)}`}}` });
    from = run.index + all.length;
  }
  escapes(segments, line.slice(from));
}

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'spaces',
  '\\n': 'line feeds',
  '\\r': 'carriage returns',
  '\\t': 'tabs',
  '\t': 'tabs',
};

function drawn(unit: string): Segment[] {
  const segments: Segment[] = [];
  escapes(segments, unit);
  return segments;
}

function escapes(segments: Segment[], text: string): void {
  let from = 0;
  for (const token of text.matchAll(TOKEN)) {
    between(segments, text.slice(from, token.index));
    word(segments, token[0]);
    from = token.index + token[0].length;
  }
  between(segments, text.slice(from));
}

/** What `\s` takes for white space may be a space that is not the space. */
function between(segments: Segment[], text: string): void {
  for (const char of text) push(segments, UNSEEN.test(char) ? escapeOf(char) : { text: char });
}

function word(segments: Segment[], token: string): void {
  const suspect = isMixed(token);
  let marks = 0;
  for (const char of token) {
    marks = /\p{M}/u.test(char) ? marks + 1 : 0;
    const hidden = UNSEEN.test(char) || NAME_MARKS.test(char) || marks > MARKS || isStyled(char) || (suspect && isLookalike(char));
    push(segments, hidden ? escapeOf(char) : { text: char });
  }
}

/** Whether look-alikes in a token may be meant to deceive: Latin letters stand beside them, or it has the form of an address or a path. */
function isMixed(token: string): boolean {
  let latin = false;
  let foreign = false;
  for (const char of token) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) latin ||= /[a-z]/i.test(char);
    else foreign ||= isLookalike(char);
  }
  return foreign && (latin || /[^\s./@:\\_][./@:\\_]+[^\s./@:\\_]/u.test(token));
}

function isLookalike(char: string): boolean {
  const code = char.codePointAt(0) ?? 0;
  return code >= 0x80 && (LOOKALIKES.has(code) || MIXED_LOOKALIKES.has(code));
}

/** Letters and digits in disguise: full-width, mathematical, circled forms of the ASCII ones (compatibility forms, Unicode Annex 15). */
function isStyled(char: string): boolean {
  return (
    (char.codePointAt(0) ?? 0) >= 0x80 &&
    /[\p{L}\p{N}\p{So}]/u.test(char) &&
    /^[\da-z]+$/i.test(char.normalize('NFKC')) &&
    !PLAIN_FORMS.has(char)
  );
}

/** Compatibility forms of everyday writing. */
const PLAIN_FORMS: ReadonlySet<string> = new Set(['ª', 'º', '²', '³', '¹', '™', '№', '℃', '㎡']);

function escapeOf(char: string): Segment {
  return { kind: 'escape', text: `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` };
}

function push(segments: Segment[], next: Segment): void {
  if (next.text === '') return;
  const last = segments.at(-1);
  if (last !== undefined && last.kind === next.kind && next.kind !== 'count')
    segments[segments.length - 1] = { ...last, text: last.text + next.text };
  else segments.push(next);
}
