import { HIT, START, TOKEN, type Words } from '../lexer.ts';
import type { Units } from '../units.ts';
import { BITS } from './features.ts';

/** Weights of features of word classes stand behind those of words: 2^KIND_BITS of them. */
export const KIND_BITS = 16;

/** The features of one word of a class: the class, with the one before, with the one before that, all three; and again where it begins a sentence. */
export const MAX_KIND_FEATURES = 6;

const SHIFT = 32 - KIND_BITS;
const FIRST = 1 << BITS;

/** Tokens apart (sentence and line ends count as some) from which two words have nothing to do with each other. */
const FAR = 9;
/** Tokens apart up to which two words are close. */
const NEAR = 2;

/** What the lexer found in a text, and the class of each word of its lexicon (0: none). */
export type Kinds = { readonly hits: Words['hits']; readonly count: number; readonly kinds: Uint8Array };

/** No more words of a class: beyond any text. */
export const NO_MORE = 0x7fffffff;

export const NO_KINDS: Kinds = { hits: new Int32Array(0), count: 0, kinds: new Uint8Array(0) };

/**
 * The order of word classes in a text, as features: who, what is to be done, to what. Stands at one word of a class after the other: its features are
 * `features[0 .. size)`, `start` its place in the units; `NO_MORE` at the end. Linear in the vocabulary hits.
 */
export class Skeleton {
  readonly features = new Int32Array(MAX_KIND_FEATURES);
  size = 0;
  start = NO_MORE;
  #units: Units = new Uint8Array(0);
  #kinds: Kinds = NO_KINDS;
  #at = 0;
  /** The class of the word, those of up to two before it, and how they stand: what the features are made of. */
  #key = 0;
  /** The last two words of a class: class and token; whether the last one began a sentence. */
  #last = 0;
  #lastToken = 0;
  #lastFirst = false;
  #before = 0;
  #beforeToken = 0;

  /** Stands at the first word of a class, from a place in the units on. */
  open(units: Units, kinds: Kinds, from = 0): void {
    this.#units = units;
    this.#kinds = kinds;
    this.#last = this.#before = 0;
    this.#at = from === 0 ? 0 : firstFrom(kinds, from);
    this.start = from - 1;
    this.next();
  }

  next(): void {
    const { hits, count, kinds } = this.#kinds;
    for (let h = this.#at; h < count * HIT; h += HIT) {
      const kind = kinds[hits[h] as number] as number;
      const start = hits[h + START] as number;
      // A word may be found twice: as itself and by its stem.
      if (kind === 0 || start <= this.start) continue;
      this.start = start;
      this.#at = h + HIT;
      this.#stand(kind, hits[h + TOKEN] as number, beginsSentence(this.#units, start));
      this.size = writeKind(this.#key, this.features);
      return;
    }
    this.start = NO_MORE;
  }

  #stand(kind: number, token: number, first: boolean): void {
    const apart = token - this.#lastToken;
    this.#key = keyOf(kind, first, apart, this.#last, this.#lastFirst, token - this.#beforeToken, this.#before);
    this.#before = this.#last;
    this.#beforeToken = this.#lastToken;
    this.#last = kind;
    this.#lastToken = token;
    this.#lastFirst = first;
  }
}

/** Writes the features of a key: how many. */
function writeKind(key: number, features: Int32Array): number {
  const kind = key & 0xff;
  const last = (key >> 8) & 0xff;
  const before = (key >> 16) & 0xff;
  let size = 0;
  features[size++] = bucket(kind, 1);
  if (last !== 0) {
    features[size++] = bucket((last << 8) | kind, (key & IS_NEAR) !== 0 ? 2 : 3);
    if (before !== 0) {
      features[size++] = bucket((before << 8) | kind, 4);
      features[size++] = bucket((before << 16) | (last << 8) | kind, 5);
    }
  }
  if ((key & IS_FIRST) !== 0) features[size++] = bucket(kind, 6);
  else if (last !== 0 && (key & AFTER_FIRST) !== 0) features[size++] = bucket((last << 8) | kind, 7);
  return size;
}

/** Bits of a key above its three classes. */
const IS_NEAR = 1 << 24;
const IS_FIRST = 1 << 25;
const AFTER_FIRST = 1 << 26;

/** The key of a word of a class: `apart` from the last one, and `behind` the one before that, in tokens. */
function keyOf(kind: number, first: boolean, apart: number, last: number, lastFirst: boolean, behind: number, before: number): number {
  const flags = (apart <= NEAR ? IS_NEAR : 0) | (first ? IS_FIRST : 0) | (lastFirst ? AFTER_FIRST : 0);
  if (apart > FAR || last === 0) return kind | flags;
  return kind | (last << 8) | (behind > FAR + NEAR ? 0 : before << 16) | flags;
}

/**
 * The weights of all words of classes, as `Skeleton` goes through them: the place of each and its weight go to `out`. How many there are. All state
 * in locals, and little called: this is run on every text.
 */
export function weighKinds(units: Units, { hits, count, kinds }: Kinds, weights: KindWeights, out: Int32Array): number {
  const stop = count * HIT;
  let size = 0;
  let at = -1;
  let last = 0;
  let lastToken = 0;
  let lastFirst = false;
  let before = 0;
  let beforeToken = 0;
  for (let h = 0; h < stop; h = (h + 4) | 0) {
    const kind = kinds[hits[h] as number] as number;
    if (kind === 0) continue;
    const start = hits[h + 2] as number;
    if (start <= at) continue;
    at = start;
    const token = hits[h + 1] as number;
    // Behind a blank and a letter or digit, as most words.
    const first = units[start - 1] === 32 && isPlain(units[start - 2] as number) ? false : beginsSentence(units, start);
    out[size] = start;
    out[size + 1] = weights.of(keyOf(kind, first, (token - lastToken) | 0, last, lastFirst, (token - beforeToken) | 0, before));
    size = (size + 2) | 0;
    before = last;
    beforeToken = lastToken;
    last = kind;
    lastToken = token;
    lastFirst = first;
  }
  return size;
}

/** A small letter or a digit, which ends no sentence and opens none. */
function isPlain(c: number): boolean {
  return (c >= 97 && c <= 122) || (c >= 48 && c <= 57);
}

/** Classes whose pairs have their weights in tables; there are fewer. */
const CLASSES = 64;
const PAIRS = CLASSES * CLASSES;
const ALL_CLASSES = 0xc0c0c0;

/** What a table of weights gives the words of classes: summed beforehand for one class and for two, so that only three in a row are hashed. */
export class KindWeights {
  readonly #table: Int8Array;
  /** By class; behind these by class at the beginning of a sentence. */
  readonly #one = new Int16Array(CLASSES * 2);
  /** By the last class and this one; four times, by `IS_NEAR` and `AFTER_FIRST` without `IS_FIRST`. */
  readonly #two = new Int16Array(PAIRS * 4);
  /** By the class before the last and this one. */
  readonly #skipped = new Int16Array(PAIRS);
  readonly #features = new Int32Array(MAX_KIND_FEATURES);

  constructor(table: Int8Array) {
    this.#table = table;
    const at = (key: number, salt: number): number => table[bucket(key, salt)] ?? 0;
    for (let kind = 1; kind < CLASSES; kind++) {
      this.#one[kind] = at(kind, 1);
      this.#one[CLASSES + kind] = at(kind, 1) + at(kind, 6);
      for (let last = 1; last < CLASSES; last++) {
        const pair = (last << 8) | kind;
        const place = last * CLASSES + kind;
        this.#skipped[place] = at(pair, 4);
        for (const near of [0, 1]) {
          this.#two[near * PAIRS + place] = at(pair, 3 - near);
          this.#two[(2 + near) * PAIRS + place] = at(pair, 3 - near) + at(pair, 7);
        }
      }
    }
  }

  /** The weight of a word with this key. */
  of(key: number): number {
    if ((key & ALL_CLASSES) !== 0) return this.#slowly(key);
    const kind = key & 0xff;
    const last = (key >> 8) & 0xff;
    const first = (key >> 25) & 1;
    const one = this.#one[first * CLASSES + kind] as number;
    if (last === 0) return one;
    const after = (key >> 26) & 1 & ~first;
    const sum = one + (this.#two[(after * 2 + ((key >> 24) & 1)) * PAIRS + last * CLASSES + kind] as number);
    const before = (key >> 16) & 0xff;
    if (before === 0) return sum;
    return sum + (this.#skipped[before * CLASSES + kind] as number) + (this.#table[bucket(key & 0xffffff, 5)] as number);
  }

  #slowly(key: number): number {
    const size = writeKind(key, this.#features);
    let sum = 0;
    for (let f = 0; f < size; f++) sum += this.#table[this.#features[f] as number] as number;
    return sum;
  }
}

const known = new WeakMap<Int8Array, KindWeights>();

/** The weights of a table, made once. */
export function kindWeights(table: Int8Array): KindWeights {
  const made = known.get(table) ?? new KindWeights(table);
  known.set(table, made);
  return made;
}

/** The first hit that does not begin before a place. */
function firstFrom({ hits, count }: Kinds, place: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((hits[middle * HIT + START] as number) < place) low = middle + 1;
    else high = middle;
  }
  return low * HIT;
}

function bucket(key: number, salt: number): number {
  let hash = Math.imul(key, 0x9e3779b1) + Math.imul(salt, 0x85ebca6b);
  hash ^= hash >>> 15;
  return FIRST + (Math.imul(hash, 0xc2b2ae35) >>> SHIFT);
}

/** Whether nothing but blanks, quotes and brackets stands between the start of the text, a line or a sentence, and this place. */
function beginsSentence(units: Units, start: number): boolean {
  const before = BEFORE;
  for (let i = start - 1; i >= 0 && i > start - 5; i--) {
    const c = units[i] as number;
    const sign = c < 128 ? (before[c] as number) : c === 0x3002 ? ENDS : 0;
    if (sign !== PASSED) return sign === ENDS;
  }
  return start < 5;
}

/** What a sign before a word is to the sentence that the word stands in: it may open it, or ends the one before. */
const PASSED = 1;
const ENDS = 2;
const BEFORE = new Uint8Array(128);
for (const sign of ' "\'(*[`#') BEFORE[sign.charCodeAt(0)] = PASSED;
for (const sign of '\n.!?:;>\u0001') BEFORE[sign.charCodeAt(0)] = ENDS;
