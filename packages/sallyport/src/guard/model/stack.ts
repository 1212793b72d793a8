import type { Surprise } from './surprise.ts';
import type { Windows } from './windows.ts';

/** What a text gives beside its windows. `signs`: rules that hit; `rules`: their joint weight, 0 to 1; `about`: words about attacks; `code`: share of signs of code around the strongest window. */
export type Signs = {
  readonly rules: number;
  readonly signs: number;
  readonly about: number;
  readonly quotes: number;
  readonly code: number;
};

/** The inputs of the last step, in their order. */
export const INPUTS = [
  'short',
  'long',
  'least',
  'tokens',
  'rules',
  'signs',
  'about',
  'about-short',
  'quotes',
  'quotes-short',
  'rules-short',
  'suffix',
  'breadth',
  'skeleton',
  'level',
  'code',
  'code-short',
  'closer',
  'agreed',
  'beyond',
] as const;

/** The last step: a logistic regression over some ten inputs, learned from texts whose source the heads had not seen. */
export type Stack = { readonly bias: number; readonly weights: readonly number[] };

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Tokens from which a text's strongest window is the strongest of many, so that chance alone makes it strong (extreme values grow with the logarithm). */
export const MANY = 192;

/** The input whose weight is set with the threshold, on texts of all lengths. */
export const BEYOND: number = INPUTS.indexOf('beyond');

/** Log-odds of a head beyond which it is as sure as it gets: a page of attacks is no worse than one. */
const SURE = 10;

/** Whether an input may only speak for an attack (1), only against (-1), or either (0): what the sources at hand say otherwise is chance. */
export const DIRECTIONS: readonly number[] = [1, 1, 1, -1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, 0, 0, -1, 1, 1, -1];

/** Bits a unit up to which a stretch is no suffix: all but one in five hundred benign prompts. */
export const NO_SUFFIX = 5.6;

/** Writes the inputs of a text. */
export function stackInputs(
  { short, long, tokens, breadth, skeleton, level }: Windows,
  { rules, signs, about, quotes, code }: Signs,
  { bits }: Surprise,
  closer: number,
  inputs: Float64Array,
): void {
  const near = clip(short, -SURE, SURE);
  const far = clip(long, -SURE, SURE);
  const odds = -Math.log(1 - Math.min(0.99, rules));
  inputs[0] = near;
  inputs[1] = far;
  inputs[2] = Math.min(near, far);
  inputs[3] = Math.log2(1 + tokens) / 4;
  inputs[4] = odds;
  inputs[5] = Math.min(5, signs);
  inputs[6] = Math.min(4, about);
  inputs[7] = Math.min(4, about) * Math.max(0, near);
  inputs[8] = Math.min(4, quotes);
  inputs[9] = Math.min(4, quotes) * Math.max(0, near);
  inputs[10] = odds * Math.max(0, near);
  inputs[11] = Math.max(0, bits - NO_SUFFIX);
  inputs[12] = Math.log2(1 + breadth / 16);
  inputs[13] = Math.min(SURE, skeleton);
  inputs[14] = clip(level, -SURE, SURE);
  inputs[15] = code * 10;
  inputs[16] = code * 10 * Math.max(0, near);
  inputs[17] = closer;
  inputs[18] = Math.min(near, closer);
  inputs[19] = Math.max(0, Math.log2(Math.max(1, tokens) / MANY));
}

/** Nothing statistical is certain. */
const MAX_SCORE = 0.99;

/** Bits a unit at which a stretch alone is as likely a suffix as not, and how fast that changes. */
const EVEN = 5.85;
const SLOPE = 8;

/** The score of a suffix alone: words that are no attack do not speak against it. */
export function suffixScore({ bits }: Surprise): number {
  return Math.min(MAX_SCORE, 1 / (1 + Math.exp(SLOPE * (EVEN - bits))));
}

/** Log-odds of 0.9, the score from which the default rules refuse. */
export const REFUSED: number = Math.log(9);

/** The same last step with the score 0.5 so many log-odds lower, and 0.9 where it was. */
export function easedStack({ bias, weights }: Stack, ease: number): Stack {
  const scale = REFUSED / (REFUSED + ease);
  return { bias: (bias + ease) * scale, weights: weights.map((weight) => weight * scale) };
}

/** The score of a text, 0 to 1; the threshold that was fixed in training lies at 0.5. */
export function stackScore({ bias, weights }: Stack, inputs: Float64Array): number {
  let z = bias;
  for (let i = 0; i < weights.length; i++) z += (weights[i] as number) * (inputs[i] as number);
  return Math.min(MAX_SCORE, 1 / (1 + Math.exp(-z)));
}
