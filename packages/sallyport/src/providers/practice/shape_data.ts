import { createHash } from 'node:crypto';
import type { Shaped } from './shaped.ts';

/** `POST /v1/messages/count_tokens`. */
export function countTokensBody({ usage }: Shaped): unknown {
  return { input_tokens: usage.input };
}

/** `POST /v1/embeddings`: vectors of length 1 that depend on the request and the position only. They mean nothing. */
export function embeddingsBody({ id, request, usage }: Shaped): unknown {
  return {
    object: 'list',
    data: Array.from({ length: request.inputs }, (_, index) => {
      const vector = vectorOf(`${id} ${index}`, request.dimensions);
      return { object: 'embedding', index, embedding: request.base64 ? Buffer.from(vector.buffer).toString('base64') : [...vector] };
    }),
    model: `practice/${request.model}`,
    usage: { prompt_tokens: usage.input, total_tokens: usage.input },
  };
}

function vectorOf(seed: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (let from = 0; from < dimensions; from += 32) {
    const digest = createHash('sha256').update(`${seed} ${from}`).digest();
    for (let i = 0; i < 32 && from + i < dimensions; i++) vector[from + i] = (digest[i] ?? 0) / 127.5 - 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

const CATEGORIES = [
  'harassment', 'harassment/threatening', 'hate', 'hate/threatening', 'illicit', 'illicit/violent', 'self-harm', 'self-harm/instructions',
  'self-harm/intent', 'sexual', 'sexual/minors', 'violence', 'violence/graphic',
]; // prettier-ignore

/** `POST /v1/moderations`: never flags anything, and says that it is the practice model. */
export function moderationsBody({ id, request }: Shaped): unknown {
  const result = {
    flagged: false,
    categories: Object.fromEntries(CATEGORIES.map((name) => [name, false])),
    category_scores: Object.fromEntries(CATEGORIES.map((name) => [name, 0])),
    category_applied_input_types: Object.fromEntries(CATEGORIES.map((name) => [name, []])),
  };
  return { id: `modr-practice-${id}`, model: `practice/${request.model}`, results: Array.from({ length: request.inputs }, () => result) };
}
