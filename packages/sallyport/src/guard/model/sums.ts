import { DIGITLESS_LATIN1 as FOLD } from '../fold.ts';
import { TOKEN_SIZE, type Words } from '../lexer.ts';
import type { Units } from '../units.ts';
import { BLOCK, FeatureReader, GRAMS, HEAD, isCapital, LINE, Repeats, SHIFT, TAIL, widened, WORD } from './features.ts';
import { kindWeights, NO_KINDS, weighKinds, type Kinds } from './skeleton.ts';

/** What the lexer noted of a text. */
export type Noted = Pick<Words, 'tokens' | 'tokenCount'> & Partial<Pick<Words, 'known'>>;

const NOTHING: Noted = { tokens: undefined, tokenCount: 0 };

/** Numbers of words of classes for which there is room at first, and from which the room is given up again. */
const FIRST_KINDS = 1024;
const MOST_KEPT = 1 << 17;

/**
 * The weights of a text's tokens, a block at a time: for each token the sum over its features, as `FeatureReader` gives them. Where the lexer
 * has noted the words, neither they nor their features are read again. After `next()`, `count` tokens are in the block.
 */
export class TokenSums {
  readonly sums = new Int32Array(BLOCK);
  /** Of these, what word classes weigh. */
  readonly kindSums = new Int32Array(BLOCK);
  readonly starts: Int32Array;
  readonly stops: Int32Array;
  count = 0;
  readonly #reader = new FeatureReader();
  /** The words of classes, two numbers each: place and weight; and the first that no block had yet. */
  #kinds = new Int32Array(0);
  #kindCount = 0;
  #kind = 0;
  readonly #repeats = new Repeats();
  #table: Int8Array = new Int8Array(0);
  #kindWeights = kindWeights(this.#table);
  #units: Units = new Uint8Array(0);
  #noted = NOTHING;
  #places: Int32Array = new Int32Array(0);
  /** Which number of a place holds what the table gives its word. */
  #notes = 0;
  /** Tokens read so far. */
  #read = 0;
  #last = 0;
  #before = 0;
  #end = 0;

  constructor() {
    this.starts = this.#reader.starts;
    this.stops = this.#reader.stops;
  }

  /** Begins a text. The start counts as a new line. */
  open(units: Units, table: Int8Array, noted: Noted = NOTHING, kinds: Kinds = NO_KINDS): void {
    this.#units = units;
    if (table !== this.#table) this.#kindWeights = kindWeights(table);
    this.#table = table;
    this.#noted = noted;
    this.#read = this.#last = this.#before = this.#end = 0;
    if (noted.tokens === undefined || noted.known === undefined) this.#reader.open(units);
    else {
      this.#places = noted.known.places;
      this.#notes = noted.known.notesFor(table);
    }
    this.#repeats.open();
    // Few texts have as many words of classes as hits; what a very long one needed is not kept.
    if (kinds.count * 2 > this.#kinds.length || this.#kinds.length > MOST_KEPT)
      this.#kinds = new Int32Array(Math.max(FIRST_KINDS, kinds.count * 2));
    this.#kindCount = weighKinds(units, kinds, this.#kindWeights, this.#kinds);
    this.#kind = 0;
  }

  /** Reads the next block; false at the end of the text. */
  next(): boolean {
    const { tokens } = this.#noted;
    if (tokens === undefined || this.#noted.known === undefined || !(this.#units instanceof Uint8Array)) {
      this.#features();
      this.#addKinds();
    } else this.#tokens(this.#units, tokens);
    return this.count > 0;
  }

  /** Adds what the word classes weigh to the token that each stands in. */
  #addKinds(): void {
    const { sums, kindSums, stops, count } = this;
    kindSums.fill(0);
    if (count === 0) return;
    const kinds = this.#kinds;
    const size = this.#kindCount;
    const end = stops[count - 1] as number;
    let at = this.#kind;
    for (let k = 0; at < size; at += 2) {
      const start = kinds[at] as number;
      if (start >= end) break;
      while ((stops[k] as number) <= start) k++;
      const sum = kinds[at + 1] as number;
      kindSums[k] = (kindSums[k] as number) + sum;
      sums[k] = (sums[k] as number) + sum;
    }
    this.#kind = at;
  }

  #features(): void {
    const reader = this.#reader;
    reader.next();
    const { features, ends, count } = reader;
    const table = this.#table;
    let f = 0;
    for (let k = 0; k < count; k++) {
      const end = ends[k] as number;
      let sum = 0;
      for (; f < end; f++) sum += table[features[f] as number] as number;
      this.sums[k] = sum;
    }
    this.count = count;
  }

  #tokens(units: Uint8Array, tokens: Int32Array): void {
    const from = this.#read * TOKEN_SIZE;
    this.count = Math.min(BLOCK, this.#noted.tokenCount - this.#read);
    this.#read += this.count;
    this.#words(units, tokens, from, this.#read * TOKEN_SIZE);
  }

  /**
   * Weighs the words with what their classes weigh (among bytes, a word of a class begins where a token does), and what stands between them. The constants of `features.ts` and of the lexer stand here as literals: those of a module V8
   * loads and checks each time, which doubles the cost. A test holds both readings equal.
   */
  #words(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { sums, kindSums, starts, stops } = this;
    const kinds = this.#kinds;
    const kindCount = this.#kindCount;
    const repeats = this.#repeats;
    const table = this.#table;
    const places = this.#places;
    const notes = this.#notes;
    const word = 0x9e3779b1 | 0;
    const pair = 0x85ebca6b | 0;
    const skip = 0x27d4eb2f | 0;
    const triple = 0xc2b2ae35 | 0;
    const between = 0x165667b1 | 0;
    const gapWord = 0xd3a2646d | 0;
    const wordGap = 0xfd7046c5 | 0;
    const capitals = 0xb55a4f09 | 0;
    const shift = 14;
    const blank = 32;
    const size = 4;
    let last = this.#last;
    let before = this.#before;
    let end = this.#end;
    let kind = this.#kind;
    let kindStart = kind < kindCount ? (kinds[kind] as number) : 0x7fffffff;
    let k = 0;
    for (let t = from; t < to; t += size) {
      const start = tokens[t] as number;
      const stop = tokens[t + 1] as number;
      const hash = tokens[t + 2] as number;
      const place = tokens[t + 3] as number;
      starts[k] = start;
      stops[k] = stop;
      const skipped = Math.imul(before, skip);
      const two = (Math.imul(last, pair) + hash) | 0;
      let sum = place < 0 ? -0x80000000 : (places[place + notes] as number);
      if (sum === -0x80000000) {
        sum = wordSum(units, table, start, stop, hash);
        if (place >= 0) places[place + notes] = sum;
      }
      sum +=
        (table[Math.imul(two, word) >>> shift] as number) +
        (table[Math.imul((skipped + hash) | 0, pair) >>> shift] as number) +
        (table[Math.imul((Math.imul((skipped + last) | 0, triple) + hash) | 0, word) >>> shift] as number);
      if (isCapital(units[start] as number) && stop - start > 2 && isCapital(units[start + 1] as number))
        sum += table[Math.imul(hash, capitals) >>> shift] as number;
      if (start - end !== 1 || units[end] !== blank || t === 0) {
        let gap = t === 0 ? LINE : 0;
        for (let i = end; i < start; i++) gap = widened(gap, units[i] as number);
        if (gap !== 0 && gap !== blank) {
          const stretch = Math.imul(gap, between);
          sum +=
            (table[stretch >>> shift] as number) +
            (table[Math.imul((stretch + hash) | 0, gapWord) >>> shift] as number) +
            (table[Math.imul((Math.imul(last, 31) + stretch) | 0, wordGap) >>> shift] as number);
        }
      }
      if (repeats.next(two)) sum = 0;
      let order = 0;
      if (start >= kindStart) {
        order = kinds[kind + 1] as number;
        kind += 2;
        kindStart = kind < kindCount ? (kinds[kind] as number) : 0x7fffffff;
      }
      kindSums[k] = order;
      sums[k++] = sum + order;
      before = last;
      last = hash;
      end = stop;
    }
    this.#last = last;
    this.#before = before;
    this.#end = end;
    this.#kind = kind;
  }
}

/** What a word weighs whatever stands around it: the word, and both ends of a long one. */
function wordSum(units: Uint8Array, table: Int8Array, start: number, stop: number, hash: number): number {
  const alone = table[Math.imul(hash, WORD) >>> SHIFT] as number;
  if (stop - start <= GRAMS) return alone;
  const head = gramAt(units, start);
  const tail = gramAt(units, stop - GRAMS);
  return (
    alone +
    (table[Math.imul(head ^ (head >>> 15), HEAD) >>> SHIFT] as number) +
    (table[Math.imul(tail ^ (tail >>> 15), TAIL) >>> SHIFT] as number)
  );
}

/** Four folded letters. */
function gramAt(units: Uint8Array, at: number): number {
  return (
    ((FOLD[units[at] as number] as number) << 24) |
    ((FOLD[units[at + 1] as number] as number) << 16) |
    ((FOLD[units[at + 2] as number] as number) << 8) |
    (FOLD[units[at + 3] as number] as number)
  );
}
