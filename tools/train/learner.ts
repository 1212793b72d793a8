import { BITS } from '../../packages/sallyport/src/guard/model/features.ts';
import { KIND_BITS } from '../../packages/sallyport/src/guard/model/skeleton.ts';
import { LONG, SHORT, type Head } from '../../packages/sallyport/src/guard/model/windows.ts';
import type { Corpus } from './corpus.ts';
import type { Random } from './random.ts';

const WEIGHTS = (1 << BITS) + (1 << KIND_BITS);

/** A head as it is learned: a weight a bucket, a bias a scale. */
export type Learned = { readonly weights: Float32Array; readonly bias: Float32Array };

/**
 * `first`: epochs in which only the weights of word classes are learned, at `firstRate`; in the later ones a share of the steps (`dropped`) still is
 * theirs alone. `hidden`: share of the tokens that a step does not see, so that no sign stands on one word. Weights are the mean of the later epochs.
 */
export type Learning = {
  readonly first: number;
  readonly epochs: number;
  readonly rate: number;
  readonly firstRate: number;
  readonly l2: number;
  readonly dropped: number;
  readonly hidden: number;
};

/**
 * Logistic regression over windows with AdaGrad (Duchi et al., JMLR 12, 2011), multiple-instance: an attack is learned from its strongest
 * window, a benign text from its strongest and from a random one. `weightOf`: how much a row counts, 0 to leave it out.
 */
export function learn(corpus: Corpus, members: Int32Array, weightOf: Float32Array, learning: Learning, random: Random): Learned {
  const head: Learned = { weights: new Float32Array(WEIGHTS), bias: new Float32Array([-2, -2]) };
  const state: State = { from: 0, corpus, head, squares: new Float32Array(WEIGHTS), biasSquares: new Float32Array(2), learning, random };
  const order = Int32Array.from(members);
  const averaged = new Float32Array(WEIGHTS);
  let averages = 0;
  for (let epoch = 0; epoch < learning.epochs; epoch++) {
    shuffle(order, random);
    state.from = epoch < learning.first ? 1 << BITS : 0;
    for (const row of order) {
      const weight = weightOf[row] as number;
      const tokens = tokensOf(corpus, row);
      // The first pass learns from texts that are one window: in a long one nothing says yet which window it is.
      if (weight === 0 || tokens === 0 || (epoch === 0 && tokens > LONG && corpus.rows[row]?.label === 1)) continue;
      step(state, row, weight);
    }
    if (epoch >= learning.epochs / 2) {
      for (let b = 0; b < WEIGHTS; b++) averaged[b] = (averaged[b] as number) + (head.weights[b] as number);
      averages++;
    }
  }
  for (let b = 0; b < WEIGHTS; b++) head.weights[b] = (averaged[b] as number) / averages;
  return head;
}

type State = {
  /** Buckets below are not learned yet. */
  from: number;
  readonly corpus: Corpus;
  readonly head: Learned;
  readonly squares: Float32Array;
  readonly biasSquares: Float32Array;
  readonly learning: Learning;
  readonly random: Random;
};

export function tokensOf({ last }: Corpus, row: number): number {
  return (last[row] as number) - (row === 0 ? 0 : (last[row - 1] as number));
}

let sums = new Float64Array(1 << 12);

/** Sums of the weights up to each token of a stretch of a row, from 0; how many tokens it has. */
export function prefix(
  { features, ends, last }: Corpus,
  { weights }: Learned,
  row: number,
  { from, count: tokens }: { readonly from: number; readonly count: number },
): number {
  const first = (row === 0 ? 0 : (last[row - 1] as number)) + from;
  if (tokens + 1 > sums.length) sums = new Float64Array(tokens * 2);
  let f = first === 0 ? 0 : (ends[first - 1] as number);
  let sum = 0;
  sums[0] = 0;
  for (let t = 0; t < tokens; t++) {
    const end = ends[first + t] as number;
    for (; f < end; f++) sum += weights[features[f] as number] as number;
    sums[t + 1] = sum;
  }
  return tokens;
}

export function strongest(tokens: number, window: number): number {
  let best = Number.NEGATIVE_INFINITY;
  let at = 0;
  for (let t = 0; t <= Math.max(0, tokens - window); t++) {
    const sum = (sums[Math.min(tokens, t + window)] as number) - (sums[t] as number);
    if (sum > best) {
      best = sum;
      at = t;
    }
  }
  return at;
}

/** Starts of the strongest windows that do not stand in each other, the strongest first, after `prefix`. */
export function peaksOf(tokens: number, window: number, most: number): number[] {
  const found: { at: number; sum: number }[] = [];
  for (let t = 0; t <= Math.max(0, tokens - window); t++) {
    const sum = (sums[Math.min(tokens, t + window)] as number) - (sums[t] as number);
    const last = found.at(-1);
    if (last === undefined || t - last.at >= window) found.push({ at: t, sum });
    else if (sum > last.sum) found[found.length - 1] = { at: t, sum };
  }
  return found
    .sort((a, b) => b.sum - a.sum)
    .slice(0, most)
    .map(({ at }) => at);
}

/** How much a random window counts that is no attack: of a benign text, or of an attack's carrier. */
const REST = 0.5;

/** Tokens of a long benign text that one step reads: another stretch of it in each epoch, at a fraction of the cost. */
const STRETCH = 512;

/** Where a step begins to read a text of so many tokens, and how many it reads. */
export function stretchOf(tokens: number, label: number, random: Random): { from: number; count: number } {
  if (label === 1 || tokens <= STRETCH) return { from: 0, count: tokens };
  return { from: random.below(tokens - STRETCH), count: STRETCH };
}

function step(state: State, row: number, weight: number): void {
  const { corpus, head, random } = state;
  const label = corpus.rows[row]?.label ?? 0;
  const stretch = stretchOf(tokensOf(corpus, row), label, random);
  const tokens = prefix(corpus, head, row, stretch);
  // A jailbreak is an attack from end to end; a planted order is one in a text that is none.
  const isWhole = corpus.rows[row]?.kind === 'jailbreak';
  for (const [scale, window] of [SHORT, LONG].entries()) {
    const starts = [strongest(tokens, window)];
    if (tokens > window * 3) {
      const other = random.below(tokens - window);
      if (label === 0 || isWhole || Math.abs(other - (starts[0] as number)) > 2 * window) starts.push(other);
    }
    for (const [place, start] of starts.entries()) {
      const stop = Math.min(tokens, start + window);
      const seed = random.below(0x7fffffff);
      const z = partial(state, start, stop, seed) + (head.bias[scale] as number);
      const gradient = (1 / (1 + Math.exp(-z)) - (place === 0 || isWhole ? label : 0)) * (place === 0 ? weight : weight * REST);
      if (Math.abs(gradient) > 0.01) update(state, row, stretch.from, start, stop, scale, gradient, seed);
    }
  }
}

/** Whether a step does not see a token. */
function isHidden(seed: number, token: number, share: number): boolean {
  return (Math.imul(seed ^ Math.imul(token + 1, 0x9e3779b1), 0x85ebca6b) >>> 8) / 0x1000000 < share;
}

function partial({ learning }: State, start: number, stop: number, seed: number): number {
  let z = 0;
  for (let t = start; t < stop; t++) if (!isHidden(seed, t, learning.hidden)) z += (sums[t + 1] as number) - (sums[t] as number);
  return z;
}

function update(state: State, row: number, from: number, start: number, stop: number, scale: number, gradient: number, seed: number): void {
  const { corpus, head, squares, biasSquares, learning } = state;
  const { features, ends, last } = corpus;
  const first = (row === 0 ? 0 : (last[row - 1] as number)) + from + start;
  const { weights } = head;
  const { l2, dropped, hidden } = learning;
  const rate = state.from > 0 ? learning.firstRate : learning.rate;
  const drop = dropped > 0 && state.random.chance(dropped);
  for (let t = start; t < stop; t++) {
    if (isHidden(seed, t, hidden)) continue;
    const at = first + t - start;
    for (let f = at === 0 ? 0 : (ends[at - 1] as number); f < (ends[at] as number); f++) {
      const b = features[f] as number;
      if (b < state.from || (drop && b < 1 << BITS)) continue;
      const g = gradient + l2 * (weights[b] as number);
      squares[b] = (squares[b] as number) + g * g;
      weights[b] = (weights[b] as number) - (rate * g) / Math.sqrt(squares[b] + 1);
    }
  }
  biasSquares[scale] = (biasSquares[scale] as number) + gradient * gradient;
  head.bias[scale] = (head.bias[scale] as number) - (rate * gradient) / Math.sqrt(biasSquares[scale] + 1);
}

export function shuffle(order: Int32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i] as number;
    order[i] = order[j] as number;
    order[j] = kept;
  }
}

/** Weights as signed bytes; the few that are larger than the step allows are cut. */
export function quantised({ weights, bias }: Learned): Head {
  const step = largest(weights) / 127;
  return {
    step,
    bias: [bias[0] as number, bias[1] as number],
    table: Int8Array.from(weights, (w) => Math.max(-127, Math.min(127, Math.round(w / step)))),
  };
}

/** Share of the buckets in use whose weights are cut. */
const CUT = 1e-4;

export function largest(weights: Float32Array): number {
  const sizes = weights
    .filter((w) => w !== 0)
    .map((w) => Math.abs(w))
    .sort();
  return sizes[Math.floor(sizes.length * (1 - CUT))] ?? 1;
}
