import type { JsonObject } from '../kernel/index.ts';
import { contextOf, entityOf, fieldsOf, modelOf, nameOf, placeOf, typeName } from './authzen.ts';
import type { Operation, OperationCall } from './operations.ts';
import { FgaError } from './problem.ts';
import type { Question } from './queries.ts';
import { member, objectOf, refuse, textOf } from './request.ts';
import { typeOf } from './tuple.ts';

// AuthZEN 1.0, sections 8 (search) and 9 (metadata). A search answers at most what list-objects and list-users do (1,000); pages are cut from that.

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

function required(value: JsonObject | undefined, name: string): JsonObject {
  if (value === undefined) throw refuse(`SearchRequest.${name}`, 'value is required');
  return value;
}

function questionOf(call: OperationCall, context: JsonObject): Question {
  return { model: modelOf(call), contextual: [], context, consistency: 'UNSPECIFIED' };
}

/** Subjects of a type that may do the action with the resource. `id: '*'` stands for everyone of the type. */
export const subjects: Operation = async (fga, call) => {
  const fields = fieldsOf(call.body);
  const type = typeName(required(fields.subject, 'Subject'), 'Subject');
  const object = entityOf(required(fields.resource, 'Resource'), 'Resource');
  const relation = nameOf(required(fields.action, 'Action'));
  const query = { object, relation, filter: { type, relation: '' } };
  const users = await fga.queries.listUsers(placeOf(call), query, questionOf(call, contextOf(fields)));
  return paged(call.body, users, (user) => ({ type, id: user.slice(type.length + 1) }));
};

/** Resources of a type with which the subject may do the action. */
export const resources: Operation = async (fga, call) => {
  const fields = fieldsOf(call.body);
  const user = entityOf(required(fields.subject, 'Subject'), 'Subject');
  const type = typeName(required(fields.resource, 'Resource'), 'Resource');
  const relation = nameOf(required(fields.action, 'Action'));
  const { objects } = await fga.queries.listObjects(placeOf(call), { type, relation, user }, questionOf(call, contextOf(fields)));
  return paged(call.body, objects, (object) => ({ type, id: object.slice(type.length + 1) }));
};

/** Relations of the resource's type that the subject has. One that could not be evaluated is not among them. */
export const actions: Operation = async (fga, call) => {
  const fields = fieldsOf(call.body);
  const user = entityOf(required(fields.subject, 'Subject'), 'Subject');
  const object = entityOf(required(fields.resource, 'Resource'), 'Resource');
  const place = placeOf(call);
  const { model, consistency, context } = questionOf(call, contextOf(fields));
  const { types } = await fga.models.get(place, model);
  const relations = [...(types.get(typeOf(object))?.keys() ?? [])];
  const items = relations.map((relation) => ({ key: { user, relation, object }, contextual: [], context }));
  const answers = await fga.queries.batch(place, items, { model, consistency });
  const allowed = relations.filter((_, i) => {
    const answer = answers[i];
    return answer !== undefined && 'allowed' in answer && answer.allowed;
  });
  return paged(call.body, allowed, (name) => ({ name }));
};

/** A page of the found ones, in order; the token is the last one of the page before. */
function paged(body: JsonObject, found: readonly string[], show: (name: string) => JsonObject): { status: number; json: JsonObject } {
  const page = objectOf(body, 'page') ?? {};
  const limit = member(page, 'limit') ?? DEFAULT_PAGE;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
    throw refuse('SearchRequest.Page.Limit', `value must be inside range [1, ${MAX_PAGE}]`);
  const after = afterOf(textOf(page, 'token'));
  const rest = found.toSorted(byBytes).filter((name) => after === '' || byBytes(name, after) > 0);
  const results = rest.slice(0, limit);
  const last = rest.length > limit ? Buffer.from(results.at(-1) ?? '').toString('base64url') : '';
  return { status: 200, json: { page: { next_token: last, count: results.length }, results: results.map(show) } };
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function afterOf(token: string): string {
  if (token === '') return '';
  const after = Buffer.from(token, 'base64url').toString();
  if (token.length > 1_024 || Buffer.from(after).toString('base64url') !== token)
    throw new FgaError('invalid_continuation_token', 'Invalid continuation token');
  return after;
}

/** Where the endpoints of the store are: each store is a policy decision point of its own. */
export const metadata: Operation = async (fga, call) => {
  const place = placeOf(call);
  if ((await fga.store.getStore(place)) === undefined) throw new FgaError('store_id_not_found', 'Store ID not found');
  const point = `${call.base}/stores/${place.store}`;
  return {
    status: 200,
    json: {
      policy_decision_point: point,
      access_evaluation_endpoint: `${point}/access/v1/evaluation`,
      access_evaluations_endpoint: `${point}/access/v1/evaluations`,
      search_subject_endpoint: `${point}/access/v1/search/subject`,
      search_resource_endpoint: `${point}/access/v1/search/resource`,
      search_action_endpoint: `${point}/access/v1/search/action`,
    },
  };
};
