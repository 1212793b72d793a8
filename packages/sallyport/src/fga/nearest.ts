import { subjectKey, type CompiledModel, type Relation, type Rewrite } from './compile.ts';
import type { Proof, Proofs } from './proof.ts';
import { isTypedWildcard, showTuple, splitUser, typeOf, type TupleKey } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

/** Tuples that would make a check true together, and how many hops from the object that was asked about the farthest of them is. */
export type Nearest = { readonly tuples: readonly TupleKey[]; readonly hops: number };
/** A goal that would be true were it not for what it subtracts, and why that holds (absent when the proof would be too large). */
export type Excluded = { readonly goal: string; readonly because?: Proof };

/** Ways that are told. */
const MAX_WAYS = 5;
/** Goals that are looked at: what is farther away than so many is nobody's "nearest". */
const MAX_GOALS = 1_000;

/** What is missing for a check to be true: the smallest sets of tuples, the nearest to the object first. */
export class NearestTuples {
  readonly excluded: Excluded[] = [];
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #user: string;
  readonly #proofs: Proofs;
  readonly #subject: { type: number; relation: number; wildcard: boolean };
  readonly #known = new Map<number, readonly Nearest[]>();
  #goals = 0;

  constructor(model: CompiledModel, table: TupleTable, user: string, proofs: Proofs) {
    this.#model = model;
    this.#table = table;
    this.#user = user;
    this.#proofs = proofs;
    const { object, relation } = splitUser(user);
    this.#subject = { type: model.names.id(typeOf(object)), relation: model.names.id(relation), wildcard: isTypedWildcard(user) };
  }

  /** The ways to make the goal true by adding tuples; none when nothing that the model allows would. */
  of(entity: number, relation: Relation): readonly Nearest[] {
    const { type, relation: named } = this.#subject;
    if (this.#model.reach(subjectKey(type, named))[relation.id] === 0) return [];
    if (this.#proofs.holds(entity, relation)) return [{ tuples: [], hops: 0 }];
    const key = entity * this.#model.relations.length + relation.id;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (++this.#goals > MAX_GOALS) return [];
    // A goal that leads back to itself is no way to make it true.
    this.#known.set(key, []);
    const found = this.#ways(entity, relation, relation.rewrite);
    this.#known.set(key, found);
    return found;
  }

  #ways(entity: number, relation: Relation, rewrite: Rewrite): readonly Nearest[] {
    switch (rewrite.kind) {
      case 'this': {
        const ways: Nearest[] = [...this.#direct(entity, relation)];
        this.#proofs.usersets(entity, relation, (tuple, target) => ways.push(...farther(this.of(this.#table.user(tuple), target))));
        return best(ways);
      }
      case 'computed':
        return this.of(entity, rewrite.relation);
      case 'ttu': {
        const ways: Nearest[] = [];
        this.#proofs.parents(entity, rewrite, (tuple, target) => ways.push(...farther(this.of(this.#table.user(tuple), target))));
        return best(ways);
      }
      case 'union':
        return best(rewrite.children.flatMap((child) => this.#ways(entity, relation, child)));
      case 'intersection':
        return rewrite.children
          .map((child) => (this.#proofs.truth(entity, relation, child) ? [NOTHING] : this.#ways(entity, relation, child)))
          .reduce((all, ways) => best(all.flatMap((one) => ways.map((other) => together(one, other)))), [NOTHING]);
      case 'difference': {
        if (!this.#proofs.truth(entity, relation, rewrite.subtract)) return this.#ways(entity, relation, rewrite.base);
        const because = this.#proofs.of(entity, relation, rewrite.subtract);
        if (this.excluded.length < MAX_WAYS)
          this.excluded.push({ goal: this.#proofs.name(entity, relation), ...(because === undefined ? {} : { because }) });
        return [];
      }
    }
  }

  /** The tuple that names the user itself, when the relation may be given to it. */
  #direct(entity: number, relation: Relation): readonly Nearest[] {
    // Looked at for its condition too: who has the tuple already is told what it waits for.
    this.#proofs.direct(entity, relation);
    const { type, relation: named, wildcard } = this.#subject;
    const allowed = relation.restrictions.filter(
      (restriction) => restriction.type === type && restriction.relation === named && restriction.wildcard === wildcard,
    );
    const [first] = allowed.toSorted((a, b) => a.condition.length - b.condition.length);
    if (first === undefined) return [];
    const plain = { user: this.#user, relation: relation.relationName, object: this.#table.text(entity) };
    const there = this.#table.findKey(plain) !== 0;
    // One that is there and does not count for its condition is told apart from those that are missing (`Proofs.unmet`).
    if (there) return [];
    return [{ tuples: [first.condition === '' ? plain : { ...plain, condition: { name: first.condition } }], hops: 0 }];
  }
}

const NOTHING: Nearest = { tuples: [], hops: 0 };

const farther = (ways: readonly Nearest[]): Nearest[] => ways.map(({ tuples, hops }) => ({ tuples, hops: hops + 1 }));

function together(a: Nearest, b: Nearest): Nearest {
  const tuples = new Map([...a.tuples, ...b.tuples].map((key) => [showTuple(key), key]));
  return { tuples: [...tuples.values()], hops: Math.max(a.hops, b.hops) };
}

/** The best of the ways, each once: few tuples first, then near ones. */
function best(ways: readonly Nearest[]): readonly Nearest[] {
  const sorted = ways.toSorted((a, b) => a.tuples.length - b.tuples.length || a.hops - b.hops);
  const distinct = new Map<string, Nearest>();
  for (const way of sorted) {
    const name = way.tuples.map(showTuple).sort().join(' ');
    if (!distinct.has(name)) distinct.set(name, way);
    if (distinct.size === MAX_WAYS) break;
  }
  return [...distinct.values()];
}
