import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { member } from './request.ts';

// Bytes of messages as protobuf has them on the wire: what OpenFGA's limits count. https://protobuf.dev/programming-guides/encoding
// All fields of these messages have numbers below 16, so a tag is one byte.

/** Bytes of a JSON object as a google.protobuf.Struct. */
export function structSize(value: JsonObject): number {
  let size = 0;
  for (const [key, item] of Object.entries(value)) size += framed(framed(Buffer.byteLength(key)) + framed(valueSize(item)));
  return size;
}

/** A field that has a length: its tag, the length, its bytes. */
function framed(length: number): number {
  let digits = 1;
  for (let rest = length; rest > 127; rest = Math.floor(rest / 128)) digits++;
  return 1 + digits + length;
}

function valueSize(value: Json): number {
  if (typeof value === 'number') return 9;
  if (typeof value === 'string') return framed(Buffer.byteLength(value));
  if (Array.isArray(value)) return framed(value.reduce<number>((sum, item) => sum + framed(valueSize(item)), 0));
  return isObject(value) ? framed(structSize(value)) : 2;
}

/** What a member is: a text or a number, a google.protobuf.Struct, or a message, a list or a map of one of these. */
type Shape = { readonly [field: string]: Field };
type Field =
  | 'text'
  | 'enum'
  | 'bool'
  | 'struct'
  | { readonly one: () => Shape }
  | { readonly list: () => Shape }
  | { readonly map: () => Shape };

const objectRelation: Shape = { object: 'text', relation: 'text' };
const userset: Shape = {
  this: { one: () => ({}) },
  computed_userset: { one: () => objectRelation },
  tuple_to_userset: { one: () => ({ tupleset: { one: () => objectRelation }, computed_userset: { one: () => objectRelation } }) },
  union: { one: () => ({ child: { list: () => userset } }) },
  intersection: { one: () => ({ child: { list: () => userset } }) },
  difference: { one: () => ({ base: { one: () => userset }, subtract: { one: () => userset } }) },
};
const origin: Shape = { module: 'text', source_info: { one: () => ({ file: 'text' }) } };
const reference: Shape = { type: 'text', relation: 'text', wildcard: { one: () => ({}) }, condition: 'text' };
const typeDefinition: Shape = {
  type: 'text',
  relations: { map: () => userset },
  metadata: {
    one: () => ({ ...origin, relations: { map: () => ({ ...origin, directly_related_user_types: { list: () => reference } }) } }),
  },
};
const parameter: Shape = { type_name: 'enum', generic_types: { list: () => parameter } };
const condition: Shape = { name: 'text', expression: 'text', parameters: { map: () => parameter }, metadata: { one: () => origin } };
const model: Shape = {
  id: 'text',
  schema_version: 'text',
  type_definitions: { list: () => typeDefinition },
  conditions: { map: () => condition },
};
const tuple: Shape = {
  user: 'text',
  relation: 'text',
  object: 'text',
  condition: { one: () => ({ name: 'text', context: 'struct' }) },
};
const assertion: Shape = {
  tuple_key: { one: () => tuple },
  expectation: 'bool',
  contextual_tuples: { list: () => tuple },
  context: 'struct',
};

export const modelSize = (value: JsonObject): number => sizeOf(value, model);
export const assertionSize = (value: JsonObject): number => sizeOf(value, assertion);

function sizeOf(value: Json, shape: Shape): number {
  if (!isObject(value)) return 0;
  return Object.entries(shape).reduce((sum, [name, field]) => {
    const own = member(value, name);
    return own === undefined ? sum : sum + fieldSize(own, field);
  }, 0);
}

function fieldSize(value: Json, field: Field): number {
  switch (field) {
    case 'text':
      return typeof value === 'string' && value !== '' ? framed(Buffer.byteLength(value)) : 0;
    case 'enum':
      return 2;
    case 'bool':
      return value === true ? 2 : 0;
    case 'struct':
      return isObject(value) ? framed(structSize(value)) : 0;
    default:
  }
  if ('one' in field) return framed(sizeOf(value, field.one()));
  if ('list' in field) return Array.isArray(value) ? value.reduce<number>((sum, item) => sum + framed(sizeOf(item, field.list())), 0) : 0;
  const entries = isObject(value) ? Object.entries(value) : [];
  return entries.reduce((sum, [key, item]) => sum + framed(framed(Buffer.byteLength(key)) + framed(sizeOf(item, field.map()))), 0);
}
