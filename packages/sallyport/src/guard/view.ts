import { lex, type Space, type Words } from './lexer.ts';
import type { Lexicon } from './lexicon.ts';
import { findNumbers, type Numbers } from './numbers.ts';
import { findRuns } from './runs.ts';
import { textOf, type Units } from './units.ts';

/** A stretch of the text as it was given: UTF-16 code units, `end` exclusive. */
export type Span = { readonly start: number; readonly end: number };

/**
 * One reading of a text: as it stands, normalised, or with encoded parts decoded. Offsets into `text` map back to the text as given,
 * through each reading it was made from.
 */
export class View {
  /** What was done to get here: `plain`, or the decoders' names joined by `+` (`base64+percent`). */
  readonly name: string;
  readonly text: string;
  readonly units: Units;
  /** Every unit is below U+0080. */
  readonly ascii: boolean;
  readonly #lexicon: Lexicon;
  readonly #space: Space | undefined;
  readonly map: OffsetMap | undefined;
  readonly #parent: View | undefined;
  #words: Words | undefined;
  #numbers: Numbers | undefined;
  #runs: readonly number[] | undefined;

  constructor(of: {
    name: string;
    text: string;
    units: Units;
    ascii: boolean;
    lexicon: Lexicon;
    /** For the words that are found. */
    space?: Space;
    map?: OffsetMap | undefined;
    parent?: View | undefined;
  }) {
    this.name = of.name;
    this.text = of.text;
    this.units = of.units;
    this.ascii = of.ascii;
    this.#lexicon = of.lexicon;
    this.#space = of.space;
    this.map = of.map;
    this.#parent = of.parent;
  }

  /** The vocabulary words of this text, found in one pass on first use. */
  get words(): Words {
    return (this.#words ??= lex(this.units, this.text, this.#lexicon, this.#space));
  }

  /** The digit clusters of this text, found on first use. */
  get numbers(): Numbers {
    return (this.#numbers ??= findNumbers(this.units, this.words.digits));
  }

  /** Start and end of each long run without blanks, found on first use. */
  get runs(): readonly number[] {
    return (this.#runs ??= (this.ascii ? this.words.runs : undefined) ?? findRuns(this.units));
  }

  get lexicon(): Lexicon {
    return this.#lexicon;
  }

  /** Where `start..end` of this view stands in the text as given. An empty range gives an empty span. */
  toRaw(start: number, end: number): Span {
    const span = this.map === undefined ? { start, end } : this.map.span(start, end);
    return this.#parent === undefined ? span : this.#parent.toRaw(span.start, span.end);
  }

  /** Whether any unit of `start..end` was produced by decoding or normalising, in this view or one that it was made from. */
  changed(start: number, end: number): boolean {
    if (this.map?.changed(start, end) === true) return true;
    if (this.#parent === undefined) return false;
    const span = this.map === undefined ? { start, end } : this.map.span(start, end);
    return this.#parent.changed(span.start, span.end);
  }
}

/** A copied stretch below this joins a changed one beside it: fewer pieces for text that alternates. */
const SHORT_COPY = 16;

/**
 * Pieces of a built text, three numbers each: where the piece begins, where its first unit stands in the source, and -1 for a copied stretch
 * (unit k stands at raw + k), else the place of its first unit in `froms` and `tos`.
 */
type Pieces = { readonly list: readonly number[]; readonly froms: Int32Array; readonly tos: Int32Array };

const PIECE = 3;

/** Maps offsets of a built text to offsets of its source, by binary search over pieces. */
export class OffsetMap {
  readonly #pieces: Pieces;
  readonly #sourceEnd: number;

  constructor(pieces: Pieces, sourceEnd: number) {
    this.#pieces = pieces;
    this.#sourceEnd = sourceEnd;
  }

  span(start: number, end: number): Span {
    const from = this.#at(this.#pieces.froms, start, 0);
    return { start: from, end: end <= start ? from : this.#at(this.#pieces.tos, end - 1, 1) };
  }

  changed(start: number, end: number): boolean {
    const { list } = this.#pieces;
    for (let p = this.#find(start); p < list.length; p += PIECE) {
      if ((list[p] as number) >= end) return false;
      if ((list[p + 2] as number) >= 0) return true;
    }
    return false;
  }

  /** The start (`ends` 0) or end (1) of what a unit came from. */
  #at(of: Int32Array, unit: number, ends: number): number {
    const { list } = this.#pieces;
    const p = this.#find(unit);
    if (p >= list.length) return this.#sourceEnd;
    const offset = unit - (list[p] as number);
    const first = list[p + 2] as number;
    return first < 0 ? (list[p + 1] as number) + offset + ends : (of[first + offset] ?? this.#sourceEnd);
  }

  #find(unit: number): number {
    const { list } = this.#pieces;
    let low = 0;
    let high = list.length / PIECE - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((list[middle * PIECE] as number) <= unit) low = middle;
      else high = middle - 1;
    }
    return low * PIECE;
  }
}

/** Changed units for which there is space at first: a quarter of the text, within bounds. */
const FIRST_CHANGED = 256;
const MOST_FIRST_CHANGED = 1 << 16;

/** Builds a text from copied and replaced stretches of a source, and the map back. Stretches are given in order. */
export class ViewBuilder {
  readonly #source: Uint16Array;
  readonly #pieces: number[] = [];
  #units: Uint16Array;
  #length = 0;
  #froms: Int32Array;
  #tos: Int32Array;
  #changed = 0;
  /** The last piece is a changed one. */
  #open = false;

  constructor(source: Uint16Array) {
    this.#source = source;
    this.#units = new Uint16Array(source.length + FIRST_CHANGED);
    const changed = Math.min(MOST_FIRST_CHANGED, FIRST_CHANGED + (source.length >> 2));
    this.#froms = new Int32Array(changed);
    this.#tos = new Int32Array(changed);
  }

  /** Takes `start..end` of the source as it is. */
  copy(start: number, end: number): void {
    const length = end - start;
    if (length <= 0) return;
    if (this.#open && length < SHORT_COPY) {
      for (let i = start; i < end; i++) this.put(this.#source[i] as number, i, i + 1);
      return;
    }
    this.#open = false;
    this.#pieces.push(this.#length, start, -1);
    if (this.#length + length > this.#units.length) this.#grow(length);
    this.#units.set(this.#source.subarray(start, end), this.#length);
    this.#length += length;
  }

  /** Adds one unit that stands for `start..end` of the source. */
  put(unit: number, start: number, end: number): void {
    if (!this.#open) {
      this.#open = true;
      this.#pieces.push(this.#length, start, this.#changed);
    }
    if (this.#length === this.#units.length) this.#grow(1);
    if (this.#changed === this.#froms.length) {
      this.#froms = doubled(this.#froms);
      this.#tos = doubled(this.#tos);
    }
    this.#units[this.#length++] = unit;
    this.#froms[this.#changed] = start;
    this.#tos[this.#changed++] = end;
  }

  finish(): { text: string; units: Uint16Array; map: OffsetMap } {
    const units = this.#units.subarray(0, this.#length);
    const froms = this.#froms.subarray(0, this.#changed);
    const tos = this.#tos.subarray(0, this.#changed);
    return { text: textOf(units), units, map: new OffsetMap({ list: this.#pieces, froms, tos }, this.#source.length) };
  }

  #grow(by: number): void {
    const more = new Uint16Array((this.#units.length + by) * 2);
    more.set(this.#units);
    this.#units = more;
  }
}

function doubled(list: Int32Array): Int32Array<ArrayBuffer> {
  const more = new Int32Array(list.length * 2);
  more.set(list);
  return more;
}
