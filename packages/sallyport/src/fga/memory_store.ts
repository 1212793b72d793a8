import type { Clock, JsonObject } from '../kernel/index.ts';
import type { Names } from './names.ts';
import type { FgaStore, ModelRecord, Page, PageRequest, Place, ReadFilter, StoreRecord, TupleChange, WriteRequest } from './port.ts';
import { FgaError } from './problem.ts';
import { runWhole } from './run.ts';
import { isUserset, splitUser, typeOf, type TupleKey } from './tuple.ts';
import { TupleTable } from './tuple_table.ts';
import { conditionConflict, writeProblem } from './write_problem.ts';

type Held = {
  readonly record: StoreRecord;
  readonly table: TupleTable;
  /** When and as which change each tuple was written, by its number in the table. */
  readonly written: Map<number, { time: number; change: number }>;
  readonly changes: TupleChange[];
  readonly models: Map<string, ModelRecord>;
  readonly assertions: Map<string, readonly JsonObject[]>;
};

/** Keeps everything in this process: for tests, for `fga test`, and for programs that embed the engine. Nothing survives it. */
export function createMemoryStore(names: Names, clock: Clock): FgaStore & { table(place: Place): TupleTable } {
  const stores = new Map<string, Held>();
  const listeners = new Set<(place: Place | undefined) => void>();
  const keyOf = ({ tenant, store }: Place): string => `${tenant} ${store}`;
  const held = (place: Place): Held => {
    const known = stores.get(keyOf(place));
    if (known !== undefined) return known;
    return emptyStore({ id: place.store, name: '', created: 0, updated: 0 }, names);
  };
  const requireStore = (place: Place): Held => {
    const known = stores.get(keyOf(place));
    if (known === undefined) throw new FgaError('store_id_not_found', 'Store ID not found');
    return known;
  };
  const changed = (place: Place): void => listeners.forEach((listener) => listener(place));

  return {
    table: (place) => held(place).table,
    async createStore(tenant, record) {
      stores.set(keyOf({ tenant, store: record.id }), emptyStore(record, names));
      return record.id;
    },
    getStore: async (place) => stores.get(keyOf(place))?.record,
    async listStores(tenant, name, page) {
      const own = [...stores].filter(([key, store]) => key.startsWith(`${tenant} `) && (name === '' || store.record.name === name));
      return pageOf(
        own.map(([, store]) => store.record).sort((a, b) => (a.id < b.id ? -1 : 1)),
        ({ id }) => id,
        page,
        (id, after) => id > after,
      );
    },
    async deleteStore(place) {
      stores.delete(keyOf(place));
      changed(place);
    },
    async writeModel(place, model) {
      requireStore(place).models.set(model.id, model);
      changed(place);
      return model.id;
    },
    readModel: async (place, id) => held(place).models.get(id),
    latestModel: async (place) => [...held(place).models.values()].at(-1),
    async listModels(place, page) {
      const models = [...held(place).models.values()].reverse();
      return pageOf(
        models,
        ({ id }) => id,
        page,
        (id, after) => id < after,
      );
    },
    async write(place, request, time) {
      applyWrite(requireStore(place), request, time);
      changed(place);
    },
    async read(place, filter, page) {
      const store = held(place);
      const found = [...store.written]
        .filter(([tuple]) => matches(store.table.key(tuple), filter))
        .sort(([, a], [, b]) => a.change - b.change);
      const items = found.map(([tuple, { time, change }]) => ({ key: store.table.key(tuple), time, change }));
      return pageOf(
        items,
        ({ change }) => sortable(change),
        page,
        (id, after) => id > after,
      );
    },
    async changes(place, type, since, page) {
      const all = held(place).changes.map((change, i) => ({ ...change, at: sortable(i + 1) }));
      const found = all
        .filter(({ key, at, time }) => at > page.after && time >= since && (type === '' || typeOf(key.object) === type))
        .slice(0, page.size);
      return { items: found.map(({ key, time, operation }) => ({ key, time, operation })), next: found.at(-1)?.at ?? '' };
    },
    async writeAssertions(place, model, assertions) {
      held(place).assertions.set(model, assertions);
    },
    readAssertions: async (place, model) => held(place).assertions.get(model) ?? [],
    async run(place, _model, evaluation, { contextual, onObject, deadline }) {
      const { table } = held(place);
      return table.with(contextual, () => runWhole(evaluation(table, undefined), onObject, () => clock() > deadline));
    },
    async onChange(on) {
      listeners.add(on);
      return async () => void listeners.delete(on);
    },
  };
}

function emptyStore(record: StoreRecord, names: Names): Held {
  return { record, table: new TupleTable(names), written: new Map(), changes: [], models: new Map(), assertions: new Map() };
}

/** A number as text that sorts as the number. */
const sortable = (value: number): string => String(value).padStart(16, '0');

/** Items of a list in order, after the place that `page.after` names. */
function pageOf<T>(
  all: readonly T[],
  idOf: (item: T) => string,
  page: PageRequest,
  isAfter: (id: string, after: string) => boolean,
): Page<T> {
  const rest = page.after === '' ? all : all.filter((item) => isAfter(idOf(item), page.after));
  const items = rest.slice(0, page.size);
  const last = items.at(-1);
  return { items, next: rest.length > page.size && last !== undefined ? idOf(last) : '' };
}

function matches(key: TupleKey, filter: ReadFilter): boolean {
  if (filter.relation !== '' && filter.relation !== key.relation) return false;
  if (filter.object !== '' && (filter.object.endsWith(':') ? !key.object.startsWith(filter.object) : filter.object !== key.object))
    return false;
  return (
    filter.user === '' ||
    filter.user === key.user ||
    (filter.user.endsWith(':') && !isUserset(key.user) && splitUser(key.user).object.startsWith(filter.user))
  );
}

function applyWrite(store: Held, request: WriteRequest, time: number): void {
  const { table, written, changes } = store;
  const deletes = request.deletes.filter((key) => {
    if (table.findKey(key) !== 0) return true;
    if (request.onMissing === 'error') throw writeProblem('delete', key);
    return false;
  });
  const writes = request.writes.filter((key) => {
    const known = table.findKey(key);
    if (known === 0) return true;
    if (request.onDuplicate === 'error') throw writeProblem('write', key);
    if (JSON.stringify(table.condition(known) ?? null) !== JSON.stringify(key.condition ?? null)) throw conditionConflict(key);
    return false;
  });
  for (const key of deletes) {
    const tuple = table.findKey(key);
    table.remove(tuple);
    written.delete(tuple);
    changes.push({ key: { user: key.user, relation: key.relation, object: key.object }, time, operation: 'TUPLE_OPERATION_DELETE' });
  }
  for (const key of writes) {
    changes.push({ key, time, operation: 'TUPLE_OPERATION_WRITE' });
    written.set(table.add(key), { time, change: changes.length });
  }
}
