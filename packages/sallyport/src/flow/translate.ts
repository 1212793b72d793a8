import { LANGUAGES } from './languages.ts';

type Known = {
  readonly marks: ReadonlySet<string>;
  readonly shared: ReadonlySet<string>;
  readonly script: RegExp | undefined;
  /** Beginnings of words, or pieces of text where a script has no spaces, by what they mean in English. */
  readonly words: readonly (readonly [meaning: string, beginnings: readonly string[]])[];
};

const KNOWN: readonly Known[] = LANGUAGES.map(({ marks, shared = '', script, words }) => ({
  marks: new Set(marks.split(' ')),
  shared: new Set(shared.split(' ')),
  script,
  words: Object.entries(words).map(([meaning, list]) => [meaning, list.split(' ')] as const),
}));
const ENGLISH = new Set('the and with from please my your this that is are to of all it you'.split(' '));
/** English small words that make a request an English one, whatever names of other languages stand in it. */
const ENGLISH_MARKS = 2;
/** Characters of a word behind its beginning: endings of verbs; more is another word. */
const MAX_ENDING = 6;

/** What words of other languages ask for, in the English words of the lexicon; nothing for a text in English. `words` are those of `text` in lower case. */
export function meaningsOf(text: string, words: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const different = new Set(words);
  let english = 0;
  for (const mark of ENGLISH) if (different.has(mark)) english++;
  for (const language of KNOWN) {
    const { script } = language;
    if (script === undefined) {
      const marks = english === 0 ? [...language.marks, ...language.shared] : [...language.marks];
      if (english >= ENGLISH_MARKS || !marks.some((mark) => different.has(mark))) continue;
      for (const [meaning, beginnings] of language.words)
        if ([...different].some((word) => beginnings.some((start) => word.startsWith(start) && word.length <= start.length + MAX_ENDING)))
          found.add(meaning);
    } else if (script.test(text)) {
      for (const [meaning, pieces] of language.words) if (pieces.some((piece) => text.includes(piece))) found.add(meaning);
    }
  }
  return found;
}
