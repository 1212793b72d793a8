import { isObject, type JsonObject } from '../kernel/index.ts';
import type { Context } from './context.ts';
import { dropLogprobs, keepLogprobs } from './logprobs.ts';
import type { BodyReader } from './field_reader.ts';

type FieldReader = (reader: BodyReader, object: JsonObject, name: string, context: Context, where: string, depth: number) => void;

const freeField: FieldReader = (reader, object, name, context, where, depth) => reader.free(object, name, context, where, depth);
const schemaField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.schema(object, name, context === reader.side.definition ? context : reader.side.schema, where, depth);
const definitionsField: FieldReader = (reader, object, name, context, where, depth) => {
  const list = object[name];
  if (Array.isArray(list)) reader.definitions(list, where, depth, context !== reader.side.parameter);
  else reader.free(object, name, reader.side.definition, where, depth);
};
const annotationField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.value(object, name, name, context === reader.side.assistant ? reader.side.annotation : context, where, depth);
const reasoningField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.value(object, name, name, context === reader.side.assistant ? reader.side.reasoning : context, where, depth);
const callsField: FieldReader = (reader, object, name, context, where, depth) => {
  const value = object[name];
  const list = Array.isArray(value) ? value : [value];
  for (let i = 0; i < list.length; i++) {
    const at = Array.isArray(value) ? `${where}[${i}]` : where;
    const call = list[i];
    if (isObject(call)) reader.call(call, at, depth + 1);
    else if (Array.isArray(value)) reader.value(value, i, 'content', context, at, depth + 1);
  }
};
const argumentsField: FieldReader = (reader, object, name, context, where, depth) => {
  if (context === reader.side.call) reader.free(object, name, context, where, depth);
  else reader.value(object, name, name, context, where, depth);
};
const answerField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.value(object, name, name, context === reader.side.call ? reader.side.tool : context, where, depth);
const resultsField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.value(object, name, name, context === reader.side.call ? reader.side.retrieved : context, where, depth);
const errorField: FieldReader = (reader, object, name, context, where, depth) =>
  reader.value(
    object,
    name,
    name,
    context.origin === 'tool' || context === reader.side.call ? reader.side.tool : reader.side.error,
    where,
    depth,
  );
const logprobsField: FieldReader = (reader, object, name, context, where) => {
  const alternatives = keepLogprobs(object, name);
  if (alternatives !== undefined) reader.logprobs(alternatives, () => dropLogprobs(object, name), context, where);
};

/** Members with a meaning of their own when they hold an object or a list. */
export const FIELD_READERS: ReadonlyMap<string, FieldReader> = new Map([
  ...['metadata', 'headers', 'env', 'attributes', 'variables', 'logit_bias'].map((name): [string, FieldReader] => [name, freeField]),
  ...['parameters', 'schema', 'json_schema', 'input_schema', 'output_schema'].map((name): [string, FieldReader] => [name, schemaField]),
  ...['tools', 'functions'].map((name): [string, FieldReader] => [name, definitionsField]),
  ...['citations', 'annotations', 'citation', 'annotation'].map((name): [string, FieldReader] => [name, annotationField]),
  ...['reasoning_details', 'reasoning', 'summary'].map((name): [string, FieldReader] => [name, reasoningField]),
  ...['tool_calls', 'function_call'].map((name): [string, FieldReader] => [name, callsField]),
  ...['input', 'arguments'].map((name): [string, FieldReader] => [name, argumentsField]),
  ...['output', 'outputs'].map((name): [string, FieldReader] => [name, answerField]),
  ...['results', 'sources'].map((name): [string, FieldReader] => [name, resultsField]),
  ['error', errorField],
  ['logprobs', logprobsField],
]);

/** Members with a meaning of their own when they hold a string. */
export const STRING_READERS: ReadonlyMap<string, FieldReader> = new Map([
  ...['reasoning', 'reasoning_content', 'reasoning_text', 'thinking', 'summary'].map((name): [string, FieldReader] => [
    name,
    reasoningField,
  ]),
  ...['output', 'outputs'].map((name): [string, FieldReader] => [name, answerField]),
  ['error', errorField],
]);
