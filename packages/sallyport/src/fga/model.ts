import type { JsonObject } from '../kernel/index.ts';

// An authorization model in OpenFGA's JSON form (openfga/api, authzmodel.proto), after reading: every member is there.

export type Userset =
  | { readonly kind: 'this' }
  | { readonly kind: 'computed'; readonly relation: string }
  | { readonly kind: 'ttu'; readonly tupleset: string; readonly computed: string }
  | { readonly kind: 'union' | 'intersection'; readonly children: readonly Userset[] }
  | { readonly kind: 'difference'; readonly base: Userset; readonly subtract: Userset }
  /** None of the known forms; validation refuses it. */
  | { readonly kind: 'none' };

/** One entry of a type restriction: `user`, `user:*` or `group#member`, each with or without a condition ('' = none). */
export type RelationReference = {
  readonly type: string;
  readonly relation: string;
  readonly wildcard: boolean;
  readonly condition: string;
};

export type RelationDefinition = { readonly rewrite: Userset; readonly restrictions: readonly RelationReference[] };

export type TypeDefinition = { readonly type: string; readonly relations: ReadonlyMap<string, RelationDefinition> };

export const PARAMETER_TYPES = [
  'TYPE_NAME_UNSPECIFIED',
  'TYPE_NAME_ANY',
  'TYPE_NAME_BOOL',
  'TYPE_NAME_STRING',
  'TYPE_NAME_INT',
  'TYPE_NAME_UINT',
  'TYPE_NAME_DOUBLE',
  'TYPE_NAME_DURATION',
  'TYPE_NAME_TIMESTAMP',
  'TYPE_NAME_MAP',
  'TYPE_NAME_LIST',
  'TYPE_NAME_IPADDRESS',
] as const;

export type ParameterType = { readonly name: (typeof PARAMETER_TYPES)[number]; readonly generics: readonly ParameterType[] };

export type ConditionDefinition = {
  readonly name: string;
  readonly expression: string;
  readonly parameters: ReadonlyMap<string, ParameterType>;
};

export type Model = {
  readonly schemaVersion: string;
  readonly types: readonly TypeDefinition[];
  readonly conditions: ReadonlyMap<string, ConditionDefinition>;
  /** What the client gave, as it is stored and given back. */
  readonly json: JsonObject;
};
