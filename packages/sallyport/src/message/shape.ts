import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import type { Api } from './part.ts';

/** Why a request is not one of this API; `param` names the field. */
export type ShapeProblem = { readonly message: string; readonly param: string };

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

const field = (types: string, names: string): [string, readonly JsonType[]][] =>
  names.split(' ').map((name) => [name, types.split('|') as JsonType[]]);

const COMMON = field('string', 'model');
const SAMPLING = [...field('number', 'temperature top_p'), ...field('boolean', 'stream'), ...field('object', 'metadata')];

/** The types of the fields that are known; null stands for absent, as the SDKs send it. Unknown fields are read as text. */
const FIELDS: Readonly<Record<Api, ReadonlyMap<string, readonly JsonType[]>>> = {
  chat: new Map([
    ...COMMON,
    ...SAMPLING,
    ...field('array', 'messages tools functions modalities'),
    ...field('object', 'response_format stream_options logit_bias audio prediction web_search_options'),
    ...field('integer', 'max_tokens max_completion_tokens n seed top_logprobs'),
    ...field('number', 'frequency_penalty presence_penalty'),
    ...field('string', 'user safety_identifier prompt_cache_key service_tier reasoning_effort verbosity'),
    ...field('boolean', 'logprobs store parallel_tool_calls'),
    ...field('string|array', 'stop'),
    ...field('string|object', 'tool_choice function_call'),
  ]),
  completions: new Map([
    ...COMMON,
    ...SAMPLING,
    ...field('string|array', 'prompt stop'),
    ...field('integer', 'max_tokens n best_of logprobs seed'),
    ...field('boolean', 'echo'),
    ...field('string', 'suffix user'),
    ...field('object', 'logit_bias stream_options'),
  ]),
  responses: new Map([
    ...COMMON,
    ...SAMPLING,
    ...field('string|array', 'input'),
    ...field('string', 'instructions previous_response_id user safety_identifier prompt_cache_key service_tier truncation'),
    ...field('array', 'tools include'),
    ...field('object', 'text reasoning prompt stream_options'),
    ...field('integer', 'max_output_tokens max_tool_calls top_logprobs'),
    ...field('boolean', 'store background parallel_tool_calls'),
    ...field('string|object', 'tool_choice conversation'),
  ]),
  messages: new Map([
    ...COMMON,
    ...SAMPLING,
    ...field('array', 'messages tools stop_sequences mcp_servers'),
    ...field('string|array', 'system'),
    ...field('integer', 'max_tokens top_k'),
    ...field('object', 'tool_choice thinking output_config output_format context_management cache_control'),
    ...field('string|object', 'container'),
    ...field('string', 'service_tier'),
  ]),
  count_tokens: new Map([
    ...COMMON,
    ...field('array', 'messages tools mcp_servers'),
    ...field('string|array', 'system'),
    ...field('object', 'tool_choice thinking output_config output_format context_management cache_control'),
  ]),
  embeddings: new Map([
    ...COMMON,
    ...field('string|array', 'input'),
    ...field('string', 'encoding_format user'),
    ...field('integer', 'dimensions'),
  ]),
  moderations: new Map([...COMMON, ...field('string|array|object', 'input')]),
};

const REQUIRED: Readonly<Record<Api, readonly string[]>> = {
  chat: ['model', 'messages'],
  completions: ['model', 'prompt'],
  responses: ['model'],
  messages: ['model', 'messages', 'max_tokens'],
  count_tokens: ['model', 'messages'],
  embeddings: ['model', 'input'],
  moderations: ['input'],
};

/** Checks required fields and the types of known ones; the first problem, or undefined. */
export function checkShape(api: Api, body: JsonObject): ShapeProblem | undefined {
  for (const name of REQUIRED[api]) {
    if (body[name] === undefined || body[name] === null) return { param: name, message: `Missing required parameter: '${name}'.` };
  }
  const fields = FIELDS[api];
  for (const name in body) {
    const types = fields.get(name);
    const value = body[name];
    if (types === undefined || value === undefined || value === null) continue;
    if (!types.some((type) => isType(value, type)))
      return { param: name, message: `'${name}' must be ${types.map(article).join(' or ')}.` };
  }
  return undefined;
}

function isType(value: Json, type: JsonType): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'integer' ? Number.isInteger(value) : typeof value === type;
}

function article(type: JsonType): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}
