import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';

/** Deeper schemas are answered with null: a schema may refer to itself. */
const MAX_DEPTH = 8;

/** The smallest value that fits a JSON Schema, with `words` wherever a free text is asked for. */
export function sampleOf(schema: Json | undefined, words: string, root: JsonObject = isObject(schema) ? schema : {}, depth = 0): Json {
  if (!isObject(schema) || depth > MAX_DEPTH) return null;
  const target = referred(schema, root);
  if (target !== schema) return sampleOf(target, words, root, depth + 1);
  if ('const' in schema) return schema['const'] ?? null;
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  const option = [schema['anyOf'], schema['oneOf'], schema['allOf']].find(Array.isArray)?.[0];
  if (option !== undefined) return sampleOf(option, words, root, depth + 1);
  return typed(schema, words, root, depth);
}

function typed(schema: JsonObject, words: string, root: JsonObject, depth: number): Json {
  const type = Array.isArray(schema['type']) ? schema['type'].find((one) => one !== 'null') : schema['type'];
  if (type === 'string') return typeof schema['maxLength'] === 'number' ? words.slice(0, schema['maxLength']) : words;
  if (type === 'integer' || type === 'number') return typeof schema['minimum'] === 'number' ? schema['minimum'] : 0;
  if (type === 'boolean') return false;
  if (type === 'array') return schema['items'] === undefined ? [] : [sampleOf(schema['items'], words, root, depth + 1)];
  if (type !== 'object' && !isObject(schema['properties'])) return type === undefined ? words : null;
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return Object.fromEntries(properties.map(([name, inner]) => [name, sampleOf(inner, words, root, depth + 1)]));
}

/** Follows a reference inside the same schema (`#/$defs/name`). */
function referred(schema: JsonObject, root: JsonObject): Json | undefined {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !reference.startsWith('#')) return schema;
  let at: Json | undefined = root;
  for (const step of reference
    .slice(1)
    .split('/')
    .filter((one) => one !== '')) {
    at = isObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}
