import { FOLD_LATIN1, foldAt, foldOf, IGNORED, SEPARATOR, UNKNOWN, UNSPACED, wideTable } from './fold.ts';
import { MIN_STEM, spread, stemKey, type Lexicon } from './lexicon.ts';
import type { Units } from './units.ts';

/**
 * The vocabulary words of a text in order of their place, four numbers a hit: the word's number, its token, start and end. Tokens count words
 * from the start and jump at the end of a sentence or line, so that "at most n tokens apart" rarely crosses one. `digits`: start and end of each
 * word that has an ASCII digit. `spaced`: start and end of each stretch of single letters with little between them.
 */
export type Words = {
  readonly hits: Int32Array;
  readonly count: number;
  readonly digits: readonly number[];
  readonly spaced: readonly number[];
  /** Every word, three numbers each: start, end, and the hash of its folded form. Undefined where they are not noted. */
  readonly tokens: Int32Array | undefined;
  readonly tokenCount: number;
};

/** Numbers of a word in `Words.tokens`. */
export const TOKEN_SIZE = 3;

export const STOP = 1;

export const HASH = 2;

/** Numbers of a hit in `Words.hits`. */
export const HIT = 4;

export const TOKEN = 1;

export const START = 2;

export const END = 3;

/** How far `token` jumps at `.`, `!`, `?`, `;` and at a line end: about the longest gap that a phrase may have. */
const SENTENCE_GAP = 2;

const LINE_GAP = 1;

/** Finds the vocabulary words of a text in one pass: O(units), independent of the size of the vocabulary. `space` takes the hits; `tokens` takes the words of a text of bytes. */
export function lex(
  units: Units,
  text: string,
  lexicon: Lexicon,
  space: Int32Array = new Int32Array(FIRST_HITS * HIT),
  tokens?: Int32Array,
): Words {
  const found: Found = {
    hits: space,
    count: 0,
    digits: [],
    spaced: [],
    streak: 0,
    streakStart: 0,
    lastEnd: 0,
    tokens: units instanceof Uint8Array ? tokens : undefined,
    tokenCount: 0,
  };
  if (units instanceof Uint8Array) lexBytes(units, lexicon, found, tokens ?? NO_TOKENS);
  else lexWide(units, text, lexicon, found);
  return found;
}

type Found = {
  hits: Int32Array;
  count: number;
  digits: number[];
  spaced: number[];
  streak: number;
  streakStart: number;
  lastEnd: number;
  readonly tokens: Int32Array | undefined;
  tokenCount: number;
};

/** Writing beyond the end of an array does nothing. */
const NO_TOKENS = new Int32Array(0);

/** Numbers of `tokens` that are enough for any text of so many units. */
export function tokensFor(units: number): number {
  return ((units >> 1) + 1) * TOKEN_SIZE;
}

/** Plain English has about 40 hits in 1,000 units. */
const FIRST_HITS = 64;

/** Numbers of `space` that are enough for most texts of so many units. */
export function spaceFor(units: number): number {
  return Math.max(FIRST_HITS, units >> 4) * HIT;
}

function lexBytes(units: Uint8Array, lexicon: Lexicon, found: Found, tokens: Int32Array): void {
  const { filter, mask, stems } = lexicon;
  const fold = FOLD_LATIN1;
  const n = units.length;
  let token = 0;
  let noted = 0;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    let f = fold[c] as number;
    if (f === SEPARATOR) {
      token += BREAKS[c] as number;
      i++;
      continue;
    }
    const start = i;
    let hash = f;
    let all = f;
    i++;
    while (i < n && (f = fold[units[i] as number] as number) !== SEPARATOR) {
      hash = (Math.imul(hash, 31) + f) | 0;
      all &= f;
      i++;
    }
    token++;
    tokens[noted] = start;
    tokens[noted + STOP] = i;
    tokens[noted + HASH] = hash;
    noted += TOKEN_SIZE;
    const slot = spread(hash) & mask;
    if (((filter[slot] as number) & (1 << (hash >>> 29))) !== 0) exactHit(found, lexicon, hash, slot, i - start, token, start, i);
    // Folded letters and the underscore have this bit, digits do not.
    if ((all & LETTER_BIT) === 0) found.digits.push(start, i);
    else if (i - start === 1) single(found, start);
    if (i - start >= MIN_STEM) {
      const key = stemKey(
        fold[units[start] as number] as number,
        fold[units[start + 1] as number] as number,
        fold[units[start + 2] as number] as number,
      );
      if (stems[key] !== 0) stemHit(found, lexicon, units, stems[key] as number, token, start, i);
    }
  }
  found.tokenCount = noted / TOKEN_SIZE;
}

const LETTER_BIT = 0x40;

/** Single letters in a row that are a spelled-out word, and the widest gap between them (two blanks stand between such words). */
const MIN_SPACED = 5;

const MAX_SPACED_GAP = 3;

/** Notes a word of one letter; consecutive ones make a stretch. */
function single(found: Found, start: number): void {
  if (found.streak > 0 && start - found.lastEnd <= MAX_SPACED_GAP) found.streak++;
  else {
    found.streak = 1;
    found.streakStart = start;
  }
  found.lastEnd = start + 1;
  if (found.streak === MIN_SPACED) found.spaced.push(found.streakStart, start + 1);
  else if (found.streak > MIN_SPACED) found.spaced[found.spaced.length - 1] = start + 1;
}

/** How many tokens the gap behind an ASCII separator is wide. */
const BREAKS = new Uint8Array(256);
BREAKS[10] = LINE_GAP;
for (const mark of '.!?;') BREAKS[mark.charCodeAt(0)] = SENTENCE_GAP;

/** The same for any separator: also the full stops of Chinese, Japanese and Hindi. */
function breakAfter(c: number): number {
  if (c < 256) return BREAKS[c] as number;
  return c === 0x3002 || c === 0xff01 || c === 0x964 ? SENTENCE_GAP : 0;
}

const COLON = 58;

function lexWide(units: Uint16Array, text: string, lexicon: Lexicon, found: Found): void {
  const { filter, mask, unspacedFirst } = lexicon;
  const fold = wideTable();
  const n = units.length;
  let token = 0;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    let f = fold[c] as number;
    if (f <= UNKNOWN) {
      if (f === UNKNOWN) f = foldAt(fold, c);
      if (f === UNSPACED) {
        token++;
        const known = ((unspacedFirst[c >> 3] as number) & (1 << (c & 7))) !== 0;
        i = known ? unspacedHit(found, lexicon, text, c, token, i) : i + 1;
        continue;
      }
      if (f === SEPARATOR || f === IGNORED) {
        token += breakAfter(c);
        i++;
        continue;
      }
    }
    const start = i;
    let hash = f;
    let length = 1;
    // Folded word units below the colon are digits.
    let digits = f < COLON ? 1 : 0;
    for (i++; i < n; i++) {
      f = fold[units[i] as number] as number;
      if (f <= UNKNOWN) {
        if (f === UNKNOWN) f = foldAt(fold, units[i] as number);
        if (f === IGNORED) continue;
        if (f <= UNKNOWN) break;
      }
      hash = (Math.imul(hash, 31) + f) | 0;
      if (f < COLON) digits = 1;
      length++;
    }
    token++;
    const slot = spread(hash) & mask;
    if (((filter[slot] as number) & (1 << (hash >>> 29))) !== 0) exactHit(found, lexicon, hash, slot, length, token, start, i);
    if (digits !== 0) found.digits.push(start, i);
    else if (length === 1) single(found, start);
    if (length >= MIN_STEM) stemsAt(found, lexicon, units, fold, token, start, i);
  }
}

/** Tries the stems that share the word's first three units. */
function stemsAt(found: Found, lexicon: Lexicon, units: Uint16Array, fold: Uint16Array, token: number, start: number, end: number): void {
  let i = start + 1;
  while (fold[units[i] as number] === IGNORED) i++;
  const second = fold[units[i] as number] as number;
  i++;
  while (fold[units[i] as number] === IGNORED) i++;
  const list = lexicon.stems[stemKey(fold[units[start] as number] as number, second, fold[units[i] as number] as number)] as number;
  if (list !== 0) stemHit(found, lexicon, units, list, token, start, end);
}

/** Hash and length decide: that two words of a language share both is less likely than a bit flip, and a vocabulary is no secret. */
function exactHit(
  found: Found,
  { table, mask, lengths }: Lexicon,
  hash: number,
  first: number,
  length: number,
  token: number,
  start: number,
  end: number,
): void {
  for (let slot = first; ; slot = (slot + 1) & mask) {
    const value = table[slot * 2 + 1] as number;
    if (value === 0) return;
    if (table[slot * 2] !== hash || lengths[value - 1] !== length) continue;
    add(found, value - 1, token, start, end);
    return;
  }
}

function stemHit(found: Found, lexicon: Lexicon, units: Units, list: number, token: number, start: number, end: number): void {
  for (const number of lexicon.stemLists[list - 1] as readonly number[]) {
    const entry = lexicon.words[number] as string;
    const length = entry.length - 1;
    if (foldedLength(units, start, end, entry, length) === length) add(found, number, token, start, end);
  }
}

/** How many units of `word` (at most `limit`) the folded text at `start` begins with. */
function foldedLength(units: Units, start: number, end: number, word: string, limit: number): number {
  let matched = 0;
  for (let i = start; i < end && matched < limit; i++) {
    const f = foldOf(units[i] as number);
    if (f === IGNORED) continue;
    if (f !== word.charCodeAt(matched)) return matched;
    matched++;
  }
  return matched;
}

/** Answers where to go on: behind the word, or one unit on. */
function unspacedHit(found: Found, lexicon: Lexicon, text: string, unit: number, token: number, start: number): number {
  for (const number of lexicon.unspaced.get(unit) ?? []) {
    const word = lexicon.words[number] ?? '';
    if (text.startsWith(word, start)) {
      add(found, number, token, start, start + word.length);
      return start + word.length;
    }
  }
  return start + 1;
}

function add(found: Found, word: number, token: number, start: number, end: number): void {
  const at = found.count * HIT;
  if (at === found.hits.length) {
    const more = new Int32Array(at * 4);
    more.set(found.hits);
    found.hits = more;
  }
  const { hits } = found;
  hits[at] = word;
  hits[at + TOKEN] = token;
  hits[at + START] = start;
  hits[at + END] = end;
  found.count++;
}
