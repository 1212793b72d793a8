import type { Clock, JsonObject, TenantId } from '../kernel/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import type { Sql, Store } from '../store/service.ts';
import { Loader, LoadedTuples } from './loader_service.ts';
import type { FgaStore, Page, PageRequest, Place, Step, WriteRequest } from './port.ts';
import { FgaError } from './problem.ts';
import * as rows from './store.ts';
import { showTuple, type TupleKey } from './tuple.ts';
import { ulidOf } from './ulid.ts';
import { conditionConflict, writeProblem } from './write_problem.ts';

const notFound = (): FgaError => new FgaError('store_id_not_found', 'Store ID not found');

/** Keeps everything in PostgreSQL (or the embedded one). Each change is an event that commits with it (`change`). */
export function createSqlStore(store: Store, change: Change, clock: Clock): FgaStore & { readonly loader: Loader } {
  const loader = new Loader(store);
  const announce = (sql: Sql, { tenant, store: id }: Place): Promise<void> => rows.notifyChange(sql, `${tenant} ${id}`);
  return {
    loader,
    createStore: (tenant, record, actor) =>
      change(tenant, async (sql, emit) => {
        await rows.insertStore(sql, tenant, record);
        await emit(eventOf('fga.store_created', record.id, actor, { name: record.name }));
        return record.id;
      }),
    getStore: (place) => store.tx(place.tenant, (sql) => rows.selectStore(sql, place.store)),
    async listStores(tenant, name, page) {
      const found = await store.tx(tenant, (sql) => rows.selectStores(sql, name, page));
      return pageOf(found, page, ({ id }) => id);
    },
    deleteStore: (place, actor) =>
      change(place.tenant, async (sql, emit) => {
        await rows.deleteStore(sql, place.store);
        await announce(sql, place);
        await emit(eventOf('fga.store_deleted', place.store, actor));
      }),
    writeModel: (place, model, actor) =>
      change(place.tenant, async (sql, emit) => {
        if (!(await rows.insertModel(sql, place.tenant, place.store, model))) throw notFound();
        await announce(sql, place);
        await emit(eventOf('fga.model_created', place.store, actor, { model: model.id }));
        return model.id;
      }),
    readModel: (place, id) => store.tx(place.tenant, (sql) => rows.selectModel(sql, place.store, id)),
    latestModel: (place) => store.tx(place.tenant, async (sql) => (await rows.selectModels(sql, place.store, { after: '', size: 1 }))[0]),
    async listModels(place, page) {
      const found = await store.tx(place.tenant, (sql) => rows.selectModels(sql, place.store, { ...page, size: page.size + 1 }));
      return pageOf(found, page, ({ id }) => id);
    },
    write: (place, request, time, actor) =>
      change(place.tenant, async (sql, emit) => {
        const written = await writeTuples(sql, place, request, time);
        if (written === undefined) return;
        await announce(sql, place);
        await emit(eventOf('fga.tuples_changed', place.store, actor, written));
      }),
    async read(place, filter, page) {
      const found = await store.tx(place.tenant, (sql) => rows.selectPage(sql, place.store, filter, placeOf(page.after), page.size));
      const { items, next } = pageOf(found, page, (row) => placeText(rows.keyOf(row)));
      return { items: items.map((row) => ({ key: rows.keyOf(row), time: row.written })), next };
    },
    async changes(place, type, since, page) {
      const found = await store.tx(place.tenant, (sql) => rows.selectChanges(sql, place.store, type, since, page));
      const items = found.map(({ tuple, written, deleted }) => ({
        key: JSON.parse(tuple) as TupleKey,
        time: written,
        operation: deleted ? ('TUPLE_OPERATION_DELETE' as const) : ('TUPLE_OPERATION_WRITE' as const),
      }));
      return { items, next: found.at(-1)?.ulid ?? '' };
    },
    writeAssertions: (place, model, assertions: readonly JsonObject[], actor) =>
      change(place.tenant, async (sql, emit) => {
        await rows.upsertAssertions(sql, place.tenant, place.store, model, assertions);
        await emit(eventOf('fga.assertions_changed', place.store, actor, { model, assertions: assertions.length }));
      }),
    readAssertions: (place, model) => store.tx(place.tenant, (sql) => rows.selectAssertions(sql, place.store, model)),
    async run(place, model, evaluation, { contextual, onObject, onNewestModel, deadline }) {
      const loaded = new LoadedTuples(model, contextual);
      const steps = evaluation(loaded.table, loaded);
      for (;;) {
        const { value, done } = steps.next();
        if (done === true) {
          if (loaded.newestModel !== '') onNewestModel?.(loaded.newestModel);
          return value;
        }
        if (value.kind === 'object') {
          if (onObject?.(value.object) === false) return steps.return(undefined as never).value as never;
          continue;
        }
        if (clock() > deadline) {
          steps.return(undefined as never);
          throw new FgaError('deadline_exceeded', 'Request Deadline Exceeded');
        }
        await load(value);
      }
      async function load(step: Exclude<Step, { kind: 'object' }>): Promise<void> {
        if (step.kind === 'goals') return loader.goals(place, model, loaded, step.user, step.goals);
        if (step.kind === 'reverse') return loader.reverse(place, model, loaded, step.reads, step.most);
        return loader.object(place, loaded, step.object, step.relations);
      }
    },
    onChange: (on) =>
      store.listen('fga', (payload) => {
        const [tenant, id] = payload.split(' ');
        on(tenant === undefined || id === undefined ? undefined : { tenant: tenant as TenantId, store: id });
      }),
  };
}

/** The event of a change: counts and ids of the change log, never a tuple. */
export function eventOf(type: string, store: string, actor: string, detail: NonNullable<StateChange['detail']> = {}): StateChange {
  return { type, actor, target: { kind: 'fga_store', id: store }, detail };
}

/** The place of a tuple among all, as a token may hold it. */
function placeText({ object, relation, user }: TupleKey): string {
  return Buffer.from(JSON.stringify([object, relation, user]))
    .toString('hex')
    .toUpperCase();
}

function placeOf(after: string): TupleKey | undefined {
  if (after === '') return undefined;
  try {
    const [object, relation, user] = JSON.parse(Buffer.from(after, 'hex').toString()) as unknown[];
    if (typeof object === 'string' && typeof relation === 'string' && typeof user === 'string') return { object, relation, user };
  } catch {
    // Not one of ours, as below.
  }
  throw new FgaError('invalid_continuation_token', 'Invalid continuation token');
}

/** A page from one row more than it holds. */
function pageOf<T>(found: readonly T[], { size }: PageRequest, idOf: (item: T) => string): Page<T> {
  const items = found.slice(0, size);
  const last = items.at(-1);
  return { items, next: found.length > size && last !== undefined ? idOf(last) : '' };
}

/**
 * Deletes and writes under the store's lock, so that what is looked up stays as it is; each change is numbered in the order of commits. Answers
 * how many, and their first and last number in the change log (which has the tuples; an event has none); `undefined` when nothing changed.
 */
async function writeTuples(
  sql: Sql,
  { tenant, store }: Place,
  request: WriteRequest,
  time: number,
): Promise<{ written: number; deleted: number; first: string; last: string } | undefined> {
  const lock = await rows.lockStore(sql, store, time);
  if (lock === undefined) throw notFound();
  const present = await rows.selectTuples(sql, store, [...request.deletes, ...request.writes]);
  const known = new Map(present.map(rows.keyOf).map((key) => [showTuple(key), key]));
  const deletes = request.deletes.filter((key) => {
    if (known.has(showTuple(key))) return true;
    if (request.onMissing === 'error') throw writeProblem('delete', key);
    return false;
  });
  const writes = request.writes.filter((key) => {
    const there = known.get(showTuple(key));
    if (there === undefined) return true;
    if (request.onDuplicate === 'error') throw writeProblem('write', key);
    if (JSON.stringify(there.condition ?? null) !== JSON.stringify(key.condition ?? null)) throw conditionConflict(key);
    return false;
  });
  const ulid = (index: number): string => ulidOf(lock.changed, (BigInt(lock.version) << 24n) + BigInt(index));
  const changes = [
    ...deletes.map(({ user, relation, object }) => ({ key: { user, relation, object }, deleted: true })),
    ...writes.map((key) => ({ key, deleted: false })),
  ].map((change, index) => ({ ...change, ulid: ulid(index) }));
  if (deletes.length > 0) await rows.deleteTuples(sql, store, deletes);
  if (writes.length > 0) await rows.insertTuples(sql, tenant, store, writes, lock.changed);
  if (changes.length === 0) return undefined;
  await rows.insertChanges(sql, tenant, store, changes, lock.changed);
  return { written: writes.length, deleted: deletes.length, first: ulid(0), last: ulid(changes.length - 1) };
}
