import { Type, type Static } from '../kernel/index.ts';
import { PRESET_NAMES } from './presets.ts';

/** The time limits of one attempt, and of the whole request with its retries; seconds. */
export const DEFAULT_TIMEOUTS = {
  /** Name, TCP and TLS; who takes longer is not usable. */
  connect: 10,
  /** To the first byte of the reply. A reply that is not streamed starts only when it is complete: the openai SDK waits ten minutes too. */
  headers: 600,
  /** Between two pieces of the reply. Reasoning models are silent for minutes. */
  idle: 300,
  /** Everything. Longer than any stream a person waits for; agents work for half an hour. */
  total: 3600,
} as const;
/** Attempts after the first at one provider. More only lengthens an outage for everybody. */
export const DEFAULT_RETRIES = 2;
/** Requests to one provider at once. */
export const DEFAULT_CONCURRENT = 256;
/** Entries; bounds what one reading of a request's model name costs. */
const MAX_PROVIDERS = 100;
const MAX_MODELS = 200;

const seconds = (description: string, value: number) =>
  Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400, default: value, description }));

const Endpoint = Type.Enum(['chat', 'completions', 'responses', 'messages', 'count_tokens', 'embeddings', 'moderations']);

/** One entry of `providers:` in sallyport.yaml. */
export const ProviderEntry = Type.Object(
  {
    name: Type.String({
      pattern: '^[a-z][a-z0-9-]{0,31}$',
      description: 'Your name for it. Clients may write name/model to choose it.',
    }),
    preset: Type.Optional(Type.Enum([...PRESET_NAMES], { description: 'Fills in everything but the key.' })),
    kind: Type.Optional(
      Type.Enum(['openai', 'anthropic', 'azure-openai'], { description: 'The shape it speaks. Required without a preset.' }),
    ),
    baseUrl: Type.Optional(
      Type.String({
        maxLength: 2048,
        description: "As the provider's own SDK takes it. May be a private address: it is reached exactly as written.",
      }),
    ),
    apiKey: Type.Optional(
      Type.String({
        pattern: '^\\$\\{(env|file|sealed):[^{}\\s]+\\}$',
        description: '${env:NAME}, ${file:PATH} or ${sealed:NAME}: a reference, never the key itself.',
      }),
    ),
    models: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
        minItems: 1,
        maxItems: MAX_MODELS,
        description: 'Names it may be asked for; * stands for any characters.',
      }),
    ),
    alias: Type.Optional(
      Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.String({ minLength: 1, maxLength: 200 }), {
        description: 'Names of your own: what clients ask for -> what this provider calls it.',
      }),
    ),
    endpoints: Type.Optional(Type.Array(Endpoint, { minItems: 1, maxItems: 7, description: 'Which endpoints it serves.' })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, default: 0, description: 'Lower is tried first.' })),
    weight: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 1000,
        default: 1,
        description: 'Share among providers of equal priority; 0 = only when the others fail.',
      }),
    ),
    retries: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 10,
        default: DEFAULT_RETRIES,
        description: 'Further attempts before the next provider is tried.',
      }),
    ),
    timeouts: Type.Optional(
      Type.Object(
        {
          connect: seconds('To a connection; seconds.', DEFAULT_TIMEOUTS.connect),
          headers: seconds("To the reply's first byte; seconds.", DEFAULT_TIMEOUTS.headers),
          idle: seconds('Between two pieces of the reply; seconds.', DEFAULT_TIMEOUTS.idle),
          total: seconds('For everything, retries included; seconds.', DEFAULT_TIMEOUTS.total),
        },
        { additionalProperties: false },
      ),
    ),
    maxConcurrent: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, default: DEFAULT_CONCURRENT, description: 'Requests to it at once; more get 503.' }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2048 }), {
        maxProperties: 20,
        description: 'Further request headers; a value may be a reference as in apiKey.',
      }),
    ),
    apiVersion: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9.-]{1,40}$', description: 'Azure: the api-version, unless the base URL ends in /openai/v1.' }),
    ),
    ca: Type.Optional(Type.String({ maxLength: 1024, description: 'File with further certificate authorities (PEM) to trust for it.' })),
    discover: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether its own list of models is asked for, for GET /v1/models.' }),
    ),
  },
  { additionalProperties: false },
);

/** The value of `providers:`. */
export const CONFIG = Type.Array(ProviderEntry, {
  maxItems: MAX_PROVIDERS,
  description: 'Model providers. The practice provider (practice/*) is always there.',
});

export type ProviderEntry = Static<typeof ProviderEntry>;
