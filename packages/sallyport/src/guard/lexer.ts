import type { Units } from './view.ts';

/**
 * The vocabulary words of a text in order of their place, four numbers a hit: the word's number, its token, start and end. Tokens count words
 * from the start and jump at the end of a sentence or line, so that "at most n tokens apart" rarely crosses one. `digits`: start and end of each
 * word that has an ASCII digit. `spaced`: start and end of each stretch of single letters with little between them.
 */
export type Words = { readonly hits: Int32Array; readonly count: number; readonly digits: readonly number[]; readonly spaced: readonly number[] };

/** Numbers of a hit in `Words.hits`. */
export const HIT = 4;
export const TOKEN = 1;
export const START = 2;
export const END = 3;

/** How far `token` jumps at `.`, `!`, `?`, `;` and at a line end: about the longest gap that a phrase may have. */
const SENTENCE_GAP = 2;
const LINE_GAP = 1;

/** Words that end in `*` in a vocabulary match every word that begins so; they have at least this many letters, and are found by three. */
const MIN_STEM = 5;
const STEM_KEYS = 4096;

const SEPARATOR = 0;
/** A unit of a script that writes without spaces: words are looked up at every position. */
const UNSPACED = 1;
/** A unit inside a word that does not count (Arabic vowel marks, combining accents). */
const IGNORED = 2;

/** Vocabulary of all detectors, ready for one pass. Words are numbered; a word may belong to several classes. */
export type Lexicon = {
  /** Open addressing: hash at 2k, word number + 1 at 2k + 1; 0 is empty. */
  readonly table: Int32Array;
  readonly mask: number;
  /** 1 where a slot of the table is taken: small enough for the first-level cache, which the table is not. */
  readonly taken: Uint8Array;
  readonly words: readonly string[];
  /** Length of each word's folded form. */
  readonly lengths: Uint8Array;
  /** By `stemKey` of the first three units: 1 + index into `stemLists`, 0 for none. */
  readonly stems: Uint16Array;
  readonly stemLists: readonly (readonly number[])[];
  /** Entries of unspaced scripts by their first unit, longest first. */
  readonly unspaced: ReadonlyMap<number, readonly number[]>;
  /** For each class, 1 at the numbers of its words. */
  readonly classes: ReadonlyMap<string, Uint8Array>;
};

function foldUnit(c: number): number {
  if (c < 0x80) return isAsciiWord(c) ? (c >= 65 && c <= 90 ? c + 32 : c) : SEPARATOR;
  if (c === 0xaa || c === 0xba) return SEPARATOR;
  if (isUnspaced(c)) return UNSPACED;
  if ((c >= 0x300 && c <= 0x36f) || (c >= 0x64b && c <= 0x65f) || c === 0x670 || c === 0x640) return IGNORED;
  const char = String.fromCharCode(c);
  if (!/[\p{L}\p{M}\p{N}]/u.test(char)) return SEPARATOR;
  const base = NO_DECOMPOSITION.get(c) ?? char.toLowerCase().normalize('NFD').charCodeAt(0);
  // Only Latin loses its accents: a Cyrillic й or a Greek ή without them is another letter, but people leave out the Greek tonos.
  return base < 0x80 || (base >= 0x370 && base < 0x400) ? base : char.toLowerCase().charCodeAt(0);
}

// Latin letters that Unicode does not decompose, with the letter that people type instead.
const NO_DECOMPOSITION = new Map([
  [0xf8, 111],
  [0xd8, 111],
  [0xdf, 115],
  [0xe6, 97],
  [0xc6, 97],
  [0x110, 100],
  [0x111, 100],
  [0x131, 105],
  [0x141, 108],
  [0x142, 108],
]);

/** Folds one unit: lower case, accents of Latin letters off; 0 for what separates words. */
const FOLD_LATIN1 = buildLatin1();
let foldWide: Uint16Array | undefined;
const UNKNOWN = 0xffff;

function buildLatin1(): Uint8Array {
  const table = new Uint8Array(256);
  for (let c = 0; c < 256; c++) table[c] = Math.min(255, foldUnit(c));
  return table;
}

function isAsciiWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

/** CJK ideographs, kana, Hangul (spaced, but with endings glued on), Thai, Lao, Myanmar, Khmer. */
function isUnspaced(c: number): boolean {
  return (
    (c >= 0x3040 && c <= 0x30ff) ||
    (c >= 0x3400 && c <= 0x9fff) ||
    (c >= 0xac00 && c <= 0xd7a3) ||
    (c >= 0xf900 && c <= 0xfaff) ||
    (c >= 0x0e00 && c <= 0x0eff) ||
    (c >= 0x1000 && c <= 0x109f) ||
    (c >= 0x1780 && c <= 0x17ff)
  );
}

function wideTable(): Uint16Array {
  if (foldWide === undefined) {
    foldWide = new Uint16Array(65_536).fill(UNKNOWN);
    foldWide.set(FOLD_LATIN1);
  }
  return foldWide;
}

/** The folded form of a vocabulary word: what `lex` sees of it. */
function foldWord(word: string): string {
  let out = '';
  for (const char of word) {
    const folded = foldUnit(char.charCodeAt(0));
    if (folded === IGNORED) continue;
    out += folded === UNSPACED || folded === SEPARATOR ? char : String.fromCharCode(folded);
  }
  return out;
}

function hashOf(folded: string): number {
  let hash = 0;
  for (let i = 0; i < folded.length; i++) hash = (Math.imul(hash, 31) + folded.charCodeAt(i)) | 0;
  return hash;
}

function stemKey(first: number, second: number, third: number): number {
  return ((first << 7) ^ (second << 4) ^ third) & (STEM_KEYS - 1);
}

/**
 * Builds the lexicon from vocabularies: class name -> words. A trailing `*` matches any ending (a stem has at least five letters).
 * @throws TypeError for a stem that is too short or a word with a separator inside.
 */
export function buildLexicon(vocabularies: readonly Readonly<Record<string, readonly string[]>>[]): Lexicon {
  const classesOf = new Map<string, Set<string>>();
  for (const vocabulary of vocabularies) {
    for (const [name, words] of Object.entries(vocabulary)) {
      for (const word of words) {
        const folded = foldWord(word.toLowerCase());
        const classes = classesOf.get(folded) ?? new Set();
        classes.add(name);
        classesOf.set(folded, classes);
      }
    }
  }
  const words = [...classesOf.keys()];
  const exact: number[] = [];
  const stems = new Map<number, number[]>();
  const unspaced = new Map<number, number[]>();
  for (const [number, word] of words.entries()) {
    if (foldUnit(word.charCodeAt(0)) === UNSPACED) listAt(unspaced, word.charCodeAt(0)).push(number);
    else if (word.endsWith('*')) {
      if (word.length <= MIN_STEM) throw new TypeError(`the stem ${word} is shorter than ${MIN_STEM} letters`);
      listAt(stems, stemKey(word.charCodeAt(0), word.charCodeAt(1), word.charCodeAt(2))).push(number);
    } else {
      for (const char of word) if (foldUnit(char.charCodeAt(0)) === SEPARATOR) throw new TypeError(`the word ${word} has a separator`);
      exact.push(number);
    }
  }
  for (const list of unspaced.values()) list.sort((a, b) => (words[b]?.length ?? 0) - (words[a]?.length ?? 0));
  const stemLists = [...stems.values()];
  const { table, mask, taken } = openTable(exact.map((number) => ({ hash: hashOf(words[number] ?? ''), value: number + 1 })));
  const stemTable = new Uint16Array(STEM_KEYS);
  for (const [index, key] of [...stems.keys()].entries()) stemTable[key] = index + 1;
  return {
    table,
    mask,
    taken,
    words,
    stems: stemTable,
    stemLists,
    unspaced,
    lengths: Uint8Array.from(words, ({ length }) => length),
    classes: membersOf(words, classesOf),
  };
}

function membersOf(words: readonly string[], classesOf: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, Uint8Array> {
  const members = new Map<string, Uint8Array>();
  for (const [number, word] of words.entries()) {
    for (const name of classesOf.get(word) ?? []) {
      const list = members.get(name) ?? new Uint8Array(words.length);
      list[number] = 1;
      members.set(name, list);
    }
  }
  return members;
}

/** Whether a word (ASCII letters) is in the vocabulary. */
export function lookUp({ table, mask, lengths }: Lexicon, word: string): boolean {
  const hash = hashOf(word.toLowerCase());
  for (let slot = spread(hash) & mask; ; slot = (slot + 1) & mask) {
    const value = table[slot * 2 + 1] as number;
    if (value === 0) return false;
    if (table[slot * 2] === hash && lengths[value - 1] === word.length) return true;
  }
}

function listAt(map: Map<number, number[]>, key: number): number[] {
  const list = map.get(key) ?? [];
  map.set(key, list);
  return list;
}

/** Four slots an entry: at this load most look-ups of another word end at their first, empty slot, and `taken` stays in the first-level cache. */
const SLOTS_PER_ENTRY = 4;

function openTable(entries: readonly { hash: number; value: number }[]): { table: Int32Array; mask: number; taken: Uint8Array } {
  let size = 64;
  while (size < entries.length * SLOTS_PER_ENTRY) size *= 2;
  const table = new Int32Array(size * 2);
  const mask = size - 1;
  for (const { hash, value } of entries) {
    let slot = spread(hash) & mask;
    while (table[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    table[slot * 2] = hash;
    table[slot * 2 + 1] = value;
  }
  const taken = new Uint8Array(size);
  for (let slot = 0; slot < size; slot++) taken[slot] = table[slot * 2 + 1] === 0 ? 0 : 1;
  return { table, mask, taken };
}

function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) | 0;
}

/** Finds the vocabulary words of a text in one pass: O(units), independent of the size of the vocabulary. */
export function lex(units: Units, text: string, lexicon: Lexicon): Words {
  const found: Found = { hits: new Int32Array(FIRST_HITS * HIT), count: 0, digits: [], spaced: [], streak: 0, streakStart: 0, lastEnd: 0 };
  if (units instanceof Uint8Array) lexBytes(units, lexicon, found);
  else lexWide(units, text, lexicon, found);
  return found;
}

type Found = { hits: Int32Array; count: number; digits: number[]; spaced: number[]; streak: number; streakStart: number; lastEnd: number };

/** Hits that are allocated at once; plain English has about 40 in 1,000 characters. */
const FIRST_HITS = 64;

function lexBytes(units: Uint8Array, lexicon: Lexicon, found: Found): void {
  const { taken, mask, stems } = lexicon;
  const fold = FOLD_LATIN1;
  const n = units.length;
  let token = 0;
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
    const slot = spread(hash) & mask;
    if (taken[slot] !== 0) exactHit(found, lexicon, hash, slot, i - start, token, start, i);
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

function lexWide(units: Uint16Array, text: string, lexicon: Lexicon, found: Found): void {
  const { taken, mask, stems } = lexicon;
  const fold = wideTable();
  const n = units.length;
  let token = 0;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    let f = foldAt(fold, c);
    if (f === SEPARATOR || f === IGNORED) {
      token += breakAfter(c);
      i++;
      continue;
    }
    if (f === UNSPACED) {
      token++;
      i = unspacedHit(found, lexicon, text, c, token, i);
      continue;
    }
    const start = i;
    let hash = 0;
    let length = 0;
    let second = 0;
    let third = 0;
    const first = f;
    let digit = false;
    while (i < n) {
      f = foldAt(fold, units[i] as number);
      if (f === SEPARATOR || f === UNSPACED) break;
      if (f !== IGNORED) {
        hash = (Math.imul(hash, 31) + f) | 0;
        if (f >= 48 && f <= 57) digit = true;
        length++;
        if (length === 2) second = f;
        else if (length === 3) third = f;
      }
      i++;
    }
    token++;
    const slot = spread(hash) & mask;
    if (taken[slot] !== 0) exactHit(found, lexicon, hash, slot, length, token, start, i);
    if (digit) found.digits.push(start, i);
    else if (length === 1) single(found, start);
    if (length >= MIN_STEM) {
      const list = stems[stemKey(first, second, third)] as number;
      if (list !== 0) stemHit(found, lexicon, units, list, token, start, i);
    }
  }
}

function foldAt(table: Uint16Array, c: number): number {
  const known = table[c] as number;
  if (known !== UNKNOWN) return known;
  return (table[c] = foldUnit(c));
}

/** Hash and length decide: that two words of a language share both is less likely than a bit flip, and a vocabulary is no secret. */
function exactHit(found: Found, { table, mask, lengths }: Lexicon, hash: number, first: number, length: number, token: number, start: number, end: number): void {
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

function foldOf(c: number): number {
  return c < 256 ? (FOLD_LATIN1[c] as number) : foldAt(wideTable(), c);
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
