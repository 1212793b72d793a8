import { END, HIT, START, TOKEN } from '../../lexer.ts';
import type { Lexicon } from '../../lexicon.ts';
import type { View } from '../../view.ts';
import { classVocabulary, kindsOf } from './classes.ts';
import type { Rule } from './rule.ts';

// Of another module, V8 would load and check them each time.
const SIZE = HIT;
const AT_TOKEN = TOKEN;
const AT_START = START;
const AT_END = END;

/** Prefix of this detector's classes in the shared lexicon. */
const CLASS = 'injection.';

/** A rule's hit: UTF-16 offsets into the view. `command`: false when the first word is told about, not commanded. */
export type Match = { readonly rule: Rule; readonly start: number; readonly end: number; readonly command: boolean };

/** One item of a phrase: which words (by number) fit, and how many words after the item before. */
type Step = { readonly fits: Uint8Array; readonly within: number };
type Phrase = { readonly rule: Rule; readonly steps: readonly Step[]; readonly anchor: number };

/** Phrases by the number of each word of their rarest item: a text without such words costs one look-up a word. `kinds`: the class of each word, for the model. */
export type Matcher = { readonly phrases: readonly (readonly Phrase[] | undefined)[]; readonly kinds: Uint8Array };

/** Hits of one rule in one text that are kept: a page of attacks is no worse with the hundredth. */
const MAX_MATCHES = 400;

/** The words that phrases name themselves, as a vocabulary with the class of each item, beside the named classes. */
export function phraseVocabulary(
  rules: readonly Rule[],
  classes: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const vocabulary: Record<string, readonly string[]> = { ...classVocabulary() };
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
  const items = new Map<string, Item>();
  const phrases: (Phrase[] | undefined)[] = [];
  for (const rule of rules) {
    for (const source of rule.when) {
      const steps = stepsOf(source, lexicon, items);
      const commonest = steps.map(({ item }) => item.common);
      const anchor = commonest.indexOf(Math.min(...commonest));
      const phrase: Phrase = { rule, steps: steps.map(({ item, within }) => ({ fits: item.fits, within })), anchor };
      for (const word of steps[anchor]?.item.words ?? []) (phrases[word] ??= []).push(phrase);
    }
  }
  return { phrases, kinds: kindsOf(lexicon) };
}

/** The words of one item of a phrase, and how many of them are common. */
type Item = { readonly fits: Uint8Array; readonly words: readonly number[]; readonly common: number };

/** Words that texts of every kind are full of. */
const COMMON = new Set(
  'the a to of and in for is i you that if with on user as from return it type this an be not what by was de can your how which me like my has have about list new do use request no all write he will file code but function when data given text answer first message two output any key system input following also should out been want print role url question context model assistant they we she or at are so more one her his their then there only just over some other people time may would could make get see say said'.split(
    ' ',
  ),
);

function stepsOf(source: string, lexicon: Lexicon, items: Map<string, Item>): readonly { item: Item; within: number }[] {
  const steps: { item: Item; within: number }[] = [];
  let within = 1;
  for (const name of source.split(' ')) {
    if (isGap(name)) {
      within = Number(name.slice(1));
      continue;
    }
    const item = items.get(name) ?? itemOf(name, source, lexicon);
    items.set(name, item);
    steps.push({ item, within });
    within = 1;
  }
  return steps;
}

function itemOf(source: string, phrase: string, { classes, words }: Lexicon): Item {
  const fits = new Uint8Array(words.length);
  for (const name of source.split('|')) {
    const members = classes.get(isClass(name) ? `${CLASS}${name}` : `${CLASS}=${name}`);
    if (members === undefined) throw new TypeError(`no class ${name} in the phrase ${phrase}`);
    for (const word of members) fits[word] = 1;
  }
  const numbers: number[] = [];
  for (let word = 0; word < fits.length; word++) if (fits[word] === 1) numbers.push(word);
  return { fits, words: numbers, common: numbers.filter((word) => COMMON.has(words[word] ?? '')).length };
}

/** Finds the phrases in a view: linear in its vocabulary hits. */
export function findMatches(view: View, matcher: Matcher): Match[] {
  const { hits, count } = view.words;
  const matches: Match[] = [];
  for (let h = 0; h < count * SIZE && matches.length < MAX_MATCHES; h += SIZE) {
    const phrases = matcher.phrases[hits[h] as number];
    if (phrases === undefined) continue;
    for (const { rule, steps, anchor } of phrases) {
      const first = anchor === 0 ? h : firstOf(view, steps, anchor, h);
      if (first < 0) continue;
      const last = lastOf(view, steps, anchor, h);
      if (last < 0) continue;
      const start = hits[first + AT_START] as number;
      const end = hits[last + AT_END] as number;
      if (rule.around !== undefined && !rule.around(view.text, start, end)) continue;
      matches.push({ rule, start, end, command: rule.command !== true || isCommand(view.text, start) });
    }
  }
  return matches;
}

/** Vocabulary hits looked at for one item: more stand close together only in lists of such words. */
const MAX_LOOK = 24 * SIZE;

/** The hit that completes a phrase whose item `anchor` is hit `at`, or -1. Each item takes the nearest word that fits. */
function lastOf({ words: { hits, count } }: View, steps: readonly Step[], anchor: number, from: number): number {
  let at = from;
  for (let s = anchor + 1; s < steps.length; s++) {
    const { fits, within } = steps[s] as Step;
    const limit = (hits[at + AT_TOKEN] as number) + within;
    const stop = Math.min(count * SIZE, at + MAX_LOOK);
    let next = -1;
    for (let h = at + SIZE; h < stop && (hits[h + AT_TOKEN] as number) <= limit; h += SIZE) {
      if (fits[hits[h] as number] === 1 && (hits[h + AT_START] as number) >= (hits[at + AT_END] as number)) {
        next = h;
        break;
      }
    }
    if (next < 0) return -1;
    at = next;
  }
  return at;
}

/** The hit that a phrase begins with, whose item `anchor` is hit `from`, or -1. */
function firstOf({ words: { hits } }: View, steps: readonly Step[], anchor: number, from: number): number {
  let at = from;
  for (let s = anchor; s > 0; s--) {
    const { fits } = steps[s - 1] as Step;
    const limit = (hits[at + AT_TOKEN] as number) - (steps[s] as Step).within;
    const stop = Math.max(0, at - MAX_LOOK);
    let next = -1;
    for (let h = at - SIZE; h >= stop && (hits[h + AT_TOKEN] as number) >= limit; h -= SIZE) {
      if (fits[hits[h] as number] === 1 && (hits[h + AT_END] as number) <= (hits[at + AT_START] as number)) {
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
const REPORTED =
  /(?:^|[^\p{L}])(?:to|not|never|i|we|they|he|she|it|one|would|who|that|which|why|how|people|users|students|employees|engineers|should|could|can|may|might|does|did|do|often|tend|the|a|an|this|of|by|for|without|when|don't|doesn't|won't)[ ]$/iu;
const ADDRESSED =
  /(?:^|[^\p{L}])(?:(?:you|assistant|model|ai)(?: (?:must|should|shall|now|need|have))?(?: to)?|want you to|need to|have to|is to|task to|important to|now to|ask you to|like you to)[ ]$/iu;

/** Somebody or something else is made to do it: "makes tar ignore ...". */
const CAUSED = /\b(?:makes?|made|making|lets|letting|helps?|had|see|saw|watch) (?!(?:you|it|the (?:ai|model|assistant))\b)\S{1,20} $/i;

/** A sentence that asks about the verb: "why did the old system override ...". */
const ASKED = /(?:^|[.!?\n"“:;,])\s{0,3}(?:why|how|when|where|who|does|did|in \S{1,20}, when)\b[^.!?\n"“:;,]{0,80}$/iu;

/** How far before a verb its subject is looked for. */
const SUBJECT = 90;

function isCommand(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - SUBJECT), start);
  return (!REPORTED.test(before) && !CAUSED.test(before) && !ASKED.test(before)) || ADDRESSED.test(before);
}
