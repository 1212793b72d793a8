import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_TENANT, PERMISSIONS, type PrincipalId, type TenantId } from '../kernel/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, openTestStore, STORE_KINDS, until, type TestStore } from '../../test/kit/stores.ts';
import { createRoles } from './roles/service.ts';
import { identityRoutes } from './routes.ts';
import { newToken } from './token.ts';
import { openIdentity, type Identity } from './service.ts';

/** The port that audit provides, without the log: what was emitted commits with the change or not at all. */
function changeOver(test: TestStore, log: StateChange[]): Change {
  return async (tenant, fn) => {
    const emitted: StateChange[] = [];
    const value = await test.store.tx(tenant, (sql) =>
      fn(sql, async (change) => {
        emitted.push(change);
      }),
    );
    log.push(...emitted);
    return value;
  };
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

for (const kind of STORE_KINDS) {
  describe(`keys on ${kind}`, () => {
    let test: TestStore | undefined;
    let identity: Identity;
    /** As another process on the same store. */
    let other: Identity;
    let now = Date.now();
    const log: StateChange[] = [];
    before(async () => {
      test = await openTestStore(kind);
      if (test === undefined) return;
      const deps = { change: changeOver(test, log), clock: () => now, logger: quiet };
      identity = await openIdentity(test.store, deps);
      other = await openIdentity(test.store, deps);
      await identity.ensureTenant(ANNA);
      await identity.ensureTenant(BERT);
    });
    after(async () => {
      if (test === undefined) return;
      await identity.close();
      await other.close();
      await test.stop();
    });

    it('are known at once where they were made, and soon everywhere', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      log.length = 0;
      const made = await identity.createKey(
        ANNA,
        { name: 'app', models: ['gpt-*'], requestsPerMinute: 60, permissions: ['events:read'] },
        'operator',
      );
      const record = identity.authenticate(made.key.reveal(), now);
      assert.equal(record?.tenant, ANNA);
      assert.equal(record.id, made.id);
      assert.deepEqual([...record.permissions], ['events:read']);
      assert.deepEqual(
        [record.models, record.requestsPerMinute, record.concurrency, record.detail, record.gateway],
        [['gpt-*'], 60, null, 'short', true],
      );
      await until(() => other.authenticate(made.key.reveal(), now) !== undefined, 'the other process');
      assert.deepEqual(
        log.map(({ type, target }) => [type, target.id]),
        [['key.created', made.id]],
      );
    });

    it('are nowhere in the store, the events or a printed answer', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const made = await identity.createKey(ANNA, { name: 'printed' }, 'operator');
      const key = made.key.reveal();
      const body = key.slice('sp_'.length, 'sp_'.length + 43);
      const rows = await test.store.system('test: everything about keys', (sql) =>
        sql.query<{ text: string }>('select k::text as text from identity_keys k'),
      );
      const printed = JSON.stringify([rows, log, made, await identity.listKeys(ANNA)]);
      for (const form of [key, body, Buffer.from(body).toString('hex'), Buffer.from(body, 'base64url').toString('hex')])
        assert.equal(printed.includes(form), false);
    });

    it('stop within a second of their revocation, and running streams hear of it', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const made = await identity.createKey(ANNA, { name: 'revoked' }, 'operator');
      await until(() => other.authenticate(made.key.reveal(), now) !== undefined);
      const heard: string[] = [];
      const stop = other.onRevoke((_tenant, handle) => heard.push(handle));
      const started = Date.now();
      await identity.revokeKey(ANNA, made.id, 'operator');
      assert.equal(identity.authenticate(made.key.reveal(), now), undefined);
      await until(() => heard.includes(made.id), 'the revocation');
      assert.equal(other.authenticate(made.key.reveal(), now), undefined);
      assert.ok(Date.now() - started < 5_000);
      stop();
      assert.equal(await codeOf(identity.revokeKey(ANNA, made.id, 'operator')), 'KEY_UNKNOWN');
      // The name is free again.
      await identity.createKey(ANNA, { name: 'revoked' }, 'operator');
    });

    it('belong to their tenant', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const mine = await identity.createKey(ANNA, { name: 'mine' }, 'operator');
      await identity.createKey(BERT, { name: 'mine' }, 'operator');
      assert.equal(
        (await identity.listKeys(BERT)).some(({ id }) => id === mine.id),
        false,
      );
      assert.equal(await codeOf(identity.revokeKey(BERT, mine.id, 'intruder')), 'KEY_UNKNOWN');
      assert.notEqual(identity.authenticate(mine.key.reveal(), now), undefined);
      assert.equal(await codeOf(identity.createKey(ANNA, { name: 'mine' }, 'operator')), 'KEY_NAME_TAKEN');
    });

    it('expire, and what looks like a key is none', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const made = await identity.createKey(ANNA, { name: 'short-lived', expires: now + 60_000 }, 'operator');
      const key = made.key.reveal();
      assert.notEqual(identity.authenticate(key, now + 59_999), undefined);
      assert.equal(identity.authenticate(key, now + 60_000), undefined);
      for (const text of ['', 'sp_', `${key} `, key.slice(0, -1), key.toUpperCase(), newToken().reveal()])
        assert.equal(identity.authenticate(text, now), undefined);
      assert.equal(await codeOf(identity.createKey(ANNA, { name: 'late', expires: now }, 'operator')), 'KEY_INVALID');
      for (const name of ['', '   ', 'a\u0000b', 'a\u202eb', 'x'.repeat(101)])
        assert.equal(await codeOf(identity.createKey(ANNA, { name }, 'operator')), 'KEY_INVALID', name);
    });

    it('are not made when their event cannot be', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const opened = test;
      const refusing: Change = (tenant, fn) =>
        opened.store.tx(tenant, (sql) => fn(sql, () => Promise.reject(new Error('the log is full'))));
      const failing = await openIdentity(opened.store, { change: refusing, clock: () => now, logger: quiet });
      const before = await identity.listKeys(ANNA);
      await assert.rejects(failing.createKey(ANNA, { name: 'unrecorded' }, 'operator'), /the log is full/);
      assert.deepEqual(await identity.listKeys(ANNA), before);
      await failing.close();
    });

    it('say how old the snapshot is', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      await identity.refresh();
      now += 5_000;
      assert.equal(identity.snapshotAge(now) >= 5_000, true);
      await identity.refresh();
      assert.equal(identity.snapshotAge(now), 0);
      assert.equal(identity.hasTenant(DEFAULT_TENANT), true);
      assert.equal(identity.hasTenant('nobody' as TenantId), false);
    });

    it('are made by nobody with more permissions than he has', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const roles = createRoles(test.store, { change: changeOver(test, log), clock: () => now });
      const create = identityRoutes(identity, roles, () => now).find(({ method }) => method === 'POST');
      const ask = (permissions: readonly string[], own: readonly (typeof PERMISSIONS)[number][]) =>
        create?.handler({
          caller: { tenant: ANNA, principal: 'prn_operator' as PrincipalId, permissions: new Set(own) },
          params: {},
          query: {},
          body: { name: `asked-${permissions.join('-')}-${own.length}`, permissions },
          from: { address: '127.0.0.1', agent: 'test' },
          signal: AbortSignal.timeout(5_000),
        });
      const status = async (reply: ReturnType<typeof ask>): Promise<number | undefined> => ((await reply) as { status?: number }).status;
      assert.equal(await codeOf(Promise.resolve(ask(['store:admin'], ['keys:write']))), 'ROLE_BEYOND');
      assert.equal(await status(ask(['everything'], [...PERMISSIONS])), 400);
      assert.equal(await status(ask(['keys:read'], ['keys:write', 'keys:read'])), 201);
    });
  });
}
