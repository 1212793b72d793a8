import type { Units } from './view.ts';

/**
 * Digit clusters of a text: groups of digits with at most three separators between them, on one line, that have at least `MIN_DIGITS` digits or
 * three dots (an IPv4 address has four). `iban` lists where two capitals and two digits begin a word. `mixed` counts clusters that touch a letter.
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

/** Finds them in one pass. */
export function findNumbers(units: Units): Numbers {
  const clusters: number[] = [];
  const iban: number[] = [];
  let mixed = 0;
  const n = units.length;
  let i = 0;
  while (i < n) {
    const c = units[i] as number;
    if (c < 48 || c > 57) {
      i++;
      continue;
    }
    const start = i;
    const before = kindAt(units, start - 1);
    if (before === LETTER && isIbanStart(units, start)) iban.push(start - 2);
    let digits = 0;
    let dots = 0;
    let end = start;
    let gap = 0;
    while (i < n) {
      const kind = kindAt(units, i);
      if (kind === DIGIT) {
        digits++;
        gap = 0;
        end = i + 1;
      } else if (kind === BETWEEN && gap < MAX_SEPARATORS) {
        gap++;
        if (units[i] === 46) dots++;
      } else break;
      i++;
    }
    i = end;
    if (before === LETTER || kindAt(units, end) === LETTER) mixed++;
    if (digits >= MIN_DIGITS || dots >= 3) clusters.push(start, end);
  }
  return { clusters, iban, mixed };
}

function kindAt(units: Units, i: number): number {
  const c = units[i];
  return c === undefined || c > 127 ? OTHER : (KIND[c] as number);
}

/** Two capitals that begin a word, then two digits. */
function isIbanStart(units: Units, digit: number): boolean {
  const first = units[digit - 2] ?? 0;
  const second = units[digit - 1] ?? 0;
  if (first < 65 || first > 90 || second < 65 || second > 90) return false;
  const before = kindAt(units, digit - 3);
  return before !== LETTER && before !== DIGIT && kindAt(units, digit + 1) === DIGIT;
}
