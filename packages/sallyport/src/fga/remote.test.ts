import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { it } from 'node:test';
import { DEFAULT_TENANT, Secret } from '../kernel/index.ts';
import type { StateChange } from '../audit/service.ts';
import { listenFga, memoryFga, modelOf, QUESTION, tuple } from '../../test/kit/fga.ts';
import { ANNA, codeOf } from '../../test/kit/stores.ts';
import { openRemoteFga } from './service.ts';

// What an OpenFGA server keeps, beyond the contract that every store has.

const MODEL = `model
  schema 1.1
type user
type document
  relations
    define viewer: [user]`;
const ASKED = { type: 'document', relation: 'viewer', user: 'user:anne' };

it('asks in parts for many documents, stops a list early, and makes events of its changes', async () => {
  const world = await memoryFga(
    MODEL,
    Array.from({ length: 300 }, (_, i) => tuple(`document:d${i}#viewer@user:anne`)),
  );
  const server = await listenFga(world.fga, ANNA, 'secret');
  const events: StateChange[] = [];
  const record = async (_tenant: unknown, change: StateChange): Promise<void> => void events.push(change);
  const fga = await openRemoteFga({ url: server.url, token: new Secret('secret') }, { clock: Date.now, record });
  const place = { tenant: DEFAULT_TENANT, store: world.place.store };
  try {
    const items = Array.from({ length: 230 }, (_, i) => ({
      key: tuple(`document:d${i * 2}#viewer@user:anne`),
      contextual: [],
      context: {},
    }));
    const answers = await fga.queries.batch(place, items, QUESTION);
    assert.deepEqual(
      answers.map((answer) => 'allowed' in answer && answer.allowed),
      items.map((_, i) => i * 2 < 300),
    );
    const seen: string[] = [];
    await fga.queries.listObjects(place, ASKED, QUESTION, (object) => seen.push(object) < 10);
    assert.equal(seen.length, 10);
    assert.equal((await fga.queries.listObjects(place, ASKED, QUESTION)).objects.length, 300);
    const [unknown] = await fga.queries.batch(place, [{ key: tuple('document:d1#none@user:anne'), contextual: [], context: {} }], QUESTION);
    assert.ok(unknown !== undefined && 'code' in unknown && unknown.code === 'validation_error');
    await fga.writeModel(place, modelOf(`${MODEL}\n    define editor: [user]`), 'key:1');
    const request = { writes: [tuple('document:x#editor@user:anne')], deletes: [], onDuplicate: 'error', onMissing: 'error' } as const;
    await fga.write(place, request, '', 'key:1');
    assert.deepEqual(
      events.map(({ type, actor, detail }) => [type, actor, detail?.['written']]),
      [
        ['fga.model_created', 'key:1', undefined],
        ['fga.tuples_changed', 'key:1', 1],
      ],
    );
  } finally {
    await fga.close();
    server.close();
  }
});

it('uses the stores that the configuration names, for the tenant of the installation', async () => {
  const [one, other] = [await memoryFga(MODEL), await memoryFga(MODEL)];
  const server = await listenFga(one.fga, ANNA);
  const fga = await openRemoteFga({ url: server.url, stores: [other.place.store] }, { clock: Date.now, record: async () => {} });
  try {
    const key = tuple('document:d#viewer@user:anne');
    const place = { tenant: DEFAULT_TENANT, store: one.place.store };
    assert.equal(await codeOf(fga.queries.check(place, key, QUESTION)), 'store_id_not_found');
    assert.equal(await codeOf(fga.queries.check({ tenant: ANNA, store: other.place.store }, key, QUESTION)), 'store_id_not_found');
    assert.equal(await codeOf(fga.createStore(DEFAULT_TENANT, 'more', 'x')), 'unimplemented');
    assert.deepEqual((await fga.store.listStores(DEFAULT_TENANT, '', { size: 10, after: '' })).items, []);
  } finally {
    await fga.close();
    server.close();
  }
});

it('never takes silence, nonsense or a refused key for an answer', async () => {
  const place = { tenant: DEFAULT_TENANT, store: '01ARZ3NDEKTSV4RRFFQ69G5FAV' };
  const key = tuple('document:d#viewer@user:anne');
  const replies: [number, string][] = [
    [200, 'not json'],
    [200, '[]'],
    [401, '{"code":"unauthenticated","message":"x"}'],
    [500, '<html>'],
    [302, ''],
  ];
  for (const [status, text] of replies) {
    const server = createServer((_request, response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(text));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fga = await openRemoteFga({ url: `http://127.0.0.1:${port}` }, { clock: Date.now, record: async () => {} });
    const got = await fga.queries.check(place, key, QUESTION).then(
      ({ allowed }) => allowed,
      (error: unknown) => (error as { code: string }).code,
    );
    assert.equal(got, 'unavailable', `${status} ${text}`);
    const [answer] = await fga.queries.batch(place, [{ key, contextual: [], context: {} }], QUESTION).catch(() => [undefined]);
    assert.ok(answer === undefined || 'code' in answer);
    await fga.close();
    server.close();
    server.closeAllConnections();
  }
  const gone = await openRemoteFga({ url: 'http://127.0.0.1:9' }, { clock: Date.now, record: async () => {} });
  assert.equal(await codeOf(gone.queries.check(place, key, QUESTION)), 'unavailable');
  await gone.close();
});
