import { randomInt } from 'node:crypto';

/** Places for words; a word has one, by its hash. 512 KiB in all, of which texts of one kind use a part that fits the first caches. */
const PLACES = 16_384;

/** Numbers of a place: hash and second hash of a folded word, and what is known of it. */
export const PLACE = 8;
export const SECOND = 1;
/** The text that last had this word: words of the text that is read keep their places. */
export const READ_AT = 2;
/** Numbers of up to two vocabulary words that it is, plus one, sixteen bits each; 0 for none. */
export const HITS = 3;
/** Its hash with every digit as a zero. */
export const DIGITLESS = 4;
/** Why it is to be listed, as the lexer has it; 0 for most words. */
export const FLAGS = 5;
/** What two tables of weights give it, see `notesFor`. */
const NOTES = 6;

/** Not noted yet. */
export const NO_NOTE = -0x80000000;

/** The most words that a vocabulary may have. */
export const MAX_WORDS = 0xffff - 1;

/** Longer words are looked up each time: two of them could be made to share both hashes whatever the second multiplier is. */
export const MAX_KNOWN = 48;

/** For lookups by `place`: the first number of the place of a hash. */
export const PLACE_MASK = PLACES - 1;

/**
 * Words that were read before, with what lexicon and model know of them: texts are made of few words, and looking each up in every table again was
 * half of the cost. What is kept depends on the word alone, so verdicts do not depend on what was read before. A word is known by two hashes, of
 * which one has a multiplier that nobody outside of this process knows: none can be made to pass for another.
 */
export class KnownWords {
  readonly places = new Int32Array(PLACES * PLACE);
  /** Odd, and three above a multiple of eight: of full order. */
  readonly multiplier = (randomInt(1 << 29) << 3) | 3;
  now = 1;
  #tables: readonly (Int8Array | undefined)[] = [undefined, undefined];

  /** Begins a text: words of those before it may lose their places. */
  open(): void {
    this.now = (this.now + 1) | 0;
  }

  /** Takes a place for a word, unless a word of this text has it. */
  learn(at: number, hash: number, second: number, hits: number, digitless: number, flags: number): boolean {
    const { places, now } = this;
    if (places[at + READ_AT] === now) return false;
    places[at] = hash;
    places[at + SECOND] = second;
    places[at + READ_AT] = now;
    places[at + HITS] = hits;
    places[at + DIGITLESS] = digitless;
    places[at + FLAGS] = flags;
    places[at + NOTES] = places[at + NOTES + 1] = NO_NOTE;
    return true;
  }

  /** Which number of a place holds what a table of weights gives its word. Two tables are kept: one for each channel. */
  notesFor(table: Int8Array): number {
    const known = this.#tables.indexOf(table);
    if (known >= 0) return NOTES + known;
    const free = Math.max(0, this.#tables.indexOf(undefined));
    this.#tables = this.#tables.with(free, table);
    for (let at = NOTES + free; at < this.places.length; at += PLACE) this.places[at] = NO_NOTE;
    return NOTES + free;
  }
}
