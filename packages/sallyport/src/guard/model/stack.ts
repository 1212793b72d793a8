import type { Windows } from './windows.ts';

/** What a text gives beside its windows. `signs`: rules that hit; `rules`: their joint weight, 0 to 1; `about`: words about attacks. */
export type Signs = { readonly rules: number; readonly signs: number; readonly about: number; readonly quotes: number };

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
] as const;

/** The last step: a logistic regression over some ten inputs, learned from texts whose source the heads had not seen. */
export type Stack = { readonly bias: number; readonly weights: readonly number[] };

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Log-odds of a head beyond which it is as sure as it gets: a page of attacks is no worse than one. */
const SURE = 10;

/** Writes the inputs of a text. */
export function stackInputs({ short, long, tokens }: Windows, { rules, signs, about, quotes }: Signs, inputs: Float64Array): void {
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
}

/** Nothing statistical is certain. */
const MAX_SCORE = 0.99;

/** The score of a text, 0 to 1; the threshold that was fixed in training lies at 0.5. */
export function stackScore({ bias, weights }: Stack, inputs: Float64Array): number {
  let z = bias;
  for (let i = 0; i < weights.length; i++) z += (weights[i] as number) * (inputs[i] as number);
  return Math.min(MAX_SCORE, 1 / (1 + Math.exp(-z)));
}
