import { HASH, STOP, TOKEN_SIZE, type Words } from '../lexer.ts';
import type { Units } from '../units.ts';
import {
  BLANK,
  BLOCK,
  CAPITALS,
  FeatureReader,
  FOLD,
  GAP,
  GAP_WORD,
  GRAMS,
  HEAD,
  isCapital,
  LINE,
  PAIR,
  SHIFT,
  SKIP,
  TAIL,
  TRIPLE,
  widened,
  WORD,
  WORD_GAP,
} from './features.ts';

/** What the lexer noted of a text. */
export type Noted = Pick<Words, 'tokens' | 'tokenCount' | 'digits'>;

const NOTHING: Noted = { tokens: undefined, tokenCount: 0, digits: [] };

/**
 * The weights of a text's tokens, a block at a time: for each token the sum over its features, as `FeatureReader` gives them. Where the lexer
 * has noted the words, neither they nor their features are read again. After `next()`, `count` tokens are in the block.
 */
export class TokenSums {
  readonly sums = new Int32Array(BLOCK);
  readonly starts: Int32Array;
  readonly stops: Int32Array;
  count = 0;
  readonly #reader = new FeatureReader();
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
  open(units: Units, table: Int8Array, noted: Noted = NOTHING): void {
    this.#units = units;
    this.#table = table;
    this.#noted = noted;
    this.#read = this.#digits = this.#last = this.#before = this.#end = 0;
    if (noted.tokens === undefined) this.#reader.open(units);
  }

  /** Reads the next block; false at the end of the text. */
  next(): boolean {
    const { tokens } = this.#noted;
    if (tokens === undefined || !(this.#units instanceof Uint8Array)) this.#features();
    else this.#tokens(this.#units, tokens);
    return this.count > 0;
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
    this.#words(units, tokens, from, to);
    this.#letters(units, tokens, from, to);
  }

  /** Hashes the words with digits again, each digit as a zero. */
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

  /** Weighs the words, and what stands between them. All state in locals, and little of it: V8 runs out of registers soon. */
  #words(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { sums } = this;
    const table = this.#table;
    let last = this.#last;
    let before = this.#before;
    let end = this.#end;
    let k = 0;
    for (let t = from; t < to; t += TOKEN_SIZE) {
      const start = tokens[t] as number;
      const hash = tokens[t + HASH] as number;
      const skipped = Math.imul(before, SKIP);
      let sum =
        (table[Math.imul(hash, WORD) >>> SHIFT] as number) +
        (table[Math.imul((Math.imul(last, PAIR) + hash) | 0, WORD) >>> SHIFT] as number) +
        (table[Math.imul((skipped + hash) | 0, PAIR) >>> SHIFT] as number) +
        (table[Math.imul((Math.imul((skipped + last) | 0, TRIPLE) + hash) | 0, WORD) >>> SHIFT] as number);
      if (start - end !== 1 || units[end] !== BLANK || t === 0) {
        let gap = t === 0 ? LINE : 0;
        for (let i = end; i < start; i++) gap = widened(gap, units[i] as number);
        if (gap !== 0 && gap !== BLANK) {
          const kind = Math.imul(gap, GAP);
          sum +=
            (table[kind >>> SHIFT] as number) +
            (table[Math.imul((kind + hash) | 0, GAP_WORD) >>> SHIFT] as number) +
            (table[Math.imul((Math.imul(last, 31) + kind) | 0, WORD_GAP) >>> SHIFT] as number);
        }
      }
      sums[k++] = sum;
      before = last;
      last = hash;
      end = tokens[t + STOP] as number;
    }
    this.#last = last;
    this.#before = before;
    this.#end = end;
  }

  /** Weighs both ends of long words, and capitals. */
  #letters(units: Uint8Array, tokens: Int32Array, from: number, to: number): void {
    const { sums, starts, stops } = this;
    const table = this.#table;
    let k = 0;
    for (let t = from; t < to; t += TOKEN_SIZE) {
      const start = tokens[t] as number;
      const stop = tokens[t + STOP] as number;
      starts[k] = start;
      stops[k] = stop;
      if (stop - start > GRAMS) {
        const head = gramAt(units, start);
        const tail = gramAt(units, stop - GRAMS);
        sums[k] =
          (sums[k] as number) +
          (table[Math.imul(head ^ (head >>> 15), HEAD) >>> SHIFT] as number) +
          (table[Math.imul(tail ^ (tail >>> 15), TAIL) >>> SHIFT] as number);
      }
      if (isCapital(units[start] as number) && stop - start > 2 && isCapital(units[start + 1] as number))
        sums[k] = (sums[k] as number) + (table[Math.imul(tokens[t + HASH] as number, CAPITALS) >>> SHIFT] as number);
      k++;
    }
  }
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
