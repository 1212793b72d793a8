import { END, HIT, START } from './lexer.ts';
import { lookUp, passes, tableOf, type Lexicon } from './lexicon.ts';
import { findMorse } from './morse.ts';
import type { View } from './view.ts';

/** A decoded stretch of a text: three numbers a unit of the result, the unit and the range that it came from. */
export type Decoded = { readonly name: string; readonly start: number; readonly end: number; readonly units: readonly number[] };

/** Classes under which the disguised forms of the vocabulary stand in the lexicon. */
export const ROT13 = 'decode.rot13';
export const REVERSED = 'decode.reversed';

/** Shorter words are other words when rotated or reversed. */
const MIN_DISGUISED = 6;

/** Disguised words on one line from which it is read so. */
const MIN_DISGUISED_WORDS = 2;

/** Short words that every English line has and whose disguised forms are no words. */
const EVERYDAY =
  'the you your this that with from have been just only print write output give tell know should would could please what will about them then when where which before after without'.split(
    ' ',
  );

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

export function disguises(view: View, found: Decoded[]): void {
  if (hasDisguised(view)) disguisedWords(view, found);
  spaced(view, found);
  for (const { start, end, units } of findMorse(view.text)) found.push({ name: 'morse', start, end, units });
  if (view.numbers.mixed >= MIN_LEET) leet(view, found);
}

/** Whether any word of a view is the disguised form of another: few texts have one, and only they are read further. */
function hasDisguised({ words, lexicon }: View): boolean {
  const rotated = tableOf(lexicon, ROT13);
  const reversed = tableOf(lexicon, REVERSED);
  const { hits, count } = words;
  for (let h = 0; h < count * HIT; h += HIT) {
    const word = hits[h] as number;
    if (((rotated[word] as number) | (reversed[word] as number)) !== 0) return true;
  }
  return false;
}

function disguisedWords(view: View, found: Decoded[]): void {
  lines(view, ROT13, found, 'rot13', (text, start, end) => {
    const units: number[] = [];
    for (let i = start; i < end; i++) units.push(rot13(text.charCodeAt(i)), i, i + 1);
    return units;
  });
  lines(view, REVERSED, found, 'reversed', (text, start, end) => {
    const units: number[] = [];
    for (let i = end - 1; i >= start; i--) units.push(text.charCodeAt(i), i, i + 1);
    return units;
  });
}

/** A word of at least so many units that stands as it is: its line is not in disguise. */
const MIN_PLAIN = 4;

/** Decodes each line that has enough words of a class, and the lines around it on which nothing stands plainly: whoever writes so rarely does for one line. */
function lines(
  view: View,
  name: string,
  found: Decoded[],
  label: string,
  read: (text: string, start: number, end: number) => number[],
): void {
  const { text } = view;
  const disguised = disguisedLines(view, tableOf(view.lexicon, name));
  if (disguised.length === 0) return;
  const plain = plainLines(view, tableOf(view.lexicon, name));
  let done = 0;
  for (const line of disguised) {
    let from = line;
    while (from > done && !plain.has(startOfLine(text, from - 1))) from = startOfLine(text, from - 1);
    for (let start = Math.max(from, done); start < text.length; start = done) {
      if (start > line && plain.has(start)) break;
      const end = endOfLine(text, start);
      if (end > start) found.push({ name: label, start, end, units: read(text, start, end) });
      done = end + 1;
    }
  }
}

/** The starts of the lines that have enough words of a class. */
function disguisedLines({ words, text }: View, members: Uint8Array): number[] {
  const starts: number[] = [];
  let count = 0;
  let line = -1;
  let stop = -1;
  for (let h = 0; h < words.count * HIT; h += HIT) {
    if (members[words.hits[h] as number] !== 1) continue;
    const at = words.hits[h + START] as number;
    if (at >= stop) {
      line = startOfLine(text, at);
      stop = endOfLine(text, at);
      count = 0;
    }
    if (++count === MIN_DISGUISED_WORDS) starts.push(line);
  }
  return starts;
}

/** The starts of the lines that have a word which is in the vocabulary as it stands. */
function plainLines({ words, text }: View, members: Uint8Array): Set<number> {
  const starts = new Set<number>();
  let stop = -1;
  for (let h = 0; h < words.count * HIT; h += HIT) {
    const at = words.hits[h + START] as number;
    if (at < stop || members[words.hits[h] as number] === 1 || (words.hits[h + END] as number) - at < MIN_PLAIN) continue;
    starts.add(startOfLine(text, at));
    stop = endOfLine(text, at);
  }
  return starts;
}

function startOfLine(text: string, at: number): number {
  return at <= 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

function endOfLine(text: string, at: number): number {
  const stop = text.indexOf('\n', at);
  return stop < 0 ? text.length : stop;
}

/** `i g n o r e  a l l` -> `ignore all`: what stands once between letters goes, what stands twice or is a blank among other signs parts words. */
function spaced(view: View, found: Decoded[]): void {
  const { words, text } = view;
  for (let s = 0; s < words.spaced.length; s += 2) {
    const start = words.spaced[s] as number;
    const end = words.spaced[s + 1] as number;
    const units: number[] = [];
    let gap = start;
    for (let i = start; i < end; i++) {
      if (!LETTER.test(text.charAt(i))) continue;
      if (i - gap > 1) units.push(32, gap, i);
      units.push(text.charCodeAt(i), i, i + 1);
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

/** What may stand right before a word with digits, and behind it, as parts of it. */
const BEFORE = 1;
const BEHIND = 2;
const LEET_UNIT = new Uint8Array(128);
for (let c = 65; c < 91; c++) LEET_UNIT[c] = LEET_UNIT[c + 32] = BEFORE | BEHIND;
for (let c = 48; c < 58; c++) LEET_UNIT[c] = BEHIND;
LEET_UNIT[36] = LEET_UNIT[64] = BEFORE | BEHIND;
LEET_UNIT[33] = BEFORE;

/** The letters of an ASCII word in leet spelling; in the second reading a 1 is an l. */
const LETTERS = Array.from({ length: 128 }, (_, c) => String.fromCharCode(c)).map((char) =>
  (LEET[char] ?? char).toLowerCase().charCodeAt(0),
);
const AS_I = Uint8Array.from(LETTERS);
const AS_L = Uint8Array.from(LETTERS.with(49, 108));

/** False when neither reading can be in the vocabulary: nearly always, without making a string. */
function mayBeKnown(word: string, lexicon: Lexicon): boolean {
  let first = 0;
  let second = 0;
  for (let i = 0; i < word.length; i++) {
    const c = word.charCodeAt(i);
    if (c > 127) return true;
    first = (Math.imul(first, 31) + (AS_I[c] as number)) | 0;
    second = (Math.imul(second, 31) + (AS_L[c] as number)) | 0;
  }
  return passes(lexicon, first) || passes(lexicon, second);
}

/** Replaces the words that are vocabulary words in leet spelling (`1gn0r3`); product codes stay. */
function leet(view: View, found: Decoded[]): void {
  const stretches: Decoded[] = [];
  const unknown: number[] = [];
  const small: Decoded[] = [];
  const { digits } = view.words;
  for (let w = 0; w < digits.length; w += 2) {
    const { start, end } = widened(view.text, digits[w] as number, digits[w + 1] as number);
    if (end - start < 3) {
      const read = SMALL.get(view.text.slice(start, end).toLowerCase());
      if (read !== undefined) small.push(spelled(read, start, end));
      continue;
    }
    if (end - start > MAX_LEET_WORD) continue;
    if (!hasLetter(view.text, start, end)) continue;
    const word = plainWord(view.text.slice(start, end), view);
    if (word === undefined) unknown.push(start, end);
    else stretches.push(spelled(word, start, end));
  }
  if (stretches.length < MIN_LEET_WORDS) return;
  for (const stretch of stretches) found.push(stretch);
  if (stretches.length >= MIN_LEET_SURE) for (const stretch of small) found.push(stretch);
  for (const stretch of unknownWords(view.text, unknown, stretches.length * MAX_UNKNOWN)) found.push(stretch);
}

/** Vocabulary words in leet spelling from which small words are read so too: `15` is a number until then. */
const MIN_LEET_SURE = 4;
const SMALL = new Map(
  'i of in is it as at or on to so an go no do if us we me'
    .split(' ')
    .map((word) => [word.replace(/[aeiost]/g, (letter) => '431057'['aeiost'.indexOf(letter)] ?? letter), word] as const),
);

/** Words in leet spelling outside the vocabulary, to one inside it. */
const MAX_UNKNOWN = 5;
const LEET_WORD = /[A-Za-z][0-9@$!]+[A-Za-z]|^[0-9@$!]?[A-Za-z]{2}|[A-Za-z]{2}[0-9@$!]$/;

/**
 * The other words that mix letters with digits, read plainly: in a text that is written so they are spelled like its vocabulary words. None
 * when there are too many: then two words of the vocabulary stand among product codes.
 */
function unknownWords(text: string, places: readonly number[], most: number): readonly Decoded[] {
  const words: Decoded[] = [];
  for (let w = 0; w < places.length; w += 2) {
    const [start, end] = [places[w] as number, places[w + 1] as number];
    const raw = text.slice(start, end);
    if (!LEET_WORD.test(raw)) continue;
    if (words.length === most) return [];
    words.push(spelled(plainSpelling(raw), start, end));
  }
  return words;
}

function spelled(word: string, start: number, end: number): Decoded {
  return { name: 'leet', start, end, units: word.split('').flatMap((char, k) => [char.charCodeAt(0), start + k, start + k + 1]) };
}

function plainSpelling(word: string): string {
  return word.replace(/[0-9@$!]/g, (char) => LEET[char] ?? char);
}

/** Signs that stand for letters belong to the word that they touch. */
function widened(text: string, start: number, end: number): { start: number; end: number } {
  let from = start;
  let to = end;
  while (from > 0 && start - from < MAX_LEET_WORD && ((LEET_UNIT[text.charCodeAt(from - 1)] ?? 0) & BEFORE) !== 0) from--;
  while (to < text.length && to - end < MAX_LEET_WORD && ((LEET_UNIT[text.charCodeAt(to)] ?? 0) & BEHIND) !== 0) to++;
  return { start: from, end: to };
}

function hasLetter(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i) | 32;
    if (c >= 97 && c <= 122) return true;
  }
  return false;
}

function plainWord(word: string, { lexicon }: View): string | undefined {
  if (!mayBeKnown(word, lexicon)) return undefined;
  const reading = plainSpelling(word);
  if (lookUp(lexicon, reading)) return reading;
  const other = word.replaceAll('1', 'l').replace(/[0-9@$!]/g, (char) => LEET[char] ?? char);
  return lookUp(lexicon, other) ? other : undefined;
}
