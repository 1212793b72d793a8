import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Secret, silentLogger, systemClock } from '../kernel/index.ts';
import { openStore, type Store } from '../store/service.ts';
import { modelOf, plainChange, QUESTION, tuple } from '../../test/kit/fga.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from '../../test/kit/postgres.ts';
import { ANNA, until } from '../../test/kit/stores.ts';
import { createSqlStore, Fga, Names, type Place } from './service.ts';
import type { Consistency } from './request.ts';

// Two engines with connections of their own over one PostgreSQL: what two processes are to each other.

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user]
type document
  relations
    define blocked: [user]
    define viewer: [user, group#member] but not blocked`;

describe('two processes on one PostgreSQL', () => {
  let database: EphemeralPostgres | undefined;
  const stores: Store[] = [];
  const engines: Fga[] = [];
  let place: Place;
  before(async () => {
    database = await ephemeralPostgres();
    if (database === undefined) return;
    for (let i = 0; i < 2; i++) {
      const store = await openStore({ url: new Secret(database.url) }, { logger: silentLogger, clock: systemClock });
      stores.push(store);
      engines.push(
        await new Fga({ store: createSqlStore(store, plainChange(store), Date.now), names: new Names(), clock: Date.now }).open(),
      );
    }
    const [first] = engines;
    if (first === undefined) return;
    place = { tenant: ANNA, store: (await first.createStore(ANNA, 'shared', 'tester')).id };
    await first.writeModel(place, modelOf(MODEL), 'tester');
  });
  after(async () => {
    await Promise.all(engines.map((engine) => engine.close()));
    await Promise.all(stores.map((store) => store.close()));
    await database?.stop();
  });

  const engine = (i: number): Fga => engines[i % 2] as Fga;
  const can = async (i: number, text: string, consistency: Consistency): Promise<boolean> =>
    (await engine(i).queries.check(place, tuple(text), { ...QUESTION, consistency })).allowed;
  const write = (i: number, writes: string[], deletes: string[] = []): Promise<void> =>
    engine(i).write(
      place,
      {
        writes: writes.map((text) => tuple(text)),
        deletes: deletes.map((text) => tuple(text)),
        onDuplicate: 'ignore',
        onMissing: 'ignore',
      },
      '',
      'tester',
    );

  it('answers HIGHER_CONSISTENCY by every write that was acknowledged before the question', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    let stale = 0;
    let asked = 0;
    // Each worker owns an object, changes it in one engine and asks in both, cached answers in between.
    const worker = async (w: number): Promise<void> => {
      const member = `document:d${w}#viewer@user:anne`;
      for (let turn = 0; turn < 12; turn++) {
        const on = turn % 2 === 0;
        await (on ? write(w + turn, [member]) : write(w + turn, [], [member]));
        const answers = await Promise.all([0, 1].map((i) => can(i, member, 'HIGHER_CONSISTENCY')));
        void (await can(turn, member, 'MINIMIZE_LATENCY'));
        asked += answers.length;
        stale += answers.filter((answer) => answer !== on).length;
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, w) => worker(w)));
    assert.deepEqual([asked, stale], [384, 0]);
  });

  it('empties the cache of MINIMIZE_LATENCY in the process that writes at once, in the other one by announcement', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const text = 'document:cached#viewer@user:bert';
    for (let i = 0; i < 2; i++) assert.equal(await can(i, text, 'MINIMIZE_LATENCY'), false);
    await write(0, ['document:cached#viewer@group:g#member', 'group:g#member@user:bert']);
    assert.equal(await can(0, text, 'MINIMIZE_LATENCY'), true);
    let heard = false;
    await until(() => (void can(1, text, 'MINIMIZE_LATENCY').then((answer) => (heard ||= answer)), heard), 'the announcement');
    await write(0, ['document:cached#blocked@user:bert']);
    assert.equal(await can(0, text, 'MINIMIZE_LATENCY'), false);
  });

  it('sees a model that the other process has just written, with HIGHER_CONSISTENCY', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    await write(0, ['document:m#viewer@user:cara']);
    for (let turn = 0; turn < 10; turn++) {
      const added = `role${turn}`;
      await engine(turn).writeModel(place, modelOf(`${MODEL}\n    define ${added}: viewer`), 'tester');
      assert.equal(await can(turn + 1, `document:m#${added}@user:cara`, 'HIGHER_CONSISTENCY'), true);
      const listed = await engine(turn + 1).queries.listObjects(place, { type: 'document', relation: added, user: 'user:cara' }, QUESTION);
      assert.deepEqual(listed.objects, ['document:m']);
    }
  });
});
