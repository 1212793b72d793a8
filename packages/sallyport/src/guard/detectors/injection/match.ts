import type { Lexicon } from '../../lexer.ts';
import type { View } from '../../view.ts';
import type { Rule } from './rules.ts';

/** Prefix of this detector's classes in the shared lexicon. */
const CLASS = 'injection.';

/** A rule's hit: UTF-16 offsets into the view. `command`: false when the first word is told about, not commanded. */
export type Match = { readonly rule: Rule; readonly start: number; readonly end: number; readonly command: boolean };

/** One item of a phrase: which words (by number) fit, and how many words after the item before. */
type Step = { readonly fits: Uint8Array; readonly within: number };
type Phrase = { readonly rule: Rule; readonly steps: readonly Step[] };

/** Phrases by the number of the word that they begin with. */
export type Matcher = { readonly phrases: readonly (readonly Phrase[] | undefined)[] };

/** Hits of one rule in one text that are kept: a page of attacks is no worse with the hundredth. */
const MAX_MATCHES = 400;

/** Vocabulary hits looked at behind the start of a phrase: more stand close together only in lists of such words. */
const MAX_LOOKAHEAD = 64;

/** The words that phrases name themselves, as a vocabulary with the class of each item, beside the named classes. */
export function phraseVocabulary(rules: readonly Rule[], classes: Readonly<Record<string, readonly string[]>>): Readonly<Record<string, readonly string[]>> {
  const vocabulary: Record<string, readonly string[]> = {};
  for (const [name, words] of Object.entries(classes)) vocabulary[`${CLASS}${name}`] = words;
  for (const item of rules.flatMap(({ when }) => when).flatMap((phrase) => phrase.split(' '))) {
    for (const word of item.split('|')) if (!isGap(word) && !isClass(word)) vocabulary[`${CLASS}=${word}`] = [word];
  }
  return vocabulary;
}

function isGap(item: string): boolean {
  return item.startsWith('<');
}

function isClass(item: string): boolean {
  return /^[A-Z_]+$/.test(item);
}

/** Resolves phrases to word numbers of a lexicon. @throws TypeError for a class that does not exist. */
export function compile(rules: readonly Rule[], lexicon: Lexicon): Matcher {
  const byClass = new Map<string, number[]>();
  for (const [word, classes] of lexicon.classes.entries()) {
    for (const name of classes) byClass.set(name, [...(byClass.get(name) ?? []), word]);
  }
  const phrases: (Phrase[] | undefined)[] = [];
  for (const rule of rules) {
    for (const source of rule.when) {
      const phrase: Phrase = { rule, steps: stepsOf(source, byClass, lexicon.words.length) };
      const first = phrase.steps[0];
      first?.fits.forEach((fits, word) => {
        if (fits === 1) (phrases[word] ??= []).push(phrase);
      });
    }
  }
  return { phrases };
}

function stepsOf(source: string, byClass: ReadonlyMap<string, readonly number[]>, words: number): readonly Step[] {
  const steps: Step[] = [];
  let within = 1;
  for (const item of source.split(' ')) {
    if (isGap(item)) {
      within = Number(item.slice(1));
      continue;
    }
    const fits = new Uint8Array(words);
    for (const name of item.split('|')) {
      const numbers = byClass.get(isClass(name) ? `${CLASS}${name}` : `${CLASS}=${name}`);
      if (numbers === undefined) throw new TypeError(`no class ${name} in the phrase ${source}`);
      for (const number of numbers) fits[number] = 1;
    }
    steps.push({ fits, within });
    within = 1;
  }
  return steps;
}

/** Finds the phrases in a view: linear in its vocabulary hits. */
export function findMatches(view: View, matcher: Matcher): Match[] {
  const { words } = view;
  const matches: Match[] = [];
  for (let h = 0; h < words.count && matches.length < MAX_MATCHES; h++) {
    const phrases = matcher.phrases[words.word[h] as number];
    if (phrases === undefined) continue;
    for (const { rule, steps } of phrases) {
      const last = lastOf(view, steps, h);
      if (last < 0) continue;
      const start = words.start[h] as number;
      const end = words.end[last] as number;
      if (rule.around !== undefined && !rule.around(view.text, start, end)) continue;
      matches.push({ rule, start, end, command: rule.command !== true || isCommand(view.text, start) });
    }
  }
  return matches;
}

/** The vocabulary hit that completes a phrase begun at hit `first`, or -1. Each item takes the nearest word that fits. */
function lastOf({ words }: View, steps: readonly Step[], first: number): number {
  let at = first;
  for (let s = 1; s < steps.length; s++) {
    const { fits, within } = steps[s] as Step;
    const limit = (words.token[at] as number) + within;
    let next = -1;
    for (let h = at + 1; h < words.count && h <= first + MAX_LOOKAHEAD && (words.token[h] as number) <= limit; h++) {
      if (fits[words.word[h] as number] === 1 && (words.start[h] as number) >= (words.end[at] as number)) {
        next = h;
        break;
      }
    }
    if (next < 0) return -1;
    at = next;
  }
  return at;
}

/** Words before a verb that make it a report or a question. `to` counts unless someone tells the model ("you must", "want you to"). */
const REPORTED = /(?:^|[^\p{L}])(?:to|not|never|i|we|they|he|she|it|one|would|who|that|which|why|how|people|users|students|employees|engineers|should|could|can|may|might|does|did|do|often|tend|the|a|an|this|of|by|for|without|when|don't|doesn't|won't)[ ]$/iu;
const ADDRESSED = /(?:^|[^\p{L}])(?:(?:you|assistant|model|ai)(?: (?:must|should|shall|now|need|have))?(?: to)?|want you to|need to|have to|is to|task to|important to|now to|ask you to|like you to)[ ]$/iu;

/** A sentence that asks about the verb: "why did the old system override ...". */
const ASKED = /(?:^|[.!?\n"“:;,])\s{0,3}(?:why|how|when|where|who|does|did|in \S{1,20}, when)\b[^.!?\n"“:;,]{0,80}$/iu;

/** How far before a verb its subject is looked for. */
const SUBJECT = 90;

function isCommand(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - SUBJECT), start);
  return (!REPORTED.test(before) && !ASKED.test(before)) || ADDRESSED.test(before);
}
