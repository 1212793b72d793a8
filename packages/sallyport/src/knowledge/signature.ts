/**
 * MinHash (Broder, "On the resemblance and containment of documents", 1997): the share of equal places of two signatures estimates the
 * Jaccard similarity of the two sets. 64 places: a standard error of at most 0.0625.
 */
export type Signature = Uint32Array;

const PLACES = 64;
/** Words of one document that are looked at; a longer one is told by its beginning. */
const MAX_WORDS = 50_000;

/** Odd multipliers and offsets of the 64 hash functions, from a fixed generator: stored signatures must stay comparable. */
const MULTIPLIERS = new Uint32Array(PLACES);
const OFFSETS = new Uint32Array(PLACES);
for (let i = 0, x = 0x9e3779b9; i < PLACES; i++) {
  x = mix(x + 0x6d2b79f5);
  MULTIPLIERS[i] = x | 1;
  x = mix(x + 0x6d2b79f5);
  OFFSETS[i] = x;
}

/** MurmurHash3's finaliser (public domain, Appleby). */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hashOf(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

/** The words of a text, folded: letters and digits only. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const match of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{N}]+/gu)) {
    words.push(match[0]);
    if (words.length >= MAX_WORDS) break;
  }
  return words;
}

export function signatureOf(features: Iterable<string>): Signature {
  const signature = new Uint32Array(PLACES).fill(0xffffffff);
  for (const feature of features) {
    const hash = hashOf(feature);
    for (let i = 0; i < PLACES; i++) {
      const value = mix(Math.imul(hash, MULTIPLIERS[i] as number) + (OFFSETS[i] as number));
      if (value < (signature[i] as number)) signature[i] = value;
    }
  }
  return signature;
}

/** Three words in a row: near-duplicates share most of them, texts on one subject few. */
export function shinglesOf(words: readonly string[]): Set<string> {
  const shingles = new Set<string>();
  for (let i = 0; i + 2 < words.length; i++) shingles.add(`${words[i]} ${words[i + 1]} ${words[i + 2]}`);
  return shingles;
}

export function similarity(one: Signature, other: Signature): number {
  let equal = 0;
  for (let i = 0; i < PLACES; i++) if (one[i] === other[i]) equal++;
  return equal / PLACES;
}

/** Keys under which alike signatures meet: `rows` places each. A pair of similarity s shares one with 1 - (1 - s^rows)^(64 / rows). */
export function bandsOf(signature: Signature, rows: number, kind: string): string[] {
  const bands: string[] = [];
  for (let from = 0; from < PLACES; from += rows)
    bands.push(`${kind}${from}:${hashOf(signature.subarray(from, from + rows).join(',')).toString(36)}`);
  return bands;
}
