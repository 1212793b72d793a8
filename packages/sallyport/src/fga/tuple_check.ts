import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import type { CompiledModel, Relation } from './compile.ts';
import { FgaError } from './problem.ts';
import {
  isObjectText,
  isRelationText,
  isTypedWildcard,
  isUserset,
  isUserText,
  showTuple,
  showTupleWithCondition,
  splitUser,
  typeOf,
  type TupleKey,
} from './tuple.ts';

// OpenFGA's rules of what a tuple may be (internal/validation), with its texts.

/** Why a user is not one of this model; `undefined` when it is. */
export function userProblem(model: CompiledModel, user: string): string | undefined {
  if (!isUserText(user)) return "the 'user' field is malformed";
  const userset = isUserset(user);
  if (!userset && !isObjectText(user))
    return "the 'user' field must be an object (e.g. document:1) or an 'object#relation' or a typed wildcard (e.g. group:*)";
  const { object, relation } = splitUser(user);
  const relations = model.types.get(typeOf(object));
  if (relations === undefined) return `type '${typeOf(object)}' not found`;
  return userset && !relations.has(relation) ? `relation '${typeOf(object)}#${relation}' not found` : undefined;
}

export function objectProblem(model: CompiledModel, object: string): string | undefined {
  if (!isObjectText(object)) return "invalid 'object' field format";
  if (isTypedWildcard(object)) return "the 'object' field cannot reference a typed wildcard";
  return model.types.has(typeOf(object)) ? undefined : `type '${typeOf(object)}' not found`;
}

export function relationProblem(model: CompiledModel, object: string, relation: string): string | undefined {
  if (!isRelationText(relation)) return "the 'relation' field is malformed";
  const relations = model.types.get(typeOf(object));
  if (relations === undefined) return `type '${typeOf(object)}' not found`;
  return relations.has(relation) ? undefined : `relation '${typeOf(object)}#${relation}' not found`;
}

/** What is wrong with the three parts of a key, loosely: as for the key of a check. */
export function keyProblem(model: CompiledModel, key: Pick<TupleKey, 'user' | 'relation' | 'object'>): string | undefined {
  return userProblem(model, key.user) ?? objectProblem(model, key.object) ?? relationProblem(model, key.object, key.relation);
}

/** What is wrong with a tuple that is to be written or given with a request. `conditional`: its condition is. The text names the tuple. */
export function tupleProblem(model: CompiledModel, key: TupleKey): { readonly text: string; readonly conditional: boolean } | undefined {
  const problem = keyProblem(model, key) ?? restrictionProblem(model, key);
  if (problem !== undefined) return { text: `Invalid tuple '${showTuple(key)}'. Reason: ${problem}`, conditional: false };
  const condition = conditionProblem(model, key);
  return condition === undefined
    ? undefined
    : { text: `Invalid tuple '${showTupleWithCondition(key)}'. Reason: ${condition}`, conditional: true };
}

/** Refuses contextual tuples that could not be written. */
export function checkContextual(model: CompiledModel, tuples: readonly TupleKey[], wrap = (text: string): string => text): void {
  for (const key of tuples) {
    const problem = tupleProblem(model, key);
    if (problem !== undefined) throw new FgaError(problem.conditional ? 'validation_error' : 'invalid_tuple', wrap(problem.text));
  }
}

function relationOf(model: CompiledModel, key: TupleKey): Relation | undefined {
  return model.types.get(typeOf(key.object))?.get(key.relation);
}

function restrictionProblem(model: CompiledModel, key: TupleKey): string | undefined {
  const relation = relationOf(model, key);
  const { user } = key;
  const place = `${typeOf(key.object)}#${key.relation}`;
  if (relation?.isTupleset === true) {
    if (isTypedWildcard(user)) return `unexpected wildcard relationship with tupleset relation '${place}'`;
    if (!isObjectText(user)) return `unexpected user '${user}' with tupleset relation '${place}'`;
  }
  const { object, relation: userRelation } = splitUser(user);
  const type = typeOf(object);
  const wildcard = isTypedWildcard(user);
  const references = relation?.references ?? [];
  if (references.some((related) => related.type === type && related.relation === userRelation && related.wildcard === wildcard))
    return undefined;
  if (isUserset(user)) return `'${type}#${userRelation}' is not an allowed type restriction for '${place}'`;
  return wildcard
    ? `the typed wildcard '${user}' is not an allowed type restriction for '${place}'`
    : `type '${type}' is not an allowed type restriction for '${place}'`;
}

function conditionProblem(model: CompiledModel, key: TupleKey): string | undefined {
  const references = relationOf(model, key)?.references ?? [];
  const { object, relation } = splitUser(key.user);
  const wildcard = isTypedWildcard(key.user);
  const own = references.filter((related) => related.type === typeOf(object));
  if (key.condition === undefined) {
    const open = own.some(
      (related) =>
        related.condition === '' &&
        (related.relation === '' || related.relation === relation) &&
        (related.wildcard ? wildcard : related.relation !== '' || !wildcard),
    );
    return open ? undefined : 'condition is missing';
  }
  const { name, context = {} } = key.condition;
  const condition = model.conditions.get(name);
  if (condition === undefined) return 'undefined condition';
  if (!own.some((related) => related.condition === name)) return 'invalid condition for type restriction';
  return contextProblem(context) ?? condition.problem(context);
}

/** Keys and texts of a context hold no control characters (they end in caches' keys and logs). */
export function contextProblem(context: JsonObject): string | undefined {
  for (const [name, value] of Object.entries(context)) {
    if (FORBIDDEN.test(name)) return `context key ${quoted(name)} contains forbidden characters`;
    const problem = valueProblem(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const FORBIDDEN = /[\p{Cc}]/u;
const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** A text as Go quotes it. */
function quoted(text: string): string {
  const escaped = text.replaceAll(/["\\\p{Cc}]/gu, (letter) => {
    if (letter === '"' || letter === '\\') return `\\${letter}`;
    const code = letter.charCodeAt(0).toString(16).padStart(2, '0');
    return ESCAPES[letter] ?? (letter > '\x7f' ? `\\u00${code}` : `\\x${code}`);
  });
  return `"${escaped}"`;
}

function valueProblem(value: Json): string | undefined {
  if (typeof value === 'string') return FORBIDDEN.test(value) ? `context value ${quoted(value)} contains forbidden characters` : undefined;
  if (isObject(value)) return contextProblem(value);
  if (!Array.isArray(value)) return undefined;
  for (const item of value) {
    const problem = valueProblem(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
