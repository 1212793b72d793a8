import type { Price } from './price.ts';

/** Tokens as a provider counted them; `cached` (read from a cache) and `written` (to it) are part of `input`. */
type Tokens = {
  readonly input: number;
  readonly output: number;
  readonly cached?: number | undefined;
  readonly written?: number | undefined;
};

/** Above so many tokens of input providers ask their price for long contexts (Anthropic, Google, OpenAI: 200,000 or more). */
const LONG = 200_000;

/** Millionths of a USD that one attempt can cost at most, at the dearest tier: `input` and `output` are upper bounds in tokens, `choices` replies are asked for. */
export function worstOf(price: Price, worst: { readonly input: number; readonly output: number; readonly choices: number }): number {
  const most = price.most ?? price;
  return Math.ceil(Math.min(worst.input, price.context) * most.input + worst.output * worst.choices * most.output);
}

/** Millionths of a USD for what was used. `dear`: the tier costs more than the list's price (`service_tier: priority`). */
export function costOf(price: Price, used: Tokens, dear: boolean): number {
  const tier = dear || used.input > LONG ? (price.most ?? price) : price;
  const cached = dear ? 0 : Math.min(used.cached ?? 0, used.input);
  // Writing to a cache costs up to twice the input (Anthropic, one hour): the dearest tier covers it.
  const written = Math.min(used.written ?? 0, used.input - cached);
  const plain = used.input - cached - written;
  const most = (price.most ?? price).input;
  return Math.ceil(plain * tier.input + cached * (price.cached ?? tier.input) + written * most + used.output * tier.output);
}
