/** Buckets that features are hashed into; some thousand distinct ones share them, so few collide. */
export const BUCKETS = 1 << 14;

/** A text as numbers: buckets and their weights, of length 1. */
export type Features = {
  readonly buckets: readonly number[];
  readonly weights: readonly number[];
  /** Words that say something. */ readonly words: number;
};

/** Words of one text that are looked at; a text of one topic has shown it by then. */
const MAX_WORDS = 400;

/** Weights of what a word gives: itself, itself with the one before, its pieces (so that forms of a word share something). */
const WORD = 1;
const PAIR = 0.6;
const PIECE = 0.4;
const PIECE_LENGTH = 4;

const STOP_WORDS = new Set(
  `a about after all also am an and any are as at be because been before being but by can could did do does doing don done each few for from get give given go
  had has have having he her here him his how i if in into is it its just know let like ll make many may me more most much must my need no not now of off ok on
  once one only or other our out over own please re s same she should so some such t tell than that the their them then there these they thing this those to too
  under up us use using ve very want was way we were what when where which while who why will with would yes you your`.split(/\s+/),
);

const WORD_FORM = /[\p{L}\p{N}]+/gu;

/** Hashes a text into features: words without endings, pairs of neighbours, pieces of four letters. Case and accents do not count. */
export function featuresOf(text: string): Features {
  const found = new Map<number, number>();
  const add = (feature: string, weight: number): void => {
    const bucket = bucketOf(feature);
    found.set(bucket, (found.get(bucket) ?? 0) + weight);
  };
  let before = '';
  let words = 0;
  for (const { 0: word } of folded(text).matchAll(WORD_FORM)) {
    if (STOP_WORDS.has(word)) continue;
    if (++words > MAX_WORDS) break;
    const stem = stemOf(word);
    add(stem, WORD);
    if (before !== '') add(`${before} ${stem}`, PAIR);
    const padded = `<${stem}>`;
    for (let at = 0; at + PIECE_LENGTH <= padded.length; at++) {
      const bucket = bucketOf(padded, at, at + PIECE_LENGTH, PIECE_START);
      found.set(bucket, (found.get(bucket) ?? 0) + PIECE);
    }
    before = stem;
  }
  const size = Math.sqrt([...found.values()].reduce((sum, weight) => sum + weight * weight, 0));
  return { buckets: [...found.keys()], weights: [...found.values()].map((weight) => weight / size), words };
}

/** English endings that change no topic; other languages keep their words whole and meet in the pieces. */
function stemOf(word: string): string {
  if (word.length < 5) return word.endsWith('s') && word.length === 4 && !word.endsWith('ss') ? word.slice(0, -1) : word;
  return word
    .replace(/(?:ies|ied)$/, 'y')
    .replace(/(?:ingly|edly|ing|ment|ness|ed|es|s|ly)$/, '')
    .slice(0, 32);
}

function folded(text: string): string {
  const lower = text.toLowerCase();
  return /[^\p{ASCII}]/u.test(lower) ? lower.normalize('NFD').replace(/\p{Mn}/gu, '') : lower;
}

const FNV = 0x811c9dc5;
/** Pieces are hashed as if `#` stood before them, so that they are no words. */
const PIECE_START: number = Math.imul(FNV ^ 0x23, 0x01000193);

/** FNV-1a of a stretch, folded to the number of buckets. */
function bucketOf(text: string, start = 0, end: number = text.length, seed: number = FNV): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash >>> 14) ^ hash) & (BUCKETS - 1);
}
