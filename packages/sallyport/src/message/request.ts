import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { REQUEST } from './context.ts';
import type { Api, ReadRequest } from './part.ts';
import { Reader } from './reader.ts';
import { checkShape, type ShapeProblem } from './shape.ts';

/** What the moderations API takes when no model is named (OpenAI API reference). */
const DEFAULT_MODERATION_MODEL = 'omni-moderation-latest';

/**
 * Reads a request body into parts with origins. The body stays as it is until a part writes to it. `ok: false` names the first field
 * that is missing, of a wrong type, too deep or one too many (`MAX_PARTS`); the message quotes no text of the request.
 */
export function readRequest(
  api: Api,
  body: JsonObject,
): { ok: true; request: ReadRequest } | { ok: false; message: string; param?: string } {
  const problem = checkShape(api, body);
  if (problem !== undefined) return refused(problem);
  const reader = new Reader(REQUEST, api === 'responses' ? 'input_text' : 'text');
  readFields(reader, api, body);
  if (reader.problem !== undefined)
    return refused({ param: reader.problem.param, message: `'${reader.problem.param}' ${reader.problem.message}.` });
  return { ok: true, request: describe(api, body, reader) };
}

function refused(problem: ShapeProblem): { ok: false; message: string; param: string } {
  return { ok: false, message: problem.message, param: problem.param };
}

/** Fields whose content has an origin of its own. All others are parameters; what is unknown is unknown text. */
function readFields(reader: Reader, api: Api, body: JsonObject): void {
  const own = CONVERSATION[api];
  for (const name in own) {
    reader.turn = -1;
    if (body[name] !== undefined && body[name] !== null) own[name]?.(reader, body, name);
  }
  reader.turn = -1;
  reader.members(body, REQUEST.parameter, '', 0, own);
}

type ReadField = (reader: Reader, body: JsonObject, name: string) => void;

const system: ReadField = (reader, body, name) => reader.value(body, name, 'content', REQUEST.system, name, 0);

const messages: ReadField = (reader, body, name) => {
  const list = body[name];
  if (!Array.isArray(list)) return;
  for (let i = 0; i < list.length && reader.problem === undefined; i++) {
    reader.turn = i;
    readMessage(reader, list[i], `${name}[${i}]`);
  }
};

const tools: ReadField = (reader, body, name) => {
  const list = body[name];
  if (!Array.isArray(list)) return;
  const odd = list.findIndex((tool) => !isObject(tool));
  if (odd >= 0) reader.refuse(`${name}[${odd}]`, 'must be an object');
  else reader.definitions(list, name, 0, true);
};

/** `input` of the responses API: a text, or items of which messages are one kind. */
const items: ReadField = (reader, body, name) => {
  const input = body[name];
  if (!Array.isArray(input)) return reader.text(body, name, REQUEST.user, name);
  for (let i = 0; i < input.length && reader.problem === undefined; i++) {
    reader.turn = i;
    if (isObject(input[i])) reader.block(input, i, REQUEST.unknown, `${name}[${i}]`, 1);
    else reader.refuse(`${name}[${i}]`, 'must be an object');
  }
};

/** `prompt` of completions and `input` of embeddings and moderations: text, texts, blocks, or tokens, which nobody here can read. */
const texts: ReadField = (reader, body, name) => {
  const value = body[name];
  if (!Array.isArray(value)) return reader.value(body, name, 'content', REQUEST.user, name, 0);
  if (value.some(isTokens)) return reader.unscanned(body, name, 'other', 'tokens', REQUEST.user, name);
  reader.value(body, name, 'content', REQUEST.user, name, 0);
};

/** A prompt that is stored at the provider: its text never passes here, its variables do. */
const storedPrompt: ReadField = (reader, body, name) => {
  reader.unscanned(body, name, 'other', 'stored-prompt', REQUEST.parameter, name);
  reader.value(body, name, name, REQUEST.parameter, name, 0);
};

const schema: ReadField = (reader, body, name) => reader.schema(body, name, REQUEST.schema, name, 0);

const MESSAGES: Readonly<Record<string, ReadField>> = { system, messages, tools };

/** In the order in which the model reads them; a tool's answer finds its call above it. */
const CONVERSATION: Readonly<Record<Api, Readonly<Record<string, ReadField>>>> = {
  chat: { messages, tools, functions: tools, response_format: schema },
  completions: { prompt: texts, suffix: texts },
  responses: { instructions: system, prompt: storedPrompt, input: items, tools },
  messages: MESSAGES,
  count_tokens: MESSAGES,
  embeddings: { input: texts },
  moderations: { input: texts },
};

function isTokens(value: Json): boolean {
  return typeof value === 'number' || (Array.isArray(value) && value.some((entry) => typeof entry === 'number'));
}

/** Checks the members that every client and provider agrees on, then reads the message. */
function readMessage(reader: Reader, message: Json | undefined, where: string): void {
  if (!isObject(message)) return reader.refuse(where, 'must be an object');
  if (typeof message['role'] !== 'string') return reader.refuse(`${where}.role`, 'must be a string');
  const problem = messageProblem(message);
  if (problem !== undefined) return reader.refuse(`${where}.${problem.param}`, problem.message);
  reader.message(message, where, 1);
}

function messageProblem(message: JsonObject): ShapeProblem | undefined {
  const content = message['content'];
  if (content !== undefined && content !== null && typeof content !== 'string' && !Array.isArray(content)) {
    return { param: 'content', message: 'must be a string or an array' };
  }
  if (Array.isArray(content)) {
    const odd = content.findIndex((block) => !isObject(block));
    if (odd >= 0) return { param: `content[${odd}]`, message: 'must be an object' };
  }
  const calls = message['tool_calls'];
  if (calls !== undefined && calls !== null && !Array.isArray(calls)) return { param: 'tool_calls', message: 'must be an array' };
  const odd = (calls ?? []).findIndex((call) => !isObject(call));
  return odd < 0 ? undefined : { param: `tool_calls[${odd}]`, message: 'must be an object' };
}

function describe(api: Api, body: JsonObject, reader: Reader): ReadRequest {
  const user = userOf(body);
  const previous = body['previous_response_id'];
  return {
    api,
    model: typeof body['model'] === 'string' ? body['model'] : DEFAULT_MODERATION_MODEL,
    setModel(model) {
      this.model = model;
      body['model'] = model;
    },
    stream: body['stream'] === true,
    body,
    parts: reader.parts,
    tools: reader.tools,
    toolCalls: reader.calls,
    attachments: reader.attachments,
    ...(typeof previous === 'string' ? { previousResponseId: previous } : {}),
    ...(user === undefined ? {} : { user }),
  };
}

/** The end user as the app names them: `user`, its successor, or Anthropic's `metadata.user_id`. */
function userOf(body: JsonObject): string | undefined {
  const metadata = isObject(body['metadata']) ? body['metadata']['user_id'] : undefined;
  for (const value of [body['user'], body['safety_identifier'], metadata]) if (typeof value === 'string') return value;
  return undefined;
}
