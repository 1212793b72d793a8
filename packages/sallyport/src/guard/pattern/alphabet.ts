import type { SetUse } from './automaton.ts';
import { contains, type CharSet } from './charset.ts';
import { foldCodePoint, lookalikeLetter, plainLetter, type Folded } from './fold.ts';

/** How a raw code point moves the machine: through classes of the alphabet, one for each folded code point. */
export type Reading =
  | { readonly kind: 'text'; readonly classes: readonly number[] }
  | { readonly kind: 'invisible' }
  | { readonly kind: 'mark' }
  | { readonly kind: 'tag'; readonly class: number };

/** Code points above U+FFFF that are remembered; emoji and mathematical letters fit. */
const MAX_REMEMBERED = 4096;

const INVISIBLE: Reading = { kind: 'invisible' };
const MARK: Reading = { kind: 'mark' };

/**
 * The code points in classes: two of one class are in the same sets, so the machine need not tell them apart.
 * Classes are found as characters are met; there are at most as many as different memberships.
 */
export class Alphabet {
  /** Class of each unit below U+0080. */
  readonly ascii: Uint16Array;
  /** By class: 1 where the set of that number has it. */
  readonly members: Uint8Array[] = [];
  readonly #sets: readonly { readonly set: CharSet; readonly use: SetUse }[];
  readonly #classes = new Map<string, number>();
  /** Readings of units from U+0080; there are at most as many different ones as single classes, so they are shared. */
  readonly #plane: (Reading | undefined)[] = [];
  readonly #others = new Map<number, Reading>();
  readonly #single: Reading[] = [];

  constructor(sets: readonly { readonly set: CharSet; readonly use: SetUse }[]) {
    this.#sets = sets;
    this.ascii = Uint16Array.from({ length: 0x80 }, (_, codePoint) => this.#classOf(codePoint));
  }

  /** How a raw code point is read. */
  read(codePoint: number): Reading {
    const known = codePoint > 0xffff ? this.#others.get(codePoint) : this.#plane[codePoint];
    if (known !== undefined) return known;
    const reading = this.#readingOf(foldCodePoint(codePoint));
    if (codePoint <= 0xffff) this.#plane[codePoint] = reading;
    else {
      if (this.#others.size >= MAX_REMEMBERED) this.#others.clear();
      this.#others.set(codePoint, reading);
    }
    return reading;
  }

  #readingOf(folded: Folded): Reading {
    if (folded.kind === 'invisible') return INVISIBLE;
    if (folded.kind === 'mark') return MARK;
    if (folded.kind === 'tag') return { kind: 'tag', class: this.#classOf(folded.codePoint) };
    const classes = folded.codePoints.map((codePoint) => this.#classOf(codePoint));
    const [only] = classes;
    if (classes.length > 1 || only === undefined) return { kind: 'text', classes };
    return (this.#single[only] ??= { kind: 'text', classes });
  }

  #classOf(codePoint: number): number {
    const plain = plainLetter(codePoint) ?? codePoint;
    const alike = lookalikeLetter(codePoint) ?? plain;
    const membership = Uint8Array.from(this.#sets, ({ set, use }) => {
      if (contains(set, codePoint)) return 1;
      if (use === 'exact') return 0;
      return contains(set, plain) || (use === 'literal' && contains(set, alike)) ? 1 : 0;
    });
    const key = String.fromCharCode(...membership);
    const known = this.#classes.get(key);
    if (known !== undefined) return known;
    this.#classes.set(key, this.members.length);
    return this.members.push(membership) - 1;
  }
}
