import type { JsonObject } from '../kernel/index.ts';
import { Admission } from './admit.ts';
import type { CompiledModel, Relation, Rewrite } from './compile.ts';
import type { Userset } from './model.ts';
import type { TupleTable } from './tuple_table.ts';

/** One level of an object's userset as a tree in OpenFGA's form: users by name, other usersets as references. */
export function expandTree(model: CompiledModel, table: TupleTable, object: string, relation: Relation): JsonObject {
  const entity = table.hold(object);
  const admission = new Admission(model, table, {});
  const users = (of: Relation, sets: readonly boolean[]): string[] => {
    const found = new Set<string>();
    for (const set of sets)
      for (let tuple = table.firstUser(entity, of.name, set); tuple !== 0; tuple = table.nextUser(tuple))
        if (admission.allows(tuple, of)) found.add(table.key(tuple).user);
    return [...found].sort();
  };
  const name = `${object}#${relation.relationName}`;
  const node = (rewrite: Userset): JsonObject => {
    switch (rewrite.kind) {
      case 'none':
      case 'this':
        return { name, leaf: { users: { users: users(relation, [false, true]) } } };
      case 'computed':
        return { name, leaf: { computed: { userset: `${object}#${rewrite.relation}` } } };
      case 'ttu': {
        const tupleset = model.types.get(relation.typeName)?.get(rewrite.tupleset);
        const parents = tupleset === undefined ? [] : users(tupleset, [false]);
        const computed = parents.map((parent) => ({ userset: `${parent}#${rewrite.computed}` }));
        return { name, leaf: { tupleToUserset: { tupleset: `${object}#${rewrite.tupleset}`, computed } } };
      }
      case 'union':
      case 'intersection':
        return { name, [rewrite.kind]: { nodes: rewrite.children.map(node) } };
      case 'difference':
        return { name, difference: { base: node(rewrite.base), subtract: node(rewrite.subtract) } };
    }
  };
  try {
    return { root: node(relation.source) };
  } finally {
    table.release(entity);
  }
}

/** The relations of the object whose tuples `expandTree` shows. */
export function shownBy(relation: Relation): readonly Relation[] {
  const shown = new Set([relation]);
  const visit = (rewrite: Rewrite): void => {
    if (rewrite.kind === 'ttu') shown.add(rewrite.tupleset);
    if (rewrite.kind === 'union' || rewrite.kind === 'intersection') rewrite.children.forEach(visit);
    if (rewrite.kind === 'difference') [rewrite.base, rewrite.subtract].forEach(visit);
  };
  visit(relation.rewrite);
  return [...shown];
}
