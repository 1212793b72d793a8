import type { Channel, ChannelModel } from '../../model/model.ts';
import { INPUTS, NO_SUFFIX, stackInputs, stackScore, suffixScore } from '../../model/stack.ts';
import { TokenSums } from '../../model/sums.ts';
import { mostSurprising, type Surprise } from '../../model/surprise.ts';
import { slide, type Windows } from '../../model/windows.ts';
import type { Reading } from '../../reading.ts';
import type { View } from '../../view.ts';
import { findMatches, type Matcher } from './match.ts';
import { aboutWords, weigh, type Cluster } from './score.ts';

/** What rules and model make of one view of a text. `cluster`: the rules that hit, when any did. Valid until the next text. */
export type Judgement = {
  readonly view: View;
  readonly score: number;
  readonly cluster: Cluster | undefined;
  readonly windows: Readonly<Windows>;
  readonly suffix: Readonly<Surprise>;
  readonly inputs: Float64Array;
};

/** Judges texts one after the other. */
export class Judge {
  readonly #tokens = new TokenSums();

  /** Each view that stands for itself; the strongest counts. */
  judge({ plain, decoded }: Reading, channel: Channel, matcher: Matcher, model: ChannelModel): Judgement {
    if (decoded === undefined) return this.#view(plain, channel, matcher, model);
    const read = this.#view(decoded, channel, matcher, model);
    // Lines that only look rotated or reversed are still read as they stand; what was base64 or escapes says nothing but its decoded form.
    if (!/rot13|reversed|spaced|leet/.test(decoded.name)) return read;
    // What is written in disguise reads like no text at all, so a suffix is looked for in the decoded form alone.
    const raw = this.#view(plain, channel, matcher, { ...model, costs: undefined });
    return raw.score > read.score ? raw : read;
  }

  #view(view: View, channel: Channel, matcher: Matcher, { head, stack, costs }: ChannelModel): Judgement {
    const matches = findMatches(view, matcher);
    const cluster = matches.length === 0 ? undefined : weigh(view, matches, channel);
    const windows: Windows = { short: 0, long: 0, tokens: 0, breadth: 0, shortStart: 0, shortEnd: 0, longStart: 0, longEnd: 0 };
    slide(this.#tokens, view.units, head, windows, view.words);
    const suffix: Surprise = { bits: 0, start: 0, end: 0 };
    if (costs !== undefined) mostSurprising(view.units, costs, NO_SUFFIX, suffix);
    const inputs = new Float64Array(INPUTS.length);
    const signs = {
      rules: cluster?.score ?? 0,
      signs: cluster?.parts.length ?? 0,
      about: aboutWords(view),
      quotes: quotesAround(view.text, windows.shortStart, windows.shortEnd),
    };
    stackInputs(windows, signs, suffix, inputs);
    return { view, score: Math.max(stackScore(stack, inputs), suffixScore(suffix), sufficient(cluster)), cluster, windows, suffix, inputs };
  }
}

/** Rules that weigh so much together decide alone: wordings that are known need no model, and it has no say against them. */
const SUFFICIENT = 0.7;

function sufficient(cluster: Cluster | undefined): number {
  return cluster !== undefined && cluster.score >= SUFFICIENT ? cluster.score : 0;
}

/** How far around a window quotation marks count. */
const AROUND = 60;

/** Quotation marks and backticks in and near the strongest window: what is quoted is told, not said. */
function quotesAround(text: string, start: number, end: number): number {
  let quotes = 0;
  const stop = Math.min(text.length, end + AROUND);
  for (let i = Math.max(0, start - AROUND); i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 || c === 96 || (c >= 0x201c && c <= 0x201f) || c === 0xab || c === 0xbb) quotes++;
  }
  return quotes / 2;
}
