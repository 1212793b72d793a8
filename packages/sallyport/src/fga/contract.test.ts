import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { listenFga, modelOf, plainChange, type ListeningFga, QUESTION, tuple } from '../../test/kit/fga.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, openTestStore, type TestStore } from '../../test/kit/stores.ts';
import { DEFAULT_TENANT, Secret } from '../kernel/index.ts';
import { createMemoryStore, createSqlStore, Fga, Names, openRemoteFga, type Place } from './service.ts';
import type { Question } from './queries.ts';
import { showTuple, type TupleKey } from './tuple.ts';
import { proofTuples } from './why.ts';

// One contract for every form of the store: the same questions and writes, the same answers and refusals.

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define blocked: [user]
    define viewer: [user, user:*, group#member] or viewer from parent
    define reader: viewer but not blocked
type document
  relations
    define parent: [folder]
    define owner: [user with during, user]
    define approver: [user]
    define viewer: owner or viewer from parent
    define publisher: viewer and approver
condition during(now: timestamp, until: timestamp) {
  now < until
}`;

const TUPLES = [
  tuple('group:eng#member@user:anne'),
  tuple('group:all#member@group:eng#member'),
  tuple('group:eng#member@group:all#member'),
  tuple('folder:root#viewer@group:all#member'),
  tuple('folder:root#blocked@user:eve'),
  tuple('folder:root#viewer@user:eve'),
  tuple('folder:plans#parent@folder:root'),
  tuple('folder:public#viewer@user:*'),
  tuple('document:roadmap#parent@folder:plans'),
  tuple('document:roadmap#approver@user:anne'),
  tuple('document:draft#approver@user:anne'),
  tuple('document:pay#owner@user:bert', { name: 'during', context: { until: '2030-01-01T00:00:00Z' } }),
];

for (const kind of ['memory', 'pglite', 'postgres', 'remote'] as const) {
  // An OpenFGA server knows no tenants: it is the installation's.
  const tenant = kind === 'remote' ? DEFAULT_TENANT : ANNA;

  describe(`fga contract on ${kind}`, () => {
    let database: TestStore | undefined;
    let fga: Fga | undefined;
    let place: Place;
    let server: ListeningFga | undefined;
    before(async () => {
      const names = new Names();
      if (kind === 'pglite' || kind === 'postgres') database = await openTestStore(kind);
      if (kind === 'remote') {
        const there = await new Fga({ store: createMemoryStore(names, Date.now), names, clock: Date.now }).open();
        server = await listenFga(there, BERT, 'preshared');
        const config = { url: `${server.url}/`, token: new Secret('preshared') };
        fga = await openRemoteFga(config, { clock: Date.now, record: async () => {} });
      } else {
        const store =
          kind === 'memory'
            ? createMemoryStore(names, Date.now)
            : database && createSqlStore(database.store, plainChange(database.store), Date.now);
        if (store === undefined) return;
        fga = await new Fga({ store, names, clock: Date.now }).open();
      }
      place = { tenant, store: (await fga.createStore(tenant, 'contract', 'tester')).id };
      await fga.writeModel(place, modelOf(MODEL), 'tester');
      await write(fga, TUPLES);
    });
    after(async () => {
      await fga?.close();
      server?.close();
      await database?.stop();
    });

    const write = (engine: Fga, writes: TupleKey[], deletes: TupleKey[] = [], on: 'error' | 'ignore' = 'error'): Promise<void> =>
      engine.write(place, { writes, deletes, onDuplicate: on, onMissing: on }, '', 'tester');
    const can = async (engine: Fga, text: string, question: Partial<Question> = {}): Promise<boolean> =>
      (await engine.queries.check(place, tuple(text), { ...QUESTION, ...question })).allowed;

    it('checks over circles of groups, folders, wildcards, exclusion and intersection', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      for (const [text, expected] of [
        ['document:roadmap#viewer@user:anne', true],
        ['document:roadmap#viewer@user:bert', false],
        ['document:roadmap#publisher@user:anne', true],
        ['document:draft#publisher@user:anne', false],
        ['folder:root#reader@user:anne', true],
        ['folder:root#reader@user:eve', false],
        ['folder:public#viewer@user:nobody', true],
        ['folder:public#viewer@group:eng#member', false],
        ['group:eng#member@group:eng#member', true],
        ['folder:plans#viewer@group:eng#member', true],
      ] as const)
        assert.equal(await can(fga, text), expected, text);
    });

    it('evaluates conditions, and takes a missing parameter for an error', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const text = 'document:pay#viewer@user:bert';
      assert.equal(await can(fga, text, { context: { now: '2026-01-01T00:00:00Z' } }), true);
      assert.equal(await can(fga, text, { context: { now: '2031-01-01T00:00:00+01:00' } }), false);
      // What was written with the tuple wins over what comes with the question.
      assert.equal(await can(fga, text, { context: { now: '2031-01-01T00:00:00Z', until: '2040-01-01T00:00:00Z' } }), false);
      assert.equal(await codeOf(can(fga, text)), 'validation_error');
      assert.equal(await codeOf(can(fga, text, { context: { now: 'soon' } })), 'validation_error');
    });

    it('says why, and what is missing', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const yes = await fga.queries.why(place, tuple('document:roadmap#publisher@user:anne'), QUESTION);
      assert.equal(yes.why.proof && proofTuples(yes.why.proof).length, 6);
      const no = await fga.queries.why(place, tuple('document:roadmap#publisher@user:bert'), QUESTION);
      assert.deepEqual(no.why.nearest?.[0]?.tuples.map(showTuple), [
        'document:roadmap#owner@user:bert',
        'document:roadmap#approver@user:bert',
      ]);
      const excluded = await fga.queries.why(place, tuple('folder:root#reader@user:eve'), QUESTION);
      assert.equal(excluded.why.excluded?.[0]?.goal, 'folder:root#reader');
    });

    it('counts tuples that come with the question, for that question only', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const text = 'document:other#viewer@user:anne';
      assert.equal(await can(fga, text, { contextual: [tuple('document:other#parent@folder:plans')] }), true);
      assert.equal(await can(fga, text), false);
      assert.equal(await codeOf(can(fga, text, { contextual: [tuple('document:other#parent@user:anne')] })), 'invalid_tuple');
    });

    it('lists objects and users, and each passes a check', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const question = { ...QUESTION, context: { now: '2026-01-01T00:00:00Z' } };
      const objects = async (user: string, type: string, relation: string): Promise<string[]> =>
        ((await fga?.queries.listObjects(place, { type, relation, user }, question))?.objects ?? []).sort();
      assert.deepEqual(await objects('user:anne', 'document', 'viewer'), ['document:roadmap']);
      assert.deepEqual(await objects('user:anne', 'document', 'publisher'), ['document:roadmap']);
      assert.deepEqual(await objects('user:eve', 'folder', 'reader'), ['folder:plans', 'folder:public']);
      assert.deepEqual(await objects('group:eng#member', 'folder', 'viewer'), ['folder:plans', 'folder:root']);
      const users = await fga.queries.listUsers(
        place,
        { object: 'folder:root', relation: 'reader', filter: { type: 'user', relation: '' } },
        question,
      );
      assert.deepEqual(users, ['user:anne']);
      const everyone = await fga.queries.listUsers(
        place,
        { object: 'folder:public', relation: 'viewer', filter: { type: 'user', relation: '' } },
        question,
      );
      assert.deepEqual(everyone, ['user:*']);
    });

    it('gives each object of a long list once as it is found, with what must be confirmed too', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const apart = { tenant, store: (await fga.createStore(tenant, 'long lists', 'tester')).id };
      await fga.writeModel(apart, modelOf(MODEL), 'tester');
      const own = Array.from({ length: 45 }, (_, i) => `folder:own${String(i).padStart(2, '0')}`);
      const shared = own.map((folder) => folder.replace('own', 'shared'));
      const wholly = ['group:crowd#member@user:many', 'folder:own07#blocked@user:many', 'folder:shared40#blocked@user:many'].map((text) =>
        tuple(text),
      );
      for (const writes of [
        own.map((folder) => tuple(`${folder}#viewer@user:many`)),
        [...shared.map((folder) => tuple(`${folder}#viewer@group:crowd#member`)), ...wholly],
      ])
        await fga.write(apart, { writes, deletes: [], onDuplicate: 'error', onMissing: 'error' }, '', 'tester');
      for (const [relation, blocked] of [
        ['viewer', []],
        ['reader', ['folder:own07', 'folder:shared40']],
      ] as [string, string[]][]) {
        const found: string[] = [];
        await fga.queries.listObjects(apart, { type: 'folder', relation, user: 'user:many' }, QUESTION, (object) => found.push(object) > 0);
        assert.deepEqual(
          found.sort(),
          [...own, ...shared].filter((folder) => !blocked.includes(folder)),
          relation,
        );
      }
    });

    it('writes all or nothing, and sees its writes at once', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const one = tuple('group:new#member@user:anne');
      const two = tuple('group:new#member@user:bert');
      await write(fga, [one]);
      assert.equal(await can(fga, 'group:new#member@user:anne'), true);
      assert.equal(await codeOf(write(fga, [two, one])), 'write_failed_due_to_invalid_input');
      assert.equal(await can(fga, 'group:new#member@user:bert'), false);
      await write(fga, [two, one], [], 'ignore');
      assert.equal(await can(fga, 'group:new#member@user:bert'), true);
      await write(fga, [], [one, two]);
      assert.equal(await can(fga, 'group:new#member@user:anne'), false);
      assert.equal(await codeOf(write(fga, [], [one])), 'write_failed_due_to_invalid_input');
      await write(fga, [], [one], 'ignore');
      assert.equal(await codeOf(write(fga, [])), 'invalid_write_input');
      assert.equal(await codeOf(write(fga, [one, one])), 'cannot_allow_duplicate_tuples_in_one_request');
      assert.equal(await codeOf(write(fga, [tuple('group:x#member@folder:root')])), 'validation_error');
    });

    it('pages what is stored, and what changed in the order of writing', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const any = { user: '', relation: '', object: '' };
      const first = await fga.store.read(place, any, { size: 5, after: '' });
      const rest = await fga.store.read(place, any, { size: 50, after: first.next });
      const keys = [...first.items, ...rest.items].map(({ key }) => JSON.stringify(key, ['object', 'relation', 'user']));
      assert.deepEqual(keys.sort(), TUPLES.map((key) => JSON.stringify(key, ['object', 'relation', 'user'])).sort());
      const folders = await fga.store.read(place, { ...any, object: 'folder:', user: 'user:eve' }, { size: 50, after: '' });
      assert.equal(folders.items.length, 2);
      const changes = await fga.store.changes(place, 'group', 0, { size: 50, after: '' });
      assert.deepEqual(
        changes.items.slice(-2).map(({ operation }) => operation),
        ['TUPLE_OPERATION_DELETE', 'TUPLE_OPERATION_DELETE'],
      );
      assert.deepEqual((await fga.store.changes(place, 'group', 0, { size: 50, after: changes.next })).items, []);
    });

    it('gives a tenant its own stores only', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const theirs = { tenant: BERT, store: place.store };
      assert.equal(await fga.store.getStore(theirs), undefined);
      assert.equal(
        await codeOf(fga.queries.check(theirs, tuple('document:roadmap#viewer@user:anne'), QUESTION)),
        kind === 'remote' ? 'store_id_not_found' : 'latest_authorization_model_not_found',
      );
      assert.deepEqual((await fga.store.listStores(BERT, '', { size: 50, after: '' })).items, []);
    });

    it('never answers from before a change, cached or not', async (context) => {
      if (fga === undefined) return context.skip(skipReason());
      const key = tuple('group:hot#member@user:anne');
      const quick: Partial<Question> = { consistency: 'MINIMIZE_LATENCY' };
      assert.equal(await can(fga, 'group:hot#member@user:anne', quick), false);
      for (let i = 0; i < 10; i++) {
        await write(fga, [key]);
        assert.equal(await can(fga, 'group:hot#member@user:anne'), true);
        await write(fga, [], [key]);
        assert.equal(await can(fga, 'group:hot#member@user:anne'), false);
      }
    });
  });
}
