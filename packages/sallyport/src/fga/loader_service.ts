import type { Sql, Store } from '../store/service.ts';
import { subjectKey, type CompiledModel, type Relation } from './compile.ts';
import { MAX_DEPTH, type Loaded, type Missing } from './evaluate.ts';
import type { Place, ReverseRead } from './port.ts';
import { tooComplex } from './problem.ts';
import { EVERYONE, searchPlan } from './search_plan.ts';
import {
  keyOf,
  NEWEST_MODEL,
  searchGoals,
  searchSubjects,
  selectObject,
  type FoundRow,
  type Seeds,
  type Subjects,
  type TupleRow,
} from './store.ts';
import { isTypedWildcard, isUserset, showTuple, splitUser, typeOf, type TupleKey } from './tuple.ts';
import { TupleTable } from './tuple_table.ts';

/** Hops that one search follows before it is done level by level instead: a question that reaches more does not need all of it, as a rule. */
const SEARCH_LIMIT = 10_000;
/** Tuples that one level, or one object, may have. */
const LEVEL_LIMIT = 100_000;
/** Questions that one statement may answer. */
const MAX_TOGETHER = 64;
/** Searches of one store that run at once. What comes while one runs goes together into the next, at half the cost, as long as it is not slow. */
const MAX_RUNNING = 2;
const SLOW_MS = 5;
/** Idle lanes that may stand about before they are looked for. */
const FEW_LANES = 256;

/** The tuples that one evaluation has loaded. */
export class LoadedTuples implements Loaded {
  readonly table: TupleTable;
  /** The store's newest model when tuples were last loaded; '' before. */
  newestModel = '';
  partial = false;
  readonly #model: CompiledModel;
  readonly #goals = new Set<number>();
  readonly #contextual: ReadonlySet<string>;

  constructor(model: CompiledModel, contextual: readonly TupleKey[]) {
    this.table = new TupleTable(model.names);
    this.#model = model;
    for (const key of contextual) this.table.add(key);
    this.#contextual = new Set(contextual.map(showTuple));
  }

  has(entity: number, relation: Relation): boolean {
    return this.#goals.has(entity * this.#model.relations.length + relation.id);
  }

  /** All that the goal reads of its object is here. */
  mark(entity: number, relation: Relation): void {
    for (const { id } of relation.reads.relations) this.#goals.add(entity * this.#model.relations.length + id);
  }

  add(row: TupleRow): void {
    this.addKey(keyOf(row));
  }

  addKey(key: TupleKey): void {
    // A tuple that came with the question wins over the stored one.
    if (this.#contextual.size === 0 || !this.#contextual.has(showTuple(key))) this.table.add(key);
  }
}

type Waiting = {
  readonly loaded: LoadedTuples;
  readonly user: string;
  readonly goals: readonly Missing[];
  readonly done: (error?: unknown) => void;
};
type Lane = {
  readonly place: Place;
  readonly model: CompiledModel;
  readonly subject: number;
  readonly waiting: Waiting[];
  running: number;
  /** When the last search began, and whether the next is about to. */
  began: number;
  due: boolean;
};

/** Loads what evaluations miss from the database. Requests of the same store, model and kind of user that come together become one statement. */
export class Loader {
  readonly #store: Store;
  readonly #lanes = new Map<string, Lane>();
  #most = FEW_LANES;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Everything that the goals need for the user ('' for all users). */
  goals(place: Place, model: CompiledModel, loaded: LoadedTuples, user: string, goals: readonly Missing[]): Promise<void> {
    const { object, relation } = splitUser(user);
    const subject = user === '' ? EVERYONE : subjectKey(model.names.id(typeOf(object)), model.names.id(relation));
    const key = `${place.tenant} ${place.store} ${model.id} ${subject}`;
    const own = this.#lanes.get(key) ?? this.#newLane(key, { place, model, subject, waiting: [], running: 0, began: 0, due: false });
    return new Promise((resolve, reject) => {
      own.waiting.push({ loaded, user, goals, done: (error) => (error === undefined ? resolve() : reject(error)) });
      if (own.due) return;
      // After what runs now: other requests that came in with this one join it.
      own.due = true;
      setImmediate(() => {
        own.due = false;
        this.#next(own);
      });
    });
  }

  /** Lanes stay: a map that is filled and emptied with each search makes old objects of all that it held (see `Bag`). */
  #newLane(key: string, lane: Lane): Lane {
    if (this.#lanes.size >= this.#most) {
      for (const [idle, { running, waiting }] of this.#lanes) if (running === 0 && waiting.length === 0) this.#lanes.delete(idle);
      this.#most = Math.max(FEW_LANES, 2 * this.#lanes.size);
    }
    this.#lanes.set(key, lane);
    return lane;
  }

  #next(lane: Lane): void {
    const now = performance.now();
    const wanted = (): boolean => lane.running === 0 || lane.waiting.length >= MAX_TOGETHER || now - lane.began > SLOW_MS;
    while (lane.running < MAX_RUNNING && lane.waiting.length > 0 && wanted()) {
      lane.began = now;
      const batch = lane.waiting.splice(0, MAX_TOGETHER);
      lane.running++;
      this.#search(lane, batch).then(
        () => this.#done(lane, batch),
        (error: unknown) => this.#done(lane, batch, error),
      );
    }
  }

  #done(lane: Lane, batch: readonly Waiting[], error?: unknown): void {
    lane.running--;
    for (const { done } of batch) done(error);
    this.#next(lane);
  }

  async #search(lane: Lane, batch: readonly Waiting[]): Promise<void> {
    const rows = await this.#query(lane, batch, MAX_DEPTH, SEARCH_LIMIT);
    const hops = rows.reduce((count, { level }) => count + (level > 0 ? 1 : 0), 0);
    if (hops < SEARCH_LIMIT - batch.reduce((count, { goals }) => count + goals.length, 0)) {
      this.#fill(lane.model, batch, rows, MAX_DEPTH);
      return;
    }
    // Too much at once: one level for each question by itself.
    for (const waiting of batch) {
      const level = await this.#query(lane, [waiting], 1, LEVEL_LIMIT);
      if (level.length >= LEVEL_LIMIT) throw tooComplex();
      this.#fill(lane.model, [waiting], level, 1);
    }
  }

  #query(lane: Lane, batch: readonly Waiting[], depth: number, limit: number): Promise<FoundRow[]> {
    const seeds: Seeds = { run: [], object: [], relation: [] };
    const subjects: Subjects = { run: [], subject: [], relation: [] };
    const everyone: number[] = [];
    for (const [run, { loaded, user, goals }] of batch.entries()) {
      for (const { entity, relation } of goals) {
        seeds.run.push(run);
        seeds.object.push(loaded.table.text(entity));
        seeds.relation.push(relation.relationName);
      }
      if (user === '') everyone.push(run);
      else for (const { object, relation } of subjectsOf(user)) add(subjects, run, object, relation);
    }
    const plan = searchPlan(lane.model, lane.subject);
    return searchGoals(this.#sql(lane.place), lane.place.store, plan, seeds, subjects, everyone, depth, limit);
  }

  /** Each statement by itself, as a look-up. */
  #sql({ tenant }: Place): Sql {
    return { query: (text, params = []) => this.#store.lookup(tenant, text, params) };
  }

  #fill(model: CompiledModel, batch: readonly Waiting[], rows: readonly FoundRow[], depth: number): void {
    for (const row of rows) {
      if (row.run === NEWEST_MODEL) for (const { loaded } of batch) loaded.newestModel = row.object;
      else batch[row.run]?.loaded.add(row);
    }
    for (const { run, level, goal_object: object, goal_relation: name } of rows) {
      if (level === 0 || level >= depth) continue;
      const relation = model.types.get(typeOf(object))?.get(name);
      const loaded = batch[run]?.loaded;
      if (relation !== undefined && loaded !== undefined) loaded.mark(loaded.table.entity(object), relation);
    }
    for (const { loaded, goals } of batch) for (const { entity, relation } of goals) loaded.mark(entity, relation);
  }

  /** The tuples of these subjects, or the first of them. */
  async reverse(place: Place, model: CompiledModel, loaded: LoadedTuples, reads: readonly ReverseRead[], most?: number): Promise<void> {
    const asked = { subject: [] as string[], subjectRelation: [] as string[], relation: [] as string[], type: [] as string[] };
    const seen = new Set<string>();
    for (const { entity, userRelation, named } of reads) {
      const key = `${entity} ${userRelation} ${named.id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      asked.subject.push(loaded.table.text(entity));
      asked.subjectRelation.push(model.names.text(userRelation));
      asked.relation.push(named.relationName);
      asked.type.push(named.typeName);
    }
    const rows = await searchSubjects(this.#sql(place), place.store, asked, most ?? LEVEL_LIMIT);
    loaded.partial = rows.length === most;
    if (rows.length >= LEVEL_LIMIT) throw tooComplex();
    for (const row of rows) loaded.add(row);
  }

  async object(place: Place, loaded: LoadedTuples, object: string, relations: readonly Relation[]): Promise<void> {
    const names = relations.map(({ relationName }) => relationName);
    const rows = await selectObject(this.#sql(place), place.store, object, names, LEVEL_LIMIT);
    if (rows.length >= LEVEL_LIMIT) throw tooComplex();
    for (const row of rows) loaded.add(row);
  }
}

/** The subjects whose own tuples count for a user: itself, and everyone of its type. */
function subjectsOf(user: string): { object: string; relation: string }[] {
  const own = splitUser(user);
  return isUserset(user) || isTypedWildcard(user) ? [own] : [own, { object: `${typeOf(user)}:*`, relation: '' }];
}

function add(subjects: Subjects, run: number, object: string, relation: string): void {
  subjects.run.push(run);
  subjects.subject.push(object);
  subjects.relation.push(relation);
}
