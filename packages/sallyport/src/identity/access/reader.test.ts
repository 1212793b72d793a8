import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '../../kernel/index.ts';
import { heldBy, readersOf } from './reader.ts';

const ANNA = 'anna' as TenantId;
const reader = (id: string, name: string | null, datasets: string[], accounts: string[] = []) => ({
  ...{ tenant: ANNA as string, id, name, datasets, accounts },
});
const READERS = readersOf([
  reader('prn_1', 'Zoé', ['wiki/*'], ['auth0|17']),
  reader('prn_2', 'zoé', ['hr']),
  reader('prn_3', null, ['press']),
  reader('prn_4', 'gone', []),
]);
const NOBODY = { tenant: ANNA, limits: [] };

test('a user is the person of this id, name or account, however it is written; of two that are meant both count', () => {
  assert.deepEqual(heldBy(READERS, NOBODY, 'user:prn_1'), [['wiki/*']]);
  assert.deepEqual(heldBy(READERS, NOBODY, 'employee:auth0|17'), [['wiki/*']], 'whatever the type is called');
  for (const user of ['user:Zoé', 'user:ZOÉ', 'user:zoe\u0301', 'zoé'])
    assert.deepEqual(heldBy(READERS, NOBODY, user), [['wiki/*'], ['hr']], user);
  assert.deepEqual(heldBy(READERS, NOBODY, 'user:prn_3'), [['press']], 'removed');
  assert.deepEqual(heldBy(READERS, NOBODY, 'user:gone'), [[]], 'of a role that is gone: nothing');
  for (const user of ['user:another', 'user:', '', 'user:*', 'user:\ud800', 'group:hr#member', 'user:prn_1#x'])
    assert.deepEqual(heldBy(READERS, NOBODY, user), [], user);
  assert.deepEqual(heldBy(READERS, { tenant: 'bert' as TenantId, limits: [] }, 'user:prn_1'), [], 'of another tenant');
});

test('whoever asks is held, too, for whomever he asks', () => {
  const limits = { models: [], tools: [], hosts: [] };
  const key = { tenant: ANNA, limits: [limits, { ...limits, datasets: [] }, { ...limits, datasets: ['press'] }] };
  assert.deepEqual(heldBy(READERS, key, 'user:somebody'), [['press']]);
  assert.deepEqual(heldBy(READERS, key, 'user:prn_1'), [['press'], ['wiki/*']]);
});
