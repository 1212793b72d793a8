import { DIGITLESS_LATIN1, FOLD_LATIN1 } from './fold.ts';
import { BREAKS, doubled, exactHit, HIT, single, stemHit, TOKEN_SIZE, type Found } from './found.ts';
import { FLAGS, MAX_KNOWN, PLACE, PLACE_MASK, type KnownWords } from './known_words.ts';
import { MIN_STEM, spread, stemKey, type Lexicon } from './lexicon.ts';
import { isInRun, MIN_RUN } from './runs.ts';

/** Writing beyond the end of an array does nothing. */
const NO_TOKENS = new Int32Array(0);
// Constants of other modules, as this one's own: V8 loads and checks those each time.
const FOLD = FOLD_LATIN1;
const MASK = PLACE_MASK;
const PLACE_SIZE = PLACE;

/** What a known word is, as bits: in which lists it comes. */
const IS_MARKED = 1;
const HAS_DIGIT = 2;
const IS_SINGLE = 4;
const HAS_UNDERSCORE = 8;

/** Bits of `SEPARATORS` behind those of the width. */
const ENDS_RUN = 4;
const IS_SIGN = 8;

/** What separates words: the width of the gap behind it, and whether it ends a run or is a sign. */
const SEPARATORS = BREAKS.map((width, c) => width | (isInRun(c) ? 0 : ENDS_RUN) | (c > 32 && c < 127 ? IS_SIGN : 0));

/** Where a text was read to, and the word or separator that needs more than a look-up. */
type Cursor = {
  at: number;
  token: number;
  /** Numbers written to `tokens` and `hits`. */
  noted: number;
  count: number;
  /** Where the run began. */
  run: number;
  start: number;
  hash: number;
  second: number;
};

/** Why reading stopped: at the end, behind a run, at a full `hits`, behind a word that is not known, behind one that is listed somewhere. */
const AT_END = 0;
const LONG_RUN = 1;
const FULL = 2;
const NEW_WORD = 3;
const LISTED = 4;

/** Reads words that were seen before in one look-up each, the others in `unknownWord`. */
export function lexBytes(units: Uint8Array, lexicon: Lexicon, found: Found, signs: Uint8Array): void {
  const tokens = found.tokens ?? NO_TOKENS;
  const { places } = lexicon.known;
  const cursor: Cursor = { at: 0, token: 0, noted: 0, count: 0, run: 0, start: 0, hash: 0, second: 0 };
  for (;;) {
    const why = readKnown(units, lexicon.known, tokens, found.hits, signs, cursor);
    if (why === AT_END) break;
    if (why === LONG_RUN) {
      found.runs?.push(cursor.run, cursor.at);
      cursor.run = cursor.at;
    } else if (why === FULL) found.hits = doubled(found.hits);
    else if (why === NEW_WORD) list(units, found, signs, cursor, newWord(units, lexicon, found, tokens, cursor));
    else list(units, found, signs, cursor, places[placeOf(cursor.hash) + FLAGS] as number);
  }
  if (units.length - cursor.run >= MIN_RUN) found.runs?.push(cursor.run, units.length);
  found.count = cursor.count / HIT;
  found.tokenCount = cursor.noted / TOKEN_SIZE;
}

/** Adds a word to the lists that its flags say. */
function list(units: Uint8Array, found: Found, signs: Uint8Array, { start, at: end }: Cursor, flags: number): void {
  if ((flags & IS_MARKED) !== 0) found.marked?.push(start, end);
  if ((flags & HAS_DIGIT) !== 0) found.digits.push(start, end);
  if ((flags & IS_SINGLE) !== 0) single(found, start);
  if ((flags & HAS_UNDERSCORE) !== 0) underscores(units, start, end, signs);
}

/**
 * Reads on until a word or a separator needs more than a look-up. Nothing is called here, for V8 would load and check every array anew behind a call.
 */
function readKnown(units: Uint8Array, known: KnownWords, tokens: Int32Array, hits: Int32Array, signs: Uint8Array, cursor: Cursor): number {
  const { places, now, multiplier } = known;
  const n = units.length;
  const room = hits.length - 8;
  let { at: i, token, noted, count, run } = cursor;
  let why = AT_END;
  while (i < n) {
    const c = units[i] as number;
    let f = FOLD[c] as number;
    if (f === 0) {
      const kind = SEPARATORS[c] as number;
      if ((kind & 4) !== 0) {
        if (i - run >= 16) {
          why = LONG_RUN;
          break;
        }
        run = (i + 1) | 0;
      }
      token = (token + (kind & 3)) | 0;
      if (kind >= 8) signs[i >> 4] = (signs[i >> 4] as number) + 1;
      i = (i + 1) | 0;
      continue;
    }
    if (count > room) {
      why = FULL;
      break;
    }
    const start = i;
    let hash = f;
    let second = f;
    i = (i + 1) | 0;
    while (i < n && (f = FOLD[units[i] as number] as number) !== 0) {
      hash = (Math.imul(hash, 31) + f) | 0;
      second = (Math.imul(second, multiplier) + f) | 0;
      i = (i + 1) | 0;
    }
    token = (token + 1) | 0;
    const at = ((hash ^ (hash >>> 15)) & MASK) * PLACE_SIZE;
    if (places[at] !== hash || places[at + 1] !== second) {
      why = NEW_WORD;
      cursor.start = start;
      cursor.hash = hash;
      cursor.second = second;
      break;
    }
    places[at + 2] = now;
    tokens[noted] = start;
    tokens[noted + 1] = i;
    tokens[noted + 2] = places[at + 4] as number;
    tokens[noted + 3] = at;
    noted = (noted + 4) | 0;
    const words = places[at + 3] as number;
    if (words !== 0) {
      hits[count] = (words & 0xffff) - 1;
      hits[count + 1] = token;
      hits[count + 2] = start;
      hits[count + 3] = i;
      count = (count + 4) | 0;
      if (words >>> 16 !== 0) {
        hits[count] = (words >>> 16) - 1;
        hits[count + 1] = token;
        hits[count + 2] = start;
        hits[count + 3] = i;
        count = (count + 4) | 0;
      }
    }
    if (places[at + 5] !== 0) {
      why = LISTED;
      cursor.start = start;
      cursor.hash = hash;
      break;
    }
  }
  cursor.at = i;
  cursor.token = token;
  cursor.noted = noted;
  cursor.count = count;
  cursor.run = run;
  return why;
}

/** Notes a word that is not known, and has it known where there is a place: its flags. */
function newWord(units: Uint8Array, lexicon: Lexicon, found: Found, tokens: Int32Array, cursor: Cursor): number {
  const { start, at: end, hash, second, token, noted, count } = cursor;
  found.count = count / HIT;
  // Folded letters and the underscore have 0x40, digits do not; of letters, only the underscore and some beyond ASCII are without 0x20.
  let all = 0x60;
  for (let i = start; i < end; i++) all &= FOLD[units[i] as number] as number;
  const hasDigit = (all & 0x40) === 0;
  const digitless = hasDigit ? digitlessHash(units, start, end) : hash;
  const isMarked = unknownWord(found, lexicon, units, hash, token, start, end);
  const flags =
    (isMarked ? IS_MARKED : 0) |
    (hasDigit ? HAS_DIGIT : 0) |
    (!hasDigit && end - start === 1 ? IS_SINGLE : 0) |
    ((all & 0x20) === 0 ? HAS_UNDERSCORE : 0);
  const words = end - start > MAX_KNOWN ? -1 : hitsSince(found, count);
  const place = placeOf(hash);
  const learned = words !== -1 && lexicon.known.learn(place, hash, second, words, digitless, flags);
  tokens[noted] = start;
  tokens[noted + 1] = end;
  tokens[noted + 2] = digitless;
  tokens[noted + 3] = learned ? place : -1;
  cursor.noted += TOKEN_SIZE;
  cursor.count = found.count * HIT;
  return flags;
}

/** The first number of the place of a hash. */
function placeOf(hash: number): number {
  return (spread(hash) & PLACE_MASK) * PLACE;
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
  return mark?.(units, start, end) === true;
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
