import { foldOf, IGNORED, SEPARATOR, UNSPACED } from '../fold.ts';

/** A word of a text as blocked terms see it. `start` and `end` are offsets into the text. */
export type Word = {
  readonly start: number;
  readonly end: number;
  /** Lower case, without accents, symbols as they stand. */
  readonly plain: string;
  /** With digits and symbols as the letters that they stand for; the same as `plain` when there are none. */
  readonly leet: string;
};

/** Longer words are data. */
const MAX_WORD = 64;

const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '9': 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'l',
  '+': 't',
};

/** Letters in a row that are one spelled-out word, and the widest gap between them. */
const MIN_SPELLED = 3;
const MAX_GAP = 3;

/** The words of a text in order; single letters with little between them (`b o m b`, `b.o.m.b`) are one word. O(length). */
export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  let single = 0;
  const close = (): void => {
    if (single >= MIN_SPELLED) words.push(spelled(words.splice(words.length - single)));
    single = 0;
  };
  for (let at = 0; at < text.length;) {
    if (!isWordUnit(text, at)) {
      at++;
      continue;
    }
    const start = at;
    while (at < text.length && isWordUnit(text, at)) at++;
    const last = words.at(-1);
    if (at - start !== 1 || (single > 0 && last !== undefined && start - last.end > MAX_GAP)) close();
    if (at - start <= MAX_WORD) words.push(wordOf(text, start, at));
    if (at - start === 1) single++;
  }
  close();
  return words;
}

/** A letter, a digit, or a symbol that stands for a letter right before one (`$ex`, `@ss`; not the `!` at the end). */
function isWordUnit(text: string, at: number): boolean {
  const c = text.charCodeAt(at);
  if (c === 0x20) return false;
  const folded = foldOf(c);
  if (c === 0x5f) return false;
  if (folded !== SEPARATOR && folded !== UNSPACED) return true;
  return text.charAt(at) in LEET && at + 1 < text.length && isLetter(foldOf(text.charCodeAt(at + 1)));
}

function isLetter(folded: number): boolean {
  return folded > UNSPACED && folded !== IGNORED && folded !== 0x5f;
}

/** Most words: nothing to fold but their case. */
const LETTERS = /^[A-Za-z]+$/;

function wordOf(text: string, start: number, end: number): Word {
  const raw = text.slice(start, end);
  if (LETTERS.test(raw)) {
    const lower = raw.toLowerCase();
    return { start, end, plain: lower, leet: lower };
  }
  let plain = '';
  for (let at = start; at < end; at++) {
    const folded = foldOf(text.charCodeAt(at));
    if (folded === SEPARATOR) plain += text.charAt(at);
    else if (folded !== IGNORED) plain += String.fromCharCode(folded);
  }
  // A number alone stands for itself.
  const leet = /[^\d@$!|+]/.test(plain) ? plain.replace(/[\d@$!|+]/g, (char) => LEET[char] ?? char) : plain;
  return { start, end, plain, leet };
}

function spelled(letters: readonly Word[]): Word {
  const plain = letters.map((word) => word.plain).join('');
  const leet = letters.map((word) => word.leet).join('');
  return { start: letters[0]?.start ?? 0, end: letters.at(-1)?.end ?? 0, plain, leet };
}
