import { LOOKALIKES, MIXED_LOOKALIKES } from './confusables.ts';
import { foldOf, SEPARATOR } from './fold.ts';
import { isInvisible } from './invisible.ts';

// What a UTF-16 unit is, as bits; one that has none of the next four (SPECIAL, ALIKE, MARK, SINGLE) stays as it is.

/** An ASCII letter. */
const LATIN = 1;

/** Changes under NFKC, or is invisible, or always read as another letter; surrogates. */
export const SPECIAL = 2;

/** A letter that looks Latin: matters only beside ASCII letters. */
export const ALIKE = 4;

/** Joins the character before it: combining marks, Hangul vowel and final jamo. */
export const MARK = 8;

/** Special, and becomes exactly one unit (full-width forms, small capitals): `singles` has it. */
export const SINGLE = 16;

/** Invisible, or the first half of a tag character or variation selector. */
export const HIDDEN = 32;

/** Above U+00FF, and part of words. */
export const WIDE = 64;

/** Not ASCII. */
export const BEYOND = 128;

/** Not classified yet, since normalising all 65,536 at start would take 20 ms. */
const UNMET = 256;

/** What `normalise` must look at; look-alikes only where there are ASCII letters too. */
const NEEDY = SPECIAL | MARK | SINGLE;

/** Tag characters and variation selectors above U+FFFF begin with this surrogate. */
const HIDDEN_PLANE = 0xdb40;

/** By unit. After a `survey` all units of that text are known. */
export const kinds = new Uint16Array(65_536).fill(UNMET, 0x80).fill(LATIN, 65, 91).fill(LATIN, 97, 123);

export const singles = new Uint16Array(65_536);

/** Units of a text that are judged together: a text without needy ones in a block is skipped by blocks. */
export const BLOCK = 64;

/** What the units of a text need: all their bits, and for each block whether a unit in it may need work. */
export type Survey = { readonly seen: number; readonly needy: Uint8Array | undefined };

/** Looks at each unit once. Time linear in the text. */
export function survey(units: Uint16Array): Survey {
  const n = units.length;
  let seen = 0;
  let before = 0;
  let needy: Uint8Array | undefined;
  for (let start = 0; start < n; start += BLOCK) {
    const end = Math.min(n, start + BLOCK);
    let bits = 0;
    for (let i = start; i < end; i++) bits |= kinds[units[i] as number] as number;
    if ((bits & UNMET) !== 0) bits = meet(units, start, end);
    seen |= bits;
    // A look-alike and the letter beside it may stand in two blocks.
    const both = bits | before;
    const alike = (both & ALIKE) !== 0 && (both & LATIN) !== 0;
    if ((bits & NEEDY) !== 0 || alike) {
      needy ??= new Uint8Array(Math.ceil(n / BLOCK));
      needy[start / BLOCK] = 1;
      if (alike && start > 0) needy[start / BLOCK - 1] = 1;
    }
    before = bits;
  }
  return { seen, needy };
}

function meet(units: Uint16Array, start: number, end: number): number {
  let bits = 0;
  for (let i = start; i < end; i++) {
    const c = units[i] as number;
    if (kinds[c] === UNMET) kinds[c] = classify(c);
    bits |= kinds[c] as number;
  }
  return bits;
}

function classify(c: number): number {
  const hidden = c === HIDDEN_PLANE || isInvisible(c) ? HIDDEN : 0;
  const wide = c > 0xff && foldOf(c) !== SEPARATOR ? WIDE : 0;
  return need(c) | hidden | wide | BEYOND;
}

function need(c: number): number {
  if (c >= 0xd800 && c <= 0xdfff) return SPECIAL;
  if (isInvisible(c)) return SPECIAL;
  const char = String.fromCharCode(c);
  if (/\p{M}/u.test(char) || (c >= 0x1160 && c <= 0x11ff)) return MARK;
  const normal = char.normalize('NFKC');
  if (normal !== char || LOOKALIKES.has(c)) {
    if (normal.length !== 1 || isInvisible(normal.charCodeAt(0))) return SPECIAL;
    singles[c] = LOOKALIKES.get(normal.charCodeAt(0)) ?? normal.charCodeAt(0);
    return SINGLE;
  }
  return MIXED_LOOKALIKES.has(c) ? ALIKE : 0;
}

const SLOTS = 4096;
const stableKeys = new Float64Array(SLOTS).fill(-1);
const stableAnswers = new Uint8Array(SLOTS);

/** Whether NFKC leaves two or three units as they are (`third` 0: two). Answers are kept in a small table: texts repeat their pairs. */
export function isStable(first: number, second: number, third: number): boolean {
  const key = (first * 65_536 + second) * 65_536 + third;
  const slot = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b) ^ Math.imul(third, 0xc2b2ae35)) >>> 20;
  if (stableKeys[slot] === key) return stableAnswers[slot] === 1;
  const text = third === 0 ? String.fromCharCode(first, second) : String.fromCharCode(first, second, third);
  const stable = text.normalize('NFKC') === text;
  stableKeys[slot] = key;
  stableAnswers[slot] = stable ? 1 : 0;
  return stable;
}
