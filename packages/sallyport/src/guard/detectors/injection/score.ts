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
const QUOTED = 0.7;
const ABOUT = 0.6;

/** Words about attacks from which a text is one about attacks. */
const MIN_ABOUT = 2;

/** Sure findings only: what says 1.0 leaves no room for a later model. */
const MAX_SCORE = 0.99;

/** Weighs matches by noisy-or, each rule once, over the window of the text where they weigh most. */
export function weigh(view: View, matches: readonly Match[], channel: Channel): Cluster {
  const about = aboutWords(view) >= MIN_ABOUT;
  const signs = matches
    .map((match) => ({ match, weight: weightOf(view, match, channel, about) }))
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

type Sign = { readonly match: Match; readonly weight: number };

function weightOf(view: View, { rule, start, end, command }: Match, channel: Channel, about: boolean): number {
  let weight = rule.weights[channel];
  if (!command) weight *= TOLD;
  if (isQuoted(view.text, start, end)) weight *= QUOTED;
  return about ? weight * ABOUT : weight;
}

/** Whether quotation marks or backticks stand right around the match's sentence: before its start, and soon after its end. */
function isQuoted(text: string, start: number, end: number): boolean {
  const open = /["“”„«'‘`]\s?$/.test(text.slice(Math.max(0, start - 2), start));
  return open && /^[^"“”»'’`\n]{0,80}["“”»'’`]/.test(text.slice(end, end + 81));
}

/** How many different words about attacks a text has. */
export function aboutWords({ words, lexicon }: View): number {
  const seen = new Set<number>();
  const members = tableOf(lexicon, 'injection.ABOUT');
  for (let h = 0; h < words.count * HIT; h += HIT) {
    const word = words.hits[h] as number;
    if (members[word] === 1) seen.add(word);
  }
  return seen.size;
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
  const parts = [...strongestByRule(signs)]
    .map(([rule, weight]) => ({ id: rule.id, weight, category: rule.category }))
    .sort((a, b) => b.weight - a.weight);
  return {
    view,
    score,
    category: parts[0]?.category ?? 'prompt_injection',
    start: Math.min(...signs.map(({ match }) => match.start)),
    end: Math.max(...signs.map(({ match }) => match.end)),
    parts,
  };
}
