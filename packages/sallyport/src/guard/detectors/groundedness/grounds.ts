/** What the texts of a request give an answer to stand on: their words, figures and links, for looking up. */
export type Grounds = {
  readonly texts: number;
  readonly words: ReadonlySet<string>;
  readonly figures: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
};

export const LINK = /\bhttps?:\/\/[^\s<>"'`)\]}]{4,2000}/gi;

/** A number as people write it, with separators of thousands and decimals. */
export const FIGURE =
  /(?<![\w.,/-])\d{1,3}(?:[,.' \u00a0\u202f]\d{3}){1,5}(?:[.,]\d{1,9})?(?![\w-])|(?<![\w.,/-])\d{1,15}(?:[.,]\d{1,9})?(?![\w-])/g;

export const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

const built = new WeakMap<readonly string[], Grounds>();

/** The grounds of a request; built once for its list of texts. O(length). */
export function groundsOf(texts: readonly string[]): Grounds {
  const known = built.get(texts);
  if (known !== undefined) return known;
  const words = new Set<string>();
  const figures = new Set<string>();
  const links = new Set<string>();
  for (const text of texts) {
    for (const { 0: link } of text.matchAll(LINK)) links.add(linkForm(link));
    for (const { 0: figure } of text.matchAll(FIGURE)) for (const form of figureForms(figure)) figures.add(form);
    for (const { 0: word } of text.matchAll(WORD)) words.add(wordForm(word));
  }
  const grounds: Grounds = { texts: texts.length, words, figures, links };
  built.set(texts, grounds);
  return grounds;
}

/** The same link without scheme, `www.`, fragment, and the punctuation of the sentence around it. */
export function linkForm(link: string): string {
  return link
    .replace(/[.,;:!?*_]{1,8}$/, '')
    .replace(/^https?:\/\/(?:www\.)?/i, '')
    .replace(/#.*$/s, '')
    .replace(/\/$/, '')
    .toLowerCase();
}

export function wordForm(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '');
}

/** The values that a figure may mean: `1.234` is a thousand and more in one country and little more than one in another. */
export function figureForms(figure: string): readonly string[] {
  const plain = figure.replace(/[' \u00a0\u202f]/g, '');
  const english = Number(plain.replaceAll(',', ''));
  const continental = Number(plain.replaceAll('.', '').replace(',', '.'));
  return [...new Set([english, continental].filter((value) => Number.isFinite(value)).map(String))];
}
