import type { Json, JsonObject } from '../kernel/index.ts';
import type { Fga } from './fga.ts';
import type { Operation, OperationCall } from './operations.ts';
import type { Place } from './port.ts';
import { FgaError } from './problem.ts';
import type { BatchAnswer } from './queries.ts';
import type { BatchItem } from './tuple.ts';
import { ID, listOf, objectOf, pattern, refuse, textOf, unlike } from './request.ts';
import { isUlid } from './ulid.ts';

// AuthZEN 1.0 (https://openid.net/specs/authorization-api-1_0.html, sections 6 and 7) over a store, as OpenFGA maps it: the subject is the user,
// the action's name the relation, the resource the object; properties join the context as subject_*, resource_*, action_*.

const NAME = pattern('^[^:#@\\s]{1,50}$');
const SUBJECT_ID = pattern('^[^:#@\\s]{1,500}$');
const RESOURCE_ID = pattern('^[^:#@\\s]{1,256}$');
const MAX_EVALUATIONS = 50;

export type Fields = {
  readonly subject: JsonObject | undefined;
  readonly action: JsonObject | undefined;
  readonly resource: JsonObject | undefined;
  readonly context: JsonObject | undefined;
};

export const fieldsOf = (value: JsonObject): Fields => ({
  subject: objectOf(value, 'subject'),
  action: objectOf(value, 'action'),
  resource: objectOf(value, 'resource'),
  context: objectOf(value, 'context'),
});

/** One evaluation as a check. Throws FgaError for what is missing or malformed. */
function checkOf({ subject, action, resource, context }: Fields): BatchItem {
  if (subject === undefined) throw refuse('EvaluationRequest.Subject', 'value is required');
  if (action === undefined) throw refuse('EvaluationRequest.Action', 'value is required');
  if (resource === undefined) throw refuse('EvaluationRequest.Resource', 'value is required');
  return {
    key: { user: entityOf(subject, 'Subject'), relation: nameOf(action), object: entityOf(resource, 'Resource') },
    contextual: [],
    context: contextOf({ subject, action, resource, context }),
  };
}

/** The type of a subject or resource. */
export function typeName(value: JsonObject, message: string): string {
  const type = textOf(value, 'type');
  if (!NAME.test(type)) throw refuse(`${message}.Type`, unlike(NAME), 'type_invalid_pattern');
  return type;
}

export function entityOf(value: JsonObject, message: string): string {
  const [type, id] = [typeName(value, message), textOf(value, 'id')];
  const form = message === 'Subject' ? SUBJECT_ID : RESOURCE_ID;
  if (!form.test(id)) throw refuse(`${message}.Id`, unlike(form));
  return `${type}:${id}`;
}

export function nameOf(action: JsonObject): string {
  const name = textOf(action, 'name');
  if (!NAME.test(name)) throw refuse('Action.Name', unlike(NAME));
  return name;
}

/** The context of conditions: what the request says, and the properties of its parts under prefixed names. */
export const contextOf = ({ subject, action, resource, context }: Fields): JsonObject => ({
  ...prefixed('subject', subject),
  ...prefixed('resource', resource),
  ...prefixed('action', action),
  ...context,
});

function prefixed(prefix: string, value: JsonObject | undefined): JsonObject {
  return Object.fromEntries(Object.entries(objectOf(value ?? {}, 'properties') ?? {}).map(([name, item]) => [`${prefix}_${name}`, item]));
}

export function placeOf({ tenant, store }: OperationCall): Place {
  if (!ID.test(store)) throw refuse('EvaluationRequest.StoreId', unlike(ID));
  return { tenant, store };
}

/** Asks for one decision. */
export const evaluation: Operation = async (fga, call) => {
  const { key, contextual, context } = checkOf(fieldsOf(call.body));
  const { allowed } = await fga.queries.check(placeOf(call), key, {
    model: modelOf(call),
    contextual,
    context,
    consistency: 'UNSPECIFIED',
  });
  return { status: 200, json: { decision: allowed } };
};

/** The model that the request's header names; a header that is no id is ignored, as OpenFGA does. */
export const modelOf = ({ modelHeader }: OperationCall): string => (isUlid(modelHeader.trim()) ? modelHeader.trim() : '');

const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;

/** Asks for many; what an evaluation leaves out it takes from the request around it. */
export const evaluations: Operation = async (fga, call) => {
  const items = listOf(call.body, 'evaluations');
  if (items.length === 0) return evaluation(fga, call);
  if (items.length > MAX_EVALUATIONS)
    throw refuse('EvaluationsRequest.Evaluations', `value must contain no more than ${MAX_EVALUATIONS} item(s)`);
  const named = textOf(objectOf(call.body, 'options') ?? {}, 'evaluations_semantic');
  const semantic = SEMANTICS.find((known) => known === (named === '' ? SEMANTICS[0] : named));
  if (semantic === undefined)
    throw new FgaError('validation_error', 'invalid evaluations_semantic: value must be one of the defined enum values');
  const around = fieldsOf(call.body);
  const asked = items.map((item) => {
    const own = fieldsOf(item);
    const fields = {
      subject: own.subject ?? around.subject,
      action: own.action ?? around.action,
      resource: own.resource ?? around.resource,
      context: own.context ?? around.context,
    };
    return (): BatchItem => checkOf(fields);
  });
  const place = placeOf(call);
  const question = { model: modelOf(call), consistency: 'UNSPECIFIED' as const };
  if (semantic === 'execute_all') {
    const answers = await fga.queries.batch(
      place,
      asked.map((item) => item()),
      question,
    );
    return { status: 200, json: { evaluations: answers.map(decisionOf) } };
  }
  const decisions: JsonObject[] = [];
  const last = semantic === 'permit_on_first_permit';
  for (const item of asked) {
    const decision = decisionOf(await one(fga, place, item, question));
    decisions.push(decision);
    if (decision['decision'] === last) break;
  }
  return { status: 200, json: { evaluations: decisions } };
};

async function one(
  fga: Fga,
  place: Place,
  item: () => BatchItem,
  question: { readonly model: string; readonly consistency: 'UNSPECIFIED' },
): Promise<BatchAnswer> {
  try {
    return (await fga.queries.batch(place, [item()], question))[0] ?? { allowed: false };
  } catch (error) {
    if (error instanceof FgaError) return { code: error.code, message: error.message };
    throw error;
  }
}

function decisionOf(answer: BatchAnswer): JsonObject {
  if ('allowed' in answer) return { decision: answer.allowed };
  const error: Json = { status: new FgaError(answer.code, '').status, message: answer.message };
  return { decision: false, context: { error } };
}
