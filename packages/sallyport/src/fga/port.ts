import type { JsonObject, TenantId } from '../kernel/index.ts';
import type { CompiledModel, Relation } from './compile.ts';
import type { Loaded, Missing } from './evaluate.ts';
import type { TupleKey } from './tuple.ts';
import type { TupleTable } from './tuple_table.ts';

/** One OpenFGA store of one tenant. */
export type Place = { readonly tenant: TenantId; readonly store: string };

/** Times are milliseconds since 1970. */
export type StoreRecord = { readonly id: string; readonly name: string; readonly created: number; readonly updated: number };

export type ModelRecord = { readonly id: string; readonly json: JsonObject };

export type StoredTuple = { readonly key: TupleKey; readonly time: number };
export type TupleChange = StoredTuple & { readonly operation: 'TUPLE_OPERATION_WRITE' | 'TUPLE_OPERATION_DELETE' };

export type WriteRequest = {
  readonly writes: readonly TupleKey[];
  readonly deletes: readonly TupleKey[];
  /** What happens when a tuple to write is there already, or one to delete is not. */
  readonly onDuplicate: 'error' | 'ignore';
  readonly onMissing: 'error' | 'ignore';
};

/** '' means any. `object` may be `type:` for all of a type. */
export type ReadFilter = { readonly user: string; readonly relation: string; readonly object: string };

/** `after`: where the page before ended, '' for the first; what `next` of that page said. `next` is '' when there is no more. */
export type PageRequest = { readonly size: number; readonly after: string };
export type Page<T> = { readonly items: readonly T[]; readonly next: string };

/** Tuples that a query needs next: all of relation `named` whose subject is this one; each gives the user the relation `gives` to its object. */
export type ReverseRead = { readonly entity: number; readonly userRelation: number; readonly named: Relation; readonly gives: Relation };

/** What an evaluation asks for, or gives, while it runs. Over a table that holds everything the requests are answered already. */
export type Step =
  /** All that the goals need, for one user, or (`''`) for all. */
  | { readonly kind: 'goals'; readonly user: string; readonly goals: readonly Missing[] }
  /** Tuples of subjects; `most`: so many are enough for now (`Loaded.partial` says whether there are more). */
  | { readonly kind: 'reverse'; readonly reads: readonly ReverseRead[]; readonly most?: number }
  | { readonly kind: 'tuples'; readonly object: string; readonly relations: readonly Relation[] }
  /** A result that can be sent already. */
  | { readonly kind: 'object'; readonly object: string };

export type Evaluation<T> = (table: TupleTable, loaded: Loaded | undefined) => Generator<Step, T, void>;

export type RunOptions = {
  /** Tuples that count beside the stored ones for this run, and win over them. */
  readonly contextual: readonly TupleKey[];
  /** Called with each result as it is found; answering false ends the run. */
  readonly onObject?: (object: string) => boolean;
  /** Called with the store's newest model when the run came to know it. */
  readonly onNewestModel?: (id: string) => void;
  /** When the run has to have ended, in milliseconds since 1970. */
  readonly deadline: number;
};

/** Where stores, models and tuples are kept. One contract, three forms: memory, PostgreSQL, an OpenFGA server. `actor` is the principal who changes something. */
export type FgaStore = {
  /** Answers the id that it has: that of the record, unless somebody else keeps it. */
  createStore(tenant: TenantId, record: StoreRecord, actor: string): Promise<string>;
  getStore(place: Place): Promise<StoreRecord | undefined>;
  /** By id; `name` '' for all. */
  listStores(tenant: TenantId, name: string, page: PageRequest): Promise<Page<StoreRecord>>;
  /** Removes the store with all that is in it. */
  deleteStore(place: Place, actor: string): Promise<void>;
  /** Answers the id that it has, as `createStore`. */
  writeModel(place: Place, model: ModelRecord, actor: string): Promise<string>;
  readModel(place: Place, id: string): Promise<ModelRecord | undefined>;
  latestModel(place: Place): Promise<ModelRecord | undefined>;
  /** The newest first. */
  listModels(place: Place, page: PageRequest): Promise<Page<ModelRecord>>;
  /** All or nothing. Rejects FgaError write_failed_due_to_invalid_input, Aborted. */
  write(place: Place, request: WriteRequest, time: number, actor: string): Promise<void>;
  /** In an order that stays the same from page to page. */
  read(place: Place, filter: ReadFilter, page: PageRequest): Promise<Page<StoredTuple>>;
  /** Changes of objects of a type ('' = all) after `page.after` and not before `since`; `next` is the place of the last one, '' without any. */
  changes(place: Place, type: string, since: number, page: PageRequest): Promise<Page<TupleChange>>;
  writeAssertions(place: Place, model: string, assertions: readonly JsonObject[], actor: string): Promise<void>;
  readAssertions(place: Place, model: string): Promise<readonly JsonObject[]>;
  /** Runs an evaluation over the tuples. */
  run<T>(place: Place, model: CompiledModel, evaluation: Evaluation<T>, options: RunOptions): Promise<T>;
  /** Calls `on` with each place whose tuples or models may have changed; with nothing when any may have. Answers the way to stop. */
  onChange(on: (place: Place | undefined) => void): Promise<() => Promise<void>>;
};
