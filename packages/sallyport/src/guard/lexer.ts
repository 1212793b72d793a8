import { DIGITLESS_LATIN1, FOLD_LATIN1, foldAt, foldOf, IGNORED, SEPARATOR, UNKNOWN, UNSPACED, wideTable } from './fold.ts';
import { MAX_KNOWN, PLACE_MASK, type KnownWords } from './known_words.ts';
import { MIN_STEM, spread, stemKey, type Lexicon } from './lexicon.ts';
import { isInRun } from './runs.ts';
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

/** Writing beyond the end of an array does nothing. */
const NO_TOKENS = new Int32Array(0);

/** How far `token` jumps at `.`, `!`, `?`, `;` and at a line end: about the longest gap that a phrase may have. */
const SENTENCE_GAP = 2;

const LINE_GAP = 1;

/** Finds the vocabulary words of a text in one pass: O(units), independent of the size of the vocabulary. Valid until `space` takes another text. */
export function lex(units: Units, text: string, lexicon: Lexicon, space: Space = new Space()): Words {
  const bytes = units instanceof Uint8Array;
  space.open(units.length, bytes);
  const found: Found = {
    hits: space.hits,
    count: 0,
    digits: [],
    spaced: [],
    streak: 0,
    streakStart: 0,
    lastEnd: 0,
    tokens: bytes && units.length <= MOST_NOTED ? space.tokens : undefined,
    tokenCount: 0,
    known: lexicon.known,
    marked: bytes && lexicon.mark !== undefined ? [] : undefined,
    runs: bytes ? [] : undefined,
    signs: bytes ? space.signs : undefined,
  };
  if (bytes) lexBytes(units, lexicon, found, space);
  else lexWide(units, text, lexicon, found);
  space.hits = found.hits;
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
  readonly known: KnownWords;
  readonly marked: number[] | undefined;
  readonly runs: number[] | undefined;
  readonly signs: Uint8Array | undefined;
};

/** Longer texts have their words found, but not noted: whoever needs them reads them again. */
const MOST_NOTED = 1 << 18;

/** Plain English has about 60 hits in 1,000 units. */
const FIRST_HITS = 64;

/** Where the words of a text are written, and those of the next. */
export class Space {
  hits: Int32Array = new Int32Array(FIRST_HITS * HIT);
  tokens: Int32Array = NO_TOKENS;
  signs = new Uint8Array(0);

  /** Makes room for a text of so many units. */
  open(units: number, bytes: boolean): void {
    if (!bytes) return;
    const words = units > MOST_NOTED ? 0 : ((units >> 1) + 1) * TOKEN_SIZE;
    if (words > this.tokens.length) this.tokens = new Int32Array(words);
    const blocks = (units >> 4) + 1;
    if (blocks > this.signs.length) this.signs = new Uint8Array(blocks);
    else this.signs.fill(0, 0, blocks);
  }
}

/** Reads a word that it has seen before in one look-up, the others in `unknownWord`. */
function lexBytes(units: Uint8Array, lexicon: Lexicon, found: Found, { signs }: Space): void {
  // V8 loads and checks the constants of a module each time they are used, not those of a function.
  const tokens = found.tokens ?? NO_TOKENS;
  const runs = found.runs ?? [];
  const marked = found.marked ?? [];
  const { places, now, multiplier } = lexicon.known;
  const mask = PLACE_MASK;
  const separators = SEPARATORS;
  const fold = FOLD_LATIN1;
  const n = units.length;
  let { hits } = found;
  let count = 0;
  let token = 0;
  let noted = 0;
  let run = 0;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    let f = fold[c] as number;
    if (f === 0) {
      const kind = separators[c] as number;
      token += kind & 3;
      if ((kind & 4) !== 0) {
        if (i - run >= 16) runs.push(run, i);
        run = i + 1;
      }
      if (kind >= 8) signs[i >> 4] = (signs[i >> 4] as number) + 1;
      i++;
      continue;
    }
    const start = i;
    let hash = f;
    let second = f;
    let all = f;
    i++;
    while (i < n && (f = fold[units[i] as number] as number) !== 0) {
      hash = (Math.imul(hash, 31) + f) | 0;
      second = (Math.imul(second, multiplier) + f) | 0;
      all &= f;
      i++;
    }
    token++;
    let at = ((hash ^ (hash >>> 15)) & mask) * 8;
    if (places[at] === hash && places[at + 1] === second) {
      places[at + 2] = now;
      tokens[noted + 2] = places[at + 4] as number;
      if (places[at + 5] === 1) marked.push(start, i);
      for (let words = places[at + 3] as number; words !== 0; words >>>= 16) {
        if (count === hits.length) hits = found.hits = doubled(hits);
        hits[count] = (words & 0xffff) - 1;
        hits[count + 1] = token;
        hits[count + 2] = start;
        hits[count + 3] = i;
        count += 4;
      }
    } else {
      found.count = count / HIT;
      const digitless = (all & 0x40) === 0 ? digitlessHash(units, start, i) : hash;
      tokens[noted + 2] = digitless;
      const isMarked = unknownWord(found, lexicon, units, hash, token, start, i);
      const words = i - start > MAX_KNOWN ? -1 : hitsSince(found, count);
      if (words === -1 || !lexicon.known.learn(at, hash, second, words, digitless, isMarked)) at = -1;
      ({ hits } = found);
      count = found.count * HIT;
    }
    tokens[noted] = start;
    tokens[noted + 1] = i;
    tokens[noted + 3] = at;
    noted += 4;
    // Folded letters and the underscore have 0x40, digits do not; of letters, only the underscore and some beyond ASCII are without 0x20.
    if ((all & 0x60) !== 0x60) {
      if ((all & 0x40) === 0) found.digits.push(start, i);
      if ((all & 0x20) === 0) underscores(units, start, i, signs);
    }
    if (i - start === 1 && (all & 0x40) !== 0) single(found, start);
  }
  if (n - run >= 16) runs.push(run, n);
  found.count = count / HIT;
  found.tokenCount = noted / TOKEN_SIZE;
}

/** Counts those of a word as signs. */
function underscores(units: Uint8Array, start: number, end: number, signs: Uint8Array): void {
  for (let i = start; i < end; i++) if (units[i] === UNDERSCORE) signs[i >> 4] = (signs[i >> 4] as number) + 1;
}

const UNDERSCORE = 95;

/** Looks a word up in the lexicon: whether it is to be listed. */
function unknownWord(found: Found, lexicon: Lexicon, units: Uint8Array, hash: number, token: number, start: number, end: number): boolean {
  const { filter, mask, stems, mark } = lexicon;
  const slot = spread(hash) & mask;
  if (((filter[slot] as number) & (1 << (hash >>> 29))) !== 0) exactHit(found, lexicon, hash, slot, end - start, token, start, end);
  if (end - start >= MIN_STEM) {
    const fold = FOLD_LATIN1;
    const key = stemKey(
      fold[units[start] as number] as number,
      fold[units[start + 1] as number] as number,
      fold[units[start + 2] as number] as number,
    );
    if (stems[key] !== 0) stemHit(found, lexicon, units, stems[key] as number, token, start, end);
  }
  if (mark === undefined || !mark(units, start, end)) return false;
  found.marked?.push(start, end);
  return true;
}

/** The words of the hits from one on, as known words hold them; -1 for more than two. */
function hitsSince({ hits, count }: Found, from: number): number {
  const end = count * HIT;
  if (end === from) return 0;
  const first = (hits[from] as number) + 1;
  if (end === from + HIT) return first;
  return end === from + 2 * HIT ? first | (((hits[from + HIT] as number) + 1) << 16) : -1;
}

function digitlessHash(units: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (DIGITLESS_LATIN1[units[i] as number] as number)) | 0;
  return hash;
}

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

/** Bits of `SEPARATORS` behind those of the width. */
const ENDS_RUN = 4;
const IS_SIGN = 8;

/** How many tokens the gap behind an ASCII separator is wide. */
const BREAKS = new Uint8Array(256);
BREAKS[10] = LINE_GAP;
for (const mark of '.!?;') BREAKS[mark.charCodeAt(0)] = SENTENCE_GAP;

/** What separates words: the width of the gap behind it, and whether it ends a run or is a sign. */
const SEPARATORS = BREAKS.map((width, c) => width | (isInRun(c) ? 0 : ENDS_RUN) | (c > 32 && c < 127 ? IS_SIGN : 0));

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
  if (at === found.hits.length) found.hits = doubled(found.hits);
  const { hits } = found;
  hits[at] = word;
  hits[at + TOKEN] = token;
  hits[at + START] = start;
  hits[at + END] = end;
  found.count++;
}

function doubled(hits: Int32Array): Int32Array {
  const more = new Int32Array(hits.length * 2);
  more.set(hits);
  return more;
}
