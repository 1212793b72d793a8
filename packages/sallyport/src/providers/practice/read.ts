import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import type { Api } from '../../message/index.ts';

/** A tool that was offered, as far as the practice model looks at it. */
export type OfferedTool = { readonly name: string; readonly schema: JsonObject };

/** What the practice model sees of a request, whatever its shape. */
export type PracticeRequest = {
  readonly api: Api;
  readonly model: string;
  readonly stream: boolean;
  readonly system: string;
  /** The last words of the user. */
  readonly user: string;
  /** The result of a tool, when that is what came last. */
  readonly toolResult: string | undefined;
  readonly tools: readonly OfferedTool[];
  /** A schema that the reply must fit (structured output). */
  readonly schema: JsonObject | undefined;
  /** The reply must be JSON, of no given schema. */
  readonly json: boolean;
  readonly inputs: number;
  readonly choices: number;
  readonly includeUsage: boolean;
  readonly base64: boolean;
  readonly dimensions: number;
};

/** Several choices are served, as many as a test needs. */
const MAX_CHOICES = 8;
/** Inputs of one embeddings request, OpenAI's own limit. */
const MAX_INPUTS = 2_048;
const DIMENSIONS = 64;
const MAX_DIMENSIONS = 4_096;

/** Reads a request that the gateway has already checked; whatever is not understood is simply not there. */
export function readPractice(api: Api, body: Json): PracticeRequest {
  const request = isObject(body) ? body : {};
  const turns = api === 'responses' ? responsesTurns(request) : list(request['messages']);
  const last = turns.at(-1);
  const format = formatOf(request);
  return {
    api,
    model: text(request['model']),
    stream: request['stream'] === true,
    system: [systemOf(request), ...turns.filter(isSystem).map((turn) => textOf(turn['content']))].filter((one) => one !== '').join('\n'),
    user: lastUser(api, request, turns),
    toolResult: last === undefined ? undefined : toolResult(last),
    tools: list(request['tools']).flatMap(toolOf),
    schema: format.schema,
    json: format.json,
    inputs: Array.isArray(request['input']) && !isNumbers(request['input']) ? Math.min(request['input'].length, MAX_INPUTS) : 1,
    choices: whole(request['n'], 1, MAX_CHOICES),
    includeUsage: isObject(request['stream_options']) && request['stream_options']['include_usage'] === true,
    base64: request['encoding_format'] === 'base64',
    dimensions: whole(request['dimensions'], DIMENSIONS, MAX_DIMENSIONS),
  };
}

function responsesTurns(request: JsonObject): JsonObject[] {
  const input = request['input'];
  return typeof input === 'string' ? [{ role: 'user', content: input }] : list(input ?? null);
}

function systemOf(request: JsonObject): string {
  return textOf(request['instructions'] ?? request['system'] ?? null);
}

function isSystem(turn: JsonObject): boolean {
  return turn['role'] === 'system' || turn['role'] === 'developer';
}

function lastUser(api: Api, request: JsonObject, turns: readonly JsonObject[]): string {
  if (api === 'completions') return textOf(request['prompt'] ?? null);
  if (api === 'embeddings' || api === 'moderations') return textOf(request['input'] ?? null);
  const turn = turns.findLast((one) => one['role'] === 'user' && textOf(one['content']) !== '');
  return turn === undefined ? '' : textOf(turn['content']);
}

/** A `tool` message (chat), a `function_call_output` item (responses), a `tool_result` block (messages). */
function toolResult(turn: JsonObject): string | undefined {
  if (turn['role'] === 'tool') return textOf(turn['content']);
  if (turn['type'] === 'function_call_output') return textOf(turn['output']);
  const results = list(turn['content']).filter((block) => block['type'] === 'tool_result');
  return results.length === 0 ? undefined : results.map((block) => textOf(block['content'])).join('\n');
}

/** Text of a string, of text parts, or of a list of those. Images and files say nothing here. */
function textOf(content: Json | undefined): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content))
    return content
      .map((part) => textOf(part))
      .filter((one) => one !== '')
      .join('\n');
  return isObject(content) && typeof content['text'] === 'string' ? content['text'] : '';
}

function toolOf(tool: JsonObject): OfferedTool[] {
  const inner = isObject(tool['function']) ? tool['function'] : tool;
  const schema = inner['parameters'] ?? inner['input_schema'];
  const name = inner['name'];
  return typeof name === 'string' && name !== '' ? [{ name, schema: isObject(schema) ? schema : {} }] : [];
}

function formatOf(request: JsonObject): { schema: JsonObject | undefined; json: boolean } {
  const nested = isObject(request['text']) ? request['text']['format'] : undefined;
  const output = isObject(request['output_config']) ? request['output_config']['format'] : undefined;
  const format = request['response_format'] ?? nested ?? output;
  if (!isObject(format)) return { schema: undefined, json: false };
  const holder = isObject(format['json_schema']) ? format['json_schema'] : format;
  return { schema: isObject(holder['schema']) ? holder['schema'] : undefined, json: format['type'] === 'json_object' };
}

function list(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isNumbers(value: readonly Json[]): boolean {
  return value.length > 0 && value.every((one) => typeof one === 'number');
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function whole(value: Json | undefined, fallback: number, most: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? Math.min(value, most) : fallback;
}
