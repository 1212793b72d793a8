import { FOLD_LATIN1, foldOf, SEPARATOR } from '../../fold.ts';
import type { Units } from '../../units.ts';
import { flagsOfHash } from './lists.ts';

// Of another module, V8 would load and check it each time.
const FOLD = FOLD_LATIN1;

/** Numbers of a word in `Capitals.list`: start, end, and what the lists say of it with `IS_UPPER`. */
export const CAPITAL = 3;
export const END = 1;
export const FLAGS = 2;

/** A flag beside those of the lists: all of the word are capitals, and there is more than one. */
export const IS_UPPER = 1 << 15;

/** The words of a text that begin with a capital, `CAPITAL` numbers each; `unknown` of them are in no list. Valid until the next text. */
export type Capitals = { list: Int32Array; count: number; unknown: number };

/** Words for which there is space at first; what grew beyond the most is not kept. */
const FIRST_WORDS = 1024;
const MOST_KEPT = 1 << 16;

const found: Capitals = { list: new Int32Array(FIRST_WORDS * CAPITAL), count: 0, unknown: 0 };

const UNKNOWN = 0;
const NO = 1;
const YES = 3;

const KIND = new Uint8Array(256).fill(NO);
for (let c = 65; c < 91; c++) KIND[c] = YES;
for (let c = 0xc0; c < 0xdf; c++) if (c !== 0xd7) KIND[c] = YES;

/** Small letters, folded; 0 for all else. */
const SMALL = FOLD.map((folded, c) => (folded >= 97 && KIND[c] === NO ? folded : 0));

/** `KIND` for all units, filled as letters are met. */
let wideKinds: Uint8Array | undefined;

function kindTable(): Uint8Array {
  if (wideKinds === undefined) {
    wideKinds = new Uint8Array(65_536);
    wideKinds.set(KIND);
  }
  return wideKinds;
}

function isUpper(c: number): boolean {
  if (c < 256) return KIND[c] === YES;
  const kinds = kindTable();
  if (kinds[c] === UNKNOWN) kinds[c] = /\p{Lu}/u.test(String.fromCharCode(c)) ? YES : NO;
  return kinds[c] === YES;
}

const APOSTROPHE = 39;
const TYPOGRAPHIC = 0x2019;

/** Finds the words that begin with a capital in one pass. Words with digits, underscores or small letters before capitals (`iPhone`, `getName`) are none. */
export function findCapitals(units: Units): Capitals {
  found.count = found.unknown = 0;
  if (found.list.length > MOST_KEPT * CAPITAL) found.list = new Int32Array(FIRST_WORDS * CAPITAL);
  if (units instanceof Uint8Array) findInBytes(units);
  else findInWide(units);
  return found;
}

/** Whether one of four bytes is at 0x40 to 0x5f or 0xc0 to 0xdf, where the capitals are: bit 6 without bit 5. */
function mayBeUpper(four: number): number {
  return four & ~(four << 1) & 0x40404040;
}

const NONE = new Uint32Array(0);

function findInBytes(units: Uint8Array): void {
  const n = units.length;
  const kind = KIND;
  // Four units at a time: one in thirty or so is a capital.
  const fours = units.byteOffset % 4 === 0 ? new Uint32Array(units.buffer, units.byteOffset, n >> 2) : NONE;
  for (let i = 0; ; i++) {
    while (i < n && kind[units[i] as number] === NO) {
      i++;
      if ((i & 3) !== 0) continue;
      let four = i >> 2;
      while (four < fours.length && mayBeUpper(fours[four] as number) === 0) four++;
      i = four << 2;
    }
    if (i >= n) return;
    if (i > 0 && FOLD[units[i - 1] as number] !== SEPARATOR) continue;
    // Most are one capital and small letters.
    let last = FOLD[units[i] as number] as number;
    let stem = 0;
    let hash = last;
    let end = i + 1;
    for (let folded = 0; end < n && (folded = SMALL[units[end] as number] as number) !== 0; end++) {
      stem = hash;
      last = folded;
      hash = (Math.imul(hash, 31) + folded) | 0;
    }
    const next = end < n ? (units[end] as number) : 0;
    if (FOLD[next] !== SEPARATOR || next === APOSTROPHE) end = readCapital(units, i);
    else if (end - i <= MAX_LETTERS) add(i, end, flagsOfHash(hash, stem, last));
    i = end;
  }
}

function findInWide(units: Uint16Array): void {
  const n = units.length;
  const kinds = kindTable();
  for (let i = 0; i < n; i++) {
    const kind = kinds[units[i] as number];
    if (kind === NO || (kind === UNKNOWN && !isUpper(units[i] as number)) || isPartOfWord(units, i - 1)) continue;
    i = readCapital(units, i);
  }
}

function add(start: number, end: number, flags: number): void {
  const at = found.count * CAPITAL;
  if (at === found.list.length) {
    const more = new Int32Array(at * 2);
    more.set(found.list);
    found.list = more;
  }
  found.list[at] = start;
  found.list[at + END] = end;
  found.list[at + FLAGS] = flags;
  found.count++;
  if ((flags & ~IS_UPPER) === 0) found.unknown++;
}

/** Reads the word at `start`: its end, the hash of its folded letters, where its capitals are. Answers where it ends, with what follows an apostrophe. */
function readCapital(units: Units, start: number): number {
  let hash = 0;
  let stem = 0;
  let last = 0;
  let capitals = 0;
  let inner = 0;
  let plain = true;
  let apostrophe = -1;
  let hashBefore = 0;
  let stemBefore = 0;
  let lastBefore = 0;
  let i = start;
  for (; i < units.length; i++) {
    const c = units[i] as number;
    const folded = c < 256 ? (FOLD[c] as number) : foldOf(c);
    if (folded === SEPARATOR) {
      if ((c !== APOSTROPHE && c !== TYPOGRAPHIC) || !isPartOfWord(units, i + 1)) break;
      apostrophe = i;
      hashBefore = hash;
      stemBefore = stem;
      lastBefore = last;
      continue;
    }
    stem = hash;
    last = folded;
    hash = (Math.imul(hash, 31) + folded) | 0;
    if (folded < 97 && folded >= 48) plain = false;
    if (c > 90 && c < 0xc0) continue;
    if (isUpper(c)) {
      capitals++;
      if (i > start && inner === 0) inner = i - start;
    }
  }
  let end = i;
  if (apostrophe >= 0 && i - apostrophe <= MAX_ENDING + 1) {
    end = apostrophe;
    hash = hashBefore;
    stem = stemBefore;
    last = lastBefore;
  }
  const upper = end - start > 1 && capitals >= end - start;
  if (plain && end - start <= MAX_LETTERS && (capitals <= 1 || upper || (capitals === 2 && inner <= MAX_PREFIX)))
    add(start, end, flagsOfHash(hash, stem, last) | (upper ? IS_UPPER : 0));
  return i;
}

/** `Anna's` names Anna; `I'm` and `You're` are pronouns. A name with an apostrophe has more letters behind it. */
const MAX_ENDING = 2;

/** Letters of the longest word of a name; what is longer is a key or a hash. */
const MAX_LETTERS = 24;

/** Letters before a capital inside a name: McDonald, O'Neill, MacLeod. */
const MAX_PREFIX = 3;

/** Whether a letter, digit or underscore stands at a place. */
function isPartOfWord(units: Units, at: number): boolean {
  const c = units[at];
  if (c === undefined) return false;
  return c < 256 ? FOLD[c] !== SEPARATOR : foldOf(c) !== SEPARATOR;
}
