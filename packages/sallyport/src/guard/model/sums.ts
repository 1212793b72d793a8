import { DIGITLESS_LATIN1 } from '../fold.ts';
import { NO_NOTE } from '../known_words.ts';
import { TOKEN_SIZE, type Words } from '../lexer.ts';
import type { Units } from '../units.ts';
import { BLOCK, FeatureReader, GRAMS, HEAD, Repeats, SHIFT, TAIL, WORD } from './features.ts';
import { kindWeights, NO_KINDS, weighKinds, type Kinds } from './skeleton.ts';

/** What the lexer noted of a text. */
export type Noted = Pick<Words, 'tokens' | 'tokenCount'> & Partial<Pick<Words, 'known'>>;

const FOLD = DIGITLESS_LATIN1;

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
    const to = this.#read * TOKEN_SIZE;
    let alone = NO_NOTE;
    for (let t = from; (t = this.#words(units, tokens, from, t, to, alone)) < to;) {
      alone = wordSum(units, this.#table, tokens[t] as number, tokens[t + 1] as number, tokens[t + 2] as number);
      const place = tokens[t + 3] as number;
      if (place >= 0) this.#places[place + this.#notes] = alone;
    }
  }

  /**
   * Weighs the words of a block that begins at `begin`, from `from` on, with what their classes weigh (among bytes, a word of a class begins where a
   * token does) and what stands between them. Answers where it stopped: at a word of which nothing is noted. `alone`: what the first one weighs by itself, where no place notes it. Nothing is
   * called in here, and constants are literals: V8 would load and check every array and those of a module each time. A test holds both readings equal.
   */
  #words(units: Uint8Array, tokens: Int32Array, begin: number, from: number, to: number, alone: number): number {
    const { sums, kindSums, starts, stops } = this;
    const kinds = this.#kinds;
    const kindCount = this.#kindCount;
    const table = this.#table;
    const places = this.#places;
    const notes = this.#notes;
    const { seen } = this.#repeats;
    const word = 0x9e3779b1 | 0;
    const pair = 0x85ebca6b | 0;
    const skip = 0x27d4eb2f | 0;
    const triple = 0xc2b2ae35 | 0;
    const between = 0x165667b1 | 0;
    const gapWord = 0xd3a2646d | 0;
    const wordGap = 0xfd7046c5 | 0;
    const capitals = 0xb55a4f09 | 0;
    const blank = 32;
    let { now } = this.#repeats;
    let last = this.#last;
    let before = this.#before;
    let end = this.#end;
    let kind = this.#kind;
    let kindStart = kind < kindCount ? (kinds[kind] as number) : 0x7fffffff;
    let given = alone;
    let k = (from - begin) >> 2;
    let t = from;
    for (; t < to; t = (t + 4) | 0) {
      const start = tokens[t] as number;
      const stop = tokens[t + 1] as number;
      const hash = tokens[t + 2] as number;
      const place = tokens[t + 3] as number;
      let sum = place < 0 ? given : (places[place + notes] as number);
      if (sum === -0x80000000) break;
      given = -0x80000000;
      const skipped = Math.imul(before, skip);
      const two = (Math.imul(last, pair) + hash) | 0;
      sum =
        (sum +
          (table[Math.imul(two, word) >>> 14] as number) +
          (table[Math.imul((skipped + hash) | 0, pair) >>> 14] as number) +
          (table[Math.imul((Math.imul((skipped + last) | 0, triple) + hash) | 0, word) >>> 14] as number)) |
        0;
      const first = units[start] as number;
      if (first <= 90 && first >= 65 && ((stop - start) | 0) > 2) {
        const next = units[start + 1] as number;
        if (next <= 90 && next >= 65) sum = (sum + (table[Math.imul(hash, capitals) >>> 14] as number)) | 0;
      }
      if (((start - end) | 0) !== 1 || units[end] !== blank || t === 0) {
        let gap = t === 0 ? 10 : 0;
        for (let i = end; i < start; i++) {
          const c = units[i] as number;
          if (gap === 0) gap = c;
          else if ((gap & 0xff) !== c && gap >>> 24 === 0) gap = (gap << 8) | c;
        }
        if (gap !== 0 && gap !== blank) {
          const stretch = Math.imul(gap, between);
          sum =
            (sum +
              (table[stretch >>> 14] as number) +
              (table[Math.imul((stretch + hash) | 0, gapWord) >>> 14] as number) +
              (table[Math.imul((Math.imul(last, 31) + stretch) | 0, wordGap) >>> 14] as number)) |
            0;
        }
      }
      // As `Repeats.next`.
      const at = ((two ^ (two >>> 16)) & 4095) << 1;
      if (seen[at] === two && ((now - (seen[at + 1] as number)) | 0) < 64) sum = 0;
      seen[at] = two;
      seen[at + 1] = now;
      now = (now + 1) | 0;
      let order = 0;
      if (start >= kindStart) {
        order = kinds[kind + 1] as number;
        kind = (kind + 2) | 0;
        kindStart = kind < kindCount ? (kinds[kind] as number) : 0x7fffffff;
      }
      starts[k] = start;
      stops[k] = stop;
      kindSums[k] = order;
      sums[k] = (sum + order) | 0;
      k = (k + 1) | 0;
      before = last;
      last = hash;
      end = stop;
    }
    this.#repeats.now = now;
    this.#last = last;
    this.#before = before;
    this.#end = end;
    this.#kind = kind;
    return t;
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
