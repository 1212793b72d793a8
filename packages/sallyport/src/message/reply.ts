import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { REPLY } from './context.ts';
import type { Api, Part, ReadReply, Usage } from './part.ts';
import { Reader } from './reader.ts';

/**
 * Reads a whole reply of a provider into parts. Everything but tool calls is at point `response`; `origin` tells the model's words from
 * documents, tools and the echo of the request (role `echo`). Log-probabilities that say more than the text beside them are removed.
 */
export function readReply(api: Api, body: JsonObject): ReadReply {
  const reader = replyReader(api);
  READ[api](reader, body);
  return describe(api, body, reader);
}

/** Reads an error body of a provider: it may quote the prompt or say more than it should. */
export function readError(api: Api, body: JsonObject): Part[] {
  const reader = replyReader(api);
  reader.members(body, REPLY.error, '', 0);
  return reader.parts;
}

// A file that must not pass is replaced by a text block of the API.
function replyReader(api: Api): Reader {
  return new Reader(REPLY, api === 'responses' ? 'output_text' : 'text');
}

const choices = (reader: Reader, body: JsonObject): void => {
  const list = body['choices'];
  if (Array.isArray(list)) {
    for (let i = 0; i < list.length; i++) {
      const choice = list[i];
      reader.turn = i;
      if (isObject(choice)) readChoice(reader, choice, `choices[${i}]`);
      else reader.value(list, i, 'content', REPLY.assistant, `choices[${i}]`, 1);
    }
  } else if (list !== undefined && list !== null) reader.free(body, 'choices', REPLY.unknown, 'choices', 0);
  reader.turn = -1;
  reader.members(body, REPLY.parameter, '', 0, { choices: true });
};

function readChoice(reader: Reader, choice: JsonObject, where: string): void {
  const message = choice['message'];
  if (isObject(message)) reader.members(message, REPLY.assistant, `${where}.message`, 2);
  else if (message !== undefined) reader.free(choice, 'message', REPLY.unknown, `${where}.message`, 2);
  reader.members(choice, REPLY.assistant, where, 1, { message: true });
}

/** Members of a response object that repeat the request; what the model reads as instructions keeps that origin. */
const ECHO_SYSTEM = ['instructions'];
const ECHO_USER = ['metadata', 'user', 'safety_identifier', 'prompt_cache_key', 'prompt', 'input'];
const RESPONSE_OWN: Readonly<Record<string, true>> = Object.fromEntries(
  ['output', ...ECHO_SYSTEM, ...ECHO_USER].map((name) => [name, true]),
);

/** A `response` object, whole or inside a stream event. */
export function readResponseObject(reader: Reader, body: JsonObject, where: string): void {
  const path = (name: string): string => (where === '' ? name : `${where}.${name}`);
  const output = body['output'];
  if (Array.isArray(output)) {
    for (let i = 0; i < output.length; i++) {
      reader.turn = i;
      reader.block(output, i, REPLY.assistant, `${path('output')}[${i}]`, 2);
    }
  } else if (output !== undefined && output !== null) reader.free(body, 'output', REPLY.unknown, path('output'), 1);
  reader.turn = -1;
  for (const name of ECHO_SYSTEM) if (body[name] !== undefined) reader.value(body, name, 'content', REPLY.system, path(name), 1);
  for (const name of ECHO_USER) if (body[name] !== undefined) reader.free(body, name, REPLY.user, path(name), 1);
  reader.members(body, REPLY.parameter, where, 0, RESPONSE_OWN);
}

const message = (reader: Reader, body: JsonObject): void => {
  const content = body['content'];
  if (Array.isArray(content)) reader.blocks(content, REPLY.assistant, 'content', 0);
  else if (content !== undefined && content !== null) reader.free(body, 'content', REPLY.assistant, 'content', 0);
  reader.members(body, REPLY.parameter, '', 0, { content: true });
};

const plain = (reader: Reader, body: JsonObject): void => {
  const data = body['data'];
  if (Array.isArray(data)) {
    for (let i = 0; i < data.length; i++) {
      const entry = data[i];
      if (isObject(entry)) readVector(reader, entry, `data[${i}]`);
      else reader.free(data, i, REPLY.unknown, `data[${i}]`, 1);
    }
  } else if (data !== undefined) reader.free(body, 'data', REPLY.unknown, 'data', 0);
  reader.members(body, REPLY.parameter, '', 0, { data: true });
};

/** An embedding is a list of numbers or base64; its numbers are not walked one by one when they are numbers. */
function readVector(reader: Reader, entry: JsonObject, where: string): void {
  const vector = entry['embedding'];
  const numbers = Array.isArray(vector) && vector.every((value) => typeof value === 'number');
  reader.members(entry, REPLY.parameter, where, 1, numbers ? { embedding: true } : undefined);
}

const READ: Readonly<Record<Api, (reader: Reader, body: JsonObject) => void>> = {
  chat: choices,
  completions: choices,
  responses: (reader, body) => readResponseObject(reader, body, ''),
  messages: message,
  count_tokens: plain,
  embeddings: plain,
  moderations: plain,
};

function describe(api: Api, body: JsonObject, reader: Reader): ReadReply {
  const usage = usageOf(body['usage']);
  return {
    api,
    ...(typeof body['id'] === 'string' ? { id: body['id'] } : {}),
    ...(typeof body['model'] === 'string' ? { model: body['model'] } : {}),
    parts: reader.parts,
    toolCalls: reader.calls,
    ...(usage === undefined ? {} : { usage }),
    finish: finishOf(body),
    body,
    ...(reader.problem === undefined ? {} : { malformed: `${reader.problem.param} ${reader.problem.message}` }),
  };
}

function finishOf(body: JsonObject): string[] {
  if (Array.isArray(body['choices'])) return body['choices'].flatMap((choice) => (isObject(choice) ? words(choice['finish_reason']) : []));
  if (typeof body['stop_reason'] === 'string') return words(body['stop_reason']);
  const details = isObject(body['incomplete_details']) ? words(body['incomplete_details']['reason']) : [];
  return details.length > 0 ? details : words(body['status']);
}

/** One word of the API; a provider that writes a text there gives none. */
function words(value: Json | undefined): string[] {
  return typeof value === 'string' && value !== '' && /^[\w.:-]{1,64}$/.test(value) ? [value] : [];
}

/** Token counts of any of the APIs; undefined when the provider gave none. */
export function usageOf(usage: Json | undefined): Usage | undefined {
  if (!isObject(usage)) return undefined;
  const input = count(usage['input_tokens'] ?? usage['prompt_tokens']);
  const output = count(usage['output_tokens'] ?? usage['completion_tokens']);
  if (input === undefined && output === undefined) return undefined;
  const inputDetails = usage['input_tokens_details'] ?? usage['prompt_tokens_details'];
  const outputDetails = usage['output_tokens_details'] ?? usage['completion_tokens_details'];
  // Anthropic counts what it reads from and writes to its cache apart from `input_tokens`; OpenAI's cached tokens are part of them.
  const written = count(usage['cache_creation_input_tokens']);
  const apart = (count(usage['cache_read_input_tokens']) ?? 0) + (written ?? 0);
  const cached = count(usage['cache_read_input_tokens'] ?? (isObject(inputDetails) ? inputDetails['cached_tokens'] : undefined));
  const reasoning = isObject(outputDetails) ? count(outputDetails['reasoning_tokens'] ?? outputDetails['thinking_tokens']) : undefined;
  return {
    input: (input ?? 0) + apart,
    output: output ?? 0,
    ...(cached === undefined ? {} : { cachedInput: cached }),
    ...(written === undefined || written === 0 ? {} : { cacheWrite: written }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}

function count(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
