import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { silentLogger, type Json, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { subjectHash } from '../audit/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import { openKeyring, type Keyring } from '../keyring/service.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import type { Answer, Approver, Held, Notice } from './approval.ts';
import { openApprovals, type Approvals } from './approvals_service.ts';
import type { ApprovalsConfig } from './config.ts';

const AGENT = 'prn_agent' as PrincipalId;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YES: Answer = { decision: 'approve' };
const NO: Answer = { decision: 'reject' };
const person = (name: string, more: Partial<Approver> = {}): Approver => ({
  ...{ principal: `prn_${name}`, name, role: 'operator', fresh: true, address: '127.0.0.1', channel: 'console' },
  ...more,
});
const EVA = person('eva');
const TOM = person('tom');
const never = new AbortController().signal;

for (const kind of STORE_KINDS) {
  describe(`approvals on ${kind}`, () => {
    let test: TestStore | undefined;
    let keyring: Keyring;
    let approvals: Approvals;
    let other: Approvals;
    let now = Date.now();
    let config: ApprovalsConfig = { perHour: 100_000 };
    let nobody = false;
    const keys = mkdtempSync(join(tmpdir(), 'sallyport-approvals-'));
    const log: StateChange[] = [];
    const notices: Notice[] = [];
    const pings: string[] = [];
    /** The channel takes nothing. */
    let silent = false;
    const change: Change = async (tenant: TenantId, fn) => {
      const emitted: StateChange[] = [];
      const result = await (test as TestStore).store.tx(tenant, (sql) => {
        emitted.splice(0);
        return fn(sql, async (one) => void emitted.push(one));
      });
      log.push(...emitted);
      return result;
    };
    const open = (): Promise<Approvals> =>
      openApprovals(
        {
          ...{ store: (test as TestStore).store, keyring, change, config: () => config, url: () => 'http://localhost:8101' },
          someone: async () => !nobody,
          names: async () => new Map([[AGENT, 'Mailer']]),
          channels: {
            names: () => ['test'],
            async send(_channel, notice) {
              if (silent) throw new Error('the channel is down');
              notices.push(notice);
            },
            ping: async (callback, id) => void pings.push(`${callback} ${id}`),
          },
        },
        { logger: silentLogger, clock: () => now },
      );
    before(async () => {
      test = await openTestStore(kind);
      if (test === undefined) return;
      keyring = await openKeyring(test.store, { kind: 'file', dir: keys }, { clock: () => now, env: {} });
      [approvals, other] = [await open(), await open()];
    });
    after(async () => {
      rmSync(keys, { recursive: true, force: true });
      if (test === undefined) return;
      await approvals.close();
      await other.close();
      await test.stop();
    });

    let count = 0;
    const held = (more: Partial<Held> = {}): Held => ({
      ...{ tenant: ANNA, requester: AGENT, tool: 'send_mail', arguments: { to: 'bob@example.org', n: ++count }, effect: 'egress' },
      ...{ risk: 'medium', reasons: [{ rule: 'ask-mail', why: 'Mail leaves the house.' }], findings: [] },
      ...more,
    });
    const ask = async (one: Held): Promise<string> => {
      const outcome = await approvals.request(one);
      assert.equal(outcome.kind, 'held', JSON.stringify(outcome));
      return outcome.kind === 'held' ? outcome.id : '';
    };
    const tokenOf = async (one: Held): Promise<string> => {
      const outcome = await approvals.request(one);
      return outcome.kind === 'held' ? (outcome.url.split('/approve/')[1] ?? '') : '';
    };
    const told = (id: string): number => notices.filter(({ approval }) => approval === id).length;
    const eventsOf = (id: string): string[] => log.filter(({ target }) => target.id === id).map(({ type }) => type);
    const story = (name: string, run: () => Promise<void>): void =>
      void it(name, async (context) => {
        if (test === undefined) return context.skip(skipReason());
        await run();
      });

    story('is spent once, by exactly the action that was approved; with one byte changed never, 100 of 100', async () => {
      const text =
        'Pay 100 EUR to DE89 3704 0044 0532 0130 00, account of Bob Example. Reference: invoice 2026-11. Please confirm it today, thanks!';
      const one = held({ tool: 'transfer', arguments: { text, amount: 100 } });
      const id = await ask(one);
      assert.equal((await approvals.use(one)).ok, false, 'not before it is approved');
      await approvals.answer(ANNA, id, YES, EVA);
      let refused = 0;
      for (let at = 0; at < 100; at++) {
        const changed = `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`;
        if (!(await approvals.use({ ...one, arguments: { text: changed, amount: 100 } })).ok) refused++;
      }
      assert.equal(refused, 100);
      const others: Partial<Held>[] = [
        { requester: 'prn_other' as PrincipalId },
        { tool: 'transfer2' },
        { tenant: BERT },
        { conversation: 'c1' },
        { arguments: { text, amount: 100, extra: null } },
        { arguments: { text, amount: '100' } },
        { arguments: [text, 100] },
      ];
      for (const more of others) assert.equal((await approvals.use({ ...one, ...more })).ok, false, JSON.stringify(more));
      assert.deepEqual(await other.use({ ...one, arguments: { amount: 100, text } }), { ok: true, approval: id, scope: 'once' });
      assert.equal((await approvals.use(one)).ok, false, 'and not twice');
      assert.deepEqual(eventsOf(id), ['approval.requested', 'approval.approved', 'approval.used']);
    });

    story('50 answers at once: one counts; 50 uses at once: one gets it', async () => {
      const one = held();
      const id = await ask(one);
      const answers = await Promise.allSettled(
        Array.from({ length: 50 }, (_, at) =>
          (at % 2 === 0 ? approvals : other).answer(ANNA, id, at % 3 === 0 ? NO : YES, person(`p${at}`)),
        ),
      );
      const counted = answers.filter(({ status }) => status === 'fulfilled');
      assert.equal(counted.length, 1);
      const view = await approvals.get(ANNA, id, EVA);
      assert.equal(view.answers.length, 1);
      assert.equal(view.state, view.answers[0]?.decision === 'approve' ? 'approved' : 'rejected');
      const again = held();
      await approvals.answer(ANNA, await ask(again), YES, EVA);
      const uses = await Promise.all(Array.from({ length: 50 }, (_, at) => (at % 2 === 0 ? approvals : other).use(again)));
      assert.equal(uses.filter(({ ok }) => ok).length, 1);
    });

    story('a notice that no channel takes is given after a restart, once, and not of what was answered meanwhile', async () => {
      silent = true;
      const [id, answered] = [await ask(held({ said: 'It is urgent.' })), await ask(held())];
      await approvals.answer(ANNA, answered, YES, EVA);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(told(id), 0);
      await approvals.close();
      silent = false;
      now += 70_000;
      approvals = await open();
      await until(() => told(id) === 1, 'the notice after the restart');
      const notice = notices.find(({ approval }) => approval === id);
      assert.deepEqual([notice?.held.said, notice?.held.tool], ['It is urgent.', 'send_mail']);
      assert.match(notice?.url ?? '', /\/approve\//);
      now += 70_000;
      await other.close();
      other = await open();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual([told(id), told(answered)], [1, 0]);
    });

    story('the same question at once is one question, and after an answer none', async () => {
      const one = held();
      const asked = await Promise.all(Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? approvals : other).request(one)));
      assert.equal(new Set(asked.map((outcome) => outcome.kind === 'held' && `${outcome.id} ${outcome.url}`)).size, 1);
      const id = await ask(one);
      await until(() => told(id) === 1, 'people are told once');
      assert.notEqual(await ask({ ...one, conversation: 'another' }), id);
      await approvals.answer(ANNA, id, YES, EVA);
      assert.deepEqual(await approvals.request(one).then((outcome) => outcome.kind === 'held' && [outcome.id, outcome.state]), [
        id,
        'approved',
      ]);
    });

    story('who may answer: never the requester, only who is named, and high risk with a fresh proof', async () => {
      config = { perHour: 100_000, rules: [{ tools: ['pay_*'], approvers: ['eva', 'role:administrator', 'operator', 'prn_anna'] }] };
      const id = await ask(held({ tool: 'pay_bill', risk: 'high' }));
      config = { perHour: 100_000 };
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, person('x', { principal: AGENT, name: 'eva' }))), 'APPROVAL_OWN');
      assert.equal(await codeOf(approvals.answer(ANNA, id, NO, TOM)), 'APPROVAL_NOT_YOURS');
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, person('Eva'))), 'APPROVAL_NOT_YOURS', 'a name of its own');
      for (const name of ['role:administrator', 'operator', 'prn_anna'])
        assert.equal(await codeOf(approvals.answer(ANNA, id, YES, person('y', { name }))), 'APPROVAL_NOT_YOURS', name);
      // A key has an id for a name and no role: calling itself Eva does not help it.
      const key: Approver = { principal: 'prn_key', name: 'eva', fresh: true, address: '127.0.0.1', channel: 'api' };
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, key)), 'APPROVAL_NOT_YOURS');
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, { ...EVA, fresh: false })), 'APPROVAL_NOT_FRESH');
      assert.equal((await approvals.get(ANNA, id, TOM)).yours, false);
      assert.equal((await approvals.answer(ANNA, id, YES, person('root', { role: 'administrator' }))).state, 'approved');
      const low = await ask(held({ risk: 'high' }));
      assert.equal((await approvals.answer(ANNA, low, NO, { ...EVA, fresh: false })).state, 'rejected', 'to refuse is always safe');
    });

    story('another tenant sees nothing of it', async () => {
      const one = held();
      const id = await ask(one);
      const token = await tokenOf(one);
      assert.equal(await codeOf(approvals.get(BERT, id, EVA)), 'APPROVAL_UNKNOWN');
      assert.equal(await codeOf(approvals.answer(BERT, id, YES, EVA)), 'APPROVAL_UNKNOWN');
      assert.equal(await codeOf(approvals.lookAtLink(BERT, token, EVA)), 'APPROVAL_LINK_INVALID');
      assert.equal(await codeOf(approvals.answerByLink(BERT, token, YES, EVA)), 'APPROVAL_LINK_INVALID');
      assert.equal(await codeOf(approvals.answerByLink(BERT, token.replace('anna', 'bert'), YES, EVA)), 'APPROVAL_LINK_INVALID');
      assert.equal(await approvals.wait({ tenant: BERT, requester: AGENT }, id, 0, never), undefined);
      assert.equal(await approvals.wait({ tenant: ANNA, requester: 'prn_other' as PrincipalId }, id, 0, never), undefined);
      assert.deepEqual(await approvals.list(BERT, undefined), []);
    });

    story('a link opens any number of times and answers once; a forged one never', async () => {
      const one = held();
      const token = await tokenOf(one);
      for (let times = 0; times < 3; times++) assert.equal((await approvals.lookAtLink(ANNA, token, EVA)).state, 'waiting');
      const last = token.slice(-1) === 'A' ? 'B' : 'A';
      for (const forged of [`${token.slice(0, -2)}${last}A`, token.replace(/apl_.{4}/, 'apl_0000'), 'x', '', `${token}.`])
        assert.equal(await codeOf(approvals.answerByLink(ANNA, forged, YES, EVA)), 'APPROVAL_LINK_INVALID', forged);
      const at = await Promise.allSettled([EVA, TOM].map((by) => approvals.answerByLink(ANNA, token, YES, by)));
      assert.equal(at.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.equal(await codeOf(approvals.answerByLink(ANNA, token, NO, TOM)), 'APPROVAL_LINK_INVALID');
      assert.equal(await codeOf(approvals.lookAtLink(ANNA, token, EVA)), 'APPROVAL_LINK_INVALID');
    });

    story('two people: both must approve, not one twice; each rejects alone', async () => {
      config = { perHour: 100_000, rules: [{ tools: ['wire'], people: 2 }] };
      const [one, two] = [held({ tool: 'wire' }), held({ tool: 'wire' })];
      const [id, second] = [await ask(one), await ask(two)];
      config = { perHour: 100_000 };
      assert.equal((await approvals.answer(ANNA, id, YES, EVA)).state, 'waiting');
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, EVA)), 'APPROVAL_TWICE');
      assert.equal((await approvals.use(one)).ok, false);
      assert.equal(await codeOf(approvals.answer(ANNA, id, { decision: 'approve', scope: 'value', forMs: HOUR }, TOM)), 'APPROVAL_SCOPE');
      assert.equal((await approvals.answer(ANNA, id, YES, TOM)).state, 'approved');
      assert.equal((await approvals.use(one)).ok, true);
      await approvals.answer(ANNA, second, YES, EVA);
      assert.equal((await approvals.answer(ANNA, second, NO, TOM)).state, 'rejected');
      assert.equal((await approvals.use(two)).ok, false);
    });

    story('scopes last as far as they say', async () => {
      const day = 24 * HOUR;
      const value = held();
      await approvals.answer(ANNA, await ask(value), { decision: 'approve', scope: 'value', forMs: day }, EVA);
      for (let times = 0; times < 3; times++) assert.equal((await approvals.use(value)).ok, true);
      assert.equal((await approvals.use(held())).ok, false);

      const there = held({ tool: 'post', conversation: 'c7' });
      await approvals.answer(ANNA, await ask(there), { decision: 'approve', scope: 'conversation' }, EVA);
      assert.equal((await approvals.use({ ...there, arguments: { anything: true } })).ok, true);
      assert.equal((await approvals.use({ ...there, conversation: 'c8' })).ok, false);
      assert.equal((await approvals.use({ tenant: ANNA, requester: AGENT, tool: 'post', arguments: there.arguments })).ok, false);

      const always = held({ tool: 'note', arguments: { to: { team: 'ops' }, text: 'a' } });
      const id = await ask(always);
      const tries: Answer[] = [
        { decision: 'approve', scope: 'always', forMs: day },
        { decision: 'approve', scope: 'always', bound: ['/to/team'] },
        { decision: 'approve', scope: 'always', forMs: day, bound: [] },
        { decision: 'approve', scope: 'always', forMs: day, bound: ['/to'] },
        { decision: 'approve', scope: 'always', forMs: day, bound: ['/nothing'] },
        { decision: 'approve', scope: 'always', forMs: day, bound: ['/__proto__'] },
        { decision: 'approve', scope: 'always', forMs: 91 * day, bound: ['/to/team'] },
        { decision: 'approve', scope: 'conversation' },
      ];
      for (const answer of tries)
        assert.equal(await codeOf(approvals.answer(ANNA, id, answer, EVA)), 'APPROVAL_SCOPE', JSON.stringify(answer));
      await approvals.answer(ANNA, id, { decision: 'approve', scope: 'always', forMs: day, bound: ['/to/team'] }, EVA);
      const fits = async (args: Json): Promise<boolean> => (await approvals.use({ ...always, arguments: args })).ok;
      assert.equal(await fits({ to: { team: 'ops' }, text: 'anything' }), true);
      assert.equal(await fits({ to: { team: 'Ops' }, text: 'a' }), false);
      assert.equal(await fits({ to: { team: ['ops'] } }), false);
      assert.equal(await fits({ to: 'ops' }), false);
      const grant = (await approvals.grants(ANNA)).find(({ approval }) => approval === id);
      assert.ok(grant !== undefined && !JSON.stringify(grant.bound).includes('ops'), 'values are kept as hashes');
      await approvals.revokeGrant(ANNA, grant.id, EVA.principal);
      // What is left is the single approval itself.
      assert.equal(await fits(always.arguments), true);
      assert.equal(await fits(always.arguments), false);
      assert.equal(await codeOf(approvals.revokeGrant(ANNA, grant.id, EVA.principal)), 'APPROVAL_GRANT_UNKNOWN');
      now += day + 1;
      assert.equal((await approvals.use(value)).ok, false, 'and it ends');

      const gone = held({ tool: 'delete_all', effect: 'destructive', conversation: 'c1' });
      const last = await ask(gone);
      assert.deepEqual((await approvals.get(ANNA, last, EVA)).scopes, ['once', 'value']);
      for (const scope of ['always', 'conversation'] as const)
        assert.equal(
          await codeOf(approvals.answer(ANNA, last, { decision: 'approve', scope, forMs: HOUR, bound: ['/to'] }, EVA)),
          'APPROVAL_SCOPE',
        );
    });

    story('a flood of questions is denied and raises one event; a rejected action is not asked again', async () => {
      const flood = 'prn_flood' as PrincipalId;
      config = { perHour: 5 };
      const asked = await Promise.all(Array.from({ length: 40 }, () => approvals.request(held({ requester: flood }))));
      assert.equal(asked.filter(({ kind: outcome }) => outcome === 'held').length, 5);
      assert.deepEqual(new Set(asked.map((one) => (one.kind === 'refused' ? one.reason : 'held'))), new Set(['held', 'approval_fatigue']));
      assert.equal(log.filter(({ type, target }) => type === 'approval.fatigue' && target.id === flood).length, 1);
      config = { perHour: 100_000 };
      const one = held();
      await approvals.answer(ANNA, await ask(one), { decision: 'reject', note: 'Not today.' }, EVA);
      assert.deepEqual(await approvals.request(one), { kind: 'refused', reason: 'approval_rejected' });
      now += HOUR + 1;
      assert.equal((await approvals.request(one)).kind, 'held');
    });

    story('what nobody answers or uses in time is over', async () => {
      const [late, unused] = [held({ waitMs: MINUTE }), held()];
      const [id, second] = [await ask(late), await ask(unused)];
      await approvals.answer(ANNA, second, YES, EVA);
      now += HOUR + 1;
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, EVA)), 'APPROVAL_STATE');
      assert.equal((await approvals.use(unused)).ok, false);
      assert.equal((await approvals.get(ANNA, id, EVA)).state, 'expired');
      assert.equal((await approvals.wait(late, id, 0, never))?.state, 'expired');
      assert.ok((await approvals.sweep()) >= 2);
      assert.deepEqual(eventsOf(id), ['approval.requested', 'approval.expired']);
      assert.equal(await approvals.sweep(), 0);
      const again = await approvals.request(late);
      assert.equal(again.kind === 'held' && again.id !== id, true, 'and may be asked again');
    });

    story('the waiting side hears of it in another process, with the note', async () => {
      const one = held({ callback: 'https://example.org/hook' });
      const id = await ask(one);
      const waiting = other.wait(one, id, 20_000, never);
      await approvals.answer(ANNA, id, { ...YES, note: 'Fine \u202e by me' }, EVA);
      assert.deepEqual(await waiting.then((told) => [told?.state, told?.note]), ['approved', 'Fine \u202e by me']);
      await until(() => pings.includes(`https://example.org/hook ${id}`), 'the callback');
      const leaving = new AbortController();
      const gone = other.wait(held(), await ask(held()), 20_000, leaving.signal);
      leaving.abort();
      assert.equal((await gone)?.state, 'waiting');
    });

    story('no event holds an argument, and erasing the requester takes them away', async () => {
      const eraser = 'prn_erased' as PrincipalId;
      const one = held({ requester: eraser, tool: 'say secret-canary aloud', arguments: { text: 'secret-canary' }, said: 'secret-canary' });
      const id = await ask(one);
      assert.equal((await approvals.get(ANNA, id, EVA)).arguments, '{"text":"secret-canary"}');
      const stored = await (test as TestStore).store.system('test: all rows', (sql) =>
        sql.query<{ row: string }>('select row_to_json(r)::text as row from approvals_requests r where id = $1', [id]),
      );
      assert.ok(!(stored[0]?.row ?? '').replace('say secret-canary aloud', '').includes('secret-canary'));
      await keyring.eraseSubject(ANNA, subjectHash(await keyring.tenant(ANNA), eraser));
      const view = await approvals.get(ANNA, id, EVA);
      assert.deepEqual([view.arguments, view.said, view.shown], [null, null, []]);
      assert.equal(await codeOf(approvals.answer(ANNA, id, YES, EVA)), 'APPROVAL_STATE');
      assert.equal((await approvals.answer(ANNA, id, NO, EVA)).state, 'rejected');
      assert.ok(!JSON.stringify(log).includes('secret-canary'));
    });

    story('what cannot be asked is refused, without an exception', async () => {
      const reason = async (more: Partial<Held>): Promise<string> => {
        const outcome = await approvals.request(held(more));
        return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
      };
      let deep: Json = 1;
      for (let depth = 0; depth < 50_000; depth++) deep = [deep];
      assert.equal(await reason({ arguments: '\ud800' }), 'arguments_invalid');
      assert.equal(await reason({ arguments: { '\udc00': 1 } }), 'arguments_invalid');
      assert.equal(await reason({ arguments: Number.NaN }), 'arguments_invalid');
      assert.equal(await reason({ arguments: deep }), 'arguments_invalid');
      assert.equal(await reason({ tool: 'a\0b' }), 'arguments_invalid');
      assert.equal(await reason({ tool: '\ud800' }), 'arguments_invalid');
      assert.equal(await reason({ arguments: 'x'.repeat(70_000) }), 'arguments_too_large');
      assert.equal(await reason({ said: '\ud800 \0', arguments: 'a\0b' }), 'held');
      nobody = true;
      assert.equal(await reason({}), 'approval_unavailable');
      nobody = false;
      assert.deepEqual(await approvals.use(held({ arguments: '\ud800' })), { ok: false, reason: 'arguments_invalid' });
    });
  });
}

async function until(done: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 5_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 10))) if (done()) return;
  assert.fail(`not in time: ${what}`);
}
