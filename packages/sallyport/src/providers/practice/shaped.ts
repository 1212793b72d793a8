import { createHash } from 'node:crypto';
import type { PracticeAnswer } from './answer.ts';
import type { PracticeRequest } from './read.ts';

/** What every shape is made from. `id` is a hash of the request, `now` in seconds. */
export type Shaped = {
  readonly id: string;
  readonly now: number;
  readonly request: PracticeRequest;
  readonly answer: PracticeAnswer;
  readonly usage: { readonly input: number; readonly output: number };
};

export type PracticeEvent = { readonly event?: string; readonly data: unknown };

/** Puts an answer into the form that all shapes start from. */
export function shaped(request: PracticeRequest, answer: PracticeAnswer, body: Buffer, now: number): Shaped {
  const said = answer.text + answer.calls.map((call) => call.arguments).join('');
  return {
    id: createHash('sha256').update(body).digest('hex').slice(0, 24),
    now,
    request,
    answer,
    usage: { input: tokens(request.system) + tokens(request.user), output: tokens(said) * request.choices },
  };
}

/** About four characters a token, as a rule of thumb for English. */
function tokens(text: string): number {
  return Math.ceil(text.length / 4);
}
