import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_TENANT, type JsonObject } from '../kernel/index.ts';
import { createMemoryStore, Fga, Names } from '../fga/service.ts';
import { readersOf } from './knowledge.ts';

// Who may read a document, asked of the real engine.

const direct = (...types: JsonObject[]): JsonObject => ({ directly_related_user_types: types });
const MODEL: JsonObject = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'user' },
    { type: 'group', relations: { member: { this: {} } }, metadata: { relations: { member: direct({ type: 'user' }) } } },
    {
      type: 'document',
      relations: { viewer: { this: {} } },
      metadata: { relations: { viewer: direct({ type: 'user' }, { type: 'user', wildcard: {} }, { type: 'group', relation: 'member' }) } },
    },
  ],
};

test('readers, their groups, everyone; what cannot be told is told so', async () => {
  const names = new Names();
  const fga = await new Fga({ store: createMemoryStore(names, Date.now), names, clock: Date.now }).open();
  const { id } = await fga.createStore(DEFAULT_TENANT, 'docs', 'prn_test');
  const place = { tenant: DEFAULT_TENANT, store: id };
  await fga.writeModel(place, MODEL, 'prn_test');
  const tuple = (user: string, relation: string, object: string) => ({ user, relation, object });
  const writes = [
    tuple('user:anna', 'member', 'group:hr'),
    tuple('user:bert', 'member', 'group:hr'),
    tuple('group:hr#member', 'viewer', 'document:pay'),
    tuple('user:carl', 'viewer', 'document:pay'),
    tuple('user:*', 'viewer', 'document:menu'),
  ];
  await fga.write(place, { writes, deletes: [], onDuplicate: 'error', onMissing: 'error' }, '', 'prn_test');
  const readers = readersOf(fga, { store: id })?.(DEFAULT_TENANT);
  assert.ok(readers !== undefined);
  const pay = await readers('document:pay');
  assert.deepEqual([pay?.everyone, pay?.users.toSorted()], [false, ['user:anna', 'user:bert', 'user:carl']]);
  assert.deepEqual(
    pay?.groups.map(({ name, members }) => [name, members.toSorted()]),
    [['group:hr#member', ['user:anna', 'user:bert']]],
  );
  assert.deepEqual(await readers('document:menu'), { users: [], everyone: true, groups: [] });
  assert.equal(await readers('folder:x'), undefined, 'no such type');
  assert.equal(readersOf(fga, undefined), undefined);
  await fga.close();
});
