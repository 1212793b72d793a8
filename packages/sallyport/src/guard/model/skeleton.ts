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
      this.#write(kind, hits[h + TOKEN] as number, beginsSentence(this.#units, start));
      return;
    }
    this.start = NO_MORE;
  }

  #write(kind: number, token: number, first: boolean): void {
    const { features } = this;
    const apart = token - this.#lastToken;
    const last = this.#last === 0 || apart > FAR ? 0 : this.#last;
    const before = this.#before === 0 || token - this.#beforeToken > FAR + NEAR ? 0 : this.#before;
    const gap = apart <= NEAR ? 1 : 2;
    let size = 0;
    features[size++] = bucket(kind, 1);
    if (last !== 0) {
      features[size++] = bucket((last << 8) | kind, 1 + gap);
      if (before !== 0) {
        features[size++] = bucket((before << 8) | kind, 4);
        features[size++] = bucket((before << 16) | (last << 8) | kind, 5);
      }
    }
    if (first) features[size++] = bucket(kind, 6);
    else if (last !== 0 && this.#lastFirst) features[size++] = bucket((last << 8) | kind, 7);
    this.size = size;
    this.#before = this.#last;
    this.#beforeToken = this.#lastToken;
    this.#last = kind;
    this.#lastToken = token;
    this.#lastFirst = first;
  }
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
  for (let i = start - 1; i >= 0 && i > start - 5; i--) {
    const c = units[i] as number;
    if (c === 32 || c === 34 || c === 39 || c === 40 || c === 42 || c === 91 || c === 96 || c === 35) continue;
    return c === 10 || c === 46 || c === 33 || c === 63 || c === 58 || c === 59 || c === 62 || c === 1 || c === 0x3002;
  }
  return start < 5;
}
