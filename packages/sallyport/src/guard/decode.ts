import { disguises, type Decoded } from './disguise.ts';
import { unitsOf, type Units } from './units.ts';
import { ViewBuilder, type OffsetMap, type View } from './view.ts';

/** Encodings inside encodings that are followed: attackers nest two, benign text (an escaped token in a URL) rarely three. */
export const MAX_DEPTH = 2;

/**
 * Encoded blocks (base64, hex) that are decoded per text. Only blocks that turn out to be text count, so hashes and images are free; what is left out
 * is reported as unscanned, or an attacker would put decoys first.
 */
export const MAX_BLOCKS = 32;

/** Units of one text that are decoded: beyond, decoding would cost more than the scan. Reported as unscanned. */
export const MAX_DECODED = 1 << 20;

/** Escapes of one kind (`%41`, `&#65;`, `\u0041`) below which a text is left alone: benign text has one or two. */
const MIN_ESCAPES = 3;

/** Units that a block must decode to; shorter ones are random too often. */
const MIN_UNITS = 8;

/** What decoding gave: the text with every decoded stretch in place of its raw one, or nothing to decode (no name). */
export type Decoding = {
  readonly name: string;
  readonly text: string;
  readonly units: Uint16Array;
  readonly map: OffsetMap | undefined;
  readonly incomplete: boolean;
};

/** Decodes what a text holds encoded, one level deep. Undefined when there is nothing. Time linear in the text. */
export function decode(view: View): Decoding | undefined {
  const found: Decoded[] = [];
  const budget = { units: MAX_DECODED, blocks: MAX_BLOCKS, spent: false };
  blocks(view, found, budget);
  escapes(view, found, budget);
  disguises(view, found);
  if (found.length === 0)
    return budget.spent ? { name: '', text: view.text, units: new Uint16Array(), map: undefined, incomplete: true } : undefined;
  return compose(view, found, budget.spent);
}

/** Puts decoded stretches in place of their raw ones; of two that overlap the first stays. */
function compose({ text }: View, found: Decoded[], incomplete: boolean): Decoding {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const out = new ViewBuilder(unitsOf(text));
  const names = new Set<string>();
  let at = 0;
  for (const { name, start, end, units } of found) {
    if (start < at) continue;
    out.copy(at, start);
    for (let u = 0; u < units.length; u += 3) out.put(units[u] as number, units[u + 1] as number, units[u + 2] as number);
    at = end;
    names.add(name);
  }
  out.copy(at, text.length);
  return { name: [...names].join('+'), ...out.finish(), incomplete };
}

type Budget = { units: number; blocks: number; spent: boolean };

function take(budget: Budget, units: number): boolean {
  if (budget.units < units) {
    budget.spent = true;
    return false;
  }
  budget.units -= units;
  return true;
}

// ---- blocks: base64 and hex ----

/** The shortest block that is tried. */
const MIN_BLOCK = 16;

/** Units of base64, and those among them that are hex digits or part a path. */
const IN_BLOCK = 1;
const IN_HEX = 2;
const PARTS = 4;
const KINDS = new Uint8Array(128);
for (const c of 'GHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz') KINDS[c.charCodeAt(0)] = IN_BLOCK;
for (const c of '0123456789abcdefABCDEF') KINDS[c.charCodeAt(0)] = IN_BLOCK | IN_HEX;
for (const c of '/_+-') KINDS[c.charCodeAt(0)] = IN_BLOCK | PARTS;

const PADDING = 61;
const MAX_PADDING = 2;

/** Tries each row of at least `MIN_BLOCK` units of base64 in a run, with its padding. Runs are ASCII. */
function blocks(view: View, found: Decoded[], budget: Budget): void {
  const { runs, units } = view;
  for (let r = 0; r < runs.length; r += 2) {
    const stop = runs[r + 1] as number;
    let start = runs[r] as number;
    while (start + MIN_BLOCK <= stop) {
      let i = start + MIN_BLOCK - 1;
      while (i >= start && KINDS[units[i] as number] !== 0) i--;
      if (i >= start) {
        start = i + 1;
        continue;
      }
      let end = start + MIN_BLOCK;
      while (end < stop && KINDS[units[end] as number] !== 0) end++;
      for (let pad = 0; pad < MAX_PADDING && end < stop && units[end] === PADDING; pad++) end++;
      if (budget.blocks === 0) {
        budget.spent = true;
        return;
      }
      const decoded = block(view, start, end, budget) ?? parts(view, start, end, budget);
      if (decoded !== undefined) {
        found.push(decoded);
        budget.blocks--;
      }
      start = end;
    }
  }
}

/** A block behind a path or a dash: `x/aWdub3Jl...`. Only the longest piece is tried. */
function parts(view: View, start: number, end: number, budget: Budget): Decoded | undefined {
  const { units } = view;
  let from = 0;
  let length = MIN_BLOCK - 1;
  let piece = start;
  for (let i = start; i <= end; i++) {
    if (i < end && ((KINDS[units[i] as number] as number) & PARTS) === 0) continue;
    if (i - piece > length && i - piece < end - start) {
      from = piece;
      length = i - piece;
    }
    piece = i + 1;
  }
  return length < MIN_BLOCK ? undefined : block(view, from, from + length, budget);
}

/** Characters that decide whether a block is worth decoding; a long image fails on these already. */
const PROBE = 64;

function block({ text: whole, units: from }: View, start: number, end: number, budget: Budget): Decoded | undefined {
  const hex = isHex(from, start, end);
  if (!hex && !beginsReadable(from, start)) return undefined;
  const text = whole.slice(start, end);
  if (!isReadable(bytesOf(text.slice(0, PROBE), hex), true)) return undefined;
  if (!take(budget, text.length)) return undefined;
  const bytes = bytesOf(text, hex);
  if (!isReadable(bytes, false)) return undefined;
  const units = unitsAt(bytes, hex ? HEX_SCALE : BASE64_SCALE, start, end);
  return units.length < MIN_UNITS * 3 ? undefined : { name: hex ? 'hex' : 'base64', start, end, units };
}

/** Whether a block is whole bytes in hex. */
function isHex(units: Units, start: number, end: number): boolean {
  if (((end - start) & 1) !== 0) return false;
  for (let i = start; i < end; i++) if (((KINDS[units[i] as number] as number) & IN_HEX) === 0) return false;
  return true;
}

const BASE64 = new Uint8Array(128);
for (const [value, c] of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.split('').entries())
  BASE64[c.charCodeAt(0)] = value;
BASE64[45] = 62;
BASE64[95] = 63;

/** The bytes of the first twelve characters: most identifiers fail on them, and no buffer is made. */
const FIRST_BYTES = new Uint8Array(9);

function beginsReadable(units: Units, start: number): boolean {
  for (let i = start, at = 0; at < FIRST_BYTES.length; i += 4) {
    let bits = 0;
    for (let k = 0; k < 4; k++) bits = (bits << 6) | (BASE64[units[i + k] as number] as number);
    FIRST_BYTES[at++] = bits >> 16;
    FIRST_BYTES[at++] = bits >> 8;
    FIRST_BYTES[at++] = bits;
  }
  return isReadable(FIRST_BYTES, true);
}

function bytesOf(text: string, hex: boolean): Uint8Array {
  return hex ? Buffer.from(text.slice(0, text.length & ~1), 'hex') : Buffer.from(text, 'base64');
}

/** Whether bytes are UTF-8 text of the sort that a person or model would read. `cut`: the end may be in mid-character. */
function isReadable(bytes: Uint8Array, cut: boolean): boolean {
  for (let i = 0; i < bytes.length;) {
    const length = lengthOf(bytes[i] as number);
    if (length === 0) return false;
    if (i + length > bytes.length) return cut;
    for (let k = 1; k < length; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return false;
    if (!isShown(codeAt(bytes, i, length))) return false;
    i += length;
  }
  return true;
}

/** Bytes of a UTF-8 character by its first; 0 for none. */
function lengthOf(lead: number): number {
  if (lead < 0x80) return 1;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
}

function codeAt(bytes: Uint8Array, at: number, length: number): number {
  let code = length === 1 ? (bytes[at] as number) : (bytes[at] as number) & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) code = (code << 6) | ((bytes[at + k] as number) & 0x3f);
  return code;
}

function isShown(code: number): boolean {
  if (code < 0x80) return code >= 32 ? code !== 127 : code === 9 || code === 10 || code === 13;
  return code >= 0xa0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && !(code >= 0xe000 && code <= 0xf8ff);
}

/** How many characters encode how many bytes. */
type Scale = { readonly chars: number; readonly bytes: number };
const HEX_SCALE: Scale = { chars: 2, bytes: 1 };
const BASE64_SCALE: Scale = { chars: 4, bytes: 3 };
const PERCENT_SCALE: Scale = { chars: 3, bytes: 1 };

/** The units of readable bytes that were encoded in `start..end`. */
function unitsAt(bytes: Uint8Array, scale: Scale, start: number, end: number): number[] {
  const units: number[] = [];
  for (let i = 0; i < bytes.length;) {
    const length = lengthOf(bytes[i] as number);
    const code = codeAt(bytes, i, length);
    const from = start + Math.floor((i * scale.chars) / scale.bytes);
    const to = Math.min(end, start + Math.ceil(((i + length) * scale.chars) / scale.bytes));
    if (code < 0x10000) units.push(code, from, to);
    else units.push(0xd7c0 + (code >> 10), from, to, 0xdc00 + (code & 0x3ff), from, to);
    i += length;
  }
  return units;
}

// ---- escapes: percent, HTML entities, \xNN and \uNNNN ----

const PERCENT = /(?:%[0-9a-fA-F]{2})+/g;
const ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos|nbsp));/g;
const BACKSLASH = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\})/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function escapes(view: View, found: Decoded[], budget: Budget): void {
  const { text } = view;
  if (text.includes('%')) percents(text, found, budget);
  if (text.includes('&#')) {
    replaced('entities', text, ENTITY, found, budget, (match) =>
      match[3] !== undefined ? NAMED[match[3]] : codePoint(match[1] !== undefined ? Number.parseInt(match[1], 10) : hexOf(match[2])),
    );
  }
  if (text.includes('\\x') || text.includes('\\u')) {
    replaced('escapes', text, BACKSLASH, found, budget, (match) =>
      match[2] !== undefined ? String.fromCharCode(hexOf(match[2])) : codePoint(hexOf(match[1] ?? match[3])),
    );
  }
}

function hexOf(digits: string | undefined): number {
  return Number.parseInt(digits ?? '', 16);
}

function codePoint(code: number): string | undefined {
  return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : undefined;
}

function percents(text: string, found: Decoded[], budget: Budget): void {
  const stretches: Decoded[] = [];
  let escapesSeen = 0;
  for (const match of text.matchAll(PERCENT)) {
    escapesSeen += match[0].length / 3;
    const bytes = Buffer.from(match[0].replaceAll('%', ''), 'hex');
    if (!isReadable(bytes, false)) continue;
    if (!take(budget, match[0].length)) break;
    const units = unitsAt(bytes, PERCENT_SCALE, match.index, match.index + match[0].length);
    stretches.push({ name: 'percent', start: match.index, end: match.index + match[0].length, units });
  }
  if (escapesSeen >= MIN_ESCAPES) for (const stretch of stretches) found.push(stretch);
}

function replaced(
  name: string,
  text: string,
  pattern: RegExp,
  found: Decoded[],
  budget: Budget,
  value: (match: RegExpExecArray) => string | undefined,
): void {
  const stretches: Decoded[] = [];
  for (const match of text.matchAll(pattern)) {
    const char = value(match);
    if (char === undefined) continue;
    if (!take(budget, match[0].length)) break;
    const start = match.index;
    const end = start + match[0].length;
    stretches.push({ name, start, end, units: char.split('').flatMap((unit) => [unit.charCodeAt(0), start, end]) });
  }
  if (stretches.length >= MIN_ESCAPES) for (const stretch of stretches) found.push(stretch);
}

// ---- disguises: rot13, reversed, spaced and leet spelling ----
