import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import syntax from '@openfga/syntax-transformer';
import type { JsonObject, TenantId } from '../../src/kernel/index.ts';
import type { Change, StateChange } from '../../src/audit/service.ts';
import type { Store } from '../../src/store/service.ts';
import { createMemoryStore, Fga, Names, serveApi, type Place } from '../../src/fga/service.ts';
import type { Question } from '../../src/fga/queries.ts';
import type { TupleKey } from '../../src/fga/tuple.ts';
import { ANNA } from './stores.ts';

/** A model in OpenFGA's language as its own tools turn it into JSON. */
export const modelOf = (dsl: string): JsonObject => JSON.parse(syntax.transformer.transformDSLToJSON(dsl)) as JsonObject;

/** `object#relation@user` as a tuple. */
export function tuple(text: string, condition?: TupleKey['condition']): TupleKey {
  const [, object = '', relation = '', user = ''] = /^(.*?)#(.*?)@(.*)$/.exec(text) ?? [];
  return { user, relation, object, ...(condition === undefined ? {} : { condition }) };
}

export const QUESTION: Question = { model: '', contextual: [], context: {}, consistency: 'HIGHER_CONSISTENCY' };

/** A `change` that keeps its events in a list instead of the log. */
export function plainChange(store: Store, events: StateChange[] = []): Change {
  return (tenant, fn) => store.tx(tenant, (sql) => fn(sql, (change) => Promise.resolve(void events.push(change))));
}

export type ListeningFga = { readonly port: number; readonly url: string; close(): void };

/** OpenFGA's API of an engine on a free port, for one tenant, who must have `token` when there is one. */
export async function listenFga(fga: Fga, tenant: TenantId, token?: string): Promise<ListeningFga> {
  // Whoever asks keeps his connections: one that is closed just as it is used again would fail the test.
  const server = createServer({ noDelay: true, keepAliveTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end('{}');
      const call = { method: request.method ?? '', target: request.url ?? '', body: Buffer.concat(chunks), tenant, actor: 'tester' };
      const permissions = new Set(['fga:read', 'fga:write'] as const);
      void serveApi(fga, { ...call, permissions, modelHeader: '', base: '', requestId: '' }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export type MemoryFga = {
  readonly fga: Fga;
  readonly place: Place;
  readonly write: (tuples: readonly TupleKey[], deletes?: readonly TupleKey[]) => Promise<void>;
  /** Whether `object#relation@user` holds; an error's code when it fails. */
  readonly can: (text: string, question?: Partial<Question>) => Promise<boolean | string>;
};

/** An engine in memory with one store that has this model and these tuples. */
export async function memoryFga(dsl: string, tuples: readonly TupleKey[] = []): Promise<MemoryFga> {
  const names = new Names();
  const fga = await new Fga({ store: createMemoryStore(names, Date.now), names, clock: Date.now }).open();
  const place = { tenant: ANNA, store: (await fga.createStore(ANNA, 'test', 'tester')).id };
  await fga.writeModel(place, modelOf(dsl), 'tester');
  const write = async (writes: readonly TupleKey[], deletes: readonly TupleKey[] = []): Promise<void> => {
    for (let i = 0; i < Math.max(writes.length, deletes.length); i += 50)
      await fga.write(
        place,
        { writes: writes.slice(i, i + 50), deletes: deletes.slice(i, i + 50), onDuplicate: 'ignore', onMissing: 'ignore' },
        '',
        'tester',
      );
  };
  await write(tuples);
  return {
    fga,
    place,
    write,
    can: (text, question = {}) =>
      fga.queries.check(place, tuple(text), { ...QUESTION, ...question }).then(
        ({ allowed }) => allowed,
        (error: unknown) => (error as { code: string }).code,
      ),
  };
}
