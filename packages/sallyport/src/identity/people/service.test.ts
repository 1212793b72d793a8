import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { DEFAULT_TENANT, type TenantId } from '../../kernel/index.ts';
import type { Change, StateChange } from '../../audit/service.ts';
import { skipReason } from '../../../test/kit/postgres.ts';
import { ANNA, codeOf, openTestStore, STORE_KINDS, type TestStore } from '../../../test/kit/stores.ts';
import { openIdentity, type Identity } from '../service.ts';
import { openPeople, type People } from './service.ts';

const FROM = { address: '127.0.0.1', agent: 'Test/1.0 \u202e' };
const PASSWORD = 'four words are enough here';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const MINUTE = 60_000;

for (const kind of STORE_KINDS) {
  describe(`people on ${kind}`, () => {
    let test: TestStore | undefined;
    let identity: Identity;
    let people: People;
    let now = Date.now();
    const log: StateChange[] = [];
    const change: Change = (tenant: TenantId, fn) =>
      (test as TestStore).store.tx(tenant, (sql) =>
        fn(sql, async (one) => {
          log.push(one);
        }),
      );
    before(async () => {
      test = await openTestStore(kind);
      if (test === undefined) return;
      identity = await openIdentity(test.store, { change, clock: () => now, logger: quiet });
      await identity.ensureTenant(ANNA);
      people = openPeople(test.store, { change, clock: () => now });
    });
    after(async () => {
      if (test === undefined) return;
      await identity.close();
      await test.stop();
    });

    /** One whole story in order: each step starts where the one before ended. */
    it('sets the first administrator up by a link that works once, for thirty minutes, and never again after', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const old = (await people.setupLink()) as string;
      assert.deepEqual(await people.invitation(old).then(({ purpose, role, name }) => [purpose, role, name]), [
        'setup',
        'administrator',
        null,
      ]);
      now += 31 * MINUTE;
      assert.equal(await codeOf(people.invitation(old)), 'LINK_INVALID');
      const [one, two] = [(await people.setupLink()) as string, (await people.setupLink()) as string];
      assert.equal(await codeOf(people.accept(one, { name: 'Root', password: 'too short' }, FROM)), 'PASSWORD_WEAK');
      assert.equal(await codeOf(people.accept(one, { name: 'root', password: 'root and some more words' }, FROM)), 'PASSWORD_WEAK');
      assert.equal(await codeOf(people.accept(one, { name: 'a\u202eb', password: PASSWORD }, FROM)), 'PERSON_NAME');
      const tries = await Promise.allSettled(
        [one, two, one].map((token) => people.accept(token, { name: 'root', password: PASSWORD }, FROM)),
      );
      assert.equal(tries.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(await people.setupLink(), undefined);
      for (const token of [one, two, 'x', '']) assert.equal(await codeOf(people.invitation(token)), 'LINK_INVALID');
      assert.deepEqual(
        (await people.list(DEFAULT_TENANT)).map(({ name, role }) => [name, role]),
        [['root', 'administrator']],
      );
      assert.equal((await people.sessions(DEFAULT_TENANT))[0]?.agent, 'Test/1.0 \\u202e');
    });

    it('signs in with name and password, and a session needs both halves of its token', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      assert.equal(await codeOf(people.signIn(DEFAULT_TENANT, 'root', 'not the password', FROM)), 'SIGN_IN_REFUSED');
      assert.equal(await codeOf(people.signIn(DEFAULT_TENANT, 'nobody', PASSWORD, FROM)), 'SIGN_IN_REFUSED');
      assert.equal(await codeOf(people.signIn(ANNA, 'root', PASSWORD, FROM)), 'SIGN_IN_REFUSED');
      const { session, token } = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      const other = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      assert.equal((await people.session(token.bearer, token.cookie))?.id, session.id);
      for (const [bearer, cookie] of [
        [token.bearer, undefined],
        [token.bearer, ''],
        [token.bearer, other.token.cookie],
        [other.token.bearer, token.cookie],
        [`sps_${token.cookie}`, token.bearer.slice(4)],
      ] as const)
        assert.equal(await people.session(bearer, cookie), undefined);
      const stored = await test.store.system('test: everything about sessions', (sql) =>
        sql.query<{ text: string }>('select s::text as text from identity_sessions s union all select p::text from identity_people p'),
      );
      for (const { text } of stored)
        for (const secret of [token.bearer, token.cookie, PASSWORD]) assert.equal(text.includes(secret), false);
      await people.endSession(DEFAULT_TENANT, session.id, session.person);
      assert.equal(await people.session(token.bearer, token.cookie), undefined);
      assert.equal(await codeOf(people.endSession(ANNA, other.session.id, 'x')), 'SESSION_UNKNOWN');
    });

    it('ends a session that is not used, and every one after a working day', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const idle = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      const used = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      for (let passed = 0; passed < 11; passed++) {
        now += 60 * MINUTE;
        assert.notEqual(await people.session(used.token.bearer, used.token.cookie), undefined);
      }
      assert.equal(await people.session(idle.token.bearer, idle.token.cookie), undefined);
      now += 61 * MINUTE;
      assert.equal(await people.session(used.token.bearer, used.token.cookie), undefined);
    });

    it('makes whoever guesses wait, without locking the person out elsewhere', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const codes: string[] = [];
      for (let i = 0; i < 7; i++)
        codes.push(await codeOf(people.signIn(DEFAULT_TENANT, 'root', `guess number ${i}`, { ...FROM, address: '10.0.0.9' })));
      assert.deepEqual(codes, [...Array<string>(5).fill('SIGN_IN_REFUSED'), 'SIGN_IN_WAIT', 'SIGN_IN_WAIT']);
      assert.equal(await codeOf(people.recover(DEFAULT_TENANT, 'root', 'A', PASSWORD, { ...FROM, address: '10.0.0.9' })), 'SIGN_IN_WAIT');
      await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      now += 15 * MINUTE;
      await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, { ...FROM, address: '10.0.0.9' });
      assert.ok(log.some(({ type, detail }) => type === 'session.refused' && detail?.['address'] === '10.0.0.9'));
    });

    it('knows when the password was last proved', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const { session, token } = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      now += 20 * MINUTE;
      assert.equal(await codeOf(people.prove(session, 'something else entirely', FROM)), 'SIGN_IN_REFUSED');
      assert.equal((await people.session(token.bearer, token.cookie))?.proved, now - 20 * MINUTE);
      await people.prove(session, PASSWORD, FROM);
      assert.equal((await people.session(token.bearer, token.cookie))?.proved, now);
    });

    it('lets people in by invitation, and keeps the last administrator', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const token = await people.invite(DEFAULT_TENANT, { role: 'viewer' }, 'prn_root');
      assert.equal(await codeOf(people.accept(token, { name: 'root', password: PASSWORD }, FROM)), 'PERSON_NAME');
      const viewer = await people.accept(token, { name: 'Vera Blick', password: PASSWORD }, FROM);
      const root = (await people.list(DEFAULT_TENANT)).find(({ name }) => name === 'root');
      assert.equal(await codeOf(people.remove(DEFAULT_TENANT, root?.id ?? '', 'x')), 'PERSON_LAST');
      assert.equal(await codeOf(people.setRole(DEFAULT_TENANT, root?.id ?? '', 'viewer', 'x')), 'PERSON_LAST');
      await people.setRole(DEFAULT_TENANT, viewer.session.person, 'administrator', 'x');
      assert.equal((await people.session(viewer.token.bearer, viewer.token.cookie))?.role, 'administrator');
      await people.remove(DEFAULT_TENANT, viewer.session.person, 'x');
      assert.equal(await people.session(viewer.token.bearer, viewer.token.cookie), undefined);
      assert.equal(await codeOf(people.signIn(DEFAULT_TENANT, 'Vera Blick', PASSWORD, FROM)), 'SIGN_IN_REFUSED');
    });

    it('lets somebody back in by the recovery code once, and by a link from the machine, which ends the sessions', async (context) => {
      if (test === undefined) return context.skip(skipReason());
      const root = (await people.list(DEFAULT_TENANT)).find(({ name }) => name === 'root');
      const before = await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      const link = await people.reset(DEFAULT_TENANT, root?.id ?? '', 'operator');
      assert.equal(await people.session(before.token.bearer, before.token.cookie), undefined);
      const { recoveryCode } = await people.accept(link, { password: 'another handful of words' }, FROM);
      assert.equal(await codeOf(people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM)), 'SIGN_IN_REFUSED');
      const typed = recoveryCode.toLowerCase().replaceAll('-', ' ');
      const again = await people.recover(DEFAULT_TENANT, 'root', typed, PASSWORD, FROM);
      assert.notEqual(again.recoveryCode, recoveryCode);
      assert.equal(await codeOf(people.recover(DEFAULT_TENANT, 'root', recoveryCode, PASSWORD, FROM)), 'SIGN_IN_REFUSED');
      await people.signIn(DEFAULT_TENANT, 'root', PASSWORD, FROM);
      assert.ok(log.some(({ type }) => type === 'admin.reset'));
      assert.equal(JSON.stringify(log).includes(recoveryCode), false);
    });
  });
}
