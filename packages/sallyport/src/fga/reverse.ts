import { subjectKey, type CompiledModel, type Relation } from './compile.ts';
import type { Userset } from './model.ts';

/** Where having a relation to an object leads: to other relations of the object, over parents' tuples, over usersets' tuples. */
export type Edges = {
  readonly computed: readonly Relation[];
  readonly parents: readonly { readonly tupleset: Relation; readonly owner: Relation }[];
  readonly usersets: readonly Relation[];
};

type MutableEdges = { computed: Relation[]; parents: { tupleset: Relation; owner: Relation }[]; usersets: Relation[] };

/** The ways from users to one relation, against the direction of a check. */
export type Reverse = {
  /** By relation id. */
  readonly edges: readonly Edges[];
  /** The relations on these ways, the target among them. */
  readonly relations: readonly Relation[];
};

/**
 * The ways to `target`. Of an intersection only the first operand is followed, of a difference only the base: what they yield are candidates,
 * which a check must confirm (`target.pure` says when none is needed).
 */
export function reverseTo(model: CompiledModel, target: Relation): Reverse {
  const edges: MutableEdges[] = model.relations.map(() => ({ computed: [], parents: [], usersets: [] }));
  const relations = new Set([target]);
  const find = (type: string, name: string): Relation | undefined => model.types.get(type)?.get(name);
  const follow = (owner: Relation, rewrite: Userset): void => {
    switch (rewrite.kind) {
      case 'this':
        for (const userset of new Set(owner.usersets)) {
          edges[userset.id]?.usersets.push(owner);
          relations.add(userset);
        }
        return;
      case 'computed': {
        const relation = find(owner.typeName, rewrite.relation);
        if (relation === undefined) return;
        edges[relation.id]?.computed.push(owner);
        relations.add(relation);
        return;
      }
      case 'ttu': {
        const tupleset = find(owner.typeName, rewrite.tupleset);
        if (tupleset === undefined) return;
        for (const type of new Set(tupleset.references.map((related) => related.type))) {
          const relation = find(type, rewrite.computed);
          if (relation === undefined) continue;
          edges[relation.id]?.parents.push({ tupleset, owner });
          relations.add(relation);
        }
        return;
      }
      case 'union':
        for (const child of rewrite.children) follow(owner, child);
        return;
      case 'intersection':
        if (rewrite.children[0] !== undefined) follow(owner, rewrite.children[0]);
        return;
      case 'difference':
        follow(owner, rewrite.base);
        return;
      case 'none':
    }
  };
  // A set that grows while it is walked is walked to its end.
  for (const relation of relations) follow(relation, relation.source);
  return { edges, relations: [...relations] };
}

/** The relations on the way that tuples with this subject may name. */
export function startsOf({ relations }: Reverse, type: number, relation: number, wildcard: boolean): Relation[] {
  const subject = subjectKey(type, relation);
  return relations.filter((candidate) =>
    candidate.restrictions.some((related) => subjectKey(related.type, related.relation) === subject && related.wildcard === wildcard),
  );
}
