import type { JsonObject } from '../kernel/index.ts';
import { Admission } from './admit.ts';
import { subjectKey, type CompiledModel, type Relation, type Rewrite } from './compile.ts';
import type { ConditionError } from './condition.ts';
import { FgaError, tooComplex } from './problem.ts';
import { splitUser, typeOf } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

/** Hops over tuples (usersets and parents) within each other; OpenFGA's resolveNodeLimit. */
export const MAX_DEPTH = 25;
/** Goals that one check may look at: some seconds of work. A wider or more tangled question gets "too complex". */
const MAX_GOALS = 1_000_000;

/**
 * What is known of a goal. `UNSURE`: false, but a condition could not be evaluated and OpenFGA drops that error (`#afterRows`); who subtracts it
 * must not. `CYCLE`: false, and it led back to itself, which OpenFGA keeps apart: `x but not <cycle>` is false.
 */
const FALSE = 0;
const TRUE = 1;
const UNSURE = 2;
const CYCLE = 3;
const ERROR = 4;
/** Its tuples are not in the table yet. */
const PENDING = 5;
type State = typeof FALSE | typeof TRUE | typeof UNSURE | typeof CYCLE | typeof ERROR | typeof PENDING;

/** Made once: an error costs as much as a check. */
let tooDeep: FgaError | undefined;

/** A goal whose tuples must be loaded: does the user have `relation` to `entity`. */
export type Missing = { readonly entity: number; readonly relation: Relation };

/** Which goals have their tuples in the table; absent for a table that holds everything. */
export type Loaded = {
  has(entity: number, relation: Relation): boolean;
  /** Whether the last `reverse` step brought as many as were wanted, so that there may be more. */
  readonly partial: boolean;
};

/**
 * One user's checks against one table, one after the other; what is found out stays for the next. Depth first, with what is known of each goal
 * remembered. A goal that was false only because a goal above it is still open is remembered for just as long as that one is (`#trail`).
 */
export class Checks {
  /** Goals that the last call of `check` could not do without. */
  readonly missing: Missing[] = [];
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #admission: Admission;
  readonly #loaded: Loaded | undefined;
  readonly #user: number;
  readonly #userType: number;
  readonly #userRelation: number;
  readonly #wildcard: number;
  readonly #reach: Uint8Array;
  /** State of a goal, or -1 - its place on the path when it is open. */
  readonly #known = new Map<number, number>();
  /** Of a goal that is CYCLE for now: the place of the highest open goal that it hangs on. */
  readonly #hangs = new Map<number, number>();
  readonly #errors = new Map<number, { readonly error: Error; readonly depth: number }>();
  readonly #trail: number[] = [];
  readonly #pendings: number[] = [];
  readonly #held: number[] = [];
  #open = 0;
  #low = Infinity;
  #goals = 0;
  #error: Error | undefined;
  /** The last error behind an UNSURE. */
  #dropped: ConditionError | undefined;

  constructor(model: CompiledModel, table: TupleTable, user: string, context: JsonObject, loaded?: Loaded) {
    this.#model = model;
    this.#table = table;
    this.#admission = new Admission(model, table, context);
    this.#loaded = loaded;
    const { object, relation } = splitUser(user);
    this.#user = table.hold(object);
    this.#userType = Math.abs(table.type(this.#user));
    this.#userRelation = model.names.id(relation);
    this.#wildcard = relation === '' ? table.hold(`${typeOf(object)}:*`) : 0;
    this.#reach = model.reach(subjectKey(this.#userType, this.#userRelation));
  }

  /** Gives back what the table was asked to hold. */
  close(): void {
    this.#table.release(this.#user);
    if (this.#wildcard !== 0) this.#table.release(this.#wildcard);
    for (const entity of this.#held) this.#table.release(entity);
  }

  /** Whether the user has the relation; `undefined` when tuples are missing (`missing`). Throws FgaError or ConditionError. */
  check(object: string, relation: Relation): boolean | undefined {
    this.missing.length = 0;
    // Held until the end: what is missing is named by its number.
    const entity = this.#table.hold(object);
    this.#held.push(entity);
    try {
      const state = this.#goal(entity, relation, 0);
      if (state === ERROR) throw this.#error ?? tooComplex();
      return state === PENDING ? undefined : state === TRUE;
    } finally {
      this.#forget(0);
      for (const { entity: at, relation: of } of this.missing) this.#known.delete(this.#key(at, of));
      for (const key of this.#pendings) this.#known.delete(key);
      this.#pendings.length = 0;
    }
  }

  #key(entity: number, relation: Relation): number {
    return entity * this.#model.relations.length + relation.id;
  }

  #goal(entity: number, relation: Relation, depth: number): State {
    if (this.#reach[relation.id] === 0) return FALSE;
    if (depth >= MAX_DEPTH) return this.#fail((tooDeep ??= tooComplex()));
    const key = this.#key(entity, relation);
    const known = this.#known.get(key);
    if (known !== undefined) return this.#recall(key, known, depth) ?? this.#expand(key, entity, relation, depth);
    if (entity === this.#user && relation.name === this.#userRelation) return TRUE;
    if (this.#loaded !== undefined && !this.#loaded.has(entity, relation)) {
      this.missing.push({ entity, relation });
      this.#known.set(key, PENDING);
      return PENDING;
    }
    return this.#expand(key, entity, relation, depth);
  }

  /** What is known of a goal, as it is worth at this place; `undefined` when it must be looked at again. */
  #recall(key: number, known: number, depth: number): State | undefined {
    if (known < 0) {
      this.#low = Math.min(this.#low, -1 - known);
      return CYCLE;
    }
    if (known === CYCLE) this.#low = Math.min(this.#low, this.#hangs.get(key) ?? Infinity);
    if (known !== ERROR) return known as State;
    const kept = this.#errors.get(key);
    // Too deep from there may not be too deep from here.
    if (kept === undefined || (kept.error instanceof FgaError && depth < kept.depth)) return undefined;
    return this.#fail(kept.error);
  }

  #expand(key: number, entity: number, relation: Relation, depth: number): State {
    if (++this.#goals > MAX_GOALS) throw tooComplex();
    const place = this.#open++;
    const trail = this.#trail.length;
    const outer = this.#low;
    this.#low = Infinity;
    this.#known.set(key, -1 - place);
    const state = this.#rewrite(entity, relation, relation.rewrite, depth);
    const low = this.#low;
    this.#open--;
    this.#low = outer;
    this.#known.set(key, state);
    if (state === CYCLE && low < place) {
      this.#hangs.set(key, low);
      this.#trail.push(key);
      this.#low = Math.min(outer, low);
    } else if (state === CYCLE || state === FALSE || state === UNSURE) this.#settle(trail, place);
    else {
      this.#forget(trail);
      if (state === PENDING) this.#pendings.push(key);
      if (state === ERROR) {
        if (low < place) this.#known.delete(key);
        else if (this.#error !== undefined) this.#errors.set(key, { error: this.#error, depth });
      }
    }
    return state;
  }

  /** The goal at `place` is false for good: so is what hung on nothing above it. */
  #settle(trail: number, place: number): void {
    let kept = trail;
    for (let i = trail; i < this.#trail.length; i++) {
      const key = this.#trail[i] as number;
      if ((this.#hangs.get(key) ?? Infinity) >= place) this.#hangs.delete(key);
      else this.#trail[kept++] = key;
    }
    this.#trail.length = kept;
  }

  /** What was assumed false is not: nothing that hung on it is known. */
  #forget(trail: number): void {
    for (let i = trail; i < this.#trail.length; i++) {
      const key = this.#trail[i] as number;
      this.#known.delete(key);
      this.#hangs.delete(key);
    }
    this.#trail.length = trail;
  }

  #fail(error: Error): State {
    this.#error = error;
    return ERROR;
  }

  #rewrite(entity: number, relation: Relation, rewrite: Rewrite, depth: number): State {
    switch (rewrite.kind) {
      case 'this':
        return this.#direct(entity, relation, depth);
      case 'computed':
        return this.#goal(entity, rewrite.relation, depth);
      case 'ttu':
        return this.#parents(entity, rewrite.tupleset, rewrite.targets, depth);
      case 'union':
        return this.#union(entity, relation, rewrite.children, depth);
      case 'intersection':
        return this.#intersection(entity, relation, rewrite.children, depth);
      case 'difference':
        return this.#difference(entity, relation, rewrite.base, rewrite.subtract, depth);
    }
  }

  /** True when one is; else an error when one is; else a cycle. */
  #union(entity: number, relation: Relation, children: readonly Rewrite[], depth: number): State {
    let result: State = FALSE;
    for (const child of children) {
      const state = this.#rewrite(entity, relation, child, depth);
      if (state === TRUE) return TRUE;
      result = either(result, state);
    }
    return result;
  }

  /** False when one is; else pending, an error, a cycle, unsure, in this order. */
  #intersection(entity: number, relation: Relation, children: readonly Rewrite[], depth: number): State {
    let result: State = TRUE;
    for (const child of children) {
      const state = this.#rewrite(entity, relation, child, depth);
      if (state === FALSE) return FALSE;
      if (state !== TRUE)
        result = result === TRUE ? state : STRONGER_IN_ALL.indexOf(state) < STRONGER_IN_ALL.indexOf(result) ? state : result;
    }
    return result;
  }

  #difference(entity: number, relation: Relation, base: Rewrite, subtract: Rewrite, depth: number): State {
    const left = this.#rewrite(entity, relation, base, depth);
    if (left === FALSE || left === UNSURE) return left;
    const error = this.#error;
    const right = this.#rewrite(entity, relation, subtract, depth);
    // Whatever the base turns out to be.
    if (right === TRUE) return FALSE;
    if (right === CYCLE || (left === CYCLE && right !== PENDING)) return CYCLE;
    if (left === PENDING || right === PENDING) return PENDING;
    if (left === ERROR) return this.#fail(error ?? tooComplex());
    // OpenFGA answers true here: an error must not become an allow.
    if (right === UNSURE) return this.#fail(this.#dropped ?? tooComplex());
    return right === ERROR ? ERROR : TRUE;
  }

  #direct(entity: number, relation: Relation, depth: number): State {
    let result: State = FALSE;
    let plain = false;
    let wildcard = false;
    for (const restriction of relation.restrictions) {
      if (restriction.type !== this.#userType || restriction.relation !== this.#userRelation) continue;
      if (restriction.wildcard) wildcard = this.#userRelation === 0;
      else plain = true;
    }
    if (plain) {
      const state = this.#tuple(this.#table.find(entity, relation.name, this.#user, this.#userRelation), relation);
      if (state === TRUE) return TRUE;
      result = state;
    }
    if (wildcard) {
      const state = this.#tuple(this.#table.find(entity, relation.name, this.#wildcard, 0), relation);
      if (state === TRUE) return TRUE;
      result = either(result, state);
    }
    if (relation.usersets.length === 0) return result;
    const state = this.#usersets(entity, relation, depth);
    return state === TRUE ? TRUE : either(result, state);
  }

  #tuple(tuple: number, relation: Relation): State {
    if (tuple === 0 || !this.#admission.allows(tuple, relation)) return FALSE;
    const met = this.#admission.met(tuple);
    return typeof met === 'boolean' ? (met ? TRUE : FALSE) : this.#fail(met);
  }

  #usersets(entity: number, relation: Relation, depth: number): State {
    const table = this.#table;
    let rows: State = FALSE;
    let failure: ConditionError | undefined;
    let valid = false;
    for (let tuple = table.firstUser(entity, relation.name, true); tuple !== 0; tuple = table.nextUser(tuple)) {
      const user = table.user(tuple);
      const target = this.#model.byNumber.get(Math.abs(table.type(user)))?.get(table.userRelation(tuple));
      if (target === undefined || !this.#admission.allows(tuple, relation)) continue;
      const met = this.#admission.met(tuple);
      if (met === false) continue;
      if (met !== true) {
        failure = met;
        continue;
      }
      valid = true;
      const state = this.#goal(user, target, depth + 1);
      if (state === TRUE) return TRUE;
      rows = either(rows, state);
    }
    return this.#afterRows(rows, valid, failure);
  }

  #parents(entity: number, tupleset: Relation, targets: ReadonlyMap<number, Relation>, depth: number): State {
    const table = this.#table;
    let rows: State = FALSE;
    let failure: ConditionError | undefined;
    let valid = false;
    for (let tuple = table.firstUser(entity, tupleset.name, false); tuple !== 0; tuple = table.nextUser(tuple)) {
      if (!this.#admission.allows(tuple, tupleset)) continue;
      const met = this.#admission.met(tuple);
      if (met === false) continue;
      if (met !== true) {
        failure = met;
        continue;
      }
      valid = true;
      const parent = table.user(tuple);
      const target = targets.get(table.type(parent));
      if (target === undefined) continue;
      const state = this.#goal(parent, target, depth + 1);
      if (state === TRUE) return TRUE;
      rows = either(rows, state);
    }
    return this.#afterRows(rows, valid, failure);
  }

  /** A condition that could not be evaluated counts when no other tuple of the same list did (OpenFGA's ConditionsFilteredTupleKeyIterator). */
  #afterRows(rows: State, valid: boolean, failure: ConditionError | undefined): State {
    if (failure === undefined) return rows;
    if (!valid) return either(rows, this.#fail(failure));
    this.#dropped = failure;
    return either(rows, UNSURE);
  }
}

const STRONGER_IN_ALL: readonly State[] = [PENDING, ERROR, CYCLE, UNSURE];

/** Two states of which none is TRUE, in a union. */
function either(a: State, b: State): State {
  return a > b ? a : b;
}
