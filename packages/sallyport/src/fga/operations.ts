import type { JsonObject, TenantId } from '../kernel/index.ts';
import type { Fga } from './fga.ts';
import type { Place } from './port.ts';
import { FgaError } from './problem.ts';
import type { Question } from './queries.ts';
import {
  checkKeyOf,
  consistencyOf,
  contextualList,
  contextualOf,
  decodeToken,
  encodeToken,
  listOf,
  member,
  modelIdOf,
  ID,
  objectOf,
  pageOf,
  pattern,
  plainTupleOf,
  refuse,
  RELATION,
  textOf,
  tupleOf,
  TYPE,
  unlike,
} from './request.ts';
import { isTypedWildcard, splitUser, typeOf, type TupleKey } from './tuple.ts';
import { proofLines, proofTuples } from './why.ts';

/** What an operation is given: path, query and body of the request, read as JSON. */
export type OperationCall = {
  readonly tenant: TenantId;
  /** The principal who asks. */
  readonly actor: string;
  /** The store of the path, '' without. */
  readonly store: string;
  /** The second id of the path: of a model. */
  readonly id: string;
  readonly query: JsonObject;
  readonly body: JsonObject;
  /** Scheme, host and port by which the caller reached the API, and the prefix; '' where that is not known. */
  readonly base: string;
  /** The model that a header of the request names, '' without. */
  readonly modelHeader: string;
  /** Sends one line of a streamed answer; false when nobody reads any more. */
  readonly send: (line: JsonObject) => boolean;
};

export type OperationReply = { readonly status: number; readonly json?: JsonObject; readonly model?: string };
export type Operation = (fga: Fga, call: OperationCall) => Promise<OperationReply>;

const ok = (json: JsonObject, model?: string): OperationReply => ({ status: 200, json, ...(model === undefined ? {} : { model }) });
const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
const STORE_NAME = pattern('^[a-zA-Z0-9\\s\\.\\-\\/^_&@]{3,64}$');
const OBJECT_ID = pattern('[^#:\\s]+$');
const CHANGED_TYPE = pattern('^[^:#\\s]{1,254}$');

function placeOf({ tenant, store }: OperationCall, message: string): Place {
  if (!ID.test(store)) throw refuse(`${message}.StoreId`, unlike(ID));
  return { tenant, store };
}

function questionOf(body: JsonObject, message: string, contextual = contextualOf(body)): Question {
  return {
    model: modelIdOf(body, message),
    contextual,
    context: objectOf(body, 'context') ?? {},
    consistency: consistencyOf(body, message),
  };
}

export const check: Operation = async (fga, call) => {
  const place = placeOf(call, 'CheckRequest');
  const key = checkKeyOf(call.body, 'CheckRequest', 'CheckRequestTupleKey');
  const { allowed, model } = await fga.queries.check(place, key, questionOf(call.body, 'CheckRequest'));
  return ok({ allowed, resolution: '' }, model);
};

/** Ours, not OpenFGA's: a check with its reason. */
export const why: Operation = async (fga, call) => {
  const place = placeOf(call, 'WhyRequest');
  const key = checkKeyOf(call.body, 'WhyRequest', 'CheckRequestTupleKey');
  const { why: answer, model } = await fga.queries.why(place, key, questionOf(call.body, 'WhyRequest'));
  const lines = answer.proof === undefined ? {} : { tuples: [...proofTuples(answer.proof)], lines: proofLines(answer.proof) };
  return ok({ ...answer, ...lines } as unknown as JsonObject, model);
};

const MAX_BATCH = 50;
const CORRELATION = pattern('^[\\w\\d-]{1,36}$');

export const batchCheck: Operation = async (fga, call) => {
  const place = placeOf(call, 'BatchCheckRequest');
  const checks = listOf(call.body, 'checks');
  if (checks.length === 0) throw refuse('BatchCheckRequest.Checks', 'value must contain at least 1 item(s)');
  const items = checks.map((item) => ({
    key: checkKeyOf(item, 'BatchCheckItem', 'CheckRequestTupleKey'),
    contextual: contextualOf(item),
    context: objectOf(item, 'context') ?? {},
    correlation: textOf(item, 'correlation_id'),
  }));
  const seen = new Set<string>();
  for (const { correlation } of items)
    if (!CORRELATION.test(correlation)) throw refuse('BatchCheckItem.CorrelationId', unlike(CORRELATION));
  if (items.length > MAX_BATCH)
    throw new FgaError('validation_error', `batchCheck received ${items.length} checks, the maximum allowed is ${MAX_BATCH}`);
  for (const { correlation } of items) {
    if (seen.has(correlation)) throw new FgaError('validation_error', `received duplicate correlation id: ${correlation}`);
    seen.add(correlation);
  }
  const question = { model: modelIdOf(call.body, 'BatchCheckRequest'), consistency: consistencyOf(call.body, 'BatchCheckRequest') };
  const answers = await fga.queries.batch(place, items, question);
  const result: JsonObject = {};
  for (const [i, answer] of answers.entries())
    result[items[i]?.correlation ?? ''] =
      'allowed' in answer ? { allowed: answer.allowed } : { error: { input_error: answer.code, message: answer.message } };
  return ok({ result });
};

function listObjectsQuery(body: JsonObject, message: string): { type: string; relation: string; user: string } {
  const [type, relation, user] = [textOf(body, 'type'), textOf(body, 'relation'), textOf(body, 'user')];
  if (!TYPE.test(type)) throw refuse(`${message}.Type`, unlike(TYPE), 'type_invalid_pattern');
  if (!RELATION.test(relation)) throw refuse(`${message}.Relation`, unlike(RELATION));
  if (user === '' || Buffer.byteLength(user) > 512)
    throw refuse(`${message}.User`, 'value length must be between 1 and 512 bytes, inclusive');
  return { type, relation, user };
}

export const listObjects: Operation = async (fga, call) => {
  const place = placeOf(call, 'ListObjectsRequest');
  const query = listObjectsQuery(call.body, 'ListObjectsRequest');
  const { objects, model } = await fga.queries.listObjects(place, query, questionOf(call.body, 'ListObjectsRequest'));
  return ok({ objects }, model);
};

export const streamedListObjects: Operation = async (fga, call) => {
  const place = placeOf(call, 'StreamedListObjectsRequest');
  const query = listObjectsQuery(call.body, 'StreamedListObjectsRequest');
  const question = questionOf(call.body, 'StreamedListObjectsRequest');
  await fga.queries.listObjects(place, query, question, (object) => call.send({ result: { object } }));
  return { status: 200 };
};

export const listUsers: Operation = async (fga, call) => {
  const place = placeOf(call, 'ListUsersRequest');
  const { body } = call;
  const object = objectOf(body, 'object');
  if (object === undefined) throw refuse('ListUsersRequest.Object', 'value is required');
  const [type, id, relation] = [textOf(object, 'type'), textOf(object, 'id'), textOf(body, 'relation')];
  if (!TYPE.test(type)) throw refuse('Object.Type', unlike(TYPE), 'type_invalid_pattern');
  if (!OBJECT_ID.test(id)) throw refuse('Object.Id', unlike(OBJECT_ID));
  if (!RELATION.test(relation)) throw refuse('ListUsersRequest.Relation', unlike(RELATION));
  const filters = listOf(body, 'user_filters');
  const [first] = filters;
  if (first === undefined || filters.length > 1) throw refuse('ListUsersRequest.UserFilters', 'value must contain exactly 1 item(s)');
  const filter = { type: textOf(first, 'type'), relation: textOf(first, 'relation') };
  if (!TYPE.test(filter.type)) throw refuse('UserTypeFilter.Type', unlike(TYPE), 'type_invalid_pattern');
  if (filter.relation !== '' && !RELATION.test(filter.relation)) throw refuse('UserTypeFilter.Relation', unlike(RELATION));
  const contextual = contextualList(listOf(body, 'contextual_tuples'), 'ListUsersRequest.ContextualTuples');
  const question = questionOf(body, 'ListUsersRequest', contextual);
  const users = await fga.queries.listUsers(place, { object: `${type}:${id}`, relation, filter }, question);
  return ok({ users: users.map(userJson) });
};

function userJson(user: string): JsonObject {
  const { object, relation } = splitUser(user);
  const type = typeOf(object);
  if (isTypedWildcard(user)) return { wildcard: { type } };
  const id = object.slice(type.length + 1);
  return relation === '' ? { object: { type, id } } : { userset: { type, id, relation } };
}

export const expand: Operation = async (fga, call) => {
  const place = placeOf(call, 'ExpandRequest');
  const key = objectOf(call.body, 'tuple_key');
  if (key === undefined) throw refuse('ExpandRequest.TupleKey', 'value is required', 'tuple_key_value_not_specified');
  const { object, relation } = plainTupleOf(key, 'ExpandRequestTupleKey');
  return ok({ tree: await fga.queries.expand(place, { object, relation }, questionOf(call.body, 'ExpandRequest')) });
};

export const write: Operation = async (fga, call) => {
  const place = placeOf(call, 'WriteRequest');
  const writes = objectOf(call.body, 'writes');
  const deletes = objectOf(call.body, 'deletes');
  const keys = (value: JsonObject | undefined, message: string, read: (key: JsonObject) => TupleKey): TupleKey[] => {
    if (value === undefined) return [];
    const list = listOf(value, 'tuple_keys');
    if (list.length === 0) throw refuse(`${message}.TupleKeys`, 'value must contain at least 1 item(s)');
    return list.map(read);
  };
  const request = {
    writes: keys(writes, 'WriteRequestWrites', tupleOf),
    deletes: keys(deletes, 'WriteRequestDeletes', (key) => plainTupleOf(key, 'TupleKeyWithoutCondition')),
    onDuplicate: optionOf(writes, 'on_duplicate'),
    onMissing: optionOf(deletes, 'on_missing'),
  };
  await fga.write(place, request, modelIdOf(call.body, 'WriteRequest'), call.actor);
  return ok({});
};

function optionOf(value: JsonObject | undefined, name: string): 'error' | 'ignore' {
  const option = value === undefined ? '' : textOf(value, name);
  if (option === '' || option === 'error') return 'error';
  if (option === 'ignore') return 'ignore';
  throw new FgaError('validation_error', `invalid ${name} option: ${option}`);
}

export const read: Operation = async (fga, call) => {
  const place = placeOf(call, 'ReadRequest');
  const key = objectOf(call.body, 'tuple_key');
  const filter = key === undefined ? { user: '', relation: '', object: '' } : plainTupleOf(key, 'ReadRequestTupleKey');
  const page = pageOf(call.body, 'ReadRequest');
  consistencyOf(call.body, 'ReadRequest');
  if (key !== undefined) {
    const type = typeOf(filter.object);
    if (type === '' || (filter.object === `${type}:` && filter.user === ''))
      throw new FgaError(
        'validation_error',
        "the 'tuple_key' field was provided but the object type field is required and both the object id and user cannot be empty",
      );
  }
  const found = await fga.store.read(place, filter, { size: page.size, after: decodeToken(page.token).after });
  return ok({
    tuples: found.items.map((item) => ({ key: tupleJson(item.key), timestamp: time(item.time) })),
    continuation_token: encodeToken(found.next),
  });
};

const tupleJson = ({ user, relation, object, condition }: TupleKey): JsonObject => ({
  user,
  relation,
  object,
  condition: condition === undefined ? null : { name: condition.name, context: condition.context ?? {} },
});

/** Changes that one page holds at most, whatever was asked for: OpenFGA names no bound. */
const MAX_CHANGES = 1_000;

/** RFC 3339, as protobuf's JSON has times; rejects what is none. */
function timeOf(text: string): number {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new FgaError(
    'validation_error',
    `type mismatch, parameter: start_time, error: invalid google.protobuf.Timestamp value ${JSON.stringify(text)}`,
  );
}

export const readChanges: Operation = async (fga, call) => {
  const place = placeOf(call, 'ReadChangesRequest');
  const type = textOf(call.query, 'type');
  if (type !== '' && !CHANGED_TYPE.test(type)) throw refuse('ReadChangesRequest.Type', unlike(CHANGED_TYPE), 'type_invalid_pattern');
  const page = pageOf(call.query, 'ReadChangesRequest', Infinity);
  const start = textOf(call.query, 'start_time');
  const since = start === '' ? 0 : timeOf(start);
  if (since >= fga.clock()) throw refuse('ReadChangesRequest.StartTime', 'value must be less than now');
  const token = decodeToken(page.token);
  if (page.token !== '' && token.type !== type)
    throw new FgaError(
      'query_string_type_continuation_token_mismatch',
      "The type in the querystring and the continuation token don't match",
    );
  const found = await fga.store.changes(place, type, page.token === '' ? since : 0, {
    size: Math.min(page.size, MAX_CHANGES),
    after: token.after,
  });
  return ok({
    changes: found.items.map((item) => ({ tuple_key: tupleJson(item.key), operation: item.operation, timestamp: time(item.time) })),
    continuation_token: found.next === '' ? page.token : encodeToken(found.next, type),
  });
};

export const writeModel: Operation = async (fga, call) => {
  const place = placeOf(call, 'WriteAuthorizationModelRequest');
  return { status: 201, json: { authorization_model_id: await fga.writeModel(place, call.body, call.actor) } };
};

export const readModel: Operation = async (fga, call) => {
  const place = placeOf(call, 'ReadAuthorizationModelRequest');
  if (!ID.test(call.id)) throw refuse('ReadAuthorizationModelRequest.Id', unlike(ID));
  const model = await fga.store.readModel(place, call.id);
  if (model === undefined) throw new FgaError('authorization_model_not_found', `Authorization Model '${call.id}' not found`);
  return ok({ authorization_model: { id: model.id, ...model.json } });
};

export const listModels: Operation = async (fga, call) => {
  const place = placeOf(call, 'ReadAuthorizationModelsRequest');
  const page = pageOf(call.query, 'ReadAuthorizationModelsRequest');
  const found = await fga.store.listModels(place, { size: page.size, after: decodeToken(page.token).after });
  return ok({ authorization_models: found.items.map(({ id, json }) => ({ id, ...json })), continuation_token: encodeToken(found.next) });
};

const MAX_ASSERTIONS = 100;
/** Contextual tuples of one assertion: fewer than of a check. */
const MAX_ASSERTED_TUPLES = 20;

export const writeAssertions: Operation = async (fga, call) => {
  const place = placeOf(call, 'WriteAssertionsRequest');
  const list = listOf(call.body, 'assertions');
  if (list.length > MAX_ASSERTIONS)
    throw refuse(
      'WriteAssertionsRequest.Assertions',
      `value must contain no more than ${MAX_ASSERTIONS} item(s)`,
      'assertions_too_many_items',
    );
  const assertions = list.map((item) => {
    const key = checkKeyOf(item, 'Assertion', 'AssertionTupleKey');
    const contextual = contextualList(listOf(item, 'contextual_tuples'), 'Assertion.ContextualTuples', MAX_ASSERTED_TUPLES);
    const expectation = member(item, 'expectation') ?? false;
    if (typeof expectation !== 'boolean') throw new FgaError('validation_error', 'syntax error: invalid value for bool field expectation');
    const context = objectOf(item, 'context') ?? null;
    return { key, contextual, json: { tuple_key: { ...key }, expectation, contextual_tuples: contextual.map(tupleJson), context } };
  });
  await fga.writeAssertions(place, call.id, assertions, call.actor);
  return { status: 204 };
};

export const readAssertions: Operation = async (fga, call) => {
  const place = placeOf(call, 'ReadAssertionsRequest');
  if (!ID.test(call.id)) throw refuse('ReadAssertionsRequest.AuthorizationModelId', unlike(ID));
  return ok({ authorization_model_id: call.id, assertions: [...(await fga.store.readAssertions(place, call.id))] });
};

export const createStore: Operation = async (fga, call) => {
  const name = textOf(call.body, 'name');
  if (!STORE_NAME.test(name)) throw refuse('CreateStoreRequest.Name', unlike(STORE_NAME));
  const { id, created, updated } = await fga.createStore(call.tenant, name, call.actor);
  return { status: 201, json: { id, name, created_at: time(created), updated_at: time(updated) } };
};

export const getStore: Operation = async (fga, call) => {
  const found = await fga.store.getStore(placeOf(call, 'GetStoreRequest'));
  if (found === undefined) throw new FgaError('store_id_not_found', 'Store ID not found');
  const { id, name, created, updated } = found;
  return ok({ id, name, created_at: time(created), updated_at: time(updated), deleted_at: null });
};

export const listStores: Operation = async (fga, call) => {
  const page = pageOf(call.query, 'ListStoresRequest');
  const name = textOf(call.query, 'name');
  if (name !== '' && !STORE_NAME.test(name)) throw refuse('ListStoresRequest.Name', unlike(STORE_NAME));
  const found = await fga.store.listStores(call.tenant, name, {
    size: page.size,
    after: decodeToken(page.token).after,
  });
  const stores = found.items.map(({ id, name, created, updated }) => ({
    id,
    name,
    created_at: time(created),
    updated_at: time(updated),
    deleted_at: null,
  }));
  return ok({ stores, continuation_token: encodeToken(found.next) });
};

export const deleteStore: Operation = async (fga, call) => {
  await fga.deleteStore(placeOf(call, 'DeleteStoreRequest'), call.actor);
  return { status: 204 };
};
