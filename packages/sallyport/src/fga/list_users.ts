import type { JsonObject } from '../kernel/index.ts';
import { Admission } from './admit.ts';
import { subjectKey, type CompiledModel, type Relation, type Rewrite } from './compile.ts';
import type { ConditionError } from './condition.ts';
import { MAX_DEPTH, type Loaded, type Missing } from './evaluate.ts';
import { tooComplex } from './problem.ts';
import type { TupleTable } from './tuple_table.ts';
import { EMPTY, intersect, subtract, unite, type UserSet } from './user_set.ts';

/** Which users are wanted: plain ones (and `type:*`) of a type, or usersets `type#relation`. */
export type UserFilter = { readonly type: string; readonly relation: string };

/** Goals that one query may look at. */
const MAX_GOALS = 200_000;

/** What expanding a goal gave. `low`: the place of the highest open goal that it came back to; then the users are not all that it has. */
type Expanded = { readonly set: UserSet; readonly cycle: boolean; readonly low: number };

const NOTHING: Expanded = { set: EMPTY, cycle: false, low: Infinity };

/**
 * The users of a filter that have the relation to the object, as OpenFGA's strings. `undefined` when tuples are missing: load `missing` and
 * call again. Throws FgaError, or ConditionError when any condition on the way could not be evaluated.
 */
export class ListUsers {
  readonly missing: Missing[] = [];
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #admission: Admission;
  readonly #loaded: Loaded | undefined;
  readonly #filterType: number;
  readonly #filterRelation: number;
  readonly #known = new Map<number, Expanded>();
  readonly #open = new Map<number, number>();
  #failure: ConditionError | undefined;
  #goals = 0;
  readonly #held: number[] = [];

  constructor(model: CompiledModel, table: TupleTable, filter: UserFilter, context: JsonObject, loaded?: Loaded) {
    this.#model = model;
    this.#table = table;
    this.#admission = new Admission(model, table, context);
    this.#loaded = loaded;
    this.#filterType = model.names.id(filter.type);
    this.#filterRelation = model.names.id(filter.relation);
  }

  list(object: string, relation: Relation): string[] | undefined {
    // Nothing leads from such users to the relation: then nothing is looked at, as OpenFGA does.
    if (this.#model.reach(subjectKey(this.#filterType, this.#filterRelation))[relation.id] === 0) return [];
    this.missing.length = 0;
    this.#known.clear();
    this.#failure = undefined;
    // Held until the end: what is missing is named by its number.
    const entity = this.#table.hold(object);
    this.#held.push(entity);
    const { set } = this.#expand(entity, relation, 0);
    if (this.missing.length > 0) return undefined;
    if (this.#failure !== undefined) throw this.#failure as ConditionError;
    return [...set.users, ...(set.everyone ? [`${this.#model.names.text(this.#filterType)}:*`] : [])];
  }

  /** Gives back what the table was asked to hold. */
  close(): void {
    for (const entity of this.#held) this.#table.release(entity);
  }

  #expand(entity: number, relation: Relation, depth: number): Expanded {
    if (depth >= MAX_DEPTH) throw tooComplex();
    const key = entity * this.#model.relations.length + relation.id;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const open = this.#open.get(key);
    if (open !== undefined) return { set: EMPTY, cycle: true, low: open };
    if (++this.#goals > MAX_GOALS) throw tooComplex();
    if (this.#loaded !== undefined && !this.#loaded.has(entity, relation)) {
      this.missing.push({ entity, relation });
      return NOTHING;
    }
    const place = this.#open.size;
    this.#open.set(key, place);
    const inner = this.#rewrite(entity, relation, relation.rewrite, depth);
    this.#open.delete(key);
    const matches = relation.type === this.#filterType && relation.name === this.#filterRelation;
    const self = { ...EMPTY, users: new Set([`${this.#table.text(entity)}#${relation.relationName}`]) };
    const expanded = { ...inner, set: matches ? unite([self, inner.set]) : inner.set, low: inner.low >= place ? Infinity : inner.low };
    if (expanded.low === Infinity) this.#known.set(key, expanded);
    return expanded;
  }

  #rewrite(entity: number, relation: Relation, rewrite: Rewrite, depth: number): Expanded {
    const inner = (part: Rewrite): Expanded => this.#rewrite(entity, relation, part, depth);
    switch (rewrite.kind) {
      case 'this':
        return this.#direct(entity, relation, depth);
      case 'computed':
        return this.#expand(entity, rewrite.relation, depth + 1);
      case 'ttu':
        return this.#parents(entity, rewrite.tupleset, rewrite.targets, depth);
      case 'union':
        return together(rewrite.children.map(inner), unite);
      case 'intersection':
        return together(rewrite.children.map(inner), intersect);
      case 'difference': {
        const base = inner(rewrite.base);
        const less = inner(rewrite.subtract);
        // What is subtracted led back to itself: nobody can be said to be left (as in a check).
        // With that it is dealt with: what stands above need not ask again.
        return { ...together([base, less], () => (less.cycle ? EMPTY : subtract(base.set, less.set))), cycle: false };
      }
    }
  }

  #direct(entity: number, relation: Relation, depth: number): Expanded {
    const users = new Set<string>();
    let everyone = false;
    const table = this.#table;
    this.#tuples(entity, relation, false, (tuple) => {
      const user = table.user(tuple);
      if (this.#filterRelation !== 0 || Math.abs(table.type(user)) !== this.#filterType) return;
      if (table.type(user) < 0) everyone = true;
      else users.add(table.text(user));
    });
    const parts: Expanded[] = [{ ...NOTHING, set: { users, everyone, except: EMPTY.except } }];
    this.#tuples(entity, relation, true, (tuple) => {
      const user = table.user(tuple);
      const target = this.#model.byNumber.get(table.type(user))?.get(table.userRelation(tuple));
      if (target !== undefined) parts.push(this.#expand(user, target, depth + 1));
    });
    return together(parts, unite);
  }

  #parents(entity: number, tupleset: Relation, targets: ReadonlyMap<number, Relation>, depth: number): Expanded {
    const parts: Expanded[] = [];
    this.#tuples(entity, tupleset, false, (tuple) => {
      const parent = this.#table.user(tuple);
      const target = targets.get(this.#table.type(parent));
      if (target !== undefined) parts.push(this.#expand(parent, target, depth + 1));
    });
    return together(parts, unite);
  }

  /** The tuples that count; a condition that cannot be evaluated fails the whole query in the end. */
  #tuples(entity: number, relation: Relation, sets: boolean, take: (tuple: number) => void): void {
    const table = this.#table;
    for (let tuple = table.firstUser(entity, relation.name, sets); tuple !== 0; tuple = table.nextUser(tuple)) {
      if (!this.#admission.allows(tuple, relation)) continue;
      const met = this.#admission.met(tuple);
      if (met === true) take(tuple);
      else if (met !== false) this.#failure = met;
    }
  }
}

function together(parts: readonly Expanded[], join: (sets: readonly UserSet[]) => UserSet): Expanded {
  return {
    set: join(parts.map(({ set }) => set)),
    cycle: parts.some(({ cycle }) => cycle),
    low: parts.reduce((lowest, { low }) => Math.min(lowest, low), Infinity),
  };
}
