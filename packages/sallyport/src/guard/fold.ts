export const SEPARATOR = 0;

/** A unit of a script that writes without spaces: words are looked up at every position. */
export const UNSPACED = 1;

/** A unit inside a word that does not count (Arabic vowel marks, combining accents). */
export const IGNORED = 2;

// Latin letters that Unicode does not decompose, with the letter that people type instead.
const NO_DECOMPOSITION = new Map([
  [0xf8, 111],
  [0xd8, 111],
  [0xdf, 115],
  [0xe6, 97],
  [0xc6, 97],
  [0x110, 100],
  [0x111, 100],
  [0x131, 105],
  [0x141, 108],
  [0x142, 108],
]);

function isAsciiWord(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95;
}

/** CJK ideographs, kana, Hangul (spaced, but with endings glued on), Thai, Lao, Myanmar, Khmer. */
function isUnspaced(c: number): boolean {
  return (
    (c >= 0x3040 && c <= 0x30ff) ||
    (c >= 0x3400 && c <= 0x9fff) ||
    (c >= 0xac00 && c <= 0xd7a3) ||
    (c >= 0xf900 && c <= 0xfaff) ||
    (c >= 0x0e00 && c <= 0x0eff) ||
    (c >= 0x1000 && c <= 0x109f) ||
    (c >= 0x1780 && c <= 0x17ff)
  );
}

export function foldUnit(c: number): number {
  if (c < 0x80) return isAsciiWord(c) ? (c >= 65 && c <= 90 ? c + 32 : c) : SEPARATOR;
  if (c === 0xaa || c === 0xba) return SEPARATOR;
  if (isUnspaced(c)) return UNSPACED;
  if ((c >= 0x300 && c <= 0x36f) || (c >= 0x64b && c <= 0x65f) || c === 0x670 || c === 0x640) return IGNORED;
  const char = String.fromCharCode(c);
  if (!/[\p{L}\p{M}\p{N}]/u.test(char)) return SEPARATOR;
  const base = NO_DECOMPOSITION.get(c) ?? char.toLowerCase().normalize('NFD').charCodeAt(0);
  // Only Latin loses its accents: a Cyrillic й or a Greek ή without them is another letter, but people leave out the Greek tonos.
  return base < 0x80 || (base >= 0x370 && base < 0x400) ? base : char.toLowerCase().charCodeAt(0);
}

/** Folds one unit: lower case, accents of Latin letters off; 0 for what separates words. */
export const FOLD_LATIN1 = buildLatin1();

function buildLatin1(): Uint8Array {
  const table = new Uint8Array(256);
  for (let c = 0; c < 256; c++) table[c] = Math.min(255, foldUnit(c));
  return table;
}

const ZERO = 48;
const NINE = 57;

/** The same with every digit as a zero: the value of a number is no sign of anything. */
export const DIGITLESS_LATIN1: Uint8Array = FOLD_LATIN1.map((fold) => (fold >= ZERO && fold <= NINE ? ZERO : fold));

/** Not folded yet; like the three above, no folded unit. */
export const UNKNOWN = 3;

let foldWide: Uint16Array | undefined;

export function wideTable(): Uint16Array {
  if (foldWide === undefined) {
    foldWide = new Uint16Array(65_536).fill(UNKNOWN);
    foldWide.set(FOLD_LATIN1);
  }
  return foldWide;
}

export function foldAt(table: Uint16Array, c: number): number {
  const known = table[c] as number;
  if (known !== UNKNOWN) return known;
  return (table[c] = foldUnit(c));
}

export function foldOf(c: number): number {
  return c < 256 ? (FOLD_LATIN1[c] as number) : foldAt(wideTable(), c);
}

/** The folded form of a vocabulary word: what `lex` sees of it. */
export function foldWord(word: string): string {
  let out = '';
  for (const char of word) {
    const folded = foldUnit(char.charCodeAt(0));
    if (folded === IGNORED) continue;
    out += folded === UNSPACED || folded === SEPARATOR ? char : String.fromCharCode(folded);
  }
  return out;
}
