import { foldUnit, foldWord, SEPARATOR, UNSPACED } from './fold.ts';
import { KnownWords, MAX_WORDS } from './known_words.ts';

/** Words that end in `*` in a vocabulary match every word that begins so; they have at least this many letters, and are found by three. */
export const MIN_STEM = 5;

const STEM_KEYS = 4096;

/** Whether the word (folded or not) at `start..end` is one that a detector wants listed. */
export type Mark = (units: Uint8Array, start: number, end: number) => boolean;

/** Vocabulary of all detectors, ready for one pass. Words are numbered; a word may belong to several classes. */
export type Lexicon = {
  /** Open addressing: hash at 2k, word number + 1 at 2k + 1; 0 is empty. */
  readonly table: Int32Array;
  readonly mask: number;
  /**
   * A filter before the table, by the home slot of a hash: bit k is set when a word there has k as the top three bits of its hash. Small
   * enough for the first-level cache, which the table is not; lets one in fifty other words through.
   */
  readonly filter: Uint8Array;
  readonly words: readonly string[];
  /** Length of each word's folded form. */
  readonly lengths: Uint8Array;
  /** By `stemKey` of the first three units: 1 + index into `stemLists`, 0 for none. */
  readonly stems: Uint16Array;
  readonly stemLists: readonly (readonly number[])[];
  /** Entries of unspaced scripts by their first unit, longest first. */
  readonly unspaced: ReadonlyMap<number, readonly number[]>;
  /** The first units of those as a set: bit c & 7 of byte c >> 3. */
  readonly unspacedFirst: Uint8Array;
  /** For each class, the numbers of its words in ascending order. */
  readonly classes: ReadonlyMap<string, readonly number[]>;
  /** Classes as tables, made when first asked for (`tableOf`). */
  readonly tables: Map<string, Uint8Array>;
  /** Which words of bytes are listed: asked once for each word that is known. */
  readonly mark: Mark | undefined;
  /** Words that were read before. */
  readonly known: KnownWords;
};

function hashOf(folded: string): number {
  let hash = 0;
  for (let i = 0; i < folded.length; i++) hash = (Math.imul(hash, 31) + folded.charCodeAt(i)) | 0;
  return hash;
}

export function stemKey(first: number, second: number, third: number): number {
  return ((first << 7) ^ (second << 4) ^ third) & (STEM_KEYS - 1);
}

export function spread(hash: number): number {
  return (hash ^ (hash >>> 15)) | 0;
}

/**
 * Builds the lexicon from vocabularies: class name -> words. A trailing `*` matches any ending (a stem has at least five letters).
 * @throws TypeError for a stem that is too short or a word with a separator inside.
 */
export function buildLexicon(vocabularies: readonly Readonly<Record<string, readonly string[]>>[], mark?: Mark): Lexicon {
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
  if (words.length > MAX_WORDS) throw new TypeError(`a vocabulary of more than ${MAX_WORDS} words`);
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
  const { table, mask, filter } = openTable(exact.map((number) => ({ hash: hashOf(words[number] ?? ''), value: number + 1 })));
  const stemTable = new Uint16Array(STEM_KEYS);
  for (const [index, key] of [...stems.keys()].entries()) stemTable[key] = index + 1;
  return {
    table,
    mask,
    filter,
    words,
    stems: stemTable,
    stemLists,
    unspaced,
    unspacedFirst: setOf(unspaced.keys()),
    lengths: Uint8Array.from(words, ({ length }) => length),
    classes: membersOf(words, classesOf),
    tables: new Map(),
    mark,
    known: new KnownWords(),
  };
}

/** A set of UTF-16 units as bits. */
function setOf(units: Iterable<number>): Uint8Array {
  const set = new Uint8Array(8192);
  for (const c of units) set[c >> 3] = (set[c >> 3] as number) | (1 << (c & 7));
  return set;
}

function membersOf(words: readonly string[], classesOf: ReadonlyMap<string, ReadonlySet<string>>): ReadonlyMap<string, readonly number[]> {
  const members = new Map<string, number[]>();
  for (const [number, word] of words.entries()) {
    for (const name of classesOf.get(word) ?? []) {
      const list = members.get(name) ?? [];
      list.push(number);
      members.set(name, list);
    }
  }
  return members;
}

/** A class of a lexicon as a table: 1 at the numbers of its words. Empty for a class that does not exist. */
export function tableOf(lexicon: Lexicon, name: string): Uint8Array {
  const known = lexicon.tables.get(name);
  if (known !== undefined) return known;
  const table = new Uint8Array(lexicon.words.length);
  for (const word of lexicon.classes.get(name) ?? []) table[word] = 1;
  lexicon.tables.set(name, table);
  return table;
}

/** Whether a word of this hash may be in the vocabulary. */
export function passes({ filter, mask }: Lexicon, hash: number): boolean {
  return ((filter[spread(hash) & mask] as number) & (1 << (hash >>> 29))) !== 0;
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

/** Four slots an entry: look-ups end after one or two, and the filter stays small. */
const SLOTS_PER_ENTRY = 4;

function openTable(entries: readonly { hash: number; value: number }[]): { table: Int32Array; mask: number; filter: Uint8Array } {
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
  const filter = new Uint8Array(size);
  for (const { hash } of entries) filter[spread(hash) & mask] = (filter[spread(hash) & mask] as number) | (1 << (hash >>> 29));
  return { table, mask, filter };
}
