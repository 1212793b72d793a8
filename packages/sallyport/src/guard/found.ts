import { foldOf, IGNORED } from './fold.ts';
import type { KnownWords } from './known_words.ts';
import type { Lexicon } from './lexicon.ts';
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
  /** Every word, four numbers each: start, end, the hash of its folded form with digits as zeros, its place among the known words or -1. Undefined where they are not noted. */
  readonly tokens: Int32Array | undefined;
  readonly tokenCount: number;
  /** Where the places of `tokens` are. */
  readonly known: KnownWords;
  /** Start and end of each word that a detector wants listed (`Detector.marks`). Undefined for text that is not of bytes: none is asked for there. */
  readonly marked: readonly number[] | undefined;
  /** Start and end of each run of ASCII, see `runs.ts`; undefined for text that is not of bytes. True to a text of ASCII only. */
  readonly runs: readonly number[] | undefined;
  /** ASCII signs in each sixteen units of a text of bytes. */
  readonly signs: Uint8Array | undefined;
};

/** Numbers of a word in `Words.tokens`. */
export const TOKEN_SIZE = 4;

/** Numbers of a hit in `Words.hits`. */
export const HIT = 4;

export const TOKEN = 1;

export const START = 2;

export const END = 3;

/** What is found while a text is read. */
export type Found = {
  hits: Int32Array;
  count: number;
  digits: number[];
  spaced: number[];
  streak: number;
  streakStart: number;
  lastEnd: number;
  readonly tokens: Int32Array | undefined;
  tokenCount: number;
  readonly known: KnownWords;
  readonly marked: number[] | undefined;
  readonly runs: number[] | undefined;
  readonly signs: Uint8Array | undefined;
};

/** How far `token` jumps at `.`, `!`, `?`, `;` and at a line end: about the longest gap that a phrase may have. */
export const SENTENCE_GAP = 2;

const LINE_GAP = 1;

/** How many tokens the gap behind an ASCII separator is wide. */
export const BREAKS = new Uint8Array(256);
BREAKS[10] = LINE_GAP;
for (const mark of '.!?;') BREAKS[mark.charCodeAt(0)] = SENTENCE_GAP;

/** Single letters in a row that are a spelled-out word, and the widest gap between them (two blanks stand between such words). */
const MIN_SPACED = 5;

const MAX_SPACED_GAP = 3;

/** Notes a word of one letter; consecutive ones make a stretch. */
export function single(found: Found, start: number): void {
  if (found.streak > 0 && start - found.lastEnd <= MAX_SPACED_GAP) found.streak++;
  else {
    found.streak = 1;
    found.streakStart = start;
  }
  found.lastEnd = start + 1;
  if (found.streak === MIN_SPACED) found.spaced.push(found.streakStart, start + 1);
  else if (found.streak > MIN_SPACED) found.spaced[found.spaced.length - 1] = start + 1;
}

/** Hash and length decide: that two words of a language share both is less likely than a bit flip, and a vocabulary is no secret. */
export function exactHit(
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

export function stemHit(found: Found, lexicon: Lexicon, units: Units, list: number, token: number, start: number, end: number): void {
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

export function add(found: Found, word: number, token: number, start: number, end: number): void {
  const at = found.count * HIT;
  if (at === found.hits.length) found.hits = doubled(found.hits);
  const { hits } = found;
  hits[at] = word;
  hits[at + TOKEN] = token;
  hits[at + START] = start;
  hits[at + END] = end;
  found.count++;
}

export function doubled(hits: Int32Array): Int32Array {
  const more = new Int32Array(hits.length * 2);
  more.set(hits);
  return more;
}
