import { decode, MAX_BLOCKS, MAX_DEPTH } from './decode.ts';
import { BEYOND, HIDDEN, survey, WIDE, type Survey } from './kinds.ts';
import { Space } from './lexer.ts';
import type { Lexicon } from './lexicon.ts';
import { normalise } from './normalise.ts';
import { View } from './view.ts';

/** A text as the detectors get it. */
export type Reading = {
  /** As it was given. */
  readonly raw: string;
  /** Normalised; the text itself when there was nothing to normalise. */
  readonly plain: View;
  /** With every encoded stretch replaced by what it says; undefined when nothing is encoded. */
  readonly decoded: View | undefined;
  /** Whether the text as given has invisible characters. */
  readonly invisible: boolean;
  /** What was left out, in plain words. */
  readonly incomplete: string | undefined;
};

/** Text whose units are kept in one reused buffer; longer texts get their own, so that a single one does not pin memory. */
const KEPT_UNITS = 1 << 18;

/** Stands for a separator above U+00FF: a control character, which no detector takes for part of anything. */
const SEPARATOR_BYTE = 1;

/** The buffer for the units of a text that is not ASCII; those before it belong to the readings by depth. */
const WIDE_SLOT = MAX_DEPTH + 1;

/** Reads texts one after the other; a reading is valid until the next. */
export class Reader {
  readonly #lexicon: Lexicon;
  readonly #kept: Buffer[] = [];
  readonly #spaces: Space[] = [];

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  read(text: string): Reading {
    this.#lexicon.known.open();
    const { plain, invisible } = this.#plain(text);
    const { view, incomplete } = this.#decode(plain);
    return {
      raw: text,
      plain,
      decoded: view === plain ? undefined : view,
      invisible,
      incomplete: incomplete ? `more than ${MAX_BLOCKS} encoded blocks, or more encoded text than is decoded` : undefined,
    };
  }

  #plain(text: string): { plain: View; invisible: boolean } {
    // As many bytes in UTF-8 as units: all are ASCII. The fastest native test there is (3 us for 200 kB), so nobody's word is taken for it.
    if (Buffer.byteLength(text) === text.length) {
      const buffer = this.#buffer(0, text.length);
      buffer.write(text, 0, text.length, 'latin1');
      const units = new Uint8Array(buffer.buffer, buffer.byteOffset, text.length);
      return {
        plain: new View({
          name: 'plain',
          text,
          units,
          ascii: true,
          lexicon: this.#lexicon,
          space: this.#space(0, text.length),
        }),
        invisible: false,
      };
    }
    const units = this.#wide(text);
    const seen = survey(units);
    const normal = normalise(text, units, seen);
    const plain =
      normal === undefined ? this.#view('plain', { text, units }, seen, 0) : this.#view('plain', normal, survey(normal.units), 0);
    return { plain, invisible: (seen.seen & HIDDEN) !== 0 };
  }

  #decode(plain: View): { view: View; incomplete: boolean } {
    let view = plain;
    let incomplete = false;
    for (let depth = 1; depth <= MAX_DEPTH; depth++) {
      const decoding = decode(view);
      if (decoding === undefined) break;
      incomplete ||= decoding.incomplete;
      if (decoding.name === '') break;
      const name = view === plain ? decoding.name : `${view.name}+${decoding.name}`;
      // What was decoded may itself be full-width or have invisible characters in it.
      const seen = survey(decoding.units);
      const normal = normalise(decoding.text, decoding.units, seen);
      const decoded = this.#view(name, decoding, seen, depth, view);
      view = normal === undefined ? decoded : this.#view(name, normal, survey(normal.units), depth, decoded);
    }
    return { view, incomplete };
  }

  #view(
    name: string,
    { text, units, map }: { text: string; units: Uint16Array; map?: View['map'] },
    { seen }: Survey,
    slot: number,
    parent?: View,
  ): View {
    const read = (seen & WIDE) === 0 ? this.#narrow(units, slot) : units;
    return new View({
      name,
      text,
      units: read,
      ascii: (seen & BEYOND) === 0,
      lexicon: this.#lexicon,
      space: this.#space(slot, units.length),
      map,
      parent,
    });
  }

  /**
   * The text as bytes although it is not ASCII, when all above U+00FF only separates words (typographic quotes, dashes, emoji): most Western
   * text, which the lexer reads twice as fast so.
   */
  #narrow(units: Uint16Array, slot: number): Uint8Array {
    const buffer = this.#buffer(slot, units.length);
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, units.length);
    for (let i = 0; i < units.length; i++) {
      const c = units[i] as number;
      bytes[i] = c < 256 ? c : SEPARATOR_BYTE;
    }
    return bytes;
  }

  /** The UTF-16 code units of the text as given. */
  #wide(text: string): Uint16Array {
    const buffer = this.#buffer(WIDE_SLOT, text.length * 2);
    buffer.write(text, 0, text.length * 2, 'utf16le');
    return new Uint16Array(buffer.buffer, buffer.byteOffset, text.length);
  }

  #space(slot: number, units: number): Space {
    return units > KEPT_UNITS ? new Space() : (this.#spaces[slot] ??= new Space());
  }

  #buffer(slot: number, bytes: number): Buffer {
    if (bytes > KEPT_UNITS * 2) return Buffer.allocUnsafeSlow(bytes);
    const kept = this.#kept[slot];
    if (kept !== undefined && kept.length >= bytes) return kept;
    let size = 4096;
    while (size < bytes) size *= 2;
    return (this.#kept[slot] = Buffer.allocUnsafeSlow(size));
  }
}
