import type { Units } from '../units.ts';

/** Classes of units: the lower-case letters, capitals as one, digits as one, blank, line end, each sign, and everything beyond ASCII as one. */
const CLASSES = 64;

/** A cost a trigram of classes. */
export const TRIGRAMS = CLASSES ** 3;

/** Units of a window: a suffix of twenty tokens has about a hundred. */
const WINDOW = 64;

/** Blanks in a window from which it is made of words: hashes, keys and minified code have fewer. */
const MIN_BLANKS = 5;

/** Signs in a window: what was searched for by gradient is full of them, while rotated, reversed and spelled-out prose has few. */
const MIN_SIGNS = 5;

const FIRST_SIGN = 30;

/** Costs are in sixteenths of a bit, and begin at this many bits below none. */
export const COST_FLOOR = 6;

/** The unit of a cost. */
export const COST_UNIT = 1 / 16;

/** Where the window stands that is most like a suffix, and bits a unit in its favour above the floor; 0 for a text shorter than a window. */
export type Surprise = { bits: number; start: number; end: number };

const BLANK_CLASS = 28;
const LINE_CLASS = 29;

/** The class of each unit below U+0080. */
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, c) => {
  if (c >= 97 && c <= 122) return c - 97;
  if (c >= 65 && c <= 90) return 26;
  if (c >= 48 && c <= 57) return 27;
  if (c === 32 || c === 9) return BLANK_CLASS;
  if (c < 32 || c === 127) return LINE_CLASS;
  const sign = c < 48 ? c - 33 : c < 65 ? c - 58 + 15 : c < 97 ? c - 91 + 22 : c - 123 + 28;
  return 30 + sign;
});

const BEYOND = 63;

export function classOf(c: number): number {
  return c < 128 ? (CLASS_OF[c] as number) : BEYOND;
}

/** A unit's class in the low six bits, and what it counts as: a blank in bits 16 to 22 of a sum, a sign in bits 23 to 29. */
const BLANK_ONE = 1 << 16;
const SIGN_ONE = 1 << 23;
const COST_MASK = BLANK_ONE - 1;
const COUNT_MASK = 127;
const KINDS = Int32Array.from({ length: 256 }, (_, c) => {
  const kind = classOf(c);
  return kind | (kind === BLANK_CLASS ? BLANK_ONE : 0) | (kind >= FIRST_SIGN && kind !== BEYOND ? SIGN_ONE : 0);
});
const CLASS_MASK = CLASSES - 1;

/** Two line ends: what stands before a text. */
const BEFORE = (LINE_CLASS << 6) | LINE_CLASS;

/** Units that are summed in one step: a window and a block are whole steps. No window that ends in a step outweighs the step and the window before it together. */
const STEP = 4;

/** Units whose signs are counted before any cost is looked up: most stretches of prose have too few, and end there. */
const BLOCK = 16;

/** Blocks that any window which ends in the last of them lies in. */
const AROUND = WINDOW / BLOCK + 1;

/** Sums of the steps in a window. */
const stepSums = new Int32Array(WINDOW / STEP);

/** How far the costs are summed, and what the sum was there: the two classes before, the window's cost, blanks and signs, the greatest so far. */
const summed = { to: 0, context: 0, sum: 0, most: 0 };

/**
 * Finds the stretch that reads least like any text or code: suffixes that were searched for by gradient are pieces of words and markup in no
 * order (Zou et al., 2023; perplexity as their sign: Alon and Kamfonas, 2023). `costs`: how much
 * likelier a class is after two others in such a suffix than in benign texts, as log2. `above`: bits a unit that a stretch must exceed to count.
 * `signs`: how many ASCII signs are in each sixteen units, where that is known.
 */
export function mostSurprising(units: Units, costs: Uint8Array, above: number, best: Surprise, signs?: Uint8Array): void {
  best.bits = best.start = best.end = 0;
  if (units.length < WINDOW) return;
  const bytes = units instanceof Uint8Array ? units : narrowed(units);
  const counts = signs ?? signsOf(bytes);
  const n = bytes.length;
  const floor = (above * WINDOW) / COST_UNIT;
  summed.to = -1;
  summed.most = floor;
  let around = 0;
  for (let block = 0; block < n / BLOCK; block++) {
    around += (counts[block] as number) - (block < AROUND ? 0 : (counts[block - AROUND] as number));
    if (around < MIN_SIGNS) continue;
    const end = (block + 1) * BLOCK;
    const last = end <= n ? end : n - (n % STEP);
    weigh(bytes, costs, end - BLOCK, last, best);
    if (last < end) summed.most = strongest(bytes, costs, last, n, summed.sum, summed.most, best);
  }
  if (summed.most === floor) return;
  best.start = best.end - WINDOW;
  best.bits = (summed.most / WINDOW) * COST_UNIT;
}

/** The signs in each block, where the lexer has not counted them. */
function signsOf(bytes: Uint8Array): Uint8Array {
  const kinds = KINDS;
  const n = bytes.length;
  const signs = new Uint8Array(Math.ceil(n / BLOCK));
  for (let block = 0, i = 0; i < n; block++) {
    const end = Math.min(n, i + BLOCK);
    let count = 0;
    for (; i < end; i++) count += (kinds[bytes[i] as number] as number) >>> 23;
    signs[block] = count;
  }
  return signs;
}

/** Tries the windows that end in `from` to `to`. What was not summed before them is summed from a window earlier on. */
function weigh(bytes: Uint8Array, costs: Uint8Array, from: number, to: number, best: Surprise): void {
  const kinds = KINDS;
  const classes = CLASS_MASK;
  const trigrams = TRIGRAMS - 1;
  const costMask = COST_MASK;
  const sums = stepSums;
  const width = STEP;
  const begin = Math.max(0, from - WINDOW);
  let { context, sum, most } = summed;
  let i = summed.to;
  if (i < begin) {
    i = begin;
    context = begin === 0 ? BEFORE : (classOf(bytes[begin - 2] as number) << 6) | classOf(bytes[begin - 1] as number);
    sum = 0;
    sums.fill(0);
  }
  for (; i < to; i += width) {
    const a = kinds[bytes[i] as number] as number;
    const b = kinds[bytes[i + 1] as number] as number;
    const c = kinds[bytes[i + 2] as number] as number;
    const d = kinds[bytes[i + 3] as number] as number;
    const first = ((context << 6) | (a & classes)) & trigrams;
    const second = ((first << 6) | (b & classes)) & trigrams;
    const third = ((second << 6) | (c & classes)) & trigrams;
    context = ((third << 6) | (d & classes)) & trigrams;
    // Cost, blanks and signs of a window as one number: costs are at most 255, so no part runs over into the next.
    const here =
      (costs[first] as number) +
      (costs[second] as number) +
      (costs[third] as number) +
      (costs[context] as number) +
      ((a + b + c + d) & ~costMask);
    const both = sum + here;
    if ((both & costMask) > most && isSuspect(both)) most = strongest(bytes, costs, i, i + width, sum, most, best);
    const place = (i / width) & (sums.length - 1);
    sum = both - (sums[place] as number);
    sums[place] = here;
  }
  summed.to = i;
  summed.context = context;
  summed.sum = sum;
  summed.most = most;
}

function isSuspect(sum: number): boolean {
  return sum >>> 23 >= MIN_SIGNS && ((sum >>> 16) & COUNT_MASK) >= MIN_BLANKS;
}

/** Slides the window that ends at `from`, whose sum is given, to the one that ends at `to`: the greatest sum, `most` when none is above it. */
function strongest(bytes: Uint8Array, costs: Uint8Array, from: number, to: number, sum: number, most: number, best: Surprise): number {
  let greatest = most;
  let slid = sum;
  for (let i = from; i < to; i++) {
    slid += valueAt(bytes, costs, i) - (i < WINDOW ? 0 : valueAt(bytes, costs, i - WINDOW));
    if (i < WINDOW - 1 || (slid & COST_MASK) <= greatest || !isSuspect(slid)) continue;
    greatest = slid & COST_MASK;
    best.end = i + 1;
  }
  return greatest;
}

/** What one unit adds to a sum. */
function valueAt(bytes: Uint8Array, costs: Uint8Array, i: number): number {
  const kind = KINDS[bytes[i] as number] as number;
  const first = i < 2 ? LINE_CLASS : classOf(bytes[i - 2] as number);
  const second = i < 1 ? LINE_CLASS : classOf(bytes[i - 1] as number);
  return (costs[(first << 12) | (second << 6) | (kind & CLASS_MASK)] as number) + (kind & ~COST_MASK);
}

/** Units above U+00FF are of one class with those above U+007F. */
function narrowed(units: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(units.length);
  for (let i = 0; i < units.length; i++) bytes[i] = Math.min(255, units[i] as number);
  return bytes;
}
