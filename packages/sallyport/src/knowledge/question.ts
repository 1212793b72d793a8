import { wordsOf } from './signature.ts';

/**
 * A text that is made to be retrieved for one question: it begins with the question and goes on with a short answer (PoisonedRAG, Zou et al.,
 * USENIX Security 2025: the question itself stands before the poisoned passage so that it is found for it). A page of questions and answers
 * has the same form, so one such text only is worth a note; several different ones for one question are a try to outvote what is true.
 */
export type QuestionShape = { readonly words: readonly string[] };

/** Longest question and answer, in words; what is longer is an article. */
const MAX_QUESTION = 40;
const MIN_QUESTION = 4;
const MAX_ANSWER = 150;
const MIN_ANSWER = 8;
/** Share of the question's own words that the answer says again: poisoned passages repeat their subject (median 0.8, tenth percentile 0.5). */
const MIN_REPEATED = 0.4;

const OPENERS = new Set(
  'who whom whose what which when where why how is are was were do does did can could will would should has have had am may name in on at for from to quién qué cuándo dónde cómo cuál quanti chi cosa quando dove come qual wer was wann wo wie warum welche qui que quand où comment pourquoi quel quelle'.split(
    ' ',
  ),
);
/** Words that say nothing of a subject. */
const EMPTY = new Set(
  (
    'a an the of in on at to for from by with and or but as is are was were be been being it its this that these those he she they i you we his her their has have had not no ' +
    'who whom which what when where how why did does do can could will would may might should into over under than then also such other more most many some any all each'
  ).split(' '),
);

/** The words of a text that carry its subject, cut to six letters so that endings do not count. */
export function subjectOf(words: readonly string[]): Set<string> {
  return new Set(words.filter((word) => word.length > 1 && !EMPTY.has(word)).map((word) => word.slice(0, 6)));
}

/** The question that a text is made for, when it has that shape. */
export function questionShape(text: string): QuestionShape | undefined {
  const head = text.trimStart().slice(0, 1_000);
  const searched = KEYWORDS.exec(head)?.[1];
  if (searched !== undefined && (!SENTENCE.test(searched) || ASKED.test(searched))) {
    const words = wordsOf(searched);
    if (words.length >= MIN_KEYWORDS && words.length <= MAX_KEYWORDS) {
      const shape = shapeOf(words, text.trimStart().slice(searched.length + 1));
      if (shape !== undefined) return shape;
    }
  }
  const end = /[?？]|[.!。]\s|\n/u.exec(head);
  if (end === null) return undefined;
  const question = wordsOf(head.slice(0, end.index));
  const asks = end[0] === '?' || end[0] === '？' || (OPENERS.has(question[0] ?? '') && INTERROGATIVE.test(question.slice(0, 4).join(' ')));
  if (!asks || question.length < MIN_QUESTION || question.length > MAX_QUESTION) return undefined;
  return shapeOf(question, text.trimStart().slice(end.index + 1));
}

function shapeOf(question: readonly string[], rest: string): QuestionShape | undefined {
  const answer = wordsOf(rest);
  if (answer.length < MIN_ANSWER || answer.length > MAX_ANSWER) return undefined;
  const about = subjectOf(question);
  const told = subjectOf(answer);
  const repeated = [...about].filter((word) => told.has(word)).length;
  return about.size >= 2 && repeated / about.size >= MIN_REPEATED ? { words: [...about] } : undefined;
}

/** What is typed into a search box: words without a capital at their head, a full stop, and then a text that begins anew. */
const KEYWORDS = /^([\p{Ll}\p{N}][^.?!:;,\n]{5,160})\.(?=\s*\p{Lu})/u;
/** It is no sentence: it has no verb of the commonest, or begins with one that asks, or has an asking word. */
const SENTENCE = /\b(is|are|was|were|be|been|has|have|had|can|could|will|would|should|may|must|does|did|you|we|i|it|this|that|these)\b/i;
const ASKED =
  /^(is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|must)\s|\b(who|whom|whose|what|which|when|where|why|how)\b/i;
const MIN_KEYWORDS = 3;
const MAX_KEYWORDS = 20;

/** A question without its mark has an asking word among its first four. */
const INTERROGATIVE = /\b(who|whom|whose|what|which|when|where|why|how|wer|was|wann|wo|wie|qui|quand|quel|quelle|qué|quién|cuándo|dónde)\b/;
