import { decode, MAX_BLOCKS, MAX_DEPTH } from './decode.ts';
import { foldOf, SEPARATOR } from './fold.ts';
import type { Lexicon } from './lexicon.ts';
import { normalise } from './normalise.ts';
import type { Units } from './units.ts';
import { View } from './view.ts';

/** A text as the detectors get it. */
export type Reading = {
  /** As it was given. */
  readonly raw: string;
  /** Normalised; the text itself when there was nothing to normalise. */
  readonly plain: View;
  /** With every encoded stretch replaced by what it says; undefined when nothing is encoded. */
  readonly decoded: View | undefined;
  /** What was left out, in plain words. */
  readonly incomplete: string | undefined;
};

/** Text whose units are kept in one reused buffer; longer texts get their own, so that a single one does not pin memory. */
const KEPT_UNITS = 1 << 18;

/** The longest UTF-8 form of one code point is four bytes: with so much room left, as many bytes as units means that all are ASCII. */
const ASCII_SLACK = 4;

/** Stands for a separator above U+00FF: a control character, which no detector takes for part of anything. */
const SEPARATOR_BYTE = 1;

/** Reads texts one after the other; a reading is valid until the next. */
export class Reader {
  readonly #lexicon: Lexicon;
  readonly #kept: Buffer[] = [];

  constructor(lexicon: Lexicon) {
    this.#lexicon = lexicon;
  }

  read(text: string, knownAscii: boolean): Reading {
    const plain = this.#plain(text, knownAscii);
    const { view, incomplete } = this.#decode(plain);
    return {
      raw: text,
      plain,
      decoded: view === plain ? undefined : view,
      incomplete: incomplete ? `more than ${MAX_BLOCKS} encoded blocks, or more encoded text than is decoded` : undefined,
    };
  }

  #plain(text: string, knownAscii: boolean): View {
    const bytes = this.#bytes(text, 0, knownAscii);
    if (bytes !== undefined) return new View({ name: 'plain', text, units: bytes, ascii: true, lexicon: this.#lexicon });
    const normal = normalise(text);
    return this.#view('plain', normal?.text ?? text, 0, { map: normal?.map });
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
      const normal = normalise(decoding.text);
      const decoded = this.#view(name, decoding.text, depth, { map: decoding.map, parent: view });
      view = normal === undefined ? decoded : this.#view(name, normal.text, depth, { map: normal.map, parent: decoded });
    }
    return { view, incomplete };
  }

  #view(name: string, text: string, slot: number, from: { map?: View['map']; parent?: View }): View {
    const bytes = this.#bytes(text, slot, false);
    const units = bytes ?? this.#narrow(text, slot) ?? this.#wide(text, slot);
    return new View({ name, text, units, ascii: bytes !== undefined, lexicon: this.#lexicon, ...from });
  }

  /** The text as bytes, or undefined when it is not ASCII. */
  #bytes(text: string, slot: number, known: boolean): Uint8Array | undefined {
    const buffer = this.#buffer(slot, text.length + ASCII_SLACK);
    const written = buffer.write(text, 0, text.length + (known ? 0 : ASCII_SLACK), known ? 'latin1' : 'utf8');
    return written === text.length ? new Uint8Array(buffer.buffer, buffer.byteOffset, written) : undefined;
  }

  /**
   * The text as bytes although it is not ASCII, when all above U+00FF only separates words (typographic quotes, dashes, emoji): most Western
   * text, which the lexer reads twice as fast so.
   */
  #narrow(text: string, slot: number): Uint8Array | undefined {
    const buffer = this.#buffer(slot, text.length);
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c < 256) buffer[i] = c;
      else if (foldOf(c) === SEPARATOR) buffer[i] = SEPARATOR_BYTE;
      else return undefined;
    }
    return new Uint8Array(buffer.buffer, buffer.byteOffset, text.length);
  }

  #wide(text: string, slot: number): Units {
    const buffer = this.#buffer(slot, text.length * 2);
    buffer.write(text, 0, text.length * 2, 'utf16le');
    return new Uint16Array(buffer.buffer, buffer.byteOffset, text.length);
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
