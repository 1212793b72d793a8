import { HIT } from '../../lexer.ts';
import { tableOf } from '../../lexicon.ts';
import type { View } from '../../view.ts';
import type { Match } from './match.ts';
import type { Channel } from '../../model/model.ts';
import type { Rule } from './rule.ts';

/** The signs of an attack that stand together, and their weight as one. Offsets are into the view. */
export type Cluster = {
  readonly view: View;
  readonly score: number;
  /** The weight of what is not quoted and does not stand in a text about attacks. */
  readonly said: number;
  readonly category: 'prompt_injection' | 'jailbreak';
  readonly start: number;
  readonly end: number;
  /** Rules that took part, strongest first. */
  readonly parts: readonly { readonly id: string; readonly weight: number }[];
};

/** Signs so far apart (UTF-16 units) are not one attack: in a long document weak ones add up otherwise. */
const WINDOW = 1600;

/** A command that is only told about, quoted, or stands in a text about attacks, weighs less. */
const TOLD = 0.35;
const QUOTED = 0.6;
const ABOUT = 0.6;

/** Words about attacks from which a text is one about attacks. */
const MIN_ABOUT = 2;

/** Sure findings only: what says 1.0 leaves no room for a later model. */
const MAX_SCORE = 0.99;

/** Weighs matches by noisy-or, each rule once, over the window of the text where they weigh most. */
export function weigh(view: View, matches: readonly Match[], channel: Channel): Cluster {
  const about = aboutWords(view) >= MIN_ABOUT;
  const signs = matches
    .map((match) => {
      const quoted = isQuoted(view.text, match.start, match.end);
      const weight = weightOf(match, channel, about, quoted);
      return { match, weight, said: quoted || about ? 0 : weight };
    })
    .sort((a, b) => a.match.start - b.match.start);
  let best: { score: number; from: number; to: number } = { score: -1, from: 0, to: 0 };
  let from = 0;
  for (let to = 0; to < signs.length; to++) {
    while ((signs[to]?.match.start ?? 0) - (signs[from]?.match.start ?? 0) > WINDOW) from++;
    const score = noisyOr(strongestByRule(signs.slice(from, to + 1)).values());
    if (score > best.score) best = { score, from, to };
  }
  return clusterOf(view, signs.slice(best.from, best.to + 1), Math.min(MAX_SCORE, best.score));
}

type Sign = { readonly match: Match; readonly weight: number; readonly said: number };

function weightOf({ rule, command }: Match, channel: Channel, about: boolean, quoted: boolean): number {
  let weight = rule.weights[channel];
  if (!command) weight *= TOLD;
  if (quoted) weight *= QUOTED;
  return about ? weight * ABOUT : weight;
}

/** How far before and behind a match the marks of a quotation are looked for, on its line. */
const BEFORE = 80;
const BEHIND = 100;

/** Whether a match stands in quotation marks or backticks: an odd number of them before it on its line, and another behind it. */
function isQuoted(text: string, start: number, end: number): boolean {
  let marks = 0;
  for (let i = start - 1; i >= 0 && i >= start - BEFORE; i--) {
    const c = text.charCodeAt(i);
    if (c === LINE_END) break;
    if (isMark(c)) marks++;
  }
  if ((marks & 1) === 0) return false;
  for (let i = end; i < text.length && i < end + BEHIND; i++) {
    const c = text.charCodeAt(i);
    if (c === LINE_END) return false;
    if (isMark(c)) return true;
  }
  return false;
}

const LINE_END = 10;

function isMark(c: number): boolean {
  return c === 34 || c === 96 || (c >= 0x201c && c <= 0x201f) || c === 0xab || c === 0xbb;
}

/** How many different words about attacks a text has. */
export function aboutWords({ words, lexicon }: View): number {
  let seen: Set<number> | undefined;
  const members = tableOf(lexicon, 'injection.ABOUT');
  for (let h = 0; h < words.count * HIT; h += HIT) {
    const word = words.hits[h] as number;
    if (members[word] === 1) (seen ??= new Set()).add(word);
  }
  return seen?.size ?? 0;
}

function strongestByRule(signs: readonly Sign[]): Map<Rule, number> {
  const weights = new Map<Rule, number>();
  for (const { match, weight } of signs) weights.set(match.rule, Math.max(weight, weights.get(match.rule) ?? 0));
  return weights;
}

/** The chance that at least one sign is right, were they independent. */
function noisyOr(weights: Iterable<number>): number {
  let none = 1;
  for (const weight of weights) none *= 1 - weight;
  return 1 - none;
}

function clusterOf(view: View, signs: readonly Sign[], score: number): Cluster {
  const said = noisyOr(strongestByRule(signs.map((sign) => ({ ...sign, weight: sign.said }))).values());
  const parts = [...strongestByRule(signs)]
    .map(([rule, weight]) => ({ id: rule.id, weight, category: rule.category }))
    .sort((a, b) => b.weight - a.weight);
  return {
    view,
    score,
    said: Math.min(MAX_SCORE, said),
    category: parts[0]?.category ?? 'prompt_injection',
    start: Math.min(...signs.map(({ match }) => match.start)),
    end: Math.max(...signs.map(({ match }) => match.end)),
    parts,
  };
}
