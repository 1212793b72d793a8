import { foldAt, IGNORED, SEPARATOR, UNKNOWN, UNSPACED, wideTable } from './fold.ts';
import { add, BREAKS, exactHit, SENTENCE_GAP, single, stemHit, type Found } from './found.ts';
import { MIN_STEM, spread, stemKey, type Lexicon } from './lexicon.ts';

const COLON = 58;

/** As `lexBytes`, for units above U+00FF too. */
export function lexWide(units: Uint16Array, text: string, lexicon: Lexicon, found: Found): void {
  const { filter, mask, unspacedFirst } = lexicon;
  const fold = wideTable();
  const n = units.length;
  let token = 0;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    let f = fold[c] as number;
    if (f <= UNKNOWN) {
      if (f === UNKNOWN) f = foldAt(fold, c);
      if (f === UNSPACED) {
        token++;
        const known = ((unspacedFirst[c >> 3] as number) & (1 << (c & 7))) !== 0;
        i = known ? unspacedHit(found, lexicon, text, c, token, i) : i + 1;
        continue;
      }
      if (f === SEPARATOR || f === IGNORED) {
        token += breakAfter(c);
        i++;
        continue;
      }
    }
    const start = i;
    let hash = f;
    let length = 1;
    // Folded word units below the colon are digits.
    let digits = f < COLON ? 1 : 0;
    for (i++; i < n; i++) {
      f = fold[units[i] as number] as number;
      if (f <= UNKNOWN) {
        if (f === UNKNOWN) f = foldAt(fold, units[i] as number);
        if (f === IGNORED) continue;
        if (f <= UNKNOWN) break;
      }
      hash = (Math.imul(hash, 31) + f) | 0;
      if (f < COLON) digits = 1;
      length++;
    }
    token++;
    const slot = spread(hash) & mask;
    if (((filter[slot] as number) & (1 << (hash >>> 29))) !== 0) exactHit(found, lexicon, hash, slot, length, token, start, i);
    if (digits !== 0) found.digits.push(start, i);
    else if (length === 1) single(found, start);
    if (length >= MIN_STEM) stemsAt(found, lexicon, units, fold, token, start, i);
  }
}

/** Tries the stems that share the word's first three units. */
function stemsAt(found: Found, lexicon: Lexicon, units: Uint16Array, fold: Uint16Array, token: number, start: number, end: number): void {
  let i = start + 1;
  while (fold[units[i] as number] === IGNORED) i++;
  const second = fold[units[i] as number] as number;
  i++;
  while (fold[units[i] as number] === IGNORED) i++;
  const list = lexicon.stems[stemKey(fold[units[start] as number] as number, second, fold[units[i] as number] as number)] as number;
  if (list !== 0) stemHit(found, lexicon, units, list, token, start, end);
}

/** The same for any separator: also the full stops of Chinese, Japanese and Hindi. */
function breakAfter(c: number): number {
  if (c < 256) return BREAKS[c] as number;
  return c === 0x3002 || c === 0xff01 || c === 0x964 ? SENTENCE_GAP : 0;
}

/** Answers where to go on: behind the word, or one unit on. */
function unspacedHit(found: Found, lexicon: Lexicon, text: string, unit: number, token: number, start: number): number {
  for (const number of lexicon.unspaced.get(unit) ?? []) {
    const word = lexicon.words[number] ?? '';
    if (text.startsWith(word, start)) {
      add(found, number, token, start, start + word.length);
      return start + word.length;
    }
  }
  return start + 1;
}
