import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANNA, BERT, codeOf, openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import { silentLogger } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import { openDocuments, type Documents } from '../documents/service.ts';
import { createGuards } from '../guard/index.ts';
import { openKeyring } from '../keyring/service.ts';
import { openKnowledge, type Knowledge, type Readers } from './service.ts';

// The service over both databases: what belongs to a tenant stays there, and what is erased is gone.

const guards = createGuards({ config: {}, canaries: [] });
const documents: Documents = openDocuments({ logger: silentLogger });
after(() => documents.close());

const inAnna = { tenant: ANNA };
const inBert = { tenant: BERT };

for (const kind of STORE_KINDS) {
  let stores: TestStore | undefined;
  let knowledge: Knowledge;
  let readers: Readers | undefined;
  const emitted: StateChange[] = [];

  before(async () => {
    stores = await openTestStore(kind);
    if (stores === undefined) return;
    const { store } = stores;
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-knowledge-'));
    const keyring = await openKeyring(store, { kind: 'file', dir: join(dir, 'keys') }, { clock: Date.now });
    const change: Change = (tenant, fn) => store.tx(tenant, (sql) => fn(sql, (one) => Promise.resolve(void emitted.push(one))));
    const list = (): Promise<{ events: Event[] }> => Promise.resolve({ events: [] });
    knowledge = openKnowledge(
      {
        ...{ store, keyring, documents, audit: { change, list }, guards: () => guards, readers: () => () => Promise.resolve(readers) },
        settings: { keep: true, excerpts: true, alike: {}, readers: 2 },
      },
      { logger: silentLogger, clock: Date.now },
    );
  });
  after(async () => {
    await stores?.stop();
  });
  const skip = async (): Promise<boolean> => stores === undefined;
  const text = (words: string): { name: string; bytes: Buffer } => ({ name: 'a.txt', bytes: Buffer.from(words) });

  test(`${kind}: documents of another tenant are not there`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const one = await knowledge.add(inAnna, text('The door code of the old mill is kept by the miller.'), 'prn_anna');
    assert.equal(one.state, 'accepted');
    assert.equal((await knowledge.get(inAnna, one.id)).id, one.id);
    for (const act of [
      (): Promise<unknown> => knowledge.get(inBert, one.id),
      () => knowledge.lineage(inBert, one.id),
      () => knowledge.content(inBert, one.id, 'x'),
      () => knowledge.release(inBert, one.id, 'x', 'why'),
      () => knowledge.quarantine(inBert, one.id, 'x', 'why'),
      () => knowledge.erase(inBert, one.id, 'x'),
    ])
      assert.equal(await codeOf(act()), 'KNOWLEDGE_UNKNOWN');
    assert.deepEqual([(await knowledge.list(inBert, {})).length, await knowledge.counts(inBert)], [0, {}]);
    const same = await knowledge.add(inBert, text('The door code of the old mill is kept by the miller.'), 'prn_bert');
    assert.ok(same.id !== one.id && same.hash !== one.hash, 'hashes are keyed by tenant');
  });

  test(`${kind}: erasing takes bytes, excerpts and prints; the record stays`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const one = await knowledge.add(inAnna, text('A note that will be erased after it was read once.'), 'prn_anna');
    assert.equal(
      Buffer.from(await knowledge.content(inAnna, one.id, 'prn_anna')).toString(),
      'A note that will be erased after it was read once.',
    );
    assert.ok(emitted.some(({ type, target }) => type === 'content.read' && target.id === one.id));
    await knowledge.erase(inAnna, one.id, 'prn_anna');
    assert.equal(await codeOf(knowledge.content(inAnna, one.id, 'x')), 'KNOWLEDGE_NOT_KEPT');
    assert.equal((await knowledge.get(inAnna, one.id)).state, 'erased');
    assert.equal(await codeOf(knowledge.release(inAnna, one.id, 'x', 'why')), 'KNOWLEDGE_STATE');
    const again = await knowledge.add(inAnna, text('A note that will be erased after it was read once.'), 'prn_anna');
    assert.notEqual(again.id, one.id);
  });

  test(`${kind}: copies that come at the same moment see each other`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const words =
      'The annual fee of the rowing club is two hundred euros, due in March, and it covers the boats, the house and the coach on Tuesdays';
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        knowledge.add(inAnna, { name: `copy${i}.txt`, bytes: Buffer.from(`${words} ${i}.`) }, 'prn_anna'),
      ),
    );
    const states = await Promise.all(added.map(async ({ id }) => (await knowledge.get(inAnna, id)).state));
    assert.deepEqual(new Set(states), new Set(['quarantined']));
  });

  test(`${kind}: the report of over-sharing`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const given = {
      name: 'salaries.txt',
      bytes: Buffer.from('Salaries of the year.'),
      object: 'document:salaries',
      label: 'confidential',
    } as const;
    const { id } = await knowledge.add(inAnna, given, 'prn_anna');
    readers = undefined;
    assert.deepEqual(await knowledge.sharing(inAnna), { shared: [], looked: 1, unknown: 1 });
    readers = { users: ['user:a', 'user:b'], everyone: false, groups: [{ name: 'group:hr#member', members: ['user:a', 'user:b'] }] };
    assert.deepEqual((await knowledge.sharing(inAnna)).shared, []);
    readers = {
      users: ['user:a', 'user:b', 'user:c'],
      everyone: true,
      groups: [{ name: 'group:hr#member', members: ['user:a', 'user:b'] }],
    };
    const { shared } = await knowledge.sharing(inAnna);
    assert.deepEqual(
      shared.map(({ document, problems, unexplained }) => [document, problems, unexplained]),
      [[id, ['everyone', 'many', 'unexplained'], ['user:c']]],
    );
    assert.deepEqual((await knowledge.sharing(inBert)).looked, 0);
  });

  test(`${kind}: uses are noted for documents of the tenant only`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const one = await knowledge.add(inAnna, text('A document that answers are made from.'), 'prn_anna');
    knowledge.used(BERT, [one.id], 'evt_1');
    knowledge.used(ANNA, [one.id, 'doc_none'], 'evt_2');
    for (let tries = 0; tries < 100 && (await knowledge.lineage(inAnna, one.id)).uses.length === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      (await knowledge.lineage(inAnna, one.id)).uses.map(({ event }) => event),
      ['evt_2'],
    );
  });

  test(`${kind}: who is held to some datasets sees, counts and changes what is in them alone`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const held = { tenant: BERT, datasets: ['wiki/*', '100%'] };
    const given = (words: string, source: string, more: object = {}) => ({ ...text(words), name: `${source}.txt`, source, ...more });
    const shared = { label: 'internal', object: 'document:plan' } as const;
    const mine = await knowledge.add(inBert, given('The holiday plan of the team is on the wall.', 'wiki/team', shared), 'prn_x');
    const other = await knowledge.add(inBert, given('The plan of the board is in the safe.', 'board', shared), 'prn_x');
    await knowledge.add(inBert, given('A file from a folder that is nearly called so.', '1000'), 'prn_x');
    const ids = async (after?: string): Promise<string[]> =>
      (await knowledge.list(held, after === undefined ? {} : { after })).map(({ id }) => id);
    assert.deepEqual([await ids(), await knowledge.counts(held)], [[mine.id], { accepted: 1 }]);
    assert.deepEqual([await ids(other.id), await ids('doc_none')], [[], []], 'a page after what is not there');
    assert.equal((await knowledge.sharing(held)).looked, 1);
    for (const act of [
      (): Promise<unknown> => knowledge.get(held, other.id),
      () => knowledge.lineage(held, other.id),
      () => knowledge.content(held, other.id, 'x'),
      () => knowledge.excerpts(held, other.id, 'x'),
      () => knowledge.release(held, other.id, 'x', 'why'),
      () => knowledge.quarantine(held, other.id, 'x', 'why'),
      () => knowledge.erase(held, other.id, 'x'),
    ])
      assert.equal(await codeOf(act()), 'KNOWLEDGE_UNKNOWN');
    for (const source of ['board', 'wiki', '1000', ''])
      assert.equal(await codeOf(knowledge.add(held, given('Something.', source), 'x')), 'KNOWLEDGE_DATASET', source);
    assert.equal(await codeOf(knowledge.check(held, text('Something.'))), 'KNOWLEDGE_DATASET');
    assert.equal((await knowledge.add(held, given('Something else that is new.', '100%'), 'x')).state, 'accepted');
    assert.equal((await knowledge.quarantine(held, mine.id, 'x', 'why')).state, 'quarantined');
    assert.deepEqual(
      [await knowledge.counts({ tenant: BERT, datasets: [] }), await knowledge.list({ tenant: BERT, datasets: [] }, {})],
      [{}, []],
    );
    assert.equal(
      (await knowledge.list({ tenant: ANNA, datasets: ['*'] }, {})).some(({ id }) => id === mine.id),
      false,
    );
  });

  test(`${kind}: who is held neither learns of copies elsewhere nor takes them out of use`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const words =
      'The members of the jury meet on the first floor of the town hall, they read the letters aloud and vote by show of hands until one remains';
    const copy = (i: number, source: string) => ({ name: `jury${i}.txt`, bytes: Buffer.from(`${words} ${i}.`), source });
    const held = { tenant: ANNA, datasets: ['jury'] };
    for (const i of [1, 2]) await knowledge.add(inAnna, copy(i, 'secret'), 'prn_x');
    assert.deepEqual((await knowledge.check(held, copy(4, 'jury'))).reasons, []);
    const mine = await knowledge.add(held, copy(4, 'jury'), 'prn_x');
    assert.equal(mine.state, 'accepted', 'the third that one sender says');
    assert.equal((await knowledge.list({ tenant: ANNA, datasets: ['secret'] }, { state: 'quarantined' })).length, 0);
    const last = await knowledge.add(inAnna, copy(6, 'secret'), 'prn_x');
    assert.equal(last.state, 'quarantined', 'whoever is held to nothing sees all of them');
    const seen = await knowledge.get(held, mine.id);
    assert.equal(seen.state, 'quarantined');
    assert.deepEqual(
      seen.reasons.flatMap(({ documents: ids = [] }) => ids),
      [],
      'what caused it is elsewhere',
    );
  });

  test(`${kind}: a document that is added to another dataset stays what it was in the first`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const object = 'document:rota';
    const version = (words: string, source: string) => ({ name: 'rota.txt', bytes: Buffer.from(words), source, object });
    const first = await knowledge.add(inAnna, version('The rota of the night watch in spring.', 'watch'), 'prn_x');
    await knowledge.quarantine(inAnna, first.id, 'prn_x', 'It looks odd.');
    const again = await knowledge.add({ tenant: ANNA, datasets: ['open'] }, version('The rota, harmless.', 'open'), 'prn_held');
    assert.equal(again.state, 'accepted');
    const standing = async () => (await knowledge.standing(ANNA, [object, 'document:nobody'])).get(object);
    assert.deepEqual([(await standing())?.state, (await standing())?.datasets.toSorted()], ['quarantined', ['open', 'watch']]);
    await knowledge.add(inAnna, version('The rota of the night watch in summer.', 'watch'), 'prn_x');
    assert.equal((await standing())?.state, 'accepted', 'a new version in its own dataset counts');
    await knowledge.erase(inAnna, again.id, 'prn_x');
    assert.deepEqual((await standing())?.datasets, ['watch']);
  });
}
