import type { JsonObject } from '../kernel/index.ts';

/** A relationship: `user` has `relation` to `object`. Object: `type:id`; user: `type:id`, `type:*` or `type:id#relation`. */
export type TupleKey = {
  readonly user: string;
  readonly relation: string;
  readonly object: string;
  readonly condition?: RelationshipCondition;
};

/** The condition of a tuple and the part of its context that was written with it. */
export type RelationshipCondition = { readonly name: string; readonly context?: JsonObject };

// The forms of OpenFGA's pkg/tuple. `\p{Cc}` is Go's unicode.IsControl.
const OBJECT = /^[^:# \p{Cc}]+:[^:# \p{Cc}]+$/u;
const RELATION = /^[^#:@ \p{Cc}]+$/u;
const USER_ID = /^[^#: \p{Cc}]+$/u;
const USERSET = /^[^:# \p{Cc}]+:[^:#* \p{Cc}]+#[^:#* \p{Cc}]+$/u;

export const isObjectText = (text: string): boolean => OBJECT.test(text);
export const isRelationText = (text: string): boolean => RELATION.test(text);
export const isUserset = (text: string): boolean => USERSET.test(text);
export const isUserText = (text: string): boolean => text === '*' || USER_ID.test(text) || OBJECT.test(text) || USERSET.test(text);
export const isTypedWildcard = (text: string): boolean => text.endsWith(':*') && text.indexOf(':') === text.length - 2 && text.length > 2;

/** The part before the first colon, '' when there is none. */
export function typeOf(object: string): string {
  const colon = object.indexOf(':');
  return colon < 0 ? '' : object.slice(0, colon);
}

/** `group:eng#member` as object and relation ('' when there is none). */
export function splitUser(user: string): { object: string; relation: string } {
  const hash = user.lastIndexOf('#');
  return hash < 0 ? { object: user, relation: '' } : { object: user.slice(0, hash), relation: user.slice(hash + 1) };
}

/** `object#relation@user`, as OpenFGA's messages show a tuple. */
export const showTuple = (key: Pick<TupleKey, 'user' | 'relation' | 'object'>): string => `${key.object}#${key.relation}@${key.user}`;

/** As `showTuple`, with the name of the condition. */
export const showTupleWithCondition = (key: TupleKey): string =>
  key.condition === undefined ? showTuple(key) : `${showTuple(key)} (condition ${key.condition.name})`;

/** What a check asks about. */
export type CheckKey = Pick<TupleKey, 'user' | 'relation' | 'object'>;

/** One check of a batch, with the tuples and the context that stand beside it. */
export type BatchItem = { readonly key: CheckKey; readonly contextual: readonly TupleKey[]; readonly context: JsonObject };
