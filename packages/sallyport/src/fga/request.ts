import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { FgaError, type Code } from './problem.ts';
import type { TupleKey } from './tuple.ts';

// Reading requests as OpenFGA's protobuf definitions with their validation rules do (openfga/api, openfga_service.proto), with the texts of
// protoc-gen-validate.

/** Tuples that one request may give along. */
export const MAX_CONTEXTUAL_TUPLES = 100;

/** A pattern as it stands in the definitions, for its text, with what tests it. Go's `\s` is ASCII alone. */
export type Pattern = { readonly text: string; test(value: string): boolean };
export function pattern(text: string): Pattern {
  const regexp = new RegExp(text.replaceAll('\\s', '\\t\\n\\f\\r '), 'u');
  return { text, test: (value) => regexp.test(value) };
}

export const ID: Pattern = pattern('^[ABCDEFGHJKMNPQRSTVWXYZ0-9]{26}$');
export const TYPE: Pattern = pattern('^[^:#@\\s]{1,254}$');
export const RELATION: Pattern = pattern('^[^:#@\\s]{1,50}$');
const USER = pattern('^[^\\s]{2,512}$');
const READ_USER = pattern('^[^\\s]{1,511}:[^\\s]{1,511}$');
const OBJECT = pattern('^[^\\s]{2,256}$');
const CONDITION = pattern('^[^\\s]{2,256}$');
const MAX_USER_BYTES = 512;

export type Consistency = 'UNSPECIFIED' | 'MINIMIZE_LATENCY' | 'HIGHER_CONSISTENCY';

export const refuse = (field: string, reason: string, code: Code = 'validation_error'): FgaError =>
  new FgaError(code, `invalid ${field}: ${reason}`);
/** The text of protoc-gen-validate, in which Go has doubled each backslash of the pattern. */
export const unlike = ({ text }: Pattern): string => `value does not match regex pattern "${text.replaceAll('\\', '\\\\')}"`;

/** A member by its name in snake case or in camel case, as protobuf's JSON has both. */
export function member(value: JsonObject, name: string): Json | undefined {
  const own = Object.hasOwn(value, name) ? value[name] : undefined;
  if (own !== undefined && own !== null) return own;
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const other = Object.hasOwn(value, camel) ? value[camel] : undefined;
  return other === null ? undefined : other;
}

export function textOf(value: JsonObject, name: string): string {
  const text = member(value, name) ?? '';
  if (typeof text !== 'string')
    throw new FgaError('validation_error', `syntax error: invalid value for string field ${name}: ${JSON.stringify(text)}`);
  return text;
}

export function objectOf(value: JsonObject, name: string): JsonObject | undefined {
  const inner = member(value, name);
  if (inner === undefined) return undefined;
  if (!isObject(inner)) throw new FgaError('validation_error', `syntax error: unexpected token ${JSON.stringify(inner).slice(0, 40)}`);
  return inner;
}

export function listOf(value: JsonObject, name: string): readonly JsonObject[] {
  const list = member(value, name) ?? [];
  if (!Array.isArray(list) || !list.every(isObject))
    throw new FgaError('validation_error', `syntax error: unexpected token for field ${name}`);
  return list;
}

export function modelIdOf(value: JsonObject, message: string): string {
  const id = textOf(value, 'authorization_model_id');
  if (id !== '' && !ID.test(id)) throw refuse(`${message}.AuthorizationModelId`, unlike(ID));
  return id;
}

const CONSISTENCY: Readonly<Record<string, Consistency>> = {
  UNSPECIFIED: 'UNSPECIFIED',
  MINIMIZE_LATENCY: 'MINIMIZE_LATENCY',
  HIGHER_CONSISTENCY: 'HIGHER_CONSISTENCY',
  '0': 'UNSPECIFIED',
  '100': 'MINIMIZE_LATENCY',
  '200': 'HIGHER_CONSISTENCY',
};

export function consistencyOf(value: JsonObject, message: string): Consistency {
  const given = member(value, 'consistency') ?? 'UNSPECIFIED';
  const name = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  const known = Object.hasOwn(CONSISTENCY, name) ? CONSISTENCY[name] : undefined;
  if (known === undefined) throw refuse(`${message}.Consistency`, 'value must be one of the defined enum values');
  return known;
}

/** The key of a check or an assertion. */
export function checkKeyOf(value: JsonObject, message: string, name: string): Pick<TupleKey, 'user' | 'relation' | 'object'> {
  const key = objectOf(value, 'tuple_key');
  if (key === undefined) throw refuse(`${message}.TupleKey`, 'value is required', 'tuple_key_value_not_specified');
  const user = textOf(key, 'user');
  const relation = textOf(key, 'relation');
  const object = textOf(key, 'object');
  if (!USER.test(user)) throw refuse(`${name}.User`, unlike(USER));
  if (!RELATION.test(relation)) throw refuse(`${name}.Relation`, unlike(RELATION));
  if (!OBJECT.test(object)) throw refuse(`${name}.Object`, unlike(OBJECT));
  return { user, relation, object };
}

/** A tuple to write, or given along with a request. */
export function tupleOf(key: JsonObject): TupleKey {
  const plain = plainTupleOf(key, 'TupleKey');
  const condition = objectOf(key, 'condition');
  if (condition === undefined) return plain;
  const name = textOf(condition, 'name');
  if (!CONDITION.test(name)) throw refuse('RelationshipCondition.Name', unlike(CONDITION));
  return { ...plain, condition: { name, context: objectOf(condition, 'context') ?? {} } };
}

export function plainTupleOf(key: JsonObject, name: string): TupleKey {
  const user = textOf(key, 'user');
  const relation = textOf(key, 'relation');
  const object = textOf(key, 'object');
  if (Buffer.byteLength(user) > MAX_USER_BYTES) throw refuse(`${name}.User`, `value length must be at most ${MAX_USER_BYTES} bytes`);
  if (name === 'ReadRequestTupleKey' && user !== '' && !READ_USER.test(user)) throw refuse(`${name}.User`, unlike(READ_USER));
  if (relation !== '' && !RELATION.test(relation)) throw refuse(`${name}.Relation`, unlike(RELATION));
  if (object !== '' && !OBJECT.test(object)) throw refuse(`${name}.Object`, unlike(OBJECT));
  return { user, relation, object };
}

/** `contextual_tuples: {tuple_keys: [...]}`. */
export function contextualOf(value: JsonObject): readonly TupleKey[] {
  return contextualList(listOf(objectOf(value, 'contextual_tuples') ?? {}, 'tuple_keys'), 'ContextualTupleKeys.TupleKeys');
}

export function contextualList(list: readonly JsonObject[], field: string, most = MAX_CONTEXTUAL_TUPLES): readonly TupleKey[] {
  if (list.length > most) throw refuse(field, `value must contain no more than ${most} item(s)`);
  return list.map(tupleOf);
}

const TOKEN = pattern('^$|^[A-Za-z0-9-_]+={0,2}$');
const MAX_TOKEN_BYTES = 5_120;
const DEFAULT_PAGE = 50;

export type PageFields = { readonly size: number; readonly token: string };

/** `page_size` and `continuation_token`, from a body or from a query (where numbers are texts). `most`: the largest page; Infinity where none is named. */
export function pageOf(value: JsonObject, message: string, most = 100): PageFields {
  const given = member(value, 'page_size');
  const size = given === undefined || given === '' ? DEFAULT_PAGE : Number(given);
  if (!Number.isInteger(size) || typeof given === 'boolean')
    throw new FgaError('validation_error', `parsing field "page_size": invalid value`);
  if (most === Infinity && size < 1) throw refuse(`${message}.PageSize`, 'value must be greater than or equal to 1');
  if (most !== Infinity && (size < 1 || size > most))
    throw refuse(`${message}.PageSize`, `value must be inside range [1, ${most}]`, 'page_size_invalid');
  const token = textOf(value, 'continuation_token');
  if (token.length > MAX_TOKEN_BYTES) throw refuse(`${message}.ContinuationToken`, `value length must be at most ${MAX_TOKEN_BYTES} bytes`);
  if (!TOKEN.test(token)) throw refuse(`${message}.ContinuationToken`, unlike(TOKEN));
  return { size, token };
}

/** A token holds the place of the last item and, for changes, the type they were asked for. */
export const encodeToken = (after: string, type = ''): string => (after === '' ? '' : base64(`${after}|${type}`));

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

export function decodeToken(token: string): { after: string; type: string } {
  if (token === '') return { after: '', type: '' };
  const text = Buffer.from(token, 'base64url').toString();
  const bar = text.indexOf('|');
  if (bar < 1 || !/^[0-9A-Z]{1,5000}$/.test(text.slice(0, bar)))
    throw new FgaError('invalid_continuation_token', 'Invalid continuation token');
  return { after: text.slice(0, bar), type: text.slice(bar + 1) };
}
