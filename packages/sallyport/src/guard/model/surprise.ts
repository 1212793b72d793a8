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

/** The class of each unit below U+0080. */
export const CLASS_OF = Uint8Array.from({ length: 128 }, (_, c) => {
  if (c >= 97 && c <= 122) return c - 97;
  if (c >= 65 && c <= 90) return 26;
  if (c >= 48 && c <= 57) return 27;
  if (c === 32 || c === 9) return BLANK_CLASS;
  if (c < 32 || c === 127) return 29;
  const sign = c < 48 ? c - 33 : c < 65 ? c - 58 + 15 : c < 97 ? c - 91 + 22 : c - 123 + 28;
  return 30 + sign;
});

const BEYOND = 63;

export function classOf(c: number): number {
  return c < 128 ? (CLASS_OF[c] as number) : BEYOND;
}

const ring = new Uint16Array(WINDOW);

/**
 * Finds the stretch that reads least like any text or code: suffixes that were searched for by gradient are pieces of words and markup in no
 * order (Zou et al., 2023; perplexity as their sign: Alon and Kamfonas, 2023). `costs`: how much
 * likelier a class is after two others in such a suffix than in benign texts, as log2.
 */
export function mostSurprising(units: Units, costs: Uint8Array, best: Surprise): void {
  best.bits = best.start = best.end = 0;
  const n = units.length;
  if (n < WINDOW) return;
  let context = (29 << 6) | 29;
  let sum = 0;
  let blanks = 0;
  let signs = 0;
  let most = 0;
  ring.fill(0);
  for (let i = 0; i < n; i++) {
    const c = units[i] as number;
    const kind = c < 128 ? (CLASS_OF[c] as number) : BEYOND;
    context = ((context << 6) | kind) & (TRIGRAMS - 1);
    const place = i & (WINDOW - 1);
    const gone = ring[place] as number;
    const cost = costs[context] as number;
    const blank = kind === BLANK_CLASS ? 1 : 0;
    const sign = kind >= FIRST_SIGN && kind !== BEYOND ? 1 : 0;
    sum += cost - (gone >> 2);
    blanks += blank - (gone & 1);
    signs += sign - ((gone >> 1) & 1);
    ring[place] = (cost << 2) | (sign << 1) | blank;
    if (sum > most && blanks >= MIN_BLANKS && signs >= MIN_SIGNS && i >= WINDOW - 1) {
      most = sum;
      best.end = i + 1;
    }
  }
  if (most === 0) return;
  best.start = best.end - WINDOW;
  best.bits = (most / WINDOW) * COST_UNIT;
}
