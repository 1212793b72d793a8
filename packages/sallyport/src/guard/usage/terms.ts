import { foldWord } from '../fold.ts';
import { wordsOf, type Word } from './words.ts';

/** Terms of an operator, under one name. */
export type TermList = { readonly id: string; readonly terms: readonly string[] };

/** Where a term stands, and whether exactly as written (case aside) or in a variant. */
export type TermHit = { readonly list: number; readonly start: number; readonly end: number; readonly exact: boolean };

export type Terms = { find(text: string): TermHit[] };

type Entry = { readonly list: number; readonly words: readonly string[] };

/** A term of an unspaced script is searched as it stands. */
const UNSPACED_SCRIPT = /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

/** Compiles lists of terms. Finding is linear in the text whatever the number of terms. */
export function compileTerms(lists: readonly TermList[]): Terms {
  const first = new Map<string, Entry[]>();
  const unspaced: { readonly list: number; readonly text: string }[] = [];
  const put = (key: string, entry: Entry): void => void first.set(key, [...(first.get(key) ?? []), entry]);
  lists.forEach(({ terms }, list) => {
    for (const term of terms) {
      if (UNSPACED_SCRIPT.test(term)) {
        unspaced.push({ list, text: term.normalize('NFKC').toLowerCase() });
        continue;
      }
      const words = wordsOf(term.normalize('NFKC')).map(({ plain }) => foldWord(plain));
      if (words[0] === undefined) continue;
      put(words[0], { list, words });
      // Written together: `projecttitan` for `project titan`.
      if (words.length > 1) put(words.join(''), { list, words: [words.join('')] });
    }
  });
  const starts = new Set([...first.keys()].map((key) => key.slice(0, START)));
  return { find: (text) => [...(first.size === 0 ? [] : findWords(text, first, starts)), ...findUnspaced(text, unspaced)] };
}

function findUnspaced(text: string, terms: readonly { readonly list: number; readonly text: string }[]): TermHit[] {
  const hits: TermHit[] = [];
  const lower = terms.length === 0 ? '' : text.toLowerCase();
  // Lower case may be longer (İ): then offsets would be wrong, and the text is taken as it is.
  const searched = lower.length === text.length ? lower : text;
  for (const { list, text: term } of terms)
    for (let at = searched.indexOf(term); at >= 0; at = searched.indexOf(term, at + term.length))
      hits.push({ list, start: at, end: at + term.length, exact: true });
  return hits;
}

/** Characters between the halves of a word that was torn apart (`fire wall`, `fire-wall`). */
const MAX_TEAR = 1;
/** Shorter halves meet by chance. */
const MIN_TORN = 6;

/** Letters by which most words are passed over at once. */
const START = 2;

/** Whether any form of a word can begin as a term does; a repeated first letter may be one too many. */
function mayStart({ plain, leet }: Word, starts: ReadonlySet<string>): boolean {
  return starts.has(plain.slice(0, START)) || plain !== leet || plain[0] === plain[1];
}

function findWords(text: string, first: ReadonlyMap<string, readonly Entry[]>, starts: ReadonlySet<string>): TermHit[] {
  const hits: TermHit[] = [];
  const words = wordsOf(text);
  words.forEach((word, at) => {
    // A torn word may begin with a single letter; then its second letter stands in the next word.
    if (word.plain.length >= START && !mayStart(word, starts)) return;
    for (const form of formsOf(word)) {
      for (const { list, words: rest } of first.get(form) ?? []) {
        const last = follows(words, at, rest);
        if (last === undefined) continue;
        const exact = rest.every((part, i) => words[at + i]?.plain === part);
        hits.push({ list, start: word.start, end: last.end, exact });
      }
    }
    const next = words[at + 1];
    if (next === undefined || next.start - word.end > MAX_TEAR) return;
    const torn = word.leet + next.leet;
    for (const { list, words: rest } of torn.length < MIN_TORN ? [] : (first.get(torn) ?? []))
      if (rest.length === 1) hits.push({ list, start: word.start, end: next.end, exact: false });
  });
  return hits;
}

/** The last word of a term whose first word stands at `at`, when all others follow. */
function follows(words: readonly Word[], at: number, rest: readonly string[]): Word | undefined {
  for (let i = 1; i < rest.length; i++) {
    const word = words[at + i];
    if (word === undefined || !formsOf(word).has(rest[i] ?? '')) return undefined;
  }
  return words[at + rest.length - 1];
}

/** Endings that make a form of the same word; what is left must still be a word. */
const ENDINGS = ['s', 'es', 'ed', 'd', 'ing', 'in', 'er', 'ers', 'or', 'ors', 'ly', 'en'];
const MIN_STEM = 3;

/** What a word may stand for: itself, with letters for digits, repeated letters once, without an ending. A few dozen at most. */
function formsOf({ plain, leet }: Word): ReadonlySet<string> {
  const bases = new Set([plain, leet]);
  // `1` is an i or an l.
  if (leet !== plain && /[1!]/.test(plain)) bases.add(leet.replaceAll('i', 'l'));
  for (const base of [...bases]) if (/(.)\1\1/u.test(base)) bases.add(base.replace(/(.)\1{2,}/gu, '$1'));
  const forms = new Set(bases);
  for (const base of bases) {
    for (const ending of ENDINGS) {
      if (base.length - ending.length < MIN_STEM || !base.endsWith(ending)) continue;
      const stem = base.slice(0, -ending.length);
      forms.add(stem).add(`${stem}e`);
      if (stem.length > MIN_STEM && stem.at(-1) === stem.at(-2)) forms.add(stem.slice(0, -1));
    }
    if (/.{3}ie[sd]$/.test(base)) forms.add(`${base.slice(0, -3)}y`);
  }
  return forms;
}
