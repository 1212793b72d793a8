import { HASH, STOP, TOKEN_SIZE, type Words } from '../lexer.ts';
import type { Units } from '../units.ts';
import { BLOCK, FeatureReader, FOLD, isCapital, LINE, Repeats, widened } from './features.ts';
import { NO_KINDS, Skeleton, type Kinds } from './skeleton.ts';

/** What the lexer noted of a text. */
export type Noted = Pick<Words, 'tokens' | 'tokenCount' | 'digits'>;

const NOTHING: Noted = { tokens: undefined, tokenCount: 0, digits: [] };

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
  readonly #skeleton = new Skeleton();
  readonly #repeats = new Repeats();
  #table: Int8Array = new Int8Array(0);
  #units: Units = new Uint8Array(0);
  #noted = NOTHING;
  /** Tokens read so far, and those with digits among them. */
  #read = 0;
  #digits = 0;
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
    this.#table = table;
    this.#noted = noted;
    this.#read = this.#digits = this.#last = this.#before = this.#end = 0;
    if (noted.tokens === undefined) this.#reader.open(units);
    this.#repeats.open();
    this.#skeleton.open(units, kinds);
  }

  /** Reads the next block; false at the end of the text. */
  next(): boolean {
    const { tokens } = this.#noted;
    if (tokens === undefined || !(this.#units instanceof Uint8Array)) this.#features();
    else this.#tokens(this.#units, tokens);
    this.#addKinds();
    return this.count > 0;
  }

  /** Adds what the word classes weigh to the token that each stands in. */
  #addKinds(): void {
    const skeleton = this.#skeleton;
    const { sums, kindSums, stops, count } = this;
    const table = this.#table;
    kindSums.fill(0);
    if (count === 0) return;
    const end = stops[count - 1] as number;
    const { features } = skeleton;
    for (let k = 0; skeleton.start < end; skeleton.next()) {
      while ((stops[k] as number) <= skeleton.start) k++;
      const { size } = skeleton;
      let sum = 0;
      for (let f = 0; f < size; f++) sum += table[features[f] as number] as number;
      kindSums[k] = (kindSums[k] as number) + sum;
      sums[k] = (sums[k] as number) + sum;
    }
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
    this.#withoutDigits(units, tokens, from, to);
    this.#letters(units, tokens, from, to);
    this.#words(units, tokens, from, to);
  }

  /** Hashes the words with digits again, each digit as a zero. In place: only the model reads the hashes. */
  #withoutDigits(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { digits } = this.#noted;
    for (let t = from; t < to && this.#digits < digits.length; t += TOKEN_SIZE) {
      if (tokens[t] !== digits[this.#digits]) continue;
      this.#digits += 2;
      let hash = 0;
      for (let i = tokens[t] as number; i < (tokens[t + STOP] as number); i++)
        hash = (Math.imul(hash, 31) + (FOLD[units[i] as number] as number)) | 0;
      tokens[t + HASH] = hash;
    }
  }

  /**
   * Weighs the words, and what stands between them. The constants of `features.ts` and of the lexer stand here as literals: those of a module V8
   * loads and checks each time, which doubles the cost. A test holds both readings equal.
   */
  #words(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { sums } = this;
    const repeats = this.#repeats;
    const table = this.#table;
    const word = 0x9e3779b1 | 0;
    const pair = 0x85ebca6b | 0;
    const skip = 0x27d4eb2f | 0;
    const triple = 0xc2b2ae35 | 0;
    const between = 0x165667b1 | 0;
    const gapWord = 0xd3a2646d | 0;
    const wordGap = 0xfd7046c5 | 0;
    const shift = 14;
    const blank = 32;
    const size = 3;
    const stopAt = 1;
    const hashAt = 2;
    let last = this.#last;
    let before = this.#before;
    let end = this.#end;
    let k = 0;
    for (let t = from; t < to; t += size) {
      const start = tokens[t] as number;
      const hash = tokens[t + hashAt] as number;
      const skipped = Math.imul(before, skip);
      const two = (Math.imul(last, pair) + hash) | 0;
      let sum =
        (sums[k] as number) +
        (table[Math.imul(hash, word) >>> shift] as number) +
        (table[Math.imul(two, word) >>> shift] as number) +
        (table[Math.imul((skipped + hash) | 0, pair) >>> shift] as number) +
        (table[Math.imul((Math.imul((skipped + last) | 0, triple) + hash) | 0, word) >>> shift] as number);
      if (start - end !== 1 || units[end] !== blank || t === 0) {
        let gap = t === 0 ? LINE : 0;
        for (let i = end; i < start; i++) gap = widened(gap, units[i] as number);
        if (gap !== 0 && gap !== blank) {
          const kind = Math.imul(gap, between);
          sum +=
            (table[kind >>> shift] as number) +
            (table[Math.imul((kind + hash) | 0, gapWord) >>> shift] as number) +
            (table[Math.imul((Math.imul(last, 31) + kind) | 0, wordGap) >>> shift] as number);
        }
      }
      sums[k++] = repeats.next(two) ? 0 : sum;
      before = last;
      last = hash;
      end = tokens[t + stopAt] as number;
    }
    this.#last = last;
    this.#before = before;
    this.#end = end;
  }

  /** Weighs both ends of long words, and capitals. Literals as above. */
  #letters(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { sums, starts, stops } = this;
    const table = this.#table;
    const grams = 4;
    const headMix = 0x2545f491 | 0;
    const tailMix = 0x61c88647 | 0;
    const capitals = 0xb55a4f09 | 0;
    const shift = 14;
    const fold = FOLD;
    const size = 3;
    const stopAt = 1;
    const hashAt = 2;
    let k = 0;
    for (let t = from; t < to; t += size) {
      const start = tokens[t] as number;
      const stop = tokens[t + stopAt] as number;
      starts[k] = start;
      stops[k] = stop;
      let sum = 0;
      if (stop - start > grams) {
        const head = gramAt(fold, units, start);
        const tail = gramAt(fold, units, stop - grams);
        sum =
          (table[Math.imul(head ^ (head >>> 15), headMix) >>> shift] as number) +
          (table[Math.imul(tail ^ (tail >>> 15), tailMix) >>> shift] as number);
      }
      if (isCapital(units[start] as number) && stop - start > 2 && isCapital(units[start + 1] as number))
        sum += table[Math.imul(tokens[t + hashAt] as number, capitals) >>> shift] as number;
      sums[k++] = sum;
    }
  }
}

/** Four folded letters. */
function gramAt(fold: Uint8Array, units: Uint8Array, at: number): number {
  return (
    ((fold[units[at] as number] as number) << 24) |
    ((fold[units[at + 1] as number] as number) << 16) |
    ((fold[units[at + 2] as number] as number) << 8) |
    (fold[units[at + 3] as number] as number)
  );
}
