import type { Model, RelationDefinition, Userset } from './model.ts';
import { FgaError } from './problem.ts';

type Relations = ReadonlyMap<string, ReadonlyMap<string, RelationDefinition>>;

const MAX_TYPES = 100;

const refuse = (message: string): FgaError => new FgaError('invalid_authorization_model', message);
const badRelation = (type: string, relation: string, cause: string): FgaError =>
  refuse(`the definition of relation '${relation}' in object type '${type}' is invalid: ${cause}`);
const undefinedRelation = (type: string, relation: string): FgaError => refuse(`'${type}#${relation}' relation is undefined`);

/**
 * Refuses a model that means nothing, for OpenFGA's reasons and in its words (pkg/typesystem): duplicate types, reserved names, unknown types,
 * relations and conditions, tuplesets that are not direct, relations that nothing can enter or that lead back to themselves.
 */
export function validateModel(model: Model): void {
  if (model.types.length > MAX_TYPES)
    throw new FgaError(
      'exceeded_entity_limit',
      `The number of type definitions in an authorization model exceeds the allowed limit of ${MAX_TYPES}`,
    );
  if (model.schemaVersion === '1.0') throw refuse('invalid schema version');
  const relations: Relations = new Map(model.types.map(({ type, relations: own }) => [type, own]));
  if (relations.size !== model.types.length) throw refuse('an authorization model cannot contain duplicate types');
  for (const [type, own] of relations) {
    if (type === 'self' || type === 'this') throw refuse(`the definition of type '${type}' is invalid`);
    for (const name of own.keys())
      if (name === 'self' || name === 'this') throw badRelation(type, name, 'self and this are reserved keywords');
  }
  const facts = { tuplesets: tuplesetsOf(relations), enterable: enterable(relations), circular: circular(relations) };
  for (const type of [...relations.keys()].sort()) {
    const own = relations.get(type) ?? new Map<string, RelationDefinition>();
    for (const name of [...own.keys()].sort()) validateRelation(model, relations, facts, type, name, own.get(name) as RelationDefinition);
  }
}

type Facts = {
  readonly tuplesets: ReadonlySet<string>;
  readonly enterable: ReadonlySet<string>;
  readonly circular: ReadonlySet<string>;
};

function validateRelation(
  model: Model,
  relations: Relations,
  facts: Facts,
  type: string,
  name: string,
  definition: RelationDefinition,
): void {
  validateRewrite(relations, type, name, definition.rewrite);
  validateRestrictions(model, relations, facts.tuplesets, type, name, definition);
  requireChildren(type, name, definition.rewrite);
  const loop = facts.circular.has(`${type}#${name}`);
  if (!facts.enterable.has(`${type}#${name}`)) throw badRelation(type, name, loop ? 'potential loop' : 'no entrypoints defined');
  if (loop) throw badRelation(type, name, 'an authorization model cannot contain a cycle');
}

/** `type#relation` of every relation that stands behind a `from`. */
export function tuplesetsOf(relations: Relations): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [type, own] of relations)
    for (const { rewrite } of own.values()) walk(rewrite, (part) => void (part.kind === 'ttu' && found.add(`${type}#${part.tupleset}`)));
  return found;
}

/** Visits a rewrite and all within it. */
export function walk(rewrite: Userset, visit: (part: Userset) => void): void {
  visit(rewrite);
  if (rewrite.kind === 'union' || rewrite.kind === 'intersection') for (const child of rewrite.children) walk(child, visit);
  if (rewrite.kind === 'difference') {
    walk(rewrite.base, visit);
    walk(rewrite.subtract, visit);
  }
}

function validateRewrite(relations: Relations, type: string, name: string, rewrite: Userset): void {
  const own = relations.get(type);
  switch (rewrite.kind) {
    case 'none':
      throw badRelation(type, name, 'invalid userset rewrite definition');
    case 'computed':
      if (rewrite.relation === name) throw badRelation(type, name, 'invalid userset rewrite definition');
      if (own?.has(rewrite.relation) !== true) throw undefinedRelation(type, rewrite.relation);
      return;
    case 'ttu': {
      const tupleset = own?.get(rewrite.tupleset);
      if (tupleset === undefined) throw undefinedRelation(type, rewrite.tupleset);
      if (tupleset.rewrite.kind !== 'this')
        throw refuse(
          `the '${type}#${rewrite.tupleset}' relation is referenced in at least one tupleset and thus must be a direct relation`,
        );
      if (!tupleset.restrictions.some((related) => relations.get(related.type)?.has(rewrite.computed) === true)) {
        const shown = tupleset.restrictions.map((related) => `type:"${related.type}"`).join(' ');
        throw refuse(
          `undefined relation: ${rewrite.computed} does not appear as a relation in any of the directly related user types [${shown}]`,
        );
      }
      return;
    }
    case 'union':
    case 'intersection':
      for (const child of rewrite.children) validateRewrite(relations, type, name, child);
      return;
    case 'difference':
      validateRewrite(relations, type, name, rewrite.base);
      validateRewrite(relations, type, name, rewrite.subtract);
      return;
    case 'this':
  }
}

function validateRestrictions(
  model: Model,
  relations: Relations,
  tuplesets: ReadonlySet<string>,
  type: string,
  name: string,
  { rewrite, restrictions }: RelationDefinition,
): void {
  let assignable = false;
  walk(rewrite, (part) => void (part.kind === 'this' && (assignable = true)));
  if (assignable && restrictions.length === 0)
    throw refuse(`the assignable relation '${name}' in object type '${type}' must contain at least one relation type`);
  if (!assignable && restrictions.length > 0)
    throw refuse(`the non-assignable relation '${name}' in object type '${type}' should not contain a relation type`);
  for (const related of restrictions) {
    const shown = related.relation === '' ? related.type : `${related.type}#${related.relation}`;
    const target = relations.get(related.type);
    const indirect = related.relation !== '' || related.wildcard;
    const known = target !== undefined && (related.relation === '' || target.has(related.relation));
    if (!known || (indirect && tuplesets.has(`${type}#${name}`)))
      throw refuse(`the relation type '${shown}' on '${name}' in object type '${type}' is not valid`);
    if (related.condition !== '' && !model.conditions.has(related.condition))
      throw refuse(`condition ${related.condition} is undefined for relation ${name}`);
  }
}

function requireChildren(type: string, name: string, rewrite: Userset): void {
  walk(rewrite, (part) => {
    if ((part.kind === 'union' || part.kind === 'intersection') && part.children.length < 2)
      throw refuse(`invalid relation: '${type}#${name}' as ${part.kind} has less than 2 children`);
  });
}

/**
 * `type#relation` of every relation that something can have at all: the least set in which each follows from the others. OpenFGA walks each
 * relation by itself; on a model made for it such walks take exponential time, this takes at most relations times relations.
 */
function enterable(relations: Relations): ReadonlySet<string> {
  const open = new Set<string>();
  const enters = (type: string, name: string, rewrite: Userset): boolean => {
    switch (rewrite.kind) {
      case 'none':
        return false;
      case 'this':
        return restrictionsOf(relations, type, name).some(
          (related) => related.relation === '' || open.has(`${related.type}#${related.relation}`),
        );
      case 'computed':
        return open.has(`${type}#${rewrite.relation}`);
      case 'ttu':
        return restrictionsOf(relations, type, rewrite.tupleset).some((related) => open.has(`${related.type}#${rewrite.computed}`));
      case 'union':
        return rewrite.children.some((child) => enters(type, name, child));
      case 'intersection':
        return rewrite.children.every((child) => enters(type, name, child));
      case 'difference':
        return enters(type, name, rewrite.base) && enters(type, name, rewrite.subtract);
    }
  };
  for (let before = -1; before !== open.size;) {
    before = open.size;
    for (const [type, own] of relations)
      for (const [name, { rewrite }] of own) if (!open.has(`${type}#${name}`) && enters(type, name, rewrite)) open.add(`${type}#${name}`);
  }
  return open;
}

function restrictionsOf(relations: Relations, type: string, name: string): RelationDefinition['restrictions'] {
  return relations.get(type)?.get(name)?.restrictions ?? [];
}

/** `type#relation` of every relation from which computed relations alone lead into a circle. */
function circular(relations: Relations): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [type, own] of relations) {
    const done = new Map<string, boolean>();
    const leads = (name: string, path: Set<string>): boolean => {
      if (path.has(name)) return true;
      const known = done.get(name);
      if (known !== undefined) return known;
      path.add(name);
      let circle = false;
      walk(own.get(name)?.rewrite ?? { kind: 'none' }, (part) => {
        if (part.kind === 'computed' && leads(part.relation, path)) circle = true;
      });
      path.delete(name);
      done.set(name, circle);
      return circle;
    };
    for (const name of own.keys()) if (leads(name, new Set())) found.add(`${type}#${name}`);
  }
  return found;
}
