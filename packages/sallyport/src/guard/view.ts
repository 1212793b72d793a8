import { lex, type Words } from './lexer.ts';
import type { Lexicon } from './lexicon.ts';
import { findNumbers, type Numbers } from './numbers.ts';
import { findRuns } from './runs.ts';
import type { Units } from './units.ts';

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
    map?: OffsetMap | undefined;
    parent?: View | undefined;
  }) {
    this.name = of.name;
    this.text = of.text;
    this.units = of.units;
    this.ascii = of.ascii;
    this.#lexicon = of.lexicon;
    this.map = of.map;
    this.#parent = of.parent;
  }

  /** The vocabulary words of this text, found in one pass on first use. */
  get words(): Words {
    return (this.#words ??= lex(this.units, this.text, this.#lexicon));
  }

  /** The digit clusters of this text, found on first use. */
  get numbers(): Numbers {
    return (this.#numbers ??= findNumbers(this.units, this.words.digits));
  }

  /** Start and end of each long run without blanks, found in one pass on first use. */
  get runs(): readonly number[] {
    return (this.#runs ??= findRuns(this.units));
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

/** Pieces of a view: `froms` undefined is a copied stretch (unit k stands at `raw + k`), else each unit has its own range. */
type Piece = { readonly at: number; readonly raw: number; readonly froms: number[] | undefined; readonly tos: number[] | undefined };

/** A copied stretch below this joins a changed one beside it: fewer pieces for text that alternates. */
const SHORT_COPY = 16;

/** Maps offsets of a built text to offsets of its source, by binary search over pieces. */
export class OffsetMap {
  readonly #pieces: readonly Piece[];
  readonly #sourceEnd: number;

  constructor(pieces: readonly Piece[], sourceEnd: number) {
    this.#pieces = pieces;
    this.#sourceEnd = sourceEnd;
  }

  span(start: number, end: number): Span {
    const from = this.#from(start);
    return { start: from, end: end <= start ? from : this.#to(end - 1) };
  }

  changed(start: number, end: number): boolean {
    for (let p = this.#find(start); p < this.#pieces.length; p++) {
      const piece = this.#pieces[p];
      if (piece === undefined || piece.at >= end) return false;
      if (piece.froms !== undefined) return true;
    }
    return false;
  }

  #from(unit: number): number {
    const piece = this.#pieces[this.#find(unit)];
    if (piece === undefined) return this.#sourceEnd;
    return piece.froms === undefined ? piece.raw + unit - piece.at : (piece.froms[unit - piece.at] ?? this.#sourceEnd);
  }

  #to(unit: number): number {
    const piece = this.#pieces[this.#find(unit)];
    if (piece === undefined) return this.#sourceEnd;
    return piece.tos === undefined ? piece.raw + unit - piece.at + 1 : (piece.tos[unit - piece.at] ?? this.#sourceEnd);
  }

  #find(unit: number): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#pieces[middle]?.at ?? 0) <= unit) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Builds a text from copied and replaced stretches of a source, and the map back. Stretches are given in order. */
export class ViewBuilder {
  readonly #source: string;
  readonly #parts: string[] = [];
  readonly #pieces: Piece[] = [];
  #length = 0;
  /** Output units that are not yet joined to a string: joining one by one would build a rope per unit. */
  #codes: number[] = [];
  #froms: number[] | undefined;
  #tos: number[] | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** Takes `start..end` of the source as it is. */
  copy(start: number, end: number): void {
    if (end <= start) return;
    if (this.#froms !== undefined && end - start < SHORT_COPY) {
      for (let i = start; i < end; i++) this.put(this.#source.charCodeAt(i), i, i + 1);
      return;
    }
    this.#close();
    this.#pieces.push({ at: this.#length, raw: start, froms: undefined, tos: undefined });
    this.#parts.push(this.#source.slice(start, end));
    this.#length += end - start;
  }

  /** Adds one unit that stands for `start..end` of the source. */
  put(unit: number, start: number, end: number): void {
    if (this.#froms === undefined || this.#tos === undefined) {
      this.#froms = [];
      this.#tos = [];
      this.#pieces.push({ at: this.#length, raw: start, froms: this.#froms, tos: this.#tos });
    }
    this.#codes.push(unit);
    this.#froms.push(start);
    this.#tos.push(end);
    this.#length++;
  }

  finish(): { text: string; map: OffsetMap } {
    this.#close();
    return { text: this.#parts.join(''), map: new OffsetMap(this.#pieces, this.#source.length) };
  }

  #close(): void {
    if (this.#froms === undefined) return;
    this.#parts.push(fromCodes(this.#codes));
    this.#codes = [];
    this.#froms = undefined;
    this.#tos = undefined;
  }
}

/** `String.fromCharCode` takes its units as arguments, and the stack is bounded. */
const CODES_AT_ONCE = 4096;

function fromCodes(codes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < codes.length; i += CODES_AT_ONCE) text += String.fromCharCode(...codes.slice(i, i + CODES_AT_ONCE));
  return text;
}
