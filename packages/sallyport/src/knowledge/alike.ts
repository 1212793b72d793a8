import type { Reason } from './document.ts';
import { questionShape, subjectOf } from './question.ts';
import { bandsOf, shinglesOf, signatureOf, similarity, wordsOf, type Signature } from './signature.ts';

/** What a document is compared by. Kinds: `copy` three words in a row, `claim` the subject of a short text, `question` the one it is made for. */
export const KINDS = ['copy', 'claim', 'question'] as const;
export type Kind = (typeof KINDS)[number];
export type Prints = Readonly<Partial<Record<Kind, Signature>>>;

/** Another document that shares a key with this one. */
export type Known = {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  readonly actor: string;
  readonly created: number;
  readonly prints: Prints;
};

/** From how many documents on what is alike is a flood, how alike they are, and how long ago they may have come. */
export type AlikeSettings = { readonly copies: number; readonly hours: number };
export const ALIKE: AlikeSettings = { copies: 4, hours: 24 };

/** Places that share a band: 4 of 64 finds copies (0.6 similar: 90 %), 2 of 64 finds weaker likeness of short texts (0.3: 95 %). */
const ROWS: Readonly<Record<Kind, number>> = { copy: 4, claim: 2, question: 4 };
const COPY = 0.6;
/** Five paraphrases of one made-up claim share a fourth to a third of their subject words; texts on two questions share under a tenth. */
const CLAIM = 0.3;
const QUESTION = 0.6;
const MIN_COPY_WORDS = 20;
/** One claim fits into so many words (the poisoned passages of PoisonedRAG have 24 to 32). */
const MAX_CLAIM_WORDS = 80;
const MIN_CLAIM_WORDS = 12;
/** Documents beside this one from which a question is being flooded: a page of questions has one answer to each. */
const QUESTIONS = 1;
const CLAIMS = 2;
const HOUR = 3_600_000;

export function printsOf(text: string): Prints {
  const words = wordsOf(text);
  const question = questionShape(text);
  return {
    ...(words.length >= MIN_COPY_WORDS ? { copy: signatureOf(shinglesOf(words)) } : {}),
    ...(words.length >= MIN_CLAIM_WORDS && words.length <= MAX_CLAIM_WORDS ? { claim: signatureOf(subjectOf(words)) } : {}),
    ...(question === undefined ? {} : { question: signatureOf(question.words) }),
  };
}

/** The keys of a document in the index. */
export function keysOf(prints: Prints): string[] {
  return KINDS.flatMap((kind) => {
    const print = prints[kind];
    return print === undefined ? [] : bandsOf(print, ROWS[kind], kind.charAt(0));
  });
}

/** What the documents that came before say of this one. Another version of the same document (same name and source) never counts. */
export function alikeReasons(
  own: { readonly name: string; readonly source: string; readonly actor: string; readonly now: number; readonly prints: Prints },
  known: readonly Known[],
  { copies, hours }: AlikeSettings,
): Reason[] {
  const others = known.filter(({ name, source }) => name !== own.name || source !== own.source);
  const recent = others.filter(({ created }) => created >= own.now - hours * HOUR);
  const near = (among: readonly Known[], kind: Kind, least: number): string[] =>
    among.flatMap(({ id, prints }) => {
      const [one, other] = [own.prints[kind], prints[kind]];
      return one !== undefined && other !== undefined && similarity(one, other) >= least ? [id] : [];
    });
  const reasons: Reason[] = [];
  const same = near(recent, 'copy', COPY);
  if (same.length >= copies)
    reasons.push({
      rule: 'knowledge.flood',
      verdict: 'quarantine',
      why: `${same.length} nearly equal documents came within ${hours} hours.`,
      documents: same,
    });
  const asked = near(others, 'question', QUESTION);
  if (asked.length >= QUESTIONS)
    reasons.push({
      rule: 'knowledge.question-poison',
      verdict: 'quarantine',
      why: 'Several documents are made to be found for one question.',
      documents: asked,
    });
  else if (own.prints.question !== undefined)
    reasons.push({ rule: 'knowledge.question-shaped', verdict: 'note', why: 'It begins with a question and answers it in a few words.' });
  const claimed = near(
    recent.filter(({ actor }) => actor === own.actor),
    'claim',
    CLAIM,
  );
  if (claimed.length >= CLAIMS)
    reasons.push({
      rule: 'knowledge.same-claim',
      verdict: 'quarantine',
      why: 'Several short documents from one sender say the same in other words.',
      documents: claimed,
    });
  return reasons;
}
