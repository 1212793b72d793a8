import { BEYOND, DIRECTIONS, INPUTS, REFUSED, type Stack } from '../../packages/sallyport/src/guard/model/stack.ts';
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
export type Allowed = { readonly what?: string; readonly benign: readonly Float64Array[]; readonly share: number };

/** What is allowed at one score: of texts of several kinds, and of long ones. */
export type Allowance = { readonly all: readonly Allowed[]; readonly long: Allowed };

/** A last step whose scores 0.5 and 0.9 lie where they should, and how far those are apart in log-odds of the step as it was learned. */
export type Calibrated = { readonly stack: Stack; readonly apart: number };

/**
 * Moves the score 0.5 to where at most the share `flagged` of the texts lies above, and 0.9, from which the default rules refuse, to where `refused`
 * does. Long texts get thresholds that grow with their length, so that no more of them lie above than allowed.
 */
export function calibrated(stack: Stack, allowed: { readonly flagged: Allowance; readonly refused: Allowance }): Calibrated {
  const oddsOf = (inputs: Float64Array): number => oddsBy(stack, inputs);
  const cutOf = ({ all }: Allowance): number => Math.max(...all.map(({ benign, share }) => highest(benign.map(oddsOf), share)));
  const flag = cutOf(allowed.flagged);
  const refuse = Math.max(cutOf(allowed.refused) + MARGIN, flag + LEAST);
  // How steep the threshold would have to be for each text to lie below it.
  const steepOf = ({ long }: Allowance, cut: number): number =>
    highest(
      long.benign.map((inputs) => {
        const above = oddsOf(inputs) - cut;
        // No slope helps where a text is short: the threshold itself allowed it.
        return above <= 0 || (inputs[BEYOND] as number) === 0 ? 0 : above / (inputs[BEYOND] as number);
      }),
      long.share,
    );
  const steep = Math.min(STEEPEST, Math.max(steepOf(allowed.flagged, flag), steepOf(allowed.refused, refuse)));
  const scale = REFUSED / (refuse - flag);
  console.log(`  flagged from ${flag.toFixed(2)}, refused from ${refuse.toFixed(2)}, ${steep.toFixed(2)} a doubling`);
  const weights = stack.weights.map((weight, i) => (i === BEYOND ? -steep : weight) * scale);
  return { stack: { bias: (stack.bias - flag) * scale, weights }, apart: refuse - flag };
}

/**
 * Moves the score 0.5 to where the wanted share of texts that nothing was learned from lies above, and leaves 0.9 where it is. The shares of `calibrated` are
 * those of heads that had not seen whole sources: they say how far 0.5 and 0.9 lie apart; how many texts of known kinds the head that ships flags, these say.
 */
export function settled({ stack, apart }: Calibrated, unseen: readonly Allowed[]): Stack {
  const scale = REFUSED / apart;
  const cuts = unseen.map(
    ({ benign, share }) =>
      highest(
        benign.map((inputs) => oddsBy(stack, inputs)),
        share,
      ) / scale,
  );
  const ease = Math.min(MOST, Math.max(-MOST, -apart / 2, -Math.max(...cuts)));
  console.log(`  held back: would be flagged from ${told(unseen, cuts)}; moved by ${(-ease).toFixed(2)}`);
  const now = REFUSED / (apart + ease);
  return { bias: (stack.bias / scale + ease) * now, weights: stack.weights.map((weight) => (weight / scale) * now) };
}

/**
 * Log-odds by which results of tools may be flagged earlier than other text: so many that no more than the wanted shares of held-back ones lie above.
 * Never later: they are text from outside as well.
 */
export function easeOf(stack: Stack, unseen: readonly Allowed[]): number {
  const cuts = unseen.map(({ benign, share }) =>
    highest(
      benign.map((inputs) => oddsBy(stack, inputs)),
      share,
    ),
  );
  const ease = Math.min(MOST_EASE, Math.max(0, -Math.max(...cuts)));
  console.log(`  results of tools: would be flagged from ${told(unseen, cuts)}; eased by ${ease.toFixed(2)}`);
  return ease;
}

function told(allowed: readonly Allowed[], cuts: readonly number[]): string {
  return cuts.map((cut, k) => `${allowed[k]?.what ?? ''} ${cut.toFixed(2)}`).join(', ');
}

/** More would flag half of what comes near. */
const MOST_EASE = 1;

function oddsBy(stack: Stack, inputs: Float64Array): number {
  return stack.weights.reduce((sum, w, i) => sum + w * (inputs[i] as number), stack.bias);
}

/** The two thresholds lie at least so far apart. */
const LEAST = 0.5;

/** Log-odds on top of where the share of refused texts lies: it is estimated from few. */
const MARGIN = 0.5;

/** What is held back are a thousand texts or two: more than this would rest on too few. */
const MOST = 0.6;

/** Above this the length of a text would decide. */
const STEEPEST = 1.5;

/** The value that no more than `share` of the list exceeds. */
function highest(list: readonly number[], share: number): number {
  return list.toSorted((a, b) => b - a)[Math.floor(list.length * share)] ?? 0;
}
