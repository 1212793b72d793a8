import { enclosedLetter, LOOKALIKES, MIXED_LOOKALIKES } from './confusables.ts';
import { isInvisible, isInvisiblePlane, tagAscii } from './invisible.ts';
import { ALIKE, BLOCK, isStable, kinds, MARK, SINGLE, singles, SPECIAL, survey, type Survey } from './kinds.ts';
import { unitsOf } from './units.ts';
import { ViewBuilder, type OffsetMap } from './view.ts';

/**
 * A base character with its marks is normalised as one; more marks than any orthography uses (Vietnamese 2, Hebrew with cantillation 4)
 * are dropped, so that stacked marks ("zalgo") neither hide a letter nor cost quadratic time.
 */
const MAX_MARKS = 4;

/** Units of one compatibility character's expansion that are kept; the longest in Unicode is 18 (U+FDFA). */
const MAX_EXPANSION = 18;

/** A text that was changed, its units, and the way back. */
export type Normal = { readonly text: string; readonly units: Uint16Array; readonly map: OffsetMap };

/**
 * The text as a reader (and a model) takes it: NFKC, without invisible characters, tag characters as the ASCII they carry, look-alike letters
 * as Latin ones inside Latin words. Undefined when that is the text itself. Time linear in the text; lone surrogates pass through.
 */
export function normalise(text: string, units: Uint16Array = unitsOf(text), { needy }: Survey = survey(units)): Normal | undefined {
  if (needy === undefined) return undefined;
  const first = nextSpecial(units, needy, 0);
  return first < 0 ? undefined : foldFrom(text, units, needy, first);
}

/** Units that do not stay as they are wherever they stand. */
const CHANGING = SPECIAL | ALIKE | MARK | SINGLE;

/** Where the next character is that may need work, or -1. Pairs of surrogates outside the special blocks (emoji) need none. */
function nextSpecial(units: Uint16Array, needy: Uint8Array, from: number): number {
  const n = units.length;
  for (let i = from; i < n; i++) {
    if (needy[(i / BLOCK) | 0] === 0) {
      i = (((i / BLOCK) | 0) + 1) * BLOCK - 1;
      continue;
    }
    const c = units[i] as number;
    const kind = kinds[c] as number;
    if ((kind & CHANGING) === 0) continue;
    if ((kind & ALIKE) !== 0) {
      if ((i > 0 && isAsciiLetter(units[i - 1] as number)) || (i + 1 < n && isAsciiLetter(units[i + 1] as number))) return i;
    } else if ((kind & MARK) !== 0) {
      if (i === 0 || !isSettled(units[i - 1] as number, c)) return i;
    } else if (c >= 0xd800 && c <= 0xdfff) {
      if (i + 1 === n || !isPlainPair(c, units[i + 1] as number)) return i;
      i++;
    } else return i;
  }
  return -1;
}

/** Marks of scripts that never compose (Arabic, Hebrew, Indic, Thai) are settled when NFKC of the pair is the pair; on an ASCII letter none is. */
function isSettled(base: number, mark: number): boolean {
  return !isAsciiLetter(base) && ((kinds[base] as number) & MARK) === 0 && isStable(base, mark, 0);
}

/** A proper pair that NFKC leaves alone and that is neither invisible nor a letter in a box. */
function isPlainPair(high: number, low: number): boolean {
  const codePoint = pairOf(high, low);
  if (codePoint < 0x10000) return false;
  // Emoji and pictographs, by far the most common pairs.
  if (codePoint >= 0x1f300 && codePoint <= 0x1faff) return true;
  if (isInvisiblePlane(codePoint) || enclosedLetter(codePoint) !== undefined) return false;
  return isStable(high, low, 0);
}

/** The code point of a pair of surrogates; the first unit when it is none. */
function pairOf(high: number, low: number): number {
  const pair = high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
  return pair ? 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00) : high;
}

function isAsciiLetter(c: number): boolean {
  const lower = c | 32;
  return lower >= 97 && lower <= 122;
}

function foldFrom(text: string, units: Uint16Array, needy: Uint8Array, first: number): Normal {
  const out = new ViewBuilder(units);
  let done = 0;
  for (let at = first; at >= 0; at = nextSpecial(units, needy, done)) {
    const start = wordStart(units, at, done);
    out.copy(done, start);
    done = foldWord(text, units, start, out);
  }
  out.copy(done, units.length);
  return out.finish();
}

/** Words are folded as one; in a longer one look-alikes are judged by pieces, so that memory stays bounded. */
const MAX_WORD = 256;

/** The word that is being folded: its units with the range that each came from. */
const word = {
  length: 0,
  codes: new Uint16Array(MAX_WORD + MAX_EXPANSION),
  froms: new Int32Array(MAX_WORD + MAX_EXPANSION),
  tos: new Int32Array(MAX_WORD + MAX_EXPANSION),
};

function push(code: number, from: number, to: number): void {
  const at = word.length++;
  word.codes[at] = code;
  word.froms[at] = from;
  word.tos[at] = to;
}

/** Start of the word that holds `at`: look-alikes before the first special character are judged with it. */
function wordStart(units: Uint16Array, at: number, floor: number): number {
  let start = at;
  while (start > floor && at - start < MAX_WORD && isWordUnit(units[start - 1] as number)) start--;
  return start;
}

/** Letters of spaced scripts and what may stand inside their words; ideographs, kana and Hangul are words of their own. */
function isWordUnit(c: number): boolean {
  return isAsciiLetter(c) || (c >= 0x80 && !(c >= 0x2e80 && c <= 0xd7ff));
}

/** Folds from `start` to the next ASCII character that is no letter; always at least one character. Answers where it stopped. */
function foldWord(text: string, units: Uint16Array, start: number, out: ViewBuilder): number {
  let i = start;
  word.length = 0;
  do {
    i = foldCluster(text, units, i);
    if (word.length >= MAX_WORD) flushWord(out);
  } while (i < units.length && isWordUnit(units[i] as number));
  flushWord(out);
  return i;
}

/** Folds the character at `start` with its marks into `word`; answers where the next begins. */
function foldCluster(text: string, units: Uint16Array, start: number): number {
  const unit = units[start] as number;
  const kind = kinds[unit] as number;
  if ((kind & (SPECIAL | MARK)) === 0 && !startsMark(units, start + 1)) {
    push((kind & SINGLE) === 0 ? unit : (singles[unit] as number), start, start + 1);
    return start + 1;
  }
  const codePoint = start + 1 < units.length ? pairOf(unit, units[start + 1] as number) : unit;
  const end = start + (codePoint > 0xffff ? 2 : 1);
  if (codePoint < 0x10000 ? isInvisible(codePoint) : isInvisiblePlane(codePoint)) {
    const tag = tagAscii(codePoint);
    if (tag !== undefined) push(tag, start, end);
    return end;
  }
  const letter = enclosedLetter(codePoint);
  if (letter !== undefined) {
    push(letter, start, end);
    return end;
  }
  const next = marksEnd(units, end);
  if ((kind & (SPECIAL | MARK | SINGLE)) === 0 && isStableCluster(units, start, next)) {
    for (let i = start; i < next; i++) push(units[i] as number, start, next);
  } else pushNormal(text.slice(start, Math.min(next, end + MAX_MARKS)).normalize('NFKC'), start, next);
  return next;
}

/** A plain letter, not ASCII, with one mark or two that stays as it is. */
function isStableCluster(units: Uint16Array, start: number, end: number): boolean {
  const base = units[start] as number;
  if (end - start > 3 || isAsciiLetter(base)) return false;
  return isStable(base, units[start + 1] as number, end - start === 3 ? (units[start + 2] as number) : 0);
}

function startsMark(units: Uint16Array, at: number): boolean {
  return at < units.length && ((kinds[units[at] as number] as number) & MARK) !== 0;
}

function marksEnd(units: Uint16Array, start: number): number {
  let end = start;
  while (startsMark(units, end)) end++;
  return end;
}

function pushNormal(normal: string, from: number, to: number): void {
  const length = Math.min(normal.length, MAX_EXPANSION);
  for (let k = 0; k < length; k++) {
    const code = normal.charCodeAt(k);
    // A stroke or dot laid over an ASCII letter that does not compose with it: the reader sees the letter.
    if (k > 0 && code >= 0x300 && code <= 0x36f && isAsciiLetter(normal.charCodeAt(0))) continue;
    if (!isInvisible(code)) push(LOOKALIKES.get(code) ?? code, from, to);
  }
}

/** Writes the word: look-alikes become Latin where it has ASCII letters of its own. */
function flushWord(out: ViewBuilder): void {
  const { length, codes, froms, tos } = word;
  let latin = false;
  for (let k = 0; k < length; k++) if (isAsciiLetter(codes[k] as number)) latin = true;
  for (let k = 0; k < length; k++) {
    const code = codes[k] as number;
    out.put(latin && code >= 0x80 ? (MIXED_LOOKALIKES.get(code) ?? code) : code, froms[k] as number, tos[k] as number);
  }
  word.length = 0;
}
