import { LANGUAGES } from './languages.ts';
import { SOURCES, type Sources } from './sources.ts';

type Known = {
  readonly marks: ReadonlySet<string>;
  readonly shared: ReadonlySet<string>;
  readonly script: RegExp | undefined;
  /** Beginnings of words, or pieces of text where a script has no spaces, by what they mean in English. */
  readonly words: readonly (readonly [meaning: string, beginnings: readonly string[]])[];
  readonly sources: Readonly<Record<keyof Sources, readonly string[]>>;
};
const NO_WORDS: Sources = { places: '', all: '', find: '', email: '', iban: '', phone: '' };

const KNOWN: readonly Known[] = LANGUAGES.map(({ code, marks, shared = '', script, words }) => ({
  marks: new Set(marks.split(' ')),
  shared: new Set(shared.split(' ')),
  script,
  words: Object.entries(words).map(([meaning, list]) => [meaning, list.split(' ')] as const),
  sources: listsOf(SOURCES[code] ?? NO_WORDS),
}));

function listsOf(sources: Sources): Known['sources'] {
  const lists = Object.entries(sources).map(([what, text]) => [what, text.split(' ').filter((word) => word !== '')]);
  return Object.fromEntries(lists) as Known['sources'];
}

/** English function words: a request in which they stand is an English one. */
const ENGLISH = new Set('the and with from please my your this that is are to of all it you'.split(' '));
/** English small words that make a request an English one, whatever names of other languages stand in it. */
const ENGLISH_MARKS = 2;
/** Characters of a word behind its beginning: endings of verbs; more is another word. */
const MAX_ENDING = 6;
/** Characters of a request that are read; around a source; sources that are looked at. */
const MAX_REQUEST = 100_000;
const MAX_APART = 100;
const MAX_LOOKS = 50;

/** The languages that a text is in, beside English. `words` are those of `text` in lower case. */
function languagesOf(text: string, words: ReadonlySet<string>): Known[] {
  let english = 0;
  for (const mark of ENGLISH) if (words.has(mark)) english++;
  const stand = (marks: ReadonlySet<string>): boolean => [...marks].some((mark) => words.has(mark));
  return KNOWN.filter(({ script, marks, shared }) =>
    script === undefined ? english < ENGLISH_MARKS && (stand(marks) || (english === 0 && stand(shared))) : script.test(text),
  );
}

/** Whether one of a language's words stands among `words`, or its pieces in `text`. */
function stands({ script }: Known, list: readonly string[], text: string, words: Iterable<string>): boolean {
  if (script !== undefined) return list.some((piece) => text.includes(piece));
  for (const word of words) if (list.some((start) => word.startsWith(start) && word.length <= start.length + MAX_ENDING)) return true;
  return false;
}

/** What words of other languages ask for, in the English words of the lexicon; nothing for a text in English. `words` are those of `text` in lower case. */
export function meaningsOf(text: string, words: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const different = new Set(words);
  for (const language of languagesOf(text, different))
    for (const [meaning, list] of language.words) if (stands(language, list, text, different)) found.add(meaning);
  return found;
}

/** What a request in another language than English says of places and sources, in the sense of `sources.ts`. */
export class Spoken {
  readonly #request: string;
  readonly #languages: readonly Known[];
  readonly #words: ReadonlySet<string>;

  constructor(request: string) {
    this.#request = request.slice(0, MAX_REQUEST).toLowerCase();
    this.#words = new Set(wordsIn(this.#request));
    this.#languages = languagesOf(this.#request, this.#words);
  }

  /** Whether it speaks of places that links lead to, or leaves the choice to what is found. */
  says(what: 'places' | 'all'): boolean {
    return this.#languages.some((language) => names(language, language.sources[what], this.#request, this.#words));
  }

  /**
   * Whether it says that values of a kind are to be found at a source: `Ihre E-Mail-Adresse steht auf www.example.org`, in one sentence and near.
   * The order is free: languages differ in it.
   */
  tellsToFind(kind: 'email' | 'iban' | 'phone', source: string): boolean {
    if (this.#languages.length === 0) return false;
    for (let at = this.#request.indexOf(source), looks = 0; at >= 0 && looks < MAX_LOOKS; looks++) {
      const before =
        this.#request
          .slice(Math.max(0, at - MAX_APART), at)
          .split(SENTENCE)
          .at(-1) ?? '';
      const after = this.#request.slice(at + source.length, at + source.length + MAX_APART).split(SENTENCE)[0] ?? '';
      const near = `${before} ${after}`;
      const words = new Set(wordsIn(near));
      if (
        this.#languages.some((language) => (['find', kind] as const).every((what) => names(language, language.sources[what], near, words)))
      )
        return true;
      at = this.#request.indexOf(source, at + source.length);
    }
    return false;
  }
}

/** The same for words of `sources.ts`, which are whole but for those with a hyphen: `rest` is no beginning of a restaurant. */
function names({ script }: Known, list: readonly string[], text: string, words: ReadonlySet<string>): boolean {
  if (script !== undefined) return list.some((piece) => text.includes(piece));
  return list.some((word) => {
    if (!word.endsWith('-')) return words.has(word);
    const start = word.slice(0, -1);
    return [...words].some((one) => one.startsWith(start) && one.length <= start.length + MAX_ENDING);
  });
}

const SENTENCE = /[.!?]\s|[!?\n。！？]/;

function wordsIn(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => word);
}
