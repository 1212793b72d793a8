import { brotliDecompressSync } from 'node:zlib';
import { BUCKETS, featuresOf } from './features.ts';
import { HARM_MODEL } from './harm_model.generated.ts';
import { probability, score } from './linear.ts';

/** The categories of harm that the baseline knows. Sexual content with minors is not among them: it needs more than words. */
export const HARM_CATEGORIES: readonly string[] = HARM_MODEL.categories;

/** One word alone (`Where do bears live?`) would decide by itself. */
const MIN_WORDS = 2;

let weights: Int8Array | undefined;

/** How likely a text is of each category, 0 to 1. A baseline from some 200 sentences: it knows plain words, neither irony nor context. */
export function harmOf(text: string): readonly { readonly category: string; readonly probability: number }[] {
  weights ??= new Int8Array(brotliDecompressSync(Buffer.from(HARM_MODEL.weights, 'base64')));
  const features = featuresOf(text);
  if (features.words < MIN_WORDS) return [];
  return HARM_MODEL.categories.map((category, at) => {
    const part = (weights ?? new Int8Array()).subarray(at * BUCKETS, (at + 1) * BUCKETS);
    const bias = HARM_MODEL.biases[at] ?? 0;
    return { category, probability: probability(bias + score({ weights: part, bias: 0 }, features) * HARM_MODEL.scale) };
  });
}
