import type { Channel, ChannelModel } from '../../model/model.ts';
import { CloserLook } from '../../model/closer.ts';
import { INPUTS, NO_SUFFIX, stackInputs, stackScore, suffixScore } from '../../model/stack.ts';
import { TokenSums } from '../../model/sums.ts';
import { mostSurprising, type Surprise } from '../../model/surprise.ts';
import type { Kinds } from '../../model/skeleton.ts';
import { Peaks, slide, type Windows } from '../../model/windows.ts';
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
  readonly #closer = new CloserLook();
  readonly #peaks = new Peaks();

  /** Each view that stands for itself; the strongest counts. */
  judge({ plain, decoded }: Reading, channel: Channel, matcher: Matcher, model: ChannelModel): Judgement {
    if (decoded === undefined) return this.#view(plain, channel, matcher, model);
    const { stack } = model;
    const ease = DISGUISE.test(decoded.name) ? EASED : decoded.name.includes('leet') ? EASED_LEET : 0;
    const eased = ease === 0 ? model : { ...model, stack: { ...stack, bias: stack.bias + ease } };
    const read = this.#view(decoded, channel, matcher, eased);
    // Lines that only look rotated or reversed are still read as they stand; what was base64 or escapes says nothing but its decoded form.
    if (!/rot13|reversed|spaced|leet/.test(decoded.name)) return read;
    // What is written in disguise reads like no text at all, so a suffix is looked for in the decoded form alone.
    const raw = this.#view(plain, channel, matcher, { ...model, costs: undefined });
    return raw.score > read.score ? raw : read;
  }

  #view(view: View, channel: Channel, matcher: Matcher, { head, closer, stack, costs }: ChannelModel): Judgement {
    const matches = findMatches(view, matcher);
    const cluster = matches.length === 0 ? undefined : weigh(view, matches, channel);
    const windows: Windows = {
      short: 0,
      long: 0,
      tokens: 0,
      breadth: 0,
      skeleton: 0,
      level: 0,
      shortStart: 0,
      shortEnd: 0,
      longStart: 0,
      longEnd: 0,
    };
    const { words } = view;
    const kinds = { hits: words.hits, count: words.count, kinds: matcher.kinds };
    slide(this.#tokens, view.units, head, windows, this.#peaks, LOOK_FROM, words, kinds);
    // Most texts end here: what has nothing for an attack is not worth a closer look.
    const looked = this.#look(closer, view.units, kinds, windows);
    const suffix: Surprise = { bits: 0, start: 0, end: 0 };
    if (costs !== undefined) mostSurprising(view.units, costs, NO_SUFFIX, suffix, words.signs);
    const inputs = new Float64Array(INPUTS.length);
    const around = aroundWindow(view.text, windows.shortStart, windows.shortEnd);
    const signs = {
      rules: cluster?.score ?? 0,
      signs: cluster?.parts.length ?? 0,
      about: aboutWords(view),
      quotes: around.quotes,
      code: windows.tokens === 0 ? 0 : around.code,
    };
    stackInputs(windows, signs, suffix, looked, inputs);
    return {
      view,
      score: Math.max(stackScore(stack, inputs), suffixScore(suffix), windows.short < head.bias[0] - AGAINST ? 0 : sufficient(cluster)),
      cluster,
      windows,
      suffix,
      inputs,
    };
  }

  /** The strongest of the closer looks; the short window is then where it was. */
  #look(closer: ChannelModel['closer'], units: View['units'], kinds: Kinds, windows: Windows): number {
    const { odds, starts, ends, count } = this.#peaks;
    if (count === 0) return windows.short;
    const strongest = Math.max(...odds.subarray(0, count));
    let most = Number.NEGATIVE_INFINITY;
    let both = Number.NEGATIVE_INFINITY;
    for (let p = 0; p < count; p++) {
      if (count > 1 && (odds[p] as number) < Math.min(MORE_FROM, strongest)) continue;
      const start = starts[p] as number;
      const end = ends[p] as number;
      const looked = this.#closer.look(closer, units, kinds, start, end);
      most = Math.max(most, looked);
      const agreed = looked + Math.max(0, odds[p] as number) / 4;
      if (agreed <= both) continue;
      both = agreed;
      windows.shortStart = start;
      windows.shortEnd = end;
    }
    return most;
  }
}

/** Readings of what somebody wrote so that a reader of words does not see it, and the log-odds that this alone is worth. */
const DISGUISE = /base64|hex|rot13|reversed|spaced|morse/;
const EASED = 0.7;

/** Many write so for fun. */
const EASED_LEET = 0.3;

/** Log-odds of the strongest short window from which it is looked at closer: nine in ten benign prompts and two in three benign documents lie below. */
const LOOK_FROM = -0.5;

/** The same for windows that are not the strongest of their text. */
const MORE_FROM = 0.5;

/** Log-odds below those of an empty text from which the model speaks against an attack. */
const AGAINST = 1;

/** Rules that weigh so much together decide alone, unless no window of the text has anything for an attack: wordings that are known need no model. */
const SUFFICIENT = 0.7;

function sufficient(cluster: Cluster | undefined): number {
  return cluster !== undefined && cluster.said >= SUFFICIENT ? cluster.said : 0;
}

/** How far around a window quotation marks count. */
const AROUND = 60;

/** Quotation marks and backticks in and near the strongest window: what is quoted is told, not said; and the share of signs that code is full of. */
function aroundWindow(text: string, start: number, end: number): { quotes: number; code: number } {
  let quotes = 0;
  let code = 0;
  const from = Math.max(0, start - AROUND);
  const stop = Math.min(text.length, end + AROUND);
  for (let i = from; i < stop; i++) {
    const c = text.charCodeAt(i);
    if (c === 34 || c === 96 || (c >= 0x201c && c <= 0x201f) || c === 0xab || c === 0xbb) quotes++;
    else if (c < 128 && CODE[c] === 1) code++;
  }
  return { quotes: quotes / 2, code: stop === from ? 0 : code / (stop - from) };
}

const CODE = new Uint8Array(128);
for (const sign of '(){}[];=<>_$\\') CODE[sign.charCodeAt(0)] = 1;
