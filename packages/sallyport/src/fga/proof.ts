import type { JsonObject } from '../kernel/index.ts';
import { Admission } from './admit.ts';
import type { CompiledModel, Relation, Rewrite } from './compile.ts';
import { Checks, type Loaded, type Missing } from './evaluate.ts';
import { splitUser, typeOf, type TupleKey } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

/** Why a goal `object#relation` is true, as a tree: each node leads over one tuple or one rewrite. */
export type Proof =
  | { readonly goal: string; readonly by: 'self' }
  | { readonly goal: string; readonly by: 'tuple'; readonly tuple: TupleKey }
  | { readonly goal: string; readonly by: 'userset' | 'parent'; readonly tuple: TupleKey; readonly then: Proof }
  | { readonly goal: string; readonly by: 'computed'; readonly then: Proof }
  | { readonly goal: string; readonly by: 'all'; readonly of: readonly Proof[] }
  | { readonly goal: string; readonly by: 'exclusion'; readonly base: Proof };

/** Goals that the proofs of one question may look at. Each is looked at once a round, and there are as many rounds as the proof is deep. */
const MAX_PROOF_GOALS = 5_000;
const MAX_UNMET = 20;

/** A way to reach a true goal from true goals; `weight` is the longest chain of goals below it. */
type Step = { readonly weight: number; readonly make: () => Proof };
type Goal = { readonly entity: number; readonly relation: Relation };

/**
 * The shortest proofs of one user's true goals. Truth comes from the check itself; the proof is put together from the leaves, so that no goal
 * stands on itself however the groups contain each other.
 */
export class Proofs {
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #user: string;
  readonly #checks: Checks;
  readonly #admission: Admission;
  readonly #goals = new Map<number, Goal>();
  readonly #rank = new Map<number, number>();
  /** Tuples on the way that do not count for their condition, with why it could not be evaluated ('' when it was, and does not hold). */
  readonly unmet = new Map<number, string>();
  readonly #missing: Missing[] = [];
  #looked = 0;

  constructor(model: CompiledModel, table: TupleTable, user: string, context: JsonObject, loaded?: Loaded) {
    this.#model = model;
    this.#table = table;
    this.#user = user;
    this.#checks = new Checks(model, table, user, context, loaded);
    this.#admission = new Admission(model, table, context);
  }

  close(): void {
    this.#checks.close();
  }

  /** Goals whose tuples were needed and are not in the table. */
  get missing(): readonly Missing[] {
    return this.#missing;
  }

  /** Whether the goal is true; an error and what is not loaded count as not. */
  holds(entity: number, relation: Relation): boolean {
    try {
      const answer = this.#checks.check(this.#table.text(entity), relation);
      if (answer === undefined) this.#missing.push(...this.#checks.missing);
      return answer === true;
    } catch {
      return false;
    }
  }

  /** A proof of a goal, or of a part of its rewrite, that holds; `undefined` when it would be larger than `MAX_PROOF_GOALS`. */
  of(entity: number, relation: Relation, part: Rewrite = relation.rewrite): Proof | undefined {
    const goal = this.name(entity, relation);
    const way = (): Step | undefined =>
      part === relation.rewrite ? this.#prove(entity, relation) : this.#way(entity, relation, part, goal);
    this.#collect(entity, relation, part);
    // Round n knows the goals whose shortest chain has n goals.
    for (;;) {
      const step = way();
      if (step !== undefined) return step.make();
      const found: [number, number][] = [];
      for (const [key, open] of this.#goals) {
        if (this.#rank.has(key)) continue;
        const next = this.#prove(open.entity, open.relation);
        if (next !== undefined) found.push([key, next.weight + 1]);
      }
      if (found.length === 0) return undefined;
      for (const [key, rank] of found) this.#rank.set(key, rank);
    }
  }

  /** `object#relation`. */
  name(entity: number, relation: Relation): string {
    return `${this.#table.text(entity)}#${relation.relationName}`;
  }

  #key(entity: number, relation: Relation): number {
    return entity * this.#model.relations.length + relation.id;
  }

  /** Notes the true goals that a proof of this one may stand on. */
  #collect(entity: number, relation: Relation, part: Rewrite): void {
    const open: Goal[] = [];
    const note = (goal: Goal): void => {
      const key = this.#key(goal.entity, goal.relation);
      if (this.#goals.has(key) || ++this.#looked > MAX_PROOF_GOALS || !this.holds(goal.entity, goal.relation)) return;
      this.#goals.set(key, goal);
      open.push(goal);
    };
    this.leads(entity, relation, part, note);
    // An array that grows while it is walked is walked to its end.
    for (const goal of open) this.leads(goal.entity, goal.relation, goal.relation.rewrite, note);
  }

  /** Calls `note` with each goal that the rewrite may take its truth from; what is subtracted gives none. */
  leads(entity: number, relation: Relation, rewrite: Rewrite, note: (goal: Goal) => void): void {
    switch (rewrite.kind) {
      case 'this':
        return this.usersets(entity, relation, (tuple, target) => note({ entity: this.#table.user(tuple), relation: target }));
      case 'computed':
        return note({ entity, relation: rewrite.relation });
      case 'ttu':
        return this.parents(entity, rewrite, (tuple, target) => note({ entity: this.#table.user(tuple), relation: target }));
      case 'union':
      case 'intersection':
        for (const child of rewrite.children) this.leads(entity, relation, child, note);
        return;
      case 'difference':
        return this.leads(entity, relation, rewrite.base, note);
    }
  }

  usersets(entity: number, relation: Relation, take: (tuple: number, target: Relation) => void): void {
    const table = this.#table;
    for (let tuple = table.firstUser(entity, relation.name, true); tuple !== 0; tuple = table.nextUser(tuple)) {
      const target = this.#model.byNumber.get(Math.abs(table.type(table.user(tuple))))?.get(table.userRelation(tuple));
      if (target !== undefined && this.#counts(tuple, relation)) take(tuple, target);
    }
  }

  parents(
    entity: number,
    { tupleset, targets }: Pick<Rewrite & { kind: 'ttu' }, 'tupleset' | 'targets'>,
    take: (tuple: number, target: Relation) => void,
  ): void {
    const table = this.#table;
    for (let tuple = table.firstUser(entity, tupleset.name, false); tuple !== 0; tuple = table.nextUser(tuple)) {
      const target = targets.get(table.type(table.user(tuple)));
      if (target !== undefined && this.#counts(tuple, tupleset)) take(tuple, target);
    }
  }

  #counts(tuple: number, relation: Relation): boolean {
    if (!this.#admission.allows(tuple, relation)) return false;
    const met = this.#admission.met(tuple);
    if (met !== true && this.unmet.size < MAX_UNMET) this.unmet.set(tuple, met === false ? '' : met.message);
    return met === true;
  }

  #prove(entity: number, relation: Relation): Step | undefined {
    const goal = this.name(entity, relation);
    if (goal === this.#user) return { weight: 0, make: () => ({ goal, by: 'self' }) };
    return this.#way(entity, relation, relation.rewrite, goal);
  }

  /** The shortest way over goals that have a rank. */
  #way(entity: number, relation: Relation, rewrite: Rewrite, goal: string): Step | undefined {
    switch (rewrite.kind) {
      case 'this':
        return this.#direct(entity, relation, goal);
      case 'computed':
        return this.#over(entity, rewrite.relation, (then) => ({ goal, by: 'computed', then }));
      case 'ttu': {
        const ways: (Step | undefined)[] = [];
        this.parents(entity, rewrite, (tuple, target) => ways.push(this.#hop(goal, 'parent', tuple, target)));
        return shortest(ways);
      }
      case 'union':
        return shortest(rewrite.children.map((child) => this.#way(entity, relation, child, goal)));
      case 'intersection': {
        const ways = rewrite.children.map((child) => this.#way(entity, relation, child, goal));
        if (ways.includes(undefined)) return undefined;
        const all = ways.filter((way) => way !== undefined);
        return {
          weight: Math.max(...all.map(({ weight }) => weight)),
          make: () => ({ goal, by: 'all', of: all.map(({ make }) => make()) }),
        };
      }
      case 'difference': {
        if (this.truth(entity, relation, rewrite.subtract)) return undefined;
        const base = this.#way(entity, relation, rewrite.base, goal);
        return base && { weight: base.weight, make: () => ({ goal, by: 'exclusion', base: base.make() }) };
      }
    }
  }

  #direct(entity: number, relation: Relation, goal: string): Step | undefined {
    const own = this.direct(entity, relation);
    if (own !== 0) return { weight: 0, make: () => ({ goal, by: 'tuple', tuple: this.#table.key(own) }) };
    const ways: (Step | undefined)[] = [];
    this.usersets(entity, relation, (tuple, target) => ways.push(this.#hop(goal, 'userset', tuple, target)));
    return shortest(ways);
  }

  /** The tuple that names the user, or everyone of its type, directly; 0 without one that counts. */
  direct(entity: number, relation: Relation): number {
    const table = this.#table;
    const { object, relation: named } = splitUser(this.#user);
    const users = named === '' ? [object, `${typeOf(object)}:*`] : [object];
    for (const user of users) {
      const tuple = table.find(entity, relation.name, table.entity(user), this.#model.names.id(named));
      if (tuple !== 0 && this.#counts(tuple, relation)) return tuple;
    }
    return 0;
  }

  #hop(goal: string, by: 'userset' | 'parent', tuple: number, target: Relation): Step | undefined {
    return this.#over(this.#table.user(tuple), target, (then) => ({ goal, by, tuple: this.#table.key(tuple), then }));
  }

  #over(entity: number, relation: Relation, make: (then: Proof) => Proof): Step | undefined {
    const rank = this.#rank.get(this.#key(entity, relation));
    if (rank === undefined) return undefined;
    return {
      weight: rank,
      make: () => {
        const step = this.#prove(entity, relation);
        if (step === undefined) throw new Error('a goal with a rank has a way');
        return make(step.make());
      },
    };
  }

  /** Whether a part of a relation's rewrite holds. */
  truth(entity: number, relation: Relation, rewrite: Rewrite): boolean {
    switch (rewrite.kind) {
      case 'this': {
        if (this.direct(entity, relation) !== 0) return true;
        let found = false;
        this.usersets(entity, relation, (tuple, target) => (found ||= this.holds(this.#table.user(tuple), target)));
        return found;
      }
      case 'computed':
        return this.holds(entity, rewrite.relation);
      case 'ttu': {
        let found = false;
        this.parents(entity, rewrite, (tuple, target) => (found ||= this.holds(this.#table.user(tuple), target)));
        return found;
      }
      case 'union':
        return rewrite.children.some((child) => this.truth(entity, relation, child));
      case 'intersection':
        return rewrite.children.every((child) => this.truth(entity, relation, child));
      case 'difference':
        return this.truth(entity, relation, rewrite.base) && !this.truth(entity, relation, rewrite.subtract);
    }
  }
}

function shortest(ways: readonly (Step | undefined)[]): Step | undefined {
  let best: Step | undefined;
  for (const way of ways) if (way !== undefined && (best === undefined || way.weight < best.weight)) best = way;
  return best;
}
