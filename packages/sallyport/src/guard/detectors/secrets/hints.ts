import type { Units } from '../../units.ts';
import type { View } from '../../view.ts';

/** A piece that every name of a credential has, in the languages of `names.ts`. */
const HINT = /key|token|secret|pass|pwd|auth|credential|bearer|kennwort|senha|contrase|пароль|jwt|_pat\b|密码|パスワード/iy;

/**
 * Of each piece two rare pairs of letters, one at an even and one at an odd place: looking at every second pair of a text finds all pieces.
 * `密码` has no two such pairs, and is asked for by itself.
 */
const PIECES: readonly (readonly [piece: string, pairs: readonly [number, number]])[] = [
  ['key', [0, 1]],
  ['token', [2, 1]],
  ['secret', [2, 1]],
  ['pass', [0, 1]],
  ['pwd', [0, 1]],
  ['auth', [0, 1]],
  ['credential', [0, 7]],
  ['bearer', [0, 1]],
  ['kennwort', [0, 3]],
  ['senha', [2, 3]],
  ['contrase', [4, 5]],
  ['пароль', [0, 1]],
  ['jwt', [0, 1]],
  ['_pat', [0, 1]],
  ['パスワード', [0, 1]],
];

const SHORT = '密码';

/** Keys of pairs: for ASCII every pair has its own, others may share one. */
const KEYS = 1 << 14;

/** The number of a pair by its key; 0 is none. */
const PAIR = new Uint8Array(KEYS);

/** By the number of a pair, bit k: a piece may begin k characters before it. */
const BEFORE: number[] = [0];

/** By the same, the last five bits of the character that a piece has before its pair; or, when it begins with the pair, behind it. */
const PRECEDING: number[] = [0];
const FOLLOWING: number[] = [0];

for (const [piece, pairs] of PIECES) {
  for (const at of pairs) {
    for (const first of bothCases(piece.charAt(at)))
      for (const second of bothCases(piece.charAt(at + 1))) {
        const key = keyOf(first, second);
        const pair = (PAIR[key] ||= BEFORE.length);
        BEFORE[pair] = (BEFORE[pair] ?? 0) | (1 << at);
        PRECEDING[pair] = (PRECEDING[pair] ?? 0) | (at === 0 ? 0 : besideOf(piece.charAt(at - 1)));
        FOLLOWING[pair] = (FOLLOWING[pair] ?? 0) | (at === 0 ? besideOf(piece.charAt(2)) : 0);
      }
  }
}

function besideOf(char: string): number {
  return bothCases(char).reduce((bits, c) => bits | (1 << (c & 31)), 0);
}

function bothCases(char: string): readonly number[] {
  return [char.charCodeAt(0), char.toUpperCase().charCodeAt(0)];
}

function keyOf(first: number, second: number): number {
  return ((first << 7) ^ second) & (KEYS - 1);
}

function pairAt(units: Units, i: number): number {
  return PAIR[(((units[i] as number) << 7) ^ (units[i + 1] as number)) & (KEYS - 1)] as number;
}

/** Whether a word of a text of bytes may have a piece; all pieces that such a text can have stand in one word. */
export function mayHint(units: Units, start: number, end: number): boolean {
  for (let i = start; i + 1 < end; i++) {
    const pair = pairAt(units, i);
    if (pair === 0) continue;
    const preceding = i === start ? 0 : (PRECEDING[pair] as number) >>> ((units[i - 1] as number) & 31);
    const following = i + 2 >= end ? 0 : (FOLLOWING[pair] as number) >>> ((units[i + 2] as number) & 31);
    if (((preceding | following) & 1) === 0) continue;
    return end - start > LONG_WORD || ANY.test(String.fromCharCode(...units.subarray(start, end)));
  }
  return false;
}

/** Longer words are listed without reading them whole. */
const LONG_WORD = 64;
const ANY = new RegExp(HINT.source, 'i');

/** The pieces of names in a text, in order: where the next one begins and ends from a place on. */
export class Hints {
  readonly #text: string;
  readonly #units: Units;
  /** The words in which pieces can stand, and the first that may have more; undefined: anywhere. */
  readonly #words: readonly number[] | undefined;
  #word = 0;
  /** Where the next `密码` stands, or -1. */
  #short: number;
  start = 0;
  end = 0;

  constructor({ text, units, words }: View) {
    this.#text = text;
    this.#units = units;
    this.#words = words.marked;
    this.#short = units instanceof Uint8Array ? -1 : text.indexOf(SHORT);
  }

  /** Whether there is one from `from` on; then `start` and `end` tell where. */
  next(from: number): boolean {
    const at = this.#words === undefined ? this.#long(from, this.#units.length - 1) : this.#marked(this.#words, from);
    if (this.#short >= 0 && this.#short < from) this.#short = this.#text.indexOf(SHORT, from);
    if (this.#short >= 0 && (at < 0 || this.#short < at)) {
      this.start = this.#short;
      this.end = this.#short + SHORT.length;
      return true;
    }
    if (at < 0) return false;
    this.start = at;
    this.end = HINT.lastIndex;
    return true;
  }

  #marked(words: readonly number[], from: number): number {
    for (; this.#word < words.length; this.#word += 2) {
      const end = words[this.#word + 1] as number;
      if (end <= from) continue;
      const at = this.#long(Math.max(from, words[this.#word] as number), end - 1);
      if (at >= 0) return at;
    }
    return -1;
  }

  /** Where a piece begins whose pair begins before `last`, or -1. Leaves the end in `HINT.lastIndex`. */
  #long(from: number, last: number): number {
    const units = this.#units;
    for (let i = from; i < last; i += 2) {
      // Four pairs at once as long as there is none: half the time of one by one.
      while (i + 8 < last && (pairAt(units, i) | pairAt(units, i + 2) | pairAt(units, i + 4) | pairAt(units, i + 6)) === 0) i += 8;
      const pair = pairAt(units, i);
      if (pair === 0) continue;
      const preceding = i === 0 ? 0 : (PRECEDING[pair] as number) >>> ((units[i - 1] as number) & 31);
      const following = i + 2 >= units.length ? 0 : (FOLLOWING[pair] as number) >>> ((units[i + 2] as number) & 31);
      if (((preceding | following) & 1) === 0) continue;
      const offsets = BEFORE[pair] as number;
      for (let k = 31 - Math.clz32(offsets); k >= 0; k--) {
        if ((offsets & (1 << k)) === 0 || i - k < from) continue;
        HINT.lastIndex = i - k;
        if (HINT.test(this.#text)) return i - k;
      }
    }
    return -1;
  }
}
