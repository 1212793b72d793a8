import type { Detector, FindingFacts, Scanner } from '../../detector.ts';
import { ownCases } from '../measured.ts';
import { FIGURE, figureForms, groundsOf, LINK, linkForm, WORD, wordForm, type Grounds } from './grounds.ts';

/** What an answer states and no text of its request does, by overlap of words, figures and links: for observing. It does not understand, so it proves nothing. */
export const detector: Detector = {
  id: 'groundedness',
  category: 'hallucination',
  points: { response: 'allow' },
  version: 1,
  describe: {
    finds:
      'Links, citations, figures and names in an answer that occur in none of the documents and other texts of its request (by overlap). Only when there are documents.',
    example: 'Revenue was 61.3 million, where the document says 16.3 million',
    passes: 'Revenue was 16.3 million, as the document says',
    measured: ownCases(6, 6),
  },
  stream: { form: 'whole' },
  setUp: () => SCANNER,
};

/** Findings of one answer: an answer that has nothing to do with its documents is told often enough. */
const MAX_FINDINGS = 64;

type Report = (kind: Kind, start: number, end: number) => void;
type Kind = keyof typeof CONFIDENCE;

/** How often a thing of this kind that overlap does not find is made up, as an estimate: names and figures are also rounded, translated, computed. */
const CONFIDENCE = { link: 0.8, citation: 0.7, figure: 0.5, name: 0.4 } as const;

const SCANNER: Scanner = {
  scan({ plain }, at, sink) {
    const documents = at.request?.documents;
    if (documents === undefined || documents.length === 0) return;
    const grounds = groundsOf(documents);
    const text = withoutCode(plain.text);
    let found = 0;
    const report: Report = (kind, start, end) => {
      if (found++ < MAX_FINDINGS) sink.add(plain, start, end, factsOf(kind, grounds));
    };
    const rest = links(text, grounds, report);
    citations(rest, grounds, report);
    figures(rest, grounds, report);
    names(rest, grounds, report);
  },
};

/** Code has figures and names of its own. Offsets stay: what is taken out is blank. */
function withoutCode(text: string): string {
  if (!text.includes('`')) return text;
  return text
    .split('```')
    .map((piece, at) => (at % 2 === 1 ? ' '.repeat(piece.length) : piece))
    .join('   ')
    .replace(/`[^`\n]{1,400}`/g, blank);
}

function blank(text: string): string {
  return ' '.repeat(text.length);
}

/** Answers the text without its links, whose digits and words are no figures and names. */
function links(text: string, { links: known }: Grounds, report: Report): string {
  return text.replace(LINK, (link: string, start: number) => {
    if (!known.has(linkForm(link))) report('link', start, start + link.replace(/[.,;:!?*_]{1,8}$/, '').length);
    return blank(link);
  });
}

/** DOI and arXiv numbers, and author with year: `Smith et al. (2020)`, `(Smith, 2020)`, `Smith and Jones 2019`. */
const IDENTIFIER = /\b(?:10\.\d{4,9}\/[^\s<>"')\]]{2,200}|arXiv:\s?\d{4}\.\d{4,5})/gi;
const AUTHOR_YEAR = /\b(\p{Lu}[\p{L}'-]{1,40})(?:,? (?:et al\.?|(?:and|&) \p{Lu}[\p{L}'-]{1,40}))?,? \(?((?:19|20)\d{2})[a-z]?\b/gu;
/** Words that stand before a year and are no author. */
const NO_AUTHOR = new Set(
  'in since until by from before after during of january february march april may june july august september october november december spring summer autumn winter q1 q2 q3 q4 fy year'.split(
    ' ',
  ),
);

function citations(text: string, { words, figures }: Grounds, report: Report): void {
  for (const { 0: id, index } of text.matchAll(IDENTIFIER)) {
    const parts = [...id.matchAll(WORD)].map(({ 0: word }) => wordForm(word));
    if (!parts.every((part) => words.has(part))) report('citation', index, index + id.length);
  }
  for (const match of text.matchAll(AUTHOR_YEAR)) {
    const [whole, author = '', year = ''] = match;
    if (NO_AUTHOR.has(author.toLowerCase())) continue;
    // `Paris 2024` is no citation; with brackets or `et al.` it is.
    const cites = whole.includes('(') || whole.includes('et al');
    if (!words.has(wordForm(author)) && (cites || !figures.has(year))) report('citation', match.index, match.index + whole.length);
  }
}

/** Small whole numbers count, number and order things; they say nothing. */
const SMALL = 12;

function figures(text: string, { figures: known }: Grounds, report: Report): void {
  for (const { 0: figure, index } of text.matchAll(FIGURE)) {
    const forms = figureForms(figure);
    if (forms.some((form) => known.has(form) || (Number.isInteger(Number(form)) && Number(form) <= SMALL))) continue;
    report('figure', index, index + figure.length);
  }
}

/** Two to four capitalised words in a row; a first word alone is often only the beginning of a sentence. */
const NAME =
  /(?<![\p{L}\p{N}])\p{Lu}[\p{Ll}\p{M}'’-]{1,30}(?: (?:van|von|de|da|del|di|bin|al) | )(?:\p{Lu}[\p{Ll}\p{M}'’-]{1,30})(?: \p{Lu}[\p{Ll}\p{M}'’-]{1,30}){0,2}/gu;

function names(text: string, { words }: Grounds, report: Report): void {
  for (const { 0: name, index } of text.matchAll(NAME)) {
    const parts = [...name.matchAll(WORD)].map(({ 0: word }) => wordForm(word));
    // Two words that the documents have are mostly a name of theirs in another order; the first may only begin the sentence.
    if (parts.slice(1).some((part) => !words.has(part))) report('name', index, index + name.length);
  }
}

function factsOf(kind: Kind, { texts }: Grounds): FindingFacts {
  return {
    rule: `groundedness.${kind}`,
    category: 'hallucination',
    type: `UNGROUNDED_${kind.toUpperCase()}`,
    severity: 'low',
    confidence: CONFIDENCE[kind],
    evidence: `by overlap: this ${kind} occurs in none of the ${texts} texts of the request`,
    taxonomy: ['LLM09:2025'],
  };
}
