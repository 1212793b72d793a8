import { foldOf, IGNORED, SEPARATOR } from '../../fold.ts';
import type { Units } from '../../units.ts';
import { readLists } from './lists_store.ts';
import { NATIONALITIES, ORGANISATION_WORDS, STREET_WORDS, TITLES, CALENDAR, COUNTRIES } from './vocabulary.ts';

/** What lists say of a word, as bits. A word may be several things. */
export const IS_COMMON = 1;
export const IS_GIVEN = 2;
export const IS_SURNAME = 4;
export const IS_PLACE = 8;
export const IS_COUNTRY = 16;
export const IS_NATIONALITY = 32;
export const IS_ORGANISATION = 64;
export const IS_TITLE = 128;
export const IS_STREET = 256;
export const IS_CALENDAR = 512;

/** Slots of the table: a power of two, twice the words at the least, so that look-ups end after one or two. */
const SLOTS = 1 << 17;

/** Open addressing: hash and flags of a slot side by side; flags 0 is empty. Two words with one hash are less likely than a wrong list. */
type Table = Int32Array;

let table: Table | undefined;

/** Reads the lists, once a process. @throws AppError GUARD_MODEL_BROKEN */
export function loadLists(): void {
  table ??= build();
}

/**
 * What the lists say of a word by the hash of its folded letters; 0 when no list has it. A plural is what its singular is: `stem` is the hash
 * without the last letter, `last`.
 */
export function flagsOfHash(hash: number, stem: number, last: number): number {
  table ??= build();
  const flags = lookUp(table, hash);
  return flags === 0 && last === SMALL_S ? lookUp(table, stem) & (IS_COMMON | IS_NATIONALITY) : flags;
}

/** The same for the word at `start..end`; apostrophes and hyphens do not count. */
export function flagsOf(units: Units, start: number, end: number): number {
  let hash = 0;
  let stem = 0;
  let last = 0;
  for (let i = start; i < end; i++) {
    const folded = foldOf(units[i] as number);
    if (folded === SEPARATOR || folded === IGNORED) continue;
    stem = hash;
    last = folded;
    hash = (Math.imul(hash, 31) + folded) | 0;
  }
  return flagsOfHash(hash, stem, last);
}

const SMALL_S = 115;

function lookUp(slots: Table, hash: number): number {
  for (let slot = slotOf(hash); ; slot = (slot + 2) & LAST) {
    const flags = slots[slot + 1] as number;
    if (flags === 0 || slots[slot] === hash) return flags;
  }
}

const LAST = SLOTS * 2 - 1;

function slotOf(hash: number): number {
  return ((hash ^ (hash >>> 15)) & (SLOTS - 1)) * 2;
}

function build(): Table {
  const made: Table = new Int32Array(SLOTS * 2);
  const { common, given, surname, place } = readLists();
  const lists: readonly (readonly [string, number])[] = [
    [common, IS_COMMON],
    [given, IS_GIVEN],
    [surname, IS_SURNAME],
    [place, IS_PLACE],
    [COUNTRIES, IS_COUNTRY | IS_PLACE],
    [NATIONALITIES, IS_NATIONALITY],
    [ORGANISATION_WORDS, IS_ORGANISATION],
    [TITLES, IS_TITLE],
    [STREET_WORDS, IS_STREET],
    [CALENDAR, IS_CALENDAR],
  ];
  for (const [words, flag] of lists) for (const word of words.split(/\s+/)) if (word !== '') put(made, word, flag);
  return made;
}

function put(slots: Table, word: string, flag: number): void {
  let hash = 0;
  for (let i = 0; i < word.length; i++) hash = (Math.imul(hash, 31) + word.charCodeAt(i)) | 0;
  let slot = slotOf(hash);
  while (slots[slot + 1] !== 0 && slots[slot] !== hash) slot = (slot + 2) & LAST;
  slots[slot] = hash;
  slots[slot + 1] = (slots[slot + 1] as number) | flag;
}
