import { BUCKETS, type Features } from './features.ts';

/** One linear classifier: the score of a text is the sum of its features' weights; above 0 it is rather of the class. */
export type Linear = { readonly weights: Float32Array; bias: number };

export type Example = { readonly features: Features; /** Of the class or not. */ readonly positive: boolean; readonly weight: number };

const EPOCHS = 60;
const RATE = 1.5;
/** Keeps weights small, so that a word seen once does not decide alone. */
const DECAY = 2e-4;

/** Trains a logistic regression on examples in their order: the same examples give the same classifier. Milliseconds for some hundred texts. */
export function train(examples: readonly Example[]): Linear {
  const model: Linear = { weights: new Float32Array(BUCKETS), bias: 0 };
  const squares = new Float32Array(BUCKETS).fill(1e-3);
  let biasSquare = 1e-3;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (const { features, positive, weight } of examples) {
      const error = (probability(score(model, features)) - (positive ? 1 : 0)) * weight;
      features.buckets.forEach((bucket, at) => {
        const gradient = error * (features.weights[at] ?? 0) + DECAY * (model.weights[bucket] ?? 0);
        squares[bucket] = (squares[bucket] ?? 0) + gradient * gradient;
        model.weights[bucket] = (model.weights[bucket] ?? 0) - (RATE * gradient) / Math.sqrt(squares[bucket]);
      });
      biasSquare += error * error;
      model.bias -= (0.3 * error) / Math.sqrt(biasSquare);
    }
  }
  return model;
}

/** Log-odds. */
export function score({ weights, bias }: Pick<Linear, 'bias'> & { readonly weights: ArrayLike<number> }, features: Features): number {
  let sum = bias;
  for (let at = 0; at < features.buckets.length; at++) sum += (weights[features.buckets[at] ?? 0] ?? 0) * (features.weights[at] ?? 0);
  return sum;
}

/** 0 to 1 of log-odds. */
export function probability(score: number): number {
  return 1 / (1 + Math.exp(-score));
}
