/** Words up to this length stand for themselves only; longer ones are also found inside compounds (`Arztnummer`). */
const MAX_WHOLE = 4;

/** One expression for words in any case. A bounded number of literals: linear in the text. */
export function wordsPattern(words: readonly string[]): RegExp {
  const literals = words.map((word) => {
    const literal = word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return word.length > MAX_WHOLE ? literal : `(?<!\\p{L})${literal}(?!\\p{L})`;
  });
  return new RegExp(literals.join('|'), 'iu');
}

/** How far from a value a word counts as its name. */
const BEFORE = 64;
const AFTER = 40;

/** Whether one of the words stands near `start..end`. */
export function isNear(words: RegExp, text: string, start: number, end: number): boolean {
  return words.test(text.slice(Math.max(0, start - BEFORE), start)) || words.test(text.slice(end, end + AFTER));
}
