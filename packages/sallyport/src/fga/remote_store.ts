import { DEFAULT_TENANT, isObject, type Clock, type JsonObject, type TenantId } from '../kernel/index.ts';
import type { StateChange } from '../audit/service.ts';
import type { Relation } from './compile.ts';
import { LoadedTuples } from './loader_service.ts';
import type { FgaStore, ModelRecord, Page, PageRequest, Place, Step, StoreRecord, TupleChange } from './port.ts';
import { FgaError, tooComplex } from './problem.ts';
import type { RemoteClient } from './remote_client.ts';
import { eventOf } from './sql_store.ts';
import { tupleOf } from './request.ts';
import type { TupleKey } from './tuple.ts';

export type RemoteDeps = {
  readonly client: RemoteClient;
  /** The only stores that may be used; all when absent. */
  readonly stores?: readonly string[] | undefined;
  readonly clock: Clock;
  /** Puts a change into the event log, after the server has taken it. */
  readonly record: (tenant: TenantId, change: StateChange) => Promise<void>;
};

const notFound = (): FgaError => new FgaError('store_id_not_found', 'Store ID not found');

/** The path of a store that this tenant may use: the server knows no tenants, so its stores belong to the one of the installation. */
export function remotePath({ tenant, store }: Place, stores: RemoteDeps['stores']): string {
  if (tenant !== DEFAULT_TENANT || (stores !== undefined && !stores.includes(store))) throw notFound();
  return `/stores/${encodeURIComponent(store)}`;
}

/** Tuples that one evaluation may read from the server; it answers checks and lists by itself, so that only `why` and `expand` read. */
const MAX_READ = 10_000;
const PAGE = 100;

/** Stores, models and tuples that an OpenFGA server keeps. */
export function createRemoteStore({ client, stores, clock, record }: RemoteDeps): FgaStore {
  const pathOf = (place: Place): string => remotePath(place, stores);

  async function* tuplesOf(place: Place, key: JsonObject): AsyncGenerator<TupleKey> {
    for (let token = ''; ;) {
      const reply = await client.call('POST', `${pathOf(place)}/read`, { tuple_key: key, page_size: PAGE, continuation_token: token });
      for (const { key: found } of objectsIn(reply, 'tuples')) if (isObject(found)) yield tupleOf(found);
      token = textIn(reply, 'continuation_token');
      if (token === '') return;
    }
  }

  async function load(place: Place, loaded: LoadedTuples, step: Exclude<Step, { kind: 'object' }>): Promise<void> {
    let left = MAX_READ;
    const take = async (key: JsonObject): Promise<void> => {
      for await (const found of tuplesOf(place, key)) {
        if (--left < 0) throw tooComplex();
        loaded.addKey(found);
      }
    };
    const relationsOf = (object: string, relations: readonly Relation[]): Promise<void[]> =>
      Promise.all([...new Set(relations.map(({ relationName }) => relationName))].map((relation) => take({ object, relation })));
    if (step.kind === 'tuples') return void (await relationsOf(step.object, step.relations));
    if (step.kind === 'reverse') {
      for (const { entity, userRelation, named } of step.reads) {
        const name = loaded.table.names.text(userRelation);
        const user = `${loaded.table.text(entity)}${name === '' ? '' : `#${name}`}`;
        await take({ user, relation: named.relationName, object: `${named.typeName}:` });
      }
      return;
    }
    for (const { entity, relation } of step.goals) {
      const { direct, ttus } = relation.reads;
      await relationsOf(loaded.table.text(entity), [...direct, ...ttus.map(({ tupleset }) => tupleset)]);
      loaded.mark(entity, relation);
    }
  }

  return {
    async createStore(tenant, { name }, actor) {
      // A list of stores in the configuration is the whole list.
      if (tenant !== DEFAULT_TENANT || stores !== undefined)
        throw new FgaError('unimplemented', 'The stores of the OpenFGA server are named in the configuration');
      const id = textIn(await client.call('POST', '/stores', { name }), 'id');
      await record(tenant, eventOf('fga.store_created', id, actor, { name }));
      return id;
    },
    async getStore(place) {
      try {
        return storeOf(await client.call('GET', pathOf(place)));
      } catch (error) {
        if (error instanceof FgaError && error.code === 'store_id_not_found') return undefined;
        throw error;
      }
    },
    async listStores(tenant, name, page) {
      if (tenant !== DEFAULT_TENANT) return { items: [], next: '' };
      const named = name === '' ? '' : `&name=${encodeURIComponent(name)}`;
      const reply = await client.call('GET', `/stores?${pageQuery(page)}${named}`);
      const items = objectsIn(reply, 'stores').map(storeOf);
      return { items: items.filter(({ id }) => stores === undefined || stores.includes(id)), next: nextIn(reply) };
    },
    async deleteStore(place, actor) {
      await client.call('DELETE', pathOf(place));
      await record(place.tenant, eventOf('fga.store_deleted', place.store, actor));
    },
    async writeModel(place, { json }, actor) {
      const model = textIn(await client.call('POST', `${pathOf(place)}/authorization-models`, json), 'authorization_model_id');
      await record(place.tenant, eventOf('fga.model_created', place.store, actor, { model }));
      return model;
    },
    async readModel(place, id) {
      try {
        const reply = await client.call('GET', `${pathOf(place)}/authorization-models/${encodeURIComponent(id)}`);
        return isObject(reply['authorization_model']) ? modelOf(reply['authorization_model']) : undefined;
      } catch (error) {
        if (error instanceof FgaError && error.code === 'authorization_model_not_found') return undefined;
        throw error;
      }
    },
    async latestModel(place) {
      return (await this.listModels(place, { size: 1, after: '' })).items[0];
    },
    async listModels(place, page) {
      const reply = await client.call('GET', `${pathOf(place)}/authorization-models?${pageQuery(page)}`);
      return { items: objectsIn(reply, 'authorization_models').map(modelOf), next: nextIn(reply) };
    },
    async write(place, { writes, deletes, onDuplicate, onMissing }, _time, actor) {
      await client.call('POST', `${pathOf(place)}/write`, {
        ...(writes.length === 0 ? {} : { writes: { tuple_keys: writes.map(keyJson), on_duplicate: onDuplicate } }),
        ...(deletes.length === 0
          ? {}
          : { deletes: { tuple_keys: deletes.map(({ user, relation, object }) => ({ user, relation, object })), on_missing: onMissing } }),
      });
      await record(place.tenant, eventOf('fga.tuples_changed', place.store, actor, { written: writes.length, deleted: deletes.length }));
    },
    async read(place, filter, page) {
      const empty = filter.user === '' && filter.relation === '' && filter.object === '';
      const key = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
      const reply = await client.call('POST', `${pathOf(place)}/read`, {
        ...(empty ? {} : { tuple_key: key }),
        page_size: page.size,
        continuation_token: tokenOf(page.after),
      });
      const items = objectsIn(reply, 'tuples').map((item) => ({
        key: tupleOf(isObject(item['key']) ? item['key'] : {}),
        time: timeIn(item, 'timestamp'),
      }));
      return { items, next: nextIn(reply) };
    },
    async changes(place, type, since, page): Promise<Page<TupleChange>> {
      const query = `${pageQuery(page)}&type=${encodeURIComponent(type)}${since === 0 ? '' : `&start_time=${new Date(since).toISOString()}`}`;
      const reply = await client.call('GET', `${pathOf(place)}/changes?${query}`);
      const items = objectsIn(reply, 'changes').map((item) => ({
        key: tupleOf(isObject(item['tuple_key']) ? item['tuple_key'] : {}),
        time: timeIn(item, 'timestamp'),
        operation:
          item['operation'] === 'TUPLE_OPERATION_DELETE' ? ('TUPLE_OPERATION_DELETE' as const) : ('TUPLE_OPERATION_WRITE' as const),
      }));
      return { items, next: nextIn(reply) };
    },
    async writeAssertions(place, model, assertions, actor) {
      await client.call('PUT', `${pathOf(place)}/assertions/${encodeURIComponent(model)}`, { assertions: [...assertions] });
      await record(place.tenant, eventOf('fga.assertions_changed', place.store, actor, { model, assertions: assertions.length }));
    },
    async readAssertions(place, model) {
      return objectsIn(await client.call('GET', `${pathOf(place)}/assertions/${encodeURIComponent(model)}`), 'assertions');
    },
    async run(place, model, evaluation, { contextual, onObject, deadline }) {
      const loaded = new LoadedTuples(model, contextual);
      const steps = evaluation(loaded.table, loaded);
      for (;;) {
        const { value, done } = steps.next();
        if (done === true) return value;
        if (value.kind === 'object') {
          if (onObject?.(value.object) === false) return steps.return(undefined as never).value as never;
          continue;
        }
        if (clock() > deadline) {
          steps.return(undefined as never);
          throw new FgaError('deadline_exceeded', 'Request Deadline Exceeded');
        }
        await load(place, loaded, value);
      }
    },
    // The server announces nothing: nothing of it is kept but models, which never change, and the newest one for some seconds.
    onChange: async () => () => client.close(),
  };
}

const textIn = (value: JsonObject, name: string): string => (typeof value[name] === 'string' ? value[name] : '');
const timeIn = (value: JsonObject, name: string): number => Date.parse(textIn(value, name)) || 0;
function objectsIn(value: JsonObject, name: string): JsonObject[] {
  const list = value[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** The server's tokens travel inside ours, which are digits and capitals. */
const nextIn = (reply: JsonObject): string => Buffer.from(textIn(reply, 'continuation_token')).toString('hex').toUpperCase();
const tokenOf = (after: string): string => Buffer.from(after, 'hex').toString();
const pageQuery = ({ size, after }: PageRequest): string => `page_size=${size}&continuation_token=${encodeURIComponent(tokenOf(after))}`;

/** A tuple as a request has it. */
export const keyJson = ({ user, relation, object, condition }: TupleKey): JsonObject => ({
  user,
  relation,
  object,
  ...(condition === undefined ? {} : { condition: { name: condition.name, context: condition.context ?? {} } }),
});

const storeOf = (value: JsonObject): StoreRecord => ({
  id: textIn(value, 'id'),
  name: textIn(value, 'name'),
  created: timeIn(value, 'created_at'),
  updated: timeIn(value, 'updated_at'),
});

function modelOf({ id, ...json }: JsonObject): ModelRecord {
  return { id: typeof id === 'string' ? id : '', json };
}
