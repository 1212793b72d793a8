import { HIT, START } from './lexer.ts';
import { lookUp, tableOf } from './lexicon.ts';
import { findMorse } from './morse.ts';
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

/** A decoded stretch of a text: one entry a unit of the result, with the range that it came from. */
export type Decoded = { readonly name: string; readonly start: number; readonly end: number; readonly units: readonly DecodedUnit[] };
export type DecodedUnit = { readonly code: number; readonly from: number; readonly to: number };

/** What decoding gave: the text with every decoded stretch in place of its raw one, or nothing to decode. */
export type Decoding = { readonly name: string; readonly text: string; readonly map: OffsetMap; readonly incomplete: boolean };

/** Decodes what a text holds encoded, one level deep. Undefined when there is nothing. Time linear in the text. */
export function decode(view: View): Decoding | undefined {
  const found: Decoded[] = [];
  const budget = { units: MAX_DECODED, blocks: MAX_BLOCKS, spent: false };
  blocks(view, found, budget);
  escapes(view, found, budget);
  disguises(view, found);
  if (found.length === 0) return budget.spent ? { name: '', ...untouched(view.text), incomplete: true } : undefined;
  return compose(view.text, found, budget.spent);
}

function untouched(text: string): { text: string; map: OffsetMap } {
  const out = new ViewBuilder(text);
  out.copy(0, text.length);
  return out.finish();
}

/** Puts decoded stretches in place of their raw ones; of two that overlap the first stays. */
function compose(text: string, found: Decoded[], incomplete: boolean): Decoding {
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const out = new ViewBuilder(text);
  const names = new Set<string>();
  let at = 0;
  for (const { name, start, end, units } of found) {
    if (start < at) continue;
    out.copy(at, start);
    for (const unit of units) out.put(unit.code, unit.from, unit.to);
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

const BLOCK = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const HEX = /^(?:[0-9a-fA-F]{2}){8,}$/;

function blocks(view: View, found: Decoded[], budget: Budget): void {
  const { runs } = view;
  for (let r = 0; r < runs.length; r += 2) {
    const start = runs[r] as number;
    for (const match of view.text.slice(start, runs[r + 1]).matchAll(BLOCK)) {
      if (budget.blocks === 0) {
        budget.spent = true;
        return;
      }
      const decoded = block(match[0], start + match.index, budget) ?? parts(match[0], start + match.index, budget);
      if (decoded === undefined) continue;
      found.push(decoded);
      budget.blocks--;
    }
  }
}

/** A block behind a path or a dash: `x/aWdub3Jl...`. Only the longest piece is tried. */
function parts(whole: string, start: number, budget: Budget): Decoded | undefined {
  let best: { text: string; at: number } | undefined;
  let at = 0;
  for (const piece of whole.split(/[/_+-]/)) {
    if (piece.length >= 16 && piece.length < whole.length && piece.length > (best?.text.length ?? 0)) best = { text: piece, at };
    at += piece.length + 1;
  }
  return best === undefined ? undefined : block(best.text, start + best.at, budget);
}

/** Characters that decide whether a block is worth decoding; a long image fails on these already. */
const PROBE = 64;

function block(text: string, start: number, budget: Budget): Decoded | undefined {
  const hex = HEX.test(text);
  if (readable(bytesOf(text.slice(0, PROBE), hex), true) === undefined) return undefined;
  if (!take(budget, text.length)) return undefined;
  const chars = readable(bytesOf(text, hex), false);
  if (chars === undefined || chars.length < MIN_UNITS) return undefined;
  const bits = hex ? 4 : 6;
  const units = chars.map(({ code, byte, bytes }) => ({
    code,
    from: start + Math.floor((byte * 8) / bits),
    to: Math.min(start + text.length, start + Math.ceil(((byte + bytes) * 8) / bits)),
  }));
  return { name: hex ? 'hex' : 'base64', start, end: start + text.length, units };
}

function bytesOf(text: string, hex: boolean): Uint8Array {
  return hex ? Buffer.from(text.slice(0, text.length & ~1), 'hex') : Buffer.from(text, 'base64');
}

type Char = { code: number; byte: number; bytes: number };

/** The bytes as UTF-8 text, or undefined when they are not what a person or model would read. `cut`: the end may be in mid-character. */
function readable(bytes: Uint8Array, cut: boolean): Char[] | undefined {
  const chars: Char[] = [];
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i] as number;
    const length =
      lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
    if (length === 0) return undefined;
    if (i + length > bytes.length) return cut ? chars : undefined;
    let code = length === 1 ? lead : lead & (0xff >> (length + 1));
    for (let k = 1; k < length; k++) {
      const next = bytes[i + k] as number;
      if ((next & 0xc0) !== 0x80) return undefined;
      code = (code << 6) | (next & 0x3f);
    }
    if (!isReadable(code)) return undefined;
    for (const unit of String.fromCodePoint(code).split('')) chars.push({ code: unit.charCodeAt(0), byte: i, bytes: length });
    i += length;
  }
  return chars;
}

function isReadable(code: number): boolean {
  if (code < 0x80) return code >= 32 ? code !== 127 : code === 9 || code === 10 || code === 13;
  return code >= 0xa0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && !(code >= 0xe000 && code <= 0xf8ff);
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
    const chars = percentText(match[0]);
    if (chars === undefined) continue;
    if (!take(budget, match[0].length)) break;
    const units = chars.map(({ code, byte, bytes }) => ({ code, from: match.index + byte * 3, to: match.index + (byte + bytes) * 3 }));
    stretches.push({ name: 'percent', start: match.index, end: match.index + match[0].length, units });
  }
  if (escapesSeen >= MIN_ESCAPES) for (const stretch of stretches) found.push(stretch);
}

function percentText(escaped: string): Char[] | undefined {
  return readable(Buffer.from(escaped.replaceAll('%', ''), 'hex'), false);
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
    stretches.push({ name, start, end, units: char.split('').map((unit) => ({ code: unit.charCodeAt(0), from: start, to: end })) });
  }
  if (stretches.length >= MIN_ESCAPES) for (const stretch of stretches) found.push(stretch);
}

// ---- disguises: rot13, reversed, spaced and leet spelling ----

/** Classes under which the disguised forms of the vocabulary stand in the lexicon. */
export const ROT13 = 'decode.rot13';
export const REVERSED = 'decode.reversed';

/** Shorter words are other words when rotated or reversed. */
const MIN_DISGUISED = 6;

/** Disguised words on one line from which it is read so. */
const MIN_DISGUISED_WORDS = 2;

/** Short words that every English line has and whose disguised forms are no words. */
const EVERYDAY = 'the your this that with from have what will about them then when where which before after without'.split(' ');

/** The disguised forms of a vocabulary, as a vocabulary of their own. */
export function disguised(words: Iterable<string>): Readonly<Record<string, readonly string[]>> {
  const plain = new Set(words);
  const rotated = new Set<string>();
  const reversed = new Set<string>();
  for (const word of plain) {
    if (word.length < MIN_DISGUISED || !/^[a-z]+$/.test(word)) continue;
    rotated.add(word.replace(/[a-z]/g, (letter) => String.fromCharCode(rot13(letter.charCodeAt(0)))));
    reversed.add(word.split('').toReversed().join(''));
  }
  for (const word of EVERYDAY) {
    rotated.add(word.replace(/[a-z]/g, (letter) => String.fromCharCode(rot13(letter.charCodeAt(0)))));
    reversed.add(word.split('').toReversed().join(''));
  }
  const foreign = (word: string): boolean => !plain.has(word);
  return { [ROT13]: [...rotated].filter(foreign), [REVERSED]: [...reversed].filter(foreign) };
}

function rot13(c: number): number {
  if (c >= 97 && c <= 122) return ((c - 97 + 13) % 26) + 97;
  return c >= 65 && c <= 90 ? ((c - 65 + 13) % 26) + 65 : c;
}

function disguises(view: View, found: Decoded[]): void {
  lines(view, ROT13, found, 'rot13', (text, start, end) => {
    const units: DecodedUnit[] = [];
    for (let i = start; i < end; i++) units.push({ code: rot13(text.charCodeAt(i)), from: i, to: i + 1 });
    return units;
  });
  lines(view, REVERSED, found, 'reversed', (text, start, end) => {
    const units: DecodedUnit[] = [];
    for (let i = end - 1; i >= start; i--) units.push({ code: text.charCodeAt(i), from: i, to: i + 1 });
    return units;
  });
  spaced(view, found);
  for (const { start, end, units } of findMorse(view.text)) found.push({ name: 'morse', start, end, units });
  if (view.numbers.mixed >= MIN_LEET) leet(view, found);
}

/** Decodes each line that has enough words of a class. */
function lines(
  view: View,
  name: string,
  found: Decoded[],
  label: string,
  read: (text: string, start: number, end: number) => DecodedUnit[],
): void {
  const { words, lexicon, text } = view;
  const members = tableOf(lexicon, name);
  let done = 0;
  let count = 0;
  let line = -1;
  for (let h = 0; h < words.count * HIT; h += HIT) {
    if (members[words.hits[h] as number] !== 1) continue;
    const at = words.hits[h + START] as number;
    if (at < done) continue;
    const start = text.lastIndexOf('\n', at) + 1;
    count = start === line ? count + 1 : 1;
    line = start;
    if (count < MIN_DISGUISED_WORDS) continue;
    const stop = text.indexOf('\n', at);
    done = stop < 0 ? text.length : stop;
    found.push({ name: label, start, end: done, units: read(text, start, done) });
  }
}

/** `i g n o r e  a l l` -> `ignore all`: what stands once between letters goes, what stands twice or is a blank among other signs parts words. */
function spaced(view: View, found: Decoded[]): void {
  const { words, text } = view;
  for (let s = 0; s < words.spaced.length; s += 2) {
    const start = words.spaced[s] as number;
    const end = words.spaced[s + 1] as number;
    const units: DecodedUnit[] = [];
    let gap = start;
    for (let i = start; i < end; i++) {
      if (!LETTER.test(text.charAt(i))) continue;
      if (i - gap > 1) units.push({ code: 32, from: gap, to: i });
      units.push({ code: text.charCodeAt(i), from: i, to: i + 1 });
      gap = i + 1;
    }
    found.push({ name: 'spaced', start, end, units });
  }
}

const LETTER = /[\p{L}\p{N}]/u;

/** Words that mix digits and letters from which a text is tried, and words that must then be in the vocabulary. */
const MIN_LEET = 2;
const MIN_LEET_WORDS = 2;
const MAX_LEET_WORD = 24;
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '2': 'z',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '6': 'g',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Replaces the words that are vocabulary words in leet spelling (`1gn0r3`); product codes stay. */
function leet(view: View, found: Decoded[]): void {
  const stretches: Decoded[] = [];
  const others: Decoded[] = [];
  const { digits } = view.words;
  for (let w = 0; w < digits.length; w += 2) {
    const { start, end } = widened(view.text, digits[w] as number, digits[w + 1] as number);
    if (end - start < 3 || end - start > MAX_LEET_WORD) continue;
    const raw = view.text.slice(start, end);
    const known = plainWord(raw, view);
    if (known !== undefined) stretches.push(spelled(known, start, end));
    else if (/[A-Za-z][0-9@$!]+[A-Za-z]|^[0-9@$!]?[A-Za-z]{2}|[A-Za-z]{2}[0-9@$!]$/.test(raw))
      others.push(spelled(plainSpelling(raw), start, end));
  }
  if (stretches.length < MIN_LEET_WORDS) return;
  for (const stretch of stretches) found.push(stretch);
  // Two words of the vocabulary may stand among product codes; in a text that is written so, they are a good part of what mixes.
  if (others.length <= stretches.length * MAX_UNKNOWN) for (const stretch of others) found.push(stretch);
}

/** Words in leet spelling outside the vocabulary, to one inside it. */
const MAX_UNKNOWN = 5;

function spelled(word: string, start: number, end: number): Decoded {
  return {
    name: 'leet',
    start,
    end,
    units: word.split('').map((char, k) => ({ code: char.charCodeAt(0), from: start + k, to: start + k + 1 })),
  };
}

function plainSpelling(word: string): string {
  return word.replace(/[0-9@$!]/g, (char) => LEET[char] ?? char);
}

/** Signs that stand for letters belong to the word that they touch. */
function widened(text: string, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from > 0 && start - from < MAX_LEET_WORD && /[A-Za-z@$!]/.test(text.charAt(from - 1))) from--;
  while (to < text.length && to - end < MAX_LEET_WORD && /[A-Za-z0-9@$]/.test(text.charAt(to))) to++;
  return { start: from, end: to };
}

function plainWord(word: string, { lexicon }: View): string | undefined {
  if (!/[A-Za-z]/.test(word)) return undefined;
  const reading = plainSpelling(word);
  if (lookUp(lexicon, reading)) return reading;
  const other = word.replaceAll('1', 'l').replace(/[0-9@$!]/g, (char) => LEET[char] ?? char);
  return lookUp(lexicon, other) ? other : undefined;
}
