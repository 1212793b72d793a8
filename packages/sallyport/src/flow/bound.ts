import type { Field, Reading, Row } from './field.ts';
import { canonicalHostLabels } from './kind.ts';
import { GENERIC, QUANTIFIERS } from './lexicon.ts';
import { stem, wordsOf } from './text.ts';

const GENERIC_STEMS: ReadonlySet<string> = new Set(GENERIC.split(' ').map(stem));
const QUANTIFIER_WORDS: ReadonlySet<string> = new Set(QUANTIFIERS.split(' '));

/** The words of a request that tell one thing from another: no function words, no words that every request has. */
export function tellingStems(stems: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...stems].filter((word) => word.length > 2 && !GENERIC_STEMS.has(word)));
}

/** Whether the request leaves the choice to what is found: `all users`, `the largest file`. */
export function hasQuantifier(request: string): boolean {
  return wordsOf(request).some((word) => QUANTIFIER_WORDS.has(word));
}

/** Whether a value carries a word of the request: `alice.miller@example.org` for "Alice". */
export function sharesWord(value: string, telling: ReadonlySet<string>): boolean {
  const at = value.indexOf('@');
  const words = at > 0 ? [...wordsOf(value.slice(0, at)), ...canonicalHostLabels(value.slice(at + 1))] : wordsOf(value);
  return words.some((word) => telling.has(stem(word.replace(/\d+$/, ''))) || telling.has(stem(word)));
}

/**
 * How well the row that a field stands in is what the request is about: 1 when no other row of the result shares more of its telling
 * words, below 1 when another does, 0 when it shares none. Words that most rows have count for nothing; words in prose count half.
 */
export function bindingOf(field: Field, reading: Reading, telling: ReadonlySet<string>): number {
  return fitOf(reading, field.record, telling);
}

/** The same for a row by its number. */
export function fitOf(reading: Reading, record: number, telling: ReadonlySet<string>): number {
  const scores = scoresOf(reading.rows, telling);
  const own = scores[record] ?? 0;
  const best = Math.max(...scores.slice(0, MAX_ROWS));
  return own === 0 ? 0 : own / best;
}

/** Rows that are compared. */
const MAX_ROWS = 5_000;

const memo = new WeakMap<readonly Row[], WeakMap<ReadonlySet<string>, number[]>>();

function scoresOf(rows: readonly Row[], telling: ReadonlySet<string>): number[] {
  let known = memo.get(rows);
  if (known === undefined) memo.set(rows, (known = new WeakMap()));
  let scores = known.get(telling);
  if (scores === undefined) known.set(telling, (scores = score(rows.slice(0, MAX_ROWS), telling)));
  return scores;
}

function score(rows: readonly Row[], telling: ReadonlySet<string>): number[] {
  const scores = rows.map(() => 0);
  for (const word of telling) {
    const shares = rows.map((row) => (hasStem(row.values, word) ? 1 : hasStem(row.prose, word) ? 0.5 : 0));
    const count = shares.filter((share) => share > 0).length;
    if (count === 0 || (rows.length >= 3 && count > rows.length / 2)) continue;
    for (const [i, share] of shares.entries()) scores[i] = (scores[i] ?? 0) + share / count;
  }
  return scores;
}

/** Whether a canonical text has a word of that stem: the stem at the head of a word, with an inflection's length behind it at most. */
export function hasStem(text: string, base: string): boolean {
  for (let at = text.indexOf(base); at >= 0; at = text.indexOf(base, at + base.length)) {
    if (at > 0 && isLetter(text.charCodeAt(at - 1))) continue;
    let end = at + base.length;
    while (end < text.length && isLetter(text.charCodeAt(end))) end++;
    if (end - at - base.length <= MAX_INFLECTION) return true;
  }
  return false;
}

const MAX_INFLECTION = 4;

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || code >= 0xc0;
}
