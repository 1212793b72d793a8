import { BEYOND, DIRECTIONS, INPUTS, type Stack } from '../../packages/sallyport/src/guard/model/stack.ts';
import type { Random } from './random.ts';

/** One text as the last step sees it. */
export type Example = { readonly inputs: Float64Array; readonly label: 0 | 1; readonly weight: number };

const EPOCHS = 40;
const RATE = 0.05;
const L2 = 1e-4;

/** Logistic regression by AdaGrad over standardised inputs; answers weights for the inputs as they are. */
export function learnStack(examples: readonly Example[], random: Random): Stack {
  const n = INPUTS.length;
  const { mean, spread } = moments(examples, n);
  const weights = new Float64Array(n + 1);
  const squares = new Float64Array(n + 1).fill(1);
  const order = [...examples.keys()];
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    for (const index of order) {
      const { inputs, label, weight } = examples[index] as Example;
      let z = weights[n] as number;
      for (let i = 0; i < n; i++) z += ((weights[i] as number) * ((inputs[i] as number) - (mean[i] as number))) / (spread[i] as number);
      const gradient = (1 / (1 + Math.exp(-z)) - label) * weight;
      for (let i = 0; i <= n; i++) {
        const x = i === n ? 1 : ((inputs[i] as number) - (mean[i] as number)) / (spread[i] as number);
        const g = gradient * x + (i === n ? 0 : L2 * (weights[i] as number));
        squares[i] = (squares[i] as number) + g * g;
        const moved = (weights[i] as number) - (RATE * g) / Math.sqrt(squares[i] as number);
        weights[i] = i === BEYOND || (i < n && moved * (DIRECTIONS[i] as number) < 0) ? 0 : moved;
      }
    }
  }
  const plain = Array.from({ length: n }, (_, i) => (weights[i] as number) / (spread[i] as number));
  return { bias: (weights[n] as number) - plain.reduce((sum, w, i) => sum + w * (mean[i] as number), 0), weights: plain };
}

function moments(examples: readonly Example[], n: number): { mean: Float64Array; spread: Float64Array } {
  const mean = new Float64Array(n);
  const spread = new Float64Array(n);
  for (const { inputs } of examples) for (let i = 0; i < n; i++) mean[i] = (mean[i] as number) + (inputs[i] as number) / examples.length;
  for (const { inputs } of examples)
    for (let i = 0; i < n; i++) spread[i] = (spread[i] as number) + ((inputs[i] as number) - (mean[i] as number)) ** 2 / examples.length;
  return { mean, spread: spread.map((v) => Math.max(1e-6, Math.sqrt(v))) };
}

/** Benign texts, and the share of them that may lie above the threshold. */
export type Allowed = { readonly benign: readonly Float64Array[]; readonly share: number };

/**
 * Moves the score 0.5 to where at most the allowed share of the texts lies above. Long texts then get a threshold that grows with their length, so that
 * no more of `long` lie above it than allowed.
 */
export function withThreshold(stack: Stack, { all, long }: { readonly all: readonly Allowed[]; readonly long: Allowed }): Stack {
  const oddsOf = (inputs: Float64Array): number => stack.weights.reduce((sum, w, i) => sum + w * (inputs[i] as number), stack.bias);
  const cuts = all.map(({ benign, share }) => highest(benign.map(oddsOf), share));
  const cut = Math.max(...cuts);
  // How steep the threshold would have to be for each text to lie below it.
  const steep = highest(
    long.benign.map((inputs) => {
      const above = oddsOf(inputs) - cut;
      // No slope helps where a text is short: the threshold itself allowed it.
      return above <= 0 || (inputs[BEYOND] as number) === 0 ? 0 : above / (inputs[BEYOND] as number);
    }),
    long.share,
  );
  console.log(
    `  thresholds ${cuts.map((value, s) => `${value.toFixed(2)} of ${all[s]?.benign.length}`).join(', ')}, ${steep.toFixed(2)} a doubling`,
  );
  return {
    bias: stack.bias - cut - MARGIN,
    weights: stack.weights.map((weight, i) => (i === BEYOND ? -Math.min(steep, STEEPEST) : weight)),
  };
}

/** Log-odds on top of where the share lies: it is estimated from few texts. */
const MARGIN = 0.45;

/** Above this the length of a text would decide. */
const STEEPEST = 1.5;

/** The value that no more than `share` of the list exceeds. */
function highest(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => b - a)[Math.floor(list.length * share)] ?? 0;
}
