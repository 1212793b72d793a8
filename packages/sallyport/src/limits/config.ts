import { Type } from '../kernel/index.ts';
import { DEFAULT_ADMISSION } from './admission.ts';

/** Output tokens that a request under a budget gets when it names no maximum: four long answers. */
export const DEFAULT_MAX_OUTPUT = 4_096;
/** The same request this often within a minute, from one key under a budget, is a loop and no use. */
export const DEFAULT_IDENTICAL = 30;

const usd = (description: string) => Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000, description }));

const perMinute = (count: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, default: count, description }));

/** USD per million tokens; what a model may be asked at most, where it is known. */
const PRICE = Type.Object(
  {
    model: Type.String({ minLength: 1, maxLength: 200, description: "The model's name at the provider; `*` for any run of characters." }),
    input: Type.Number({ minimum: 0, maximum: 1_000_000, description: 'USD for a million tokens of input.' }),
    output: Type.Number({ minimum: 0, maximum: 1_000_000, description: 'USD for a million tokens of output.' }),
    context: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000_000, description: 'Most tokens of input. Default: 200000.' })),
    maxOutput: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000, description: 'Most tokens of output. Default: 32768.' })),
  },
  { additionalProperties: false },
);

/** The limits' part of `sallyport.yaml`, under `limits:`. */
export const CONFIG: ReturnType<typeof schema> = schema();

function schema() {
  return Type.Object(
    {
      usdPerDay: usd('What each tenant may spend in a day (UTC) at providers. Keys can have budgets of their own beside it.'),
      usdPerMonth: usd('What each tenant may spend in a calendar month (UTC) at providers.'),
      maxOutput: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 10_000_000,
          default: DEFAULT_MAX_OUTPUT,
          description: 'The maximum of output tokens that a request under a budget gets when it names none.',
        }),
      ),
      identicalCalls: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: 1_000_000,
          default: DEFAULT_IDENTICAL,
          description: 'How often a key under a budget may send the same request in a minute before it is cut off as a loop; 0 = never.',
        }),
      ),
      anonymous: Type.Optional(
        Type.Object(
          {
            perAddress: perMinute(
              DEFAULT_ADMISSION.perAddress,
              'From one address, or one IPv6 network of 48 bits, and never more than is left for all.',
            ),
            overall: perMinute(
              DEFAULT_ADMISSION.overall,
              'From all addresses together, in each process. A tenth of it more is kept for addresses where somebody who is known was seen.',
            ),
          },
          {
            additionalProperties: false,
            description:
              'Requests a minute by which people who are not known make us store something: signing in, links, authorization requests.',
          },
        ),
      ),
      prices: Type.Optional(
        Type.Array(PRICE, {
          maxItems: 1_000,
          description: 'Prices of models that the shipped list lacks or that cost you something else. The first that fits counts.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'What may be spent at providers. A model without a known price is refused under a budget.',
    },
  );
}
