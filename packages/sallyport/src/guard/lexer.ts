import { HIT, TOKEN_SIZE, type Found, type Words } from './found.ts';
import { lexBytes } from './lex_bytes.ts';
import { lexWide } from './lex_wide.ts';
import type { Lexicon } from './lexicon.ts';
import type { Units } from './units.ts';

export { END, HIT, START, TOKEN, TOKEN_SIZE, type Words } from './found.ts';

/** Finds the vocabulary words of a text in one pass: O(units), independent of the size of the vocabulary. Valid until `space` takes another text. */
export function lex(units: Units, text: string, lexicon: Lexicon, space: Space = new Space()): Words {
  const bytes = units instanceof Uint8Array;
  space.open(units.length, bytes);
  const found: Found = {
    hits: space.hits,
    count: 0,
    digits: [],
    spaced: [],
    streak: 0,
    streakStart: 0,
    lastEnd: 0,
    tokens: bytes && units.length <= MOST_NOTED ? space.tokens : undefined,
    tokenCount: 0,
    known: lexicon.known,
    marked: bytes && lexicon.mark !== undefined ? [] : undefined,
    runs: bytes ? [] : undefined,
    signs: bytes ? space.signs : undefined,
  };
  if (bytes) lexBytes(units, lexicon, found, space.signs);
  else lexWide(units, text, lexicon, found);
  space.hits = found.hits;
  return found;
}

/** Longer texts have their words found, but not noted: whoever needs them reads them again. */
const MOST_NOTED = 1 << 18;

/** Plain English has about 60 hits in 1,000 units. */
const FIRST_HITS = 64;

/** Where the words of a text are written, and those of the next. */
export class Space {
  hits: Int32Array = new Int32Array(FIRST_HITS * HIT);
  tokens: Int32Array = new Int32Array(0);
  signs = new Uint8Array(0);

  /** Makes room for a text of so many units. */
  open(units: number, bytes: boolean): void {
    if (!bytes) return;
    const words = units > MOST_NOTED ? 0 : ((units >> 1) + 1) * TOKEN_SIZE;
    if (words > this.tokens.length) this.tokens = new Int32Array(words);
    const blocks = (units >> 4) + 1;
    if (blocks > this.signs.length) this.signs = new Uint8Array(blocks);
    else this.signs.fill(0, 0, blocks);
  }
}
