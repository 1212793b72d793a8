import { FOLD_LATIN1, foldOf, SEPARATOR } from '../../fold.ts';
import type { Units } from '../../units.ts';
import { flagsOfHash } from './lists.ts';

/** A word that begins with a capital. `flags`: what the lists say of it. `upper`: all of it are capitals, and there is more than one. */
export type Capital = { readonly start: number; readonly end: number; readonly flags: number; readonly upper: boolean };

const UNKNOWN = 0;
const NO = 1;
const YES = 2;

const IS_UPPER = new Uint8Array(256).fill(NO);
for (let c = 65; c < 91; c++) IS_UPPER[c] = YES;
for (let c = 0xc0; c < 0xdf; c++) if (c !== 0xd7) IS_UPPER[c] = YES;

/** The same above U+00FF, filled as letters are met. */
let wideUpper: Uint8Array | undefined;

function isUpper(c: number): boolean {
  if (c < 256) return IS_UPPER[c] === YES;
  wideUpper ??= new Uint8Array(65_536);
  if (wideUpper[c] === UNKNOWN) wideUpper[c] = /\p{Lu}/u.test(String.fromCharCode(c)) ? YES : NO;
  return wideUpper[c] === YES;
}

const APOSTROPHE = 39;
const TYPOGRAPHIC = 0x2019;

/** Finds the words that begin with a capital in one pass. Words with digits, underscores or small letters before capitals (`iPhone`, `getName`) are none. */
export function findCapitals(units: Units): Capital[] {
  const found: Capital[] = [];
  const n = units.length;
  for (let i = 0; i < n;) {
    const c = units[i] as number;
    if (c < 65 || (c > 90 && c < 0xc0)) {
      i++;
      continue;
    }
    if (isUpper(c) && !isPartOfWord(units, i - 1)) i = readCapital(units, i, found);
    else i++;
  }
  return found;
}

/** Reads the word at `start`: its end, the hash of its folded letters, where its capitals are. Answers where to go on. */
function readCapital(units: Units, start: number, found: Capital[]): number {
  let hash = 0;
  let stem = 0;
  let last = 0;
  let capitals = 0;
  let inner = 0;
  let plain = true;
  let apostrophe = -1;
  let atApostrophe: readonly [number, number, number] = [0, 0, 0];
  let i = start;
  for (; i < units.length; i++) {
    const c = units[i] as number;
    const folded = c < 256 ? (FOLD_LATIN1[c] as number) : foldOf(c);
    if (folded === SEPARATOR) {
      if ((c !== APOSTROPHE && c !== TYPOGRAPHIC) || !isPartOfWord(units, i + 1)) break;
      apostrophe = i;
      atApostrophe = [hash, stem, last];
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
    [hash, stem, last] = atApostrophe;
  }
  const upper = end - start > 1 && capitals >= end - start;
  if (plain && end - start <= MAX_LETTERS && (capitals <= 1 || upper || (capitals === 2 && inner <= MAX_PREFIX)))
    found.push({ start, end, flags: flagsOfHash(hash, stem, last), upper });
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
  return c < 256 ? FOLD_LATIN1[c] !== SEPARATOR : foldOf(c) !== SEPARATOR;
}
