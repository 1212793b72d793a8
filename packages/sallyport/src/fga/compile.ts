import type { Condition } from './condition.ts';
import type { Model, RelationDefinition, RelationReference, Userset } from './model.ts';
import { tuplesetsOf, walk } from './model_validate.ts';
import type { Names } from './names.ts';

/** A rewrite with everything looked up. Children of a union stand in the order of their cost. */
export type Rewrite =
  | { readonly kind: 'this' }
  | { readonly kind: 'computed'; readonly relation: Relation }
  | {
      readonly kind: 'ttu';
      readonly tupleset: Relation;
      /** By the number of the parent's type. */ readonly targets: ReadonlyMap<number, Relation>;
    }
  | { readonly kind: 'union' | 'intersection'; readonly children: readonly Rewrite[] }
  | { readonly kind: 'difference'; readonly base: Rewrite; readonly subtract: Rewrite };

export type Restriction = {
  readonly type: number;
  /** The relation's number; 0 for a type or its wildcard. */
  readonly relation: number;
  readonly wildcard: boolean;
  readonly condition: string;
};

/** One relation of one type. `id` counts through the model; the other numbers are names. */
export type Relation = {
  readonly id: number;
  readonly typeName: string;
  readonly relationName: string;
  readonly type: number;
  readonly name: number;
  rewrite: Rewrite;
  readonly source: Userset;
  readonly restrictions: readonly Restriction[];
  readonly references: readonly RelationReference[];
  /** Relations of usersets that a tuple of this relation may name. */
  usersets: readonly Relation[];
  readonly isTupleset: boolean;
  /** Whether an answer may depend on something being absent, or on two things at once. */
  pure: boolean;
  /** What the relation reads: itself and the relations of the same object that its rewrite names, through any number of them. */
  reads: Reads;
};

/** What must be read of an object to expand a relation of it completely, without leaving the object. */
export type Reads = {
  /** Relations whose direct users and usersets count. */
  readonly direct: readonly Relation[];
  readonly ttus: readonly { readonly tupleset: Relation; readonly computed: string; readonly targets: ReadonlyMap<number, Relation> }[];
  /** The relation and all relations that it computes from. */
  readonly relations: readonly Relation[];
};

/** A model ready for evaluation. */
export type CompiledModel = {
  readonly id: string;
  readonly model: Model;
  readonly names: Names;
  readonly types: ReadonlyMap<string, ReadonlyMap<string, Relation>>;
  /** By numbers of names. */
  readonly byNumber: ReadonlyMap<number, ReadonlyMap<number, Relation>>;
  readonly relations: readonly Relation[];
  readonly conditions: ReadonlyMap<string, Condition>;
  /** Which relations (by id) tuples may lead to from a subject (`subjectKey`; the wildcard of a type counts as the type). */
  reach(subject: number): Uint8Array;
};

const NO_CONDITIONS: ReadonlyMap<string, Condition> = new Map();

export const subjectKey = (type: number, relation: number): number => type * 65_536 + relation;

/** Compiles a model that was validated. Rejects with FgaError invalid_authorization_model for a condition that does not compile. */
export async function compileModel(id: string, model: Model, names: Names): Promise<CompiledModel> {
  // The language of conditions is large, and most models have none.
  const conditions =
    model.conditions.size === 0 ? NO_CONDITIONS : (await import('./condition_compile.ts')).compileConditions(model.conditions);
  const raw = new Map(model.types.map(({ type, relations }) => [type, relations]));
  const tuplesets = tuplesetsOf(raw);
  const relations: Relation[] = [];
  const types = new Map<string, Map<string, Relation>>();
  const byNumber = new Map<number, Map<number, Relation>>();
  for (const [type, own] of raw) {
    const compiled = new Map<string, Relation>();
    const numbered = new Map<number, Relation>();
    for (const [name, definition] of own) {
      const relation = newRelation(relations.length, type, name, definition, names, tuplesets);
      relations.push(relation);
      compiled.set(name, relation);
      numbered.set(relation.name, relation);
    }
    types.set(type, compiled);
    byNumber.set(names.id(type), numbered);
  }
  const find = (type: string, name: string): Relation => {
    const relation = types.get(type)?.get(name);
    if (relation === undefined) throw new Error(`${type}#${name} was not validated`);
    return relation;
  };
  for (const relation of relations) {
    relation.rewrite = compileRewrite(relation, relation.source, types, find, names);
    relation.usersets = relation.references
      .filter((related) => related.relation !== '')
      .map((related) => find(related.type, related.relation));
    walk(relation.source, (part) => void ((part.kind === 'intersection' || part.kind === 'difference') && (relation.pure = false)));
  }
  for (const relation of relations) relation.reads = readsOf(relation);
  const previous: Relation[][] = relations.map(() => []);
  for (const relation of relations) for (const next of nextOf(relation)) previous[next.id]?.push(relation);
  spreadImpurity(relations, previous);
  return { id, model, names, types, byNumber, relations, conditions, reach: reachOf(relations, previous) };
}

function newRelation(
  id: number,
  type: string,
  name: string,
  { rewrite, restrictions }: RelationDefinition,
  names: Names,
  tuplesets: ReadonlySet<string>,
): Relation {
  return {
    id,
    typeName: type,
    relationName: name,
    type: names.id(type),
    name: names.id(name),
    rewrite: { kind: 'this' },
    source: rewrite,
    references: restrictions,
    restrictions: restrictions.map((related) => ({
      type: names.id(related.type),
      relation: names.id(related.relation),
      wildcard: related.wildcard,
      condition: related.condition,
    })),
    usersets: [],
    isTupleset: tuplesets.has(`${type}#${name}`),
    pure: true,
    reads: { direct: [], ttus: [], relations: [] },
  };
}

const COST = { this: 0, computed: 1, intersection: 2, difference: 2, union: 2, ttu: 3 } as const;

function compileRewrite(
  own: Relation,
  source: Userset,
  types: ReadonlyMap<string, ReadonlyMap<string, Relation>>,
  find: (type: string, name: string) => Relation,
  names: Names,
): Rewrite {
  const inner = (part: Userset): Rewrite => compileRewrite(own, part, types, find, names);
  switch (source.kind) {
    case 'none':
    case 'this':
      return { kind: 'this' };
    case 'computed':
      return { kind: 'computed', relation: find(own.typeName, source.relation) };
    case 'ttu': {
      const tupleset = find(own.typeName, source.tupleset);
      const targets = new Map<number, Relation>();
      for (const { type } of tupleset.references) {
        const target = types.get(type)?.get(source.computed);
        if (target !== undefined) targets.set(names.id(type), target);
      }
      return { kind: 'ttu', tupleset, targets };
    }
    case 'union':
      return { kind: 'union', children: source.children.map(inner).sort((a, b) => COST[a.kind] - COST[b.kind]) };
    case 'intersection':
      return { kind: 'intersection', children: source.children.map(inner) };
    case 'difference':
      return { kind: 'difference', base: inner(source.base), subtract: inner(source.subtract) };
  }
}

/** Visits a compiled rewrite and all within it. */
export function walkRewrite(rewrite: Rewrite, visit: (part: Rewrite) => void): void {
  visit(rewrite);
  if (rewrite.kind === 'union' || rewrite.kind === 'intersection') for (const child of rewrite.children) walkRewrite(child, visit);
  if (rewrite.kind === 'difference') {
    walkRewrite(rewrite.base, visit);
    walkRewrite(rewrite.subtract, visit);
  }
}

function readsOf(start: Relation): Reads {
  const relations = new Set([start]);
  const direct = new Set<Relation>();
  const ttus = new Map<string, Reads['ttus'][number]>();
  // A set that grows while it is walked is walked to its end.
  for (const relation of relations)
    walkRewrite(relation.rewrite, (part) => {
      if (part.kind === 'this') direct.add(relation);
      if (part.kind === 'computed') relations.add(part.relation);
      if (part.kind === 'ttu') {
        const [target] = part.targets.values();
        const computed = target?.relationName ?? '';
        ttus.set(`${part.tupleset.relationName} ${computed}`, { tupleset: part.tupleset, computed, targets: part.targets });
      }
    });
  return { direct: [...direct], ttus: [...ttus.values()], relations: [...relations] };
}

/** The relations that a relation's rewrite leads to in one step. */
function nextOf(relation: Relation): readonly Relation[] {
  const next: Relation[] = [];
  walkRewrite(relation.rewrite, (part) => {
    if (part.kind === 'this') next.push(...relation.usersets);
    if (part.kind === 'computed') next.push(part.relation);
    if (part.kind === 'ttu') next.push(...part.targets.values());
  });
  return next;
}

/** A relation is pure when all that it leads to is. */
function spreadImpurity(relations: readonly Relation[], previous: readonly (readonly Relation[])[]): void {
  const impure = relations.filter(({ pure }) => !pure);
  // An array that grows while it is walked is walked to its end.
  for (const relation of impure)
    for (const before of previous[relation.id] ?? [])
      if (before.pure) {
        before.pure = false;
        impure.push(before);
      }
}

/** Subjects whose reach is kept; a model has few types of subjects. */
const MAX_REACH = 256;

/** Answers which relations tuples may lead to from a subject, by relation id: 1 or 0. */
function reachOf(relations: readonly Relation[], previous: readonly (readonly Relation[])[]): (subject: number) => Uint8Array {
  const known = new Map<number, Uint8Array>();
  return (subject) => {
    const kept = known.get(subject);
    if (kept !== undefined) return kept;
    const reached = new Uint8Array(relations.length);
    const starts = relations.filter(
      (relation) =>
        subjectKey(relation.type, relation.name) === subject ||
        relation.restrictions.some(({ type, relation: name }) => subjectKey(type, name) === subject),
    );
    for (const { id } of starts) reached[id] = 1;
    for (const relation of starts)
      for (const before of previous[relation.id] ?? [])
        if (reached[before.id] === 0) {
          reached[before.id] = 1;
          starts.push(before);
        }
    if (known.size >= MAX_REACH) known.clear();
    known.set(subject, reached);
    return reached;
  };
}
