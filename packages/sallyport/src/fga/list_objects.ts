import type { JsonObject } from '../kernel/index.ts';
import { Admission } from './admit.ts';
import type { CompiledModel, Relation } from './compile.ts';
import type { ConditionError } from './condition.ts';
import { Checks, type Loaded, type Missing } from './evaluate.ts';
import type { ReverseRead, Step } from './port.ts';
import { tooComplex } from './problem.ts';
import { reverseTo, startsOf, type Reverse } from './reverse.ts';
import { isTypedWildcard, splitUser, typeOf } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

export type ListObjectsQuery = {
  readonly user: string;
  readonly relation: Relation;
  readonly context: JsonObject;
  /** Whether somebody waits for the first result: then a few are read before the rest. */
  readonly streamed?: boolean;
};

/** Objects and relations that one query may find on its way; beyond it is too complex. */
const MAX_FOUND = 2_000_000;
/** Candidates that are confirmed at once: enough for one round to the database, few enough for results to flow. */
const CANDIDATES = 200;
/** Tuples of a level that are read first, as long as there is no result. */
const FIRST = 20;

/**
 * The objects of the relation's type to which the user has the relation, level by level from the user: each is given as soon as it is known.
 * Throws ConditionError at the end when a condition on the way could not be evaluated.
 */
export function* listObjects(
  model: CompiledModel,
  table: TupleTable,
  query: ListObjectsQuery,
  loaded?: Loaded,
): Generator<Step, void, void> {
  const { relation: target, streamed = false } = query;
  const reverse = reverseTo(model, target);
  const search = new Search(model, table, query, reverse);
  const checks = target.pure ? undefined : new Checks(model, table, query.user, query.context, loaded);
  try {
    const candidates: string[] = [];
    let given = false;
    let reads = search.start();
    for (;;) {
      if (yield* give(search, checks, query, candidates, reads.length === 0)) given = true;
      if (reads.length === 0) break;
      const early = streamed && loaded !== undefined && !given;
      yield { kind: 'reverse', reads, ...(early ? { most: FIRST } : {}) };
      const next = search.follow(reads);
      if (early && loaded.partial) {
        yield* give(search, checks, query, candidates, true);
        yield { kind: 'reverse', reads };
        // What was found is not found again.
        next.push(...search.follow(reads));
      }
      reads = next;
    }
    if (search.failure !== undefined) throw search.failure;
  } finally {
    checks?.close();
    search.close();
  }
}

/** Gives what was found, or takes it for a candidate and confirms those when they are many, or the last. Answers whether anything was found. */
function* give(
  search: Search,
  checks: Checks | undefined,
  { user, relation }: ListObjectsQuery,
  candidates: string[],
  last: boolean,
): Generator<Step, boolean, void> {
  const found = search.take();
  for (const object of found) {
    if (checks === undefined) yield { kind: 'object', object };
    else candidates.push(object);
  }
  if (checks !== undefined && (last || candidates.length >= CANDIDATES))
    while (candidates.length > 0) yield* confirm(checks, user, relation, candidates.splice(0, CANDIDATES));
  return found.length > 0;
}

function* confirm(checks: Checks, user: string, target: Relation, candidates: readonly string[]): Generator<Step, void, void> {
  let open = candidates;
  while (open.length > 0) {
    const again: string[] = [];
    const goals: Missing[] = [];
    for (const object of open) {
      const allowed = checks.check(object, target);
      if (allowed === true) yield { kind: 'object', object };
      if (allowed !== undefined) continue;
      goals.push(...checks.missing);
      again.push(object);
    }
    if (goals.length > 0) yield { kind: 'goals', user, goals };
    open = again;
  }
}

class Search {
  failure: ConditionError | undefined;
  readonly #model: CompiledModel;
  readonly #table: TupleTable;
  readonly #reverse: Reverse;
  readonly #target: Relation;
  readonly #user: string;
  readonly #admission: Admission;
  readonly #seen = new Set<number>();
  readonly #held: number[] = [];
  #objects: string[] = [];

  constructor(model: CompiledModel, table: TupleTable, { user, relation, context }: ListObjectsQuery, reverse: Reverse) {
    this.#model = model;
    this.#table = table;
    this.#reverse = reverse;
    this.#target = relation;
    this.#user = user;
    this.#admission = new Admission(model, table, context);
  }

  close(): void {
    for (const entity of this.#held) this.#table.release(entity);
  }

  /** Objects found since the last call. */
  take(): string[] {
    const objects = this.#objects;
    this.#objects = [];
    return objects;
  }

  /** The first reads: the user's own tuples and those of everyone of its type. */
  start(): ReverseRead[] {
    const { object, relation } = splitUser(this.#user);
    const entity = this.#hold(object);
    const type = this.#model.names.id(typeOf(object));
    const userRelation = this.#model.names.id(relation);
    const own = startsOf(this.#reverse, type, userRelation, isTypedWildcard(this.#user));
    const reads = own.map((named) => ({ entity, userRelation, named, gives: named }));
    if (relation === '' && !isTypedWildcard(this.#user)) {
      const everyone = this.#hold(`${typeOf(object)}:*`);
      for (const named of startsOf(this.#reverse, type, 0, true)) reads.push({ entity: everyone, userRelation: 0, named, gives: named });
    }
    const self = this.#model.byNumber.get(type)?.get(userRelation);
    // A userset has its own relation.
    if (self !== undefined && this.#reverse.relations.includes(self)) this.#found(entity, self, reads);
    return reads;
  }

  /** Takes what the reads gave and answers the next ones. */
  follow(reads: readonly ReverseRead[]): ReverseRead[] {
    const next: ReverseRead[] = [];
    const table = this.#table;
    for (const { entity, userRelation, named, gives } of reads) {
      for (let tuple = table.firstObject(entity, userRelation, named.name); tuple !== 0; tuple = table.nextObject(tuple)) {
        const object = table.object(tuple);
        if (table.type(object) !== named.type || !this.#admission.allows(tuple, named)) continue;
        const met = this.#admission.met(tuple);
        if (met === true) this.#found(object, gives, next);
        else if (met !== false) this.failure = met;
      }
    }
    return next;
  }

  /** Notes that the user has `relation` to `entity`, and adds what to read for it. */
  #found(entity: number, relation: Relation, reads: ReverseRead[]): void {
    const key = entity * this.#model.relations.length + relation.id;
    if (this.#seen.has(key)) return;
    if (this.#seen.size >= MAX_FOUND) throw tooComplex();
    this.#seen.add(key);
    if (relation === this.#target) this.#objects.push(this.#table.text(entity));
    const edges = this.#reverse.edges[relation.id];
    if (edges === undefined) return;
    for (const next of edges.computed) this.#found(entity, next, reads);
    for (const { tupleset, owner } of edges.parents) reads.push({ entity, userRelation: 0, named: tupleset, gives: owner });
    for (const owner of edges.usersets) reads.push({ entity, userRelation: relation.name, named: owner, gives: owner });
  }

  #hold(text: string): number {
    const entity = this.#table.hold(text);
    this.#held.push(entity);
    return entity;
  }
}
