import type { Api } from '../message/index.ts';
import type { Kind } from './call.ts';

/** How the key travels. Ollama, vLLM and LM Studio need none unless they are told to. */
export type AuthHeader = 'authorization' | 'x-api-key' | 'api-key';

/** What is known about a provider, so that `preset` and `apiKey` are enough. Facts from each provider's API reference, as of late 2026. */
export type Preset = {
  readonly kind: Exclude<Kind, 'practice'>;
  /** As the provider's own SDK takes it; undefined where it differs for each customer. */
  readonly baseUrl?: string;
  readonly auth: AuthHeader;
  /** Whether it cannot be used without a key. */
  readonly keyNeeded: boolean;
  readonly endpoints: readonly Api[];
  /** Names of the provider's own models; `*` where it serves anybody's. */
  readonly models: readonly string[];
  /** What differs from the shape's origin, for `provider list` and for people who wonder. */
  readonly quirks: readonly string[];
  /** The documentation the facts are from. */
  readonly source: string;
};

export const PRESETS = {
  openai: {
    kind: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'completions', 'responses', 'embeddings', 'moderations'],
    models: [
      'gpt-*',
      'chatgpt-*',
      'o1*',
      'o3*',
      'o4*',
      'codex-*',
      'computer-use-*',
      'text-embedding-*',
      'omni-moderation-*',
      'text-moderation-*',
      'babbage-002',
      'davinci-002',
      'ft:*',
    ],
    quirks: [],
    source: 'https://platform.openai.com/docs/api-reference',
  },
  'azure-openai': {
    kind: 'azure-openai',
    auth: 'api-key',
    keyNeeded: true,
    endpoints: ['chat', 'completions', 'responses', 'embeddings'],
    models: ['*'],
    quirks: [
      'The model name is the name of the deployment.',
      'With a base URL that ends in /openai/v1 the v1 API is used; else /openai/deployments/NAME with `apiVersion`, which has no responses.',
      'Keys only; Microsoft Entra tokens are not requested.',
    ],
    source: 'https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle',
  },
  anthropic: {
    kind: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    auth: 'x-api-key',
    keyNeeded: true,
    endpoints: ['messages', 'count_tokens'],
    models: ['claude-*'],
    quirks: [],
    source: 'https://platform.claude.com/docs/en/api/overview',
  },
  gemini: {
    kind: 'openai',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'embeddings'],
    models: ['gemini-*', 'gemma-*', 'text-embedding-004'],
    quirks: ['Model lists name models as models/NAME; both forms are accepted.'],
    source: 'https://ai.google.dev/gemini-api/docs/openai',
  },
  mistral: {
    kind: 'openai',
    baseUrl: 'https://api.mistral.ai/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'embeddings', 'moderations'],
    models: [
      'mistral-*',
      'ministral-*',
      'magistral-*',
      'codestral-*',
      'devstral-*',
      'pixtral-*',
      'voxtral-*',
      'open-mistral-*',
      'open-mixtral-*',
    ],
    quirks: ['Unknown request fields are answered with 422.', 'Tool call ids have nine characters.'],
    source: 'https://docs.mistral.ai/api',
  },
  groq: {
    kind: 'openai',
    baseUrl: 'https://api.groq.com/openai/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'responses'],
    models: ['*'],
    quirks: ['logprobs, logit_bias, top_logprobs and messages[].name are answered with 400; n must be 1.'],
    source: 'https://console.groq.com/docs/openai',
  },
  openrouter: {
    kind: 'openai',
    baseUrl: 'https://openrouter.ai/api/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'completions', 'responses', 'messages', 'embeddings'],
    models: ['*'],
    quirks: [
      'Model names hold a slash (vendor/model).',
      'Streams carry SSE comments as a sign of life.',
      'An error inside a stream comes as a chunk with `error`.',
    ],
    source: 'https://openrouter.ai/docs/api/reference/overview',
  },
  deepseek: {
    kind: 'openai',
    baseUrl: 'https://api.deepseek.com',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat'],
    models: ['deepseek-*'],
    quirks: ['Waiting requests get empty lines or SSE comments until they start.', 'Reasoning comes as `reasoning_content`.'],
    source: 'https://api-docs.deepseek.com/',
  },
  xai: {
    kind: 'openai',
    baseUrl: 'https://api.x.ai/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'responses', 'messages'],
    models: ['grok-*'],
    quirks: ['Chat completions are marked as deprecated in favour of responses.'],
    source: 'https://docs.x.ai/docs/api-reference',
  },
  together: {
    kind: 'openai',
    baseUrl: 'https://api.together.xyz/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'completions', 'embeddings'],
    models: ['*'],
    quirks: ['Model names hold a slash (vendor/model).', 'The model list is a plain array.'],
    source: 'https://docs.together.ai/docs/openai-api-compatibility',
  },
  fireworks: {
    kind: 'openai',
    baseUrl: 'https://api.fireworks.ai/inference/v1',
    auth: 'authorization',
    keyNeeded: true,
    endpoints: ['chat', 'completions', 'responses', 'embeddings'],
    models: ['accounts/*', '*'],
    quirks: ['Model names look like accounts/fireworks/models/NAME.'],
    source: 'https://docs.fireworks.ai/tools-sdks/openai-compatibility',
  },
  ollama: {
    kind: 'openai',
    baseUrl: 'http://localhost:11434/v1',
    auth: 'authorization',
    keyNeeded: false,
    endpoints: ['chat', 'completions', 'responses', 'embeddings', 'messages'],
    models: ['*'],
    quirks: ['Responses are stateless: previous_response_id is not kept.'],
    source: 'https://docs.ollama.com/api/openai-compatibility',
  },
  vllm: {
    kind: 'openai',
    baseUrl: 'http://localhost:8000/v1',
    auth: 'authorization',
    keyNeeded: false,
    endpoints: ['chat', 'completions', 'responses', 'embeddings', 'messages', 'count_tokens'],
    models: ['*'],
    quirks: ['Its --api-key protects only some paths: keep the server on a private network.'],
    source: 'https://docs.vllm.ai/en/stable/serving/online_serving.html',
  },
  lmstudio: {
    kind: 'openai',
    baseUrl: 'http://localhost:1234/v1',
    auth: 'authorization',
    keyNeeded: false,
    endpoints: ['chat', 'completions', 'responses', 'embeddings', 'messages'],
    models: ['*'],
    quirks: [],
    source: 'https://lmstudio.ai/docs/developer/openai-compat',
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof PRESETS;

export const PRESET_NAMES: readonly PresetName[] = Object.keys(PRESETS) as PresetName[];

/** What an entry without a preset gets from its `kind`. */
export const KIND_DEFAULTS: Readonly<Record<Exclude<Kind, 'practice'>, { readonly auth: AuthHeader; readonly endpoints: readonly Api[] }>> =
  {
    openai: { auth: 'authorization', endpoints: ['chat', 'completions', 'responses', 'embeddings', 'moderations'] },
    'azure-openai': { auth: 'api-key', endpoints: ['chat', 'completions', 'responses', 'embeddings'] },
    anthropic: { auth: 'x-api-key', endpoints: ['messages', 'count_tokens'] },
  };
