import type { Units } from './units.ts';

/**
 * Digit clusters of a text: groups of digits with at most three separators between them, on one line, that have at least `MIN_DIGITS` digits or
 * three dots (an IPv4 address has four). `iban` lists where two letters and two digits begin a word. `mixed` counts clusters that touch a letter.
 * Flat lists: start and end of each cluster in turn.
 */
export type Numbers = { readonly clusters: readonly number[]; readonly iban: readonly number[]; readonly mixed: number };

/** The shortest personal number is a local telephone number. */
const MIN_DIGITS = 7;

/** `+1 (555) 123-4567` has two between groups, `00 44 (0)` three. */
const MAX_SEPARATORS = 3;

const OTHER = 0;
const DIGIT = 1;
const BETWEEN = 2;
const LETTER = 3;

const KIND = new Uint8Array(128);
for (let c = 48; c < 58; c++) KIND[c] = DIGIT;
for (const separator of ' -./()') KIND[separator.charCodeAt(0)] = BETWEEN;
for (let c = 65; c < 91; c++) KIND[c] = KIND[c + 32] = LETTER;

/** Finds them around the words with digits that the lexer saw (start and end of each). */
export function findNumbers(units: Units, words: readonly number[]): Numbers {
  const clusters: number[] = [];
  const iban: number[] = [];
  let mixed = 0;
  let done = 0;
  for (let w = 0; w < words.length; w += 2) {
    const stop = words[w + 1] as number;
    for (let i = Math.max(done, words[w] as number); i < stop; i = Math.max(i + 1, done)) {
      if (kindAt(units, i) !== DIGIT) continue;
      const before = kindAt(units, i - 1);
      if (before === LETTER && isIbanStart(units, i)) iban.push(i - 2);
      const cluster = clusterAt(units, i);
      done = cluster.end;
      if (before === LETTER || kindAt(units, done) === LETTER) mixed++;
      if (cluster.digits >= MIN_DIGITS || cluster.dots >= 3) clusters.push(i, done);
    }
  }
  return { clusters, iban, mixed };
}

function clusterAt(units: Units, start: number): { end: number; digits: number; dots: number } {
  let digits = 0;
  let dots = 0;
  let end = start;
  for (let i = start, gap = 0; i < units.length; i++) {
    const kind = kindAt(units, i);
    if (kind === DIGIT) {
      digits++;
      gap = 0;
      end = i + 1;
    } else if (kind === BETWEEN && gap < MAX_SEPARATORS) {
      gap++;
      if (units[i] === 46) dots++;
    } else break;
  }
  return { end, digits, dots };
}

function kindAt(units: Units, i: number): number {
  const c = units[i];
  return c === undefined || c > 127 ? OTHER : (KIND[c] as number);
}

/** Two letters that begin a word, then two digits. */
function isIbanStart(units: Units, digit: number): boolean {
  if (kindAt(units, digit - 2) !== LETTER) return false;
  const before = kindAt(units, digit - 3);
  return before !== LETTER && before !== DIGIT && kindAt(units, digit + 1) === DIGIT;
}
