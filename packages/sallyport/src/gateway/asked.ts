import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { languageOf, type RequestFacts } from '../guard/index.ts';
import type { ReadRequest } from '../message/index.ts';

/** System text that is compared with replies; longer ones are compared up to here. */
const MAX_SYSTEM = 65_536;

/**
 * What replies are compared with. Each fact is made when a detector first asks for it, so a request whose reply no detector compares pays nothing.
 * A class, since V8 makes a hidden class for each object literal with getters, as an old object, which keeps the whole request until the next full collection.
 */
export class Asked implements RequestFacts {
  readonly #request: ReadRequest;
  #system: string | undefined;
  #documents: readonly string[] | undefined;
  #language: { readonly code: string | undefined } | undefined;

  constructor(request: ReadRequest) {
    this.#request = request;
  }

  get system(): string {
    return (this.#system ??= systemText(this.#request));
  }

  get language(): string | undefined {
    return (this.#language ??= { code: languageOf(lastWords(this.#request)) }).code;
  }

  get documents(): readonly string[] {
    return (this.#documents ??= documentsOf(this.#request));
  }

  schema(tool?: string): Json | undefined {
    return tool === undefined ? replySchema(this.#request.body) : toolSchema(this.#request, tool);
  }
}

function systemText({ parts }: ReadRequest): string {
  const texts = parts.filter(({ kind, origin, turn, role }) => kind === 'text' && origin === 'system' && (turn >= 0 || role === 'system'));
  return texts
    .map(({ text }) => text)
    .join('\n')
    .slice(0, MAX_SYSTEM);
}

/** All texts that were given when any document or tool result was among them, after masks; else none. */
function documentsOf({ parts }: ReadRequest): readonly string[] {
  const texts = parts.filter(({ kind }) => kind === 'text');
  if (!texts.some(({ origin }) => origin === 'retrieved' || origin === 'tool')) return [];
  return texts.flatMap(({ origin, text }) => (origin === 'assistant' ? [] : [text]));
}

function lastWords({ parts }: ReadRequest): string {
  return parts.findLast(({ kind, origin, point }) => kind === 'text' && origin === 'user' && point === 'prompt')?.text ?? '';
}

/** `response_format.json_schema.schema` (chat), `text.format.schema` (responses), `output_config.format.schema` (messages). */
function replySchema(body: JsonObject): Json | undefined {
  for (const format of [body['response_format'], at(body, 'text', 'format'), at(body, 'output_config', 'format'), body['output_format']]) {
    if (!isObject(format) || format['type'] !== 'json_schema') continue;
    return at(format, 'json_schema', 'schema') ?? format['schema'];
  }
  return undefined;
}

/** The schema of a tool whose definition says `strict`: the provider promised to follow it. */
function toolSchema({ tools }: ReadRequest, name: string): Json | undefined {
  const raw = tools.find((tool) => tool.name === name)?.raw;
  if (raw === undefined) return undefined;
  const inner = isObject(raw['function']) ? raw['function'] : raw;
  return inner['strict'] === true ? (inner['parameters'] ?? inner['input_schema']) : undefined;
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let now = value;
  for (const key of path) now = isObject(now) ? now[key] : undefined;
  return now;
}
