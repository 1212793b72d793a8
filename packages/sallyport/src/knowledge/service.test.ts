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
    const one = await knowledge.add(ANNA, text('The door code of the old mill is kept by the miller.'), 'prn_anna');
    assert.equal(one.state, 'accepted');
    assert.equal((await knowledge.get(ANNA, one.id)).id, one.id);
    for (const act of [
      (): Promise<unknown> => knowledge.get(BERT, one.id),
      () => knowledge.lineage(BERT, one.id),
      () => knowledge.content(BERT, one.id, 'x'),
      () => knowledge.release(BERT, one.id, 'x', 'why'),
      () => knowledge.quarantine(BERT, one.id, 'x', 'why'),
      () => knowledge.erase(BERT, one.id, 'x'),
    ])
      assert.equal(await codeOf(act()), 'KNOWLEDGE_UNKNOWN');
    assert.deepEqual([(await knowledge.list(BERT, {})).length, await knowledge.counts(BERT)], [0, {}]);
    const same = await knowledge.add(BERT, text('The door code of the old mill is kept by the miller.'), 'prn_bert');
    assert.ok(same.id !== one.id && same.hash !== one.hash, 'hashes are keyed by tenant');
  });

  test(`${kind}: erasing takes bytes, excerpts and prints; the record stays`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const one = await knowledge.add(ANNA, text('A note that will be erased after it was read once.'), 'prn_anna');
    assert.equal(
      Buffer.from(await knowledge.content(ANNA, one.id, 'prn_anna')).toString(),
      'A note that will be erased after it was read once.',
    );
    assert.ok(emitted.some(({ type, target }) => type === 'content.read' && target.id === one.id));
    await knowledge.erase(ANNA, one.id, 'prn_anna');
    assert.equal(await codeOf(knowledge.content(ANNA, one.id, 'x')), 'KNOWLEDGE_NOT_KEPT');
    assert.equal((await knowledge.get(ANNA, one.id)).state, 'erased');
    assert.equal(await codeOf(knowledge.release(ANNA, one.id, 'x', 'why')), 'KNOWLEDGE_STATE');
    const again = await knowledge.add(ANNA, text('A note that will be erased after it was read once.'), 'prn_anna');
    assert.notEqual(again.id, one.id);
  });

  test(`${kind}: copies that come at the same moment see each other`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const words =
      'The annual fee of the rowing club is two hundred euros, due in March, and it covers the boats, the house and the coach on Tuesdays';
    const added = await Promise.all(
      Array.from({ length: 8 }, (_, i) => knowledge.add(ANNA, { name: `copy${i}.txt`, bytes: Buffer.from(`${words} ${i}.`) }, 'prn_anna')),
    );
    const states = await Promise.all(added.map(async ({ id }) => (await knowledge.get(ANNA, id)).state));
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
    const { id } = await knowledge.add(ANNA, given, 'prn_anna');
    readers = undefined;
    assert.deepEqual(await knowledge.sharing(ANNA), { shared: [], looked: 1, unknown: 1 });
    readers = { users: ['user:a', 'user:b'], everyone: false, groups: [{ name: 'group:hr#member', members: ['user:a', 'user:b'] }] };
    assert.deepEqual((await knowledge.sharing(ANNA)).shared, []);
    readers = {
      users: ['user:a', 'user:b', 'user:c'],
      everyone: true,
      groups: [{ name: 'group:hr#member', members: ['user:a', 'user:b'] }],
    };
    const { shared } = await knowledge.sharing(ANNA);
    assert.deepEqual(
      shared.map(({ document, problems, unexplained }) => [document, problems, unexplained]),
      [[id, ['everyone', 'many', 'unexplained'], ['user:c']]],
    );
    assert.deepEqual((await knowledge.sharing(BERT)).looked, 0);
  });

  test(`${kind}: uses are noted for documents of the tenant only`, async (t) => {
    if (await skip()) return t.skip('no PostgreSQL');
    const one = await knowledge.add(ANNA, text('A document that answers are made from.'), 'prn_anna');
    knowledge.used(BERT, [one.id], 'evt_1');
    knowledge.used(ANNA, [one.id, 'doc_none'], 'evt_2');
    for (let tries = 0; tries < 100 && (await knowledge.lineage(ANNA, one.id)).uses.length === 0; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
      (await knowledge.lineage(ANNA, one.id)).uses.map(({ event }) => event),
      ['evt_2'],
    );
  });
}
