import { DIGITLESS_LATIN1, foldOf, IGNORED, SEPARATOR, UNSPACED } from '../fold.ts';
import type { Units } from '../units.ts';

/** Buckets of a head's table are 2^BITS: as int8 it stays in the second-level cache. Four times as many gain less than the noise of measuring. */
export const BITS = 18;

/** Tokens that are read before their features are summed: the buffers fit the second-level cache. */
export const BLOCK = 256;

/** Letters of a word's beginning and of its end that are features of their own, of words longer than that: inflections, compounds, slips. */
export const GRAMS = 4;

/** Of a token: word, two words, three words, first and third of three; the gap alone, with the word after and before it; capitals; both ends. */
const MAX_FEATURES = 10;

export const SHIFT = 32 - BITS;

// Odd multipliers, one a kind of feature (multiplicative hashing: Knuth, The Art of Computer Programming 3, 6.4).
export const WORD = 0x9e3779b1 | 0;
const PAIR = 0x85ebca6b | 0;
const TRIPLE = 0xc2b2ae35 | 0;
const SKIP = 0x27d4eb2f | 0;
const GAP = 0x165667b1 | 0;
const GAP_WORD = 0xd3a2646d | 0;
const WORD_GAP = 0xfd7046c5 | 0;
const CAPITALS = 0xb55a4f09 | 0;
export const HEAD = 0x2545f491 | 0;
export const TAIL = 0x61c88647 | 0;

const BLANK = 32;
/** Any separator above U+00FF, as the reader of texts writes it. */
const OTHER = 1;
const LINE = 10;
const ZERO = 48;
const NINE = 57;

const FOLD = DIGITLESS_LATIN1;

/** Tokens within which a pair of words counts once: the long window. Tables, logs and code repeat themselves, and sums would grow with it. */
const ONCE = 64;
const SEEN = 4096;

/** Which pairs of words stood among the last tokens. `sums.ts` does the same in its own loop. */
export class Repeats {
  /** A pair and its place in turn. */
  readonly seen = new Int32Array(SEEN * 2).fill(-ONCE);
  now = 0;

  /** Begins a text: what was seen before is long ago. */
  open(): void {
    this.now = (this.now + ONCE) | 0;
  }

  /** Whether this pair, by its hash, was one of the last tokens. Call it once a token. */
  next(pair: number): boolean {
    const { seen } = this;
    const at = ((pair ^ (pair >>> 16)) & (SEEN - 1)) << 1;
    const now = this.now;
    const again = seen[at] === pair && ((now - (seen[at + 1] as number)) | 0) < ONCE;
    seen[at] = pair;
    seen[at + 1] = now;
    this.now = (now + 1) | 0;
    return again;
  }
}

/**
 * The features of a text as numbers of buckets, some hundred tokens at a time. A token is a word (folded: lower case, no accents, every digit a
 * zero) or one character of a script without blanks. After `next()`, `count` tokens are in the block: the features of token t stand in
 * `features` before `ends[t]`, its place in the units is `starts[t]` to `stops[t]`. A token whose pair of words was among the last ones has none. Trainer and detector read texts through this alone.
 */
export class FeatureReader {
  readonly features = new Int32Array(BLOCK * MAX_FEATURES);
  readonly ends = new Int32Array(BLOCK);
  readonly starts = new Int32Array(BLOCK);
  readonly stops = new Int32Array(BLOCK);
  count = 0;
  #units: Units = new Uint8Array(0);
  #at = 0;
  #last = 0;
  #before = 0;
  #gap = BLANK;
  readonly #repeats = new Repeats();
  /** Features in the block so far. */
  #size = 0;

  /** Begins a text. The start counts as a new line. */
  open(units: Units): void {
    this.#units = units;
    this.#at = 0;
    this.#last = 0;
    this.#before = 0;
    this.#gap = LINE;
    this.#repeats.open();
  }

  /** Reads the next block; false at the end of the text. */
  next(): boolean {
    this.#size = 0;
    this.count = 0;
    if (this.#units instanceof Uint8Array) this.#bytes(this.#units);
    else this.#wide(this.#units);
    return this.count > 0;
  }

  /** The loop that decides the cost of the model: all state in locals, and `#token` written out (V8 neither keeps fields in registers nor inlines it). */
  #bytes(units: Uint8Array): void {
    const { features, ends, starts, stops } = this;
    const repeats = this.#repeats;
    const n = units.length;
    let i = this.#at;
    let last = this.#last;
    let before = this.#before;
    let gap = this.#gap;
    let size = 0;
    let count = 0;
    while (i < n && count < BLOCK) {
      const c = units[i] as number;
      let fold = FOLD[c] as number;
      if (fold === SEPARATOR) {
        i++;
        gap = gap === 0 ? c : (gap & 0xff) === c || gap >>> 24 !== 0 ? gap : (gap << 8) | c;
        continue;
      }
      const start = i;
      const from = size;
      let hash = fold;
      let window = fold;
      i++;
      while (i < n && (fold = FOLD[units[i] as number] as number) !== SEPARATOR) {
        hash = (Math.imul(hash, 31) + fold) | 0;
        window = (window << 8) | fold;
        i++;
      }
      if (i - start > GRAMS) {
        const head =
          ((FOLD[c] as number) << 24) |
          ((FOLD[units[start + 1] as number] as number) << 16) |
          ((FOLD[units[start + 2] as number] as number) << 8) |
          (FOLD[units[start + 3] as number] as number);
        features[size] = Math.imul(head ^ (head >>> 15), HEAD) >>> SHIFT;
        features[size + 1] = Math.imul(window ^ (window >>> 15), TAIL) >>> SHIFT;
        size += 2;
      }
      if (c >= 65 && c <= 90 && i - start > 2 && isCapital(units[start + 1] as number))
        features[size++] = Math.imul(hash, CAPITALS) >>> SHIFT;
      const skipped = Math.imul(before, SKIP);
      features[size] = Math.imul(hash, WORD) >>> SHIFT;
      features[size + 1] = Math.imul((Math.imul(last, PAIR) + hash) | 0, WORD) >>> SHIFT;
      features[size + 2] = Math.imul((skipped + hash) | 0, PAIR) >>> SHIFT;
      features[size + 3] = Math.imul((Math.imul((skipped + last) | 0, TRIPLE) + hash) | 0, WORD) >>> SHIFT;
      size += 4;
      if (gap !== BLANK && gap !== 0) {
        const kind = Math.imul(gap, GAP);
        features[size] = kind >>> SHIFT;
        features[size + 1] = Math.imul((kind + hash) | 0, GAP_WORD) >>> SHIFT;
        features[size + 2] = Math.imul((Math.imul(last, 31) + kind) | 0, WORD_GAP) >>> SHIFT;
        size += 3;
      }
      if (repeats.next((Math.imul(last, PAIR) + hash) | 0)) size = from;
      gap = 0;
      before = last;
      last = hash;
      ends[count] = size;
      starts[count] = start;
      stops[count] = i;
      count++;
    }
    this.#at = i;
    this.#last = last;
    this.#before = before;
    this.#gap = gap;
    this.count = count;
  }

  /** The same for units above U+00FF, with scripts that have no blanks and marks that do not count. */
  #wide(units: Units): void {
    const { features } = this;
    const n = units.length;
    let i = this.#at;
    while (i < n && this.count < BLOCK) {
      const c = units[i] as number;
      let fold = foldOf(c);
      if (fold === SEPARATOR || fold === IGNORED) {
        i++;
        if (fold === SEPARATOR) this.#gap = widened(this.#gap, c < 256 ? c : OTHER);
        continue;
      }
      const start = i;
      i++;
      if (fold === UNSPACED) {
        this.#token(Math.imul(c, WORD), start, i, false);
        continue;
      }
      fold = digitless(fold);
      let hash = fold;
      let window = fold;
      let head = fold;
      let letters = 1;
      while (i < n && (fold = foldOf(units[i] as number)) !== SEPARATOR && fold !== UNSPACED) {
        if (fold !== IGNORED) {
          fold = digitless(fold);
          hash = (Math.imul(hash, 31) + fold) | 0;
          window = (window << 8) ^ fold;
          letters++;
          if (letters === GRAMS) head = window;
        }
        i++;
      }
      if (letters > GRAMS) {
        features[this.#size] = Math.imul(head ^ (head >>> 15), HEAD) >>> SHIFT;
        features[this.#size + 1] = Math.imul(window ^ (window >>> 15), TAIL) >>> SHIFT;
        this.#size += 2;
      }
      this.#token(hash, start, i, isCapital(c) && i - start > 2 && isCapital(units[start + 1] as number));
    }
    this.#at = i;
  }

  #token(hash: number, start: number, stop: number, capitals: boolean): void {
    const { features } = this;
    const last = this.#last;
    const skipped = Math.imul(this.#before, SKIP);
    const gap = this.#gap;
    let size = this.#size;
    if (capitals) features[size++] = Math.imul(hash, CAPITALS) >>> SHIFT;
    features[size] = Math.imul(hash, WORD) >>> SHIFT;
    features[size + 1] = Math.imul((Math.imul(last, PAIR) + hash) | 0, WORD) >>> SHIFT;
    features[size + 2] = Math.imul((skipped + hash) | 0, PAIR) >>> SHIFT;
    features[size + 3] = Math.imul((Math.imul((skipped + last) | 0, TRIPLE) + hash) | 0, WORD) >>> SHIFT;
    size += 4;
    if (gap !== BLANK && gap !== 0) {
      const kind = Math.imul(gap, GAP);
      features[size] = kind >>> SHIFT;
      features[size + 1] = Math.imul((kind + hash) | 0, GAP_WORD) >>> SHIFT;
      features[size + 2] = Math.imul((Math.imul(last, 31) + kind) | 0, WORD_GAP) >>> SHIFT;
      size += 3;
    }
    if (this.#repeats.next((Math.imul(last, PAIR) + hash) | 0)) size = this.count === 0 ? 0 : (this.ends[this.count - 1] as number);
    this.#before = last;
    this.#last = hash;
    this.#gap = 0;
    this.#size = size;
    this.ends[this.count] = size;
    this.starts[this.count] = start;
    this.stops[this.count] = stop;
    this.count++;
  }
}

function digitless(fold: number): number {
  return fold >= ZERO && fold <= NINE ? ZERO : fold;
}

/** What stands between two words, as up to four different separators: a rule of dashes is a rule however long. */
function widened(gap: number, c: number): number {
  if (gap === 0) return c;
  return (gap & 0xff) === c || gap >>> 24 !== 0 ? gap : (gap << 8) | c;
}

export function isCapital(c: number): boolean {
  return c >= 65 && c <= 90;
}
