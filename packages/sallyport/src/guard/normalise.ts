import { enclosedLetter, LOOKALIKES, MIXED_LOOKALIKES } from './confusables.ts';
import { isInvisible, isInvisiblePlane, tagAscii } from './invisible.ts';
import { ViewBuilder, type OffsetMap } from './view.ts';

/**
 * A base character with its marks is normalised as one; more marks than any orthography uses (Vietnamese 2, Hebrew with cantillation 4)
 * are dropped, so that stacked marks ("zalgo") neither hide a letter nor cost quadratic time.
 */
const MAX_MARKS = 4;

/** Units of one compatibility character's expansion that are kept; the longest in Unicode is 18 (U+FDFA). */
const MAX_EXPANSION = 18;

const UNKNOWN = 0;
const PLAIN = 1;
/** Changes under NFKC, or is invisible, or always read as another letter. */
const SPECIAL = 2;
/** A letter that looks Latin: matters only beside ASCII letters. */
const ALIKE = 3;
/** Joins the character before it: combining marks, Hangul vowel and final jamo. */
const MARK = 4;
/** Special, and becomes exactly one unit (full-width forms, small capitals): `singles` has it. */
const SINGLE = 5;

/** What each UTF-16 unit needs; filled as units are met, since normalising all 65,536 at start would take 20 ms. */
const kinds = new Uint8Array(65_536);
const singles = new Uint16Array(65_536);

function kindOf(c: number): number {
  const known = kinds[c] as number;
  if (known !== UNKNOWN) return known;
  return (kinds[c] = classify(c));
}

function classify(c: number): number {
  if (c >= 0xd800 && c <= 0xdfff) return SPECIAL;
  if (isInvisible(c)) return SPECIAL;
  const char = String.fromCharCode(c);
  if (/\p{M}/u.test(char) || (c >= 0x1160 && c <= 0x11ff)) return MARK;
  const normal = char.normalize('NFKC');
  if (normal !== char || LOOKALIKES.has(c)) {
    if (normal.length !== 1 || isInvisible(normal.charCodeAt(0))) return SPECIAL;
    singles[c] = LOOKALIKES.get(normal.charCodeAt(0)) ?? normal.charCodeAt(0);
    return SINGLE;
  }
  return MIXED_LOOKALIKES.has(c) ? ALIKE : PLAIN;
}

/**
 * The text as a reader (and a model) takes it: NFKC, without invisible characters, tag characters as the ASCII they carry, look-alike letters
 * as Latin ones inside Latin words. Undefined when that is the text itself. Time linear in the text; lone surrogates pass through.
 */
export function normalise(text: string): { text: string; map: OffsetMap } | undefined {
  const first = nextSpecial(text, 0);
  return first < 0 ? undefined : foldFrom(text, first);
}

/** Where the next character is that may need work, or -1. Pairs of surrogates outside the special blocks (emoji) need none. */
function nextSpecial(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) continue;
    const kind = kindOf(c);
    if (kind === PLAIN) continue;
    if (kind === ALIKE) {
      if (isAsciiLetter(text.charCodeAt(i - 1)) || isAsciiLetter(text.charCodeAt(i + 1))) return i;
    } else if (kind === MARK) {
      if (i === 0 || !isSettled(text, i)) return i;
    } else if (c >= 0xd800 && c <= 0xdfff) {
      if (!isPlainPair(text, i)) return i;
      i++;
    } else return i;
  }
  return -1;
}

/** Marks of scripts that never compose (Arabic, Hebrew, Indic, Thai) are settled when NFKC of the pair is the pair; on an ASCII letter none is. */
function isSettled(text: string, at: number): boolean {
  if (isAsciiLetter(text.charCodeAt(at - 1))) return false;
  const pair = text.slice(at - 1, at + 1);
  return pair.normalize('NFKC') === pair && kindOf(text.charCodeAt(at - 1)) !== MARK;
}

/** A proper pair that NFKC leaves alone and that is neither invisible nor a letter in a box. */
function isPlainPair(text: string, at: number): boolean {
  const codePoint = text.codePointAt(at) ?? 0;
  if (codePoint < 0x10000) return false;
  // Emoji and pictographs, by far the most common pairs.
  if (codePoint >= 0x1f300 && codePoint <= 0x1faff) return true;
  if (isInvisiblePlane(codePoint) || enclosedLetter(codePoint) !== undefined) return false;
  const char = String.fromCodePoint(codePoint);
  return char.normalize('NFKC') === char;
}

function isAsciiLetter(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 65 && c <= 90);
}

/** A unit of the folded text with the range it came from. */
type Folded = { code: number; from: number; to: number };

function foldFrom(text: string, first: number): { text: string; map: OffsetMap } {
  const out = new ViewBuilder(text);
  const word: Folded[] = [];
  let done = 0;
  for (let at = first; at >= 0; at = nextSpecial(text, done)) {
    const start = wordStart(text, at, done);
    out.copy(done, start);
    done = foldWord(text, start, word, out);
  }
  out.copy(done, text.length);
  return out.finish();
}

/** Words are folded as one; in a longer one look-alikes are judged by pieces, so that memory stays bounded. */
const MAX_WORD = 256;

/** Start of the word that holds `at`: look-alikes before the first special character are judged with it. */
function wordStart(text: string, at: number, floor: number): number {
  let start = at;
  while (start > floor && at - start < MAX_WORD && isWordUnit(text.charCodeAt(start - 1))) start--;
  return start;
}

/** Letters of spaced scripts and what may stand inside their words; ideographs, kana and Hangul are words of their own. */
function isWordUnit(c: number): boolean {
  return isAsciiLetter(c) || (c >= 0x80 && !(c >= 0x2e80 && c <= 0xd7ff));
}

/** Folds from `start` to the next ASCII character that is no letter; always at least one character. Answers where it stopped. */
function foldWord(text: string, start: number, word: Folded[], out: ViewBuilder): number {
  let i = start;
  do {
    i = foldCluster(text, i, word);
    if (word.length >= MAX_WORD) flushWord(word, out);
  } while (i < text.length && isWordUnit(text.charCodeAt(i)));
  flushWord(word, out);
  return i;
}

/** Folds the character at `start` with its marks into `word`; answers where the next begins. */
function foldCluster(text: string, start: number, word: Folded[]): number {
  const unit = text.charCodeAt(start);
  const kind = unit < 0x80 ? PLAIN : kindOf(unit);
  if ((kind === PLAIN || kind === ALIKE || kind === SINGLE) && !startsMark(text, start + 1)) {
    word.push({ code: kind === SINGLE ? (singles[unit] as number) : unit, from: start, to: start + 1 });
    return start + 1;
  }
  const codePoint = text.codePointAt(start) ?? 0;
  const end = start + (codePoint > 0xffff ? 2 : 1);
  if (codePoint < 0x10000 ? isInvisible(codePoint) : isInvisiblePlane(codePoint)) {
    const tag = tagAscii(codePoint);
    if (tag !== undefined) word.push({ code: tag, from: start, to: end });
    return end;
  }
  const letter = enclosedLetter(codePoint);
  if (letter !== undefined) {
    word.push({ code: letter, from: start, to: end });
    return end;
  }
  const next = marksEnd(text, end);
  pushNormal(text.slice(start, Math.min(next, end + MAX_MARKS)).normalize('NFKC'), start, next, word);
  return next;
}

function startsMark(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  return c >= 0x300 && kindOf(c) === MARK;
}

function marksEnd(text: string, start: number): number {
  let end = start;
  while (startsMark(text, end)) end++;
  return end;
}

function pushNormal(normal: string, from: number, to: number, word: Folded[]): void {
  const length = Math.min(normal.length, MAX_EXPANSION);
  for (let k = 0; k < length; k++) {
    const code = normal.charCodeAt(k);
    // A stroke or dot laid over an ASCII letter that does not compose with it: the reader sees the letter.
    if (k > 0 && code >= 0x300 && code <= 0x36f && isAsciiLetter(normal.charCodeAt(0))) continue;
    if (!isInvisible(code)) word.push({ code: LOOKALIKES.get(code) ?? code, from, to });
  }
}

/** Writes a word: look-alikes become Latin where the word has ASCII letters of its own. */
function flushWord(word: Folded[], out: ViewBuilder): void {
  if (word.length === 0) return;
  let latin = false;
  for (const unit of word) if (isAsciiLetter(unit.code)) latin = true;
  for (const unit of word) out.put(latin ? (MIXED_LOOKALIKES.get(unit.code) ?? unit.code) : unit.code, unit.from, unit.to);
  word.length = 0;
}
