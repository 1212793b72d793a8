import { ROW_BITS, rowOf, squashed, UNITS, type Closer } from '../../packages/sallyport/src/guard/model/closer.ts';
import { BITS } from '../../packages/sallyport/src/guard/model/features.ts';
import { PEAKS, SHORT } from '../../packages/sallyport/src/guard/model/windows.ts';
import type { Corpus } from './corpus.ts';
import { largest, peaksOf, prefix, shuffle, stretchOf, tokensOf, type Learned } from './learner.ts';
import type { Random } from './random.ts';

const EPOCHS = 4;
const RATE = 0.05;
const L2 = 1e-5;

/** Tokens read before and behind the window: about `MARGIN` units. */
const AROUND = 13;

/** Share of the tokens that a step does not see, and of the steps that see word classes alone: no sign may stand on one word. */
const HIDDEN = 0.3;
const CLASSES_ALONE = 0.25;

/** How much a random window of a benign text counts. */
const REST = 0.5;

/** Signs of a text that the steps see: more is a repetition. */
const MAX_SIGNS = 1_200;

/** Learns the closer look by AdaGrad, at the windows that the head finds strongest and, of benign texts, at a random one too. */
export function learnCloser(
  corpus: Corpus,
  members: Int32Array,
  weightOf: Float32Array,
  headOf: (row: number) => Learned,
  random: Random,
): Closer {
  const size = UNITS << ROW_BITS;
  const net: Net = {
    table: Float32Array.from({ length: size }, () => (random.below(2_001) - 1_000) / 20_000),
    squares: new Float32Array(size),
    bias: Float64Array.from({ length: UNITS }, () => (random.below(2_001) - 1_000) / 1_000),
    out: Float64Array.from({ length: UNITS + 1 }, (_, u) => (u === UNITS ? -1 : u % 2 === 0 ? 1 : -1)),
    biasSquares: new Float64Array(UNITS),
    outSquares: new Float64Array(UNITS + 1),
    sums: new Float64Array(UNITS),
    signs: new Int32Array(MAX_SIGNS),
  };
  const order = Int32Array.from(members);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random);
    for (const row of order) {
      const weight = weightOf[row] as number;
      const tokens = tokensOf(corpus, row);
      if (weight === 0 || tokens === 0) continue;
      const label = corpus.rows[row]?.label ?? 0;
      const stretch = stretchOf(tokens, label, random);
      const starts = peaksOf(prefix(corpus, headOf(row), row, stretch), SHORT, PEAKS).map((at) => at + stretch.from);
      // Of an attack the window that says most is learned from, of a benign text each: whichever says most decides.
      const best = label === 1 && epoch > 0 ? loudest(net, corpus, row, starts, random) : (starts[0] as number);
      step(net, corpus, row, best - AROUND, best + SHORT + AROUND, label, weight, random);
      if (label === 0) for (const at of starts.slice(1)) step(net, corpus, row, at - AROUND, at + SHORT + AROUND, 0, weight * REST, random);
      if (label === 0 && tokens > 3 * SHORT) {
        const other = random.below(tokens - SHORT);
        step(net, corpus, row, other - AROUND, other + SHORT + AROUND, 0, weight * REST, random);
      }
    }
  }
  return quantised(net);
}

type Net = {
  readonly table: Float32Array;
  readonly squares: Float32Array;
  readonly bias: Float64Array;
  readonly out: Float64Array;
  readonly biasSquares: Float64Array;
  readonly outSquares: Float64Array;
  readonly sums: Float64Array;
  readonly signs: Int32Array;
};

/** Rows of the features of some tokens, without those that this step hides. */
function signsOf({ signs }: Net, { features, ends, last }: Corpus, row: number, from: number, to: number, random: Random): number {
  const first = row === 0 ? 0 : (last[row - 1] as number);
  const stop = Math.min(last[row] as number, first + to);
  const classes = random.chance(CLASSES_ALONE);
  let count = 0;
  for (let t = first + Math.max(0, from); t < stop; t++) {
    if (random.chance(HIDDEN)) continue;
    const end = ends[t] as number;
    for (let f = t === 0 ? 0 : (ends[t - 1] as number); f < end && count < MAX_SIGNS; f++) {
      const bucket = features[f] as number;
      if (!classes || bucket >= 1 << BITS) signs[count++] = rowOf(bucket);
    }
  }
  return count;
}

/** The window that the network finds most in. */
function loudest(net: Net, corpus: Corpus, row: number, starts: readonly number[], random: Random): number {
  if (starts.length === 1) return starts[0] as number;
  let most = Number.NEGATIVE_INFINITY;
  let best = starts[0] as number;
  for (const at of starts) {
    const odds = oddsOf(net, signsOf(net, corpus, row, at - AROUND, at + SHORT + AROUND, random));
    if (odds <= most) continue;
    most = odds;
    best = at;
  }
  return best;
}

/** Log-odds by the first signs that are noted; the sums of the hidden units stay behind. */
function oddsOf({ table, bias, out, sums, signs }: Net, count: number): number {
  for (let u = 0; u < UNITS; u++) sums[u] = bias[u] as number;
  for (let s = 0; s < count; s++) {
    const at = signs[s] as number;
    for (let u = 0; u < UNITS; u++) sums[u] = (sums[u] as number) + (table[at + u] as number);
  }
  let odds = out[UNITS] as number;
  for (let u = 0; u < UNITS; u++) odds += (out[u] as number) * squashed(sums[u] as number);
  return odds;
}

function step(net: Net, corpus: Corpus, row: number, from: number, to: number, label: number, weight: number, random: Random): void {
  const count = signsOf(net, corpus, row, from, to, random);
  const { table, squares, bias, out, biasSquares, outSquares, sums, signs } = net;
  const odds = oddsOf(net, count);
  const gradient = (1 / (1 + Math.exp(-odds)) - label) * weight;
  if (Math.abs(gradient) < 0.005) return;
  move(out, outSquares, UNITS, gradient);
  for (let u = 0; u < UNITS; u++) {
    const sum = sums[u] as number;
    const slope = gradient * (out[u] as number) * (1 / (1 + Math.abs(sum))) ** 2;
    move(out, outSquares, u, gradient * squashed(sum));
    move(bias, biasSquares, u, slope);
    sums[u] = slope;
  }
  for (let s = 0; s < count; s++) {
    const at = signs[s] as number;
    for (let u = 0; u < UNITS; u++) {
      const g = (sums[u] as number) + L2 * (table[at + u] as number);
      const square = (squares[at + u] as number) + g * g;
      squares[at + u] = square;
      table[at + u] = (table[at + u] as number) - (RATE * g) / Math.sqrt(square + 0.1);
    }
  }
}

function move(values: Float64Array, squares: Float64Array, at: number, gradient: number): void {
  squares[at] = (squares[at] as number) + gradient * gradient;
  values[at] = (values[at] as number) - (RATE * gradient) / Math.sqrt(squares[at] + 0.1);
}

/** Rows as signed bytes; those that nothing was learned of are zero. */
function quantised({ table, squares, bias, out }: Net): Closer {
  for (let i = 0; i < table.length; i++) if (squares[i] === 0) table[i] = 0;
  const step = largest(table) / 127;
  return {
    step,
    bias: [...bias],
    out: [...out],
    table: Int8Array.from(table, (w) => Math.max(-127, Math.min(127, Math.round(w / step)))),
  };
}
