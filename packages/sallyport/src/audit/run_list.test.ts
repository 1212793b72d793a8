import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { skipReason } from '../../test/kit/postgres.ts';
import { openTestStore, STORE_KINDS } from '../../test/kit/stores.ts';
import type { TenantId } from '../kernel/index.ts';
import { testEvent } from './test/log_kit.ts';
import { openTestTrail, until, type TestTrail } from './test/trail_kit.ts';

const ACME = 'acme' as TenantId;
const OTHER = 'other' as TenantId;

for (const kind of STORE_KINDS)
  describe(`runs on ${kind}`, () => {
    let opened: TestTrail | undefined;
    before(async () => {
      opened = await openTestTrail(openTestStore(kind));
    });
    after(() => opened?.stop());

    test('are made from the events of their conversation, by their own tenant only; events are found by what they are about', async (context) => {
      if (opened === undefined) return context.skip(skipReason());
      const audit = await opened.open();
      const time = 1_763_800_000_000;
      const call = { tool: 'mail__send', effect: 'egress', part: 2, flow: 'ask', reasons: ['receiver_unknown'], values: [] } as const;
      const actor = { principal: 'prn_a', kind: 'agent' } as const;
      const turn = {
        tenant: ACME,
        kind: 'gateway.request',
        conversation: 'run_a',
        actor,
        decision: { action: 'allow', rules: [], would: [] },
      } as const;
      await audit.record(testEvent({ ...turn, time, calls: [call] }));
      const made = testEvent({
        ...turn,
        time: time + 1,
        kind: 'mcp.request',
        target: { kind: 'mcp_server', id: 'mail', name: 'mail__send' },
      });
      await audit.record(made);
      await audit.record(testEvent({ ...turn, time: time + 2, conversation: 'run_b', actor: { principal: 'prn_b' } }));
      await audit.record(
        testEvent({ tenant: ACME, time: time + 3, kind: 'mcp.pin_approved', target: { kind: 'mcp_tool', id: 'mail', name: 'send' } }),
      );
      await audit.record(testEvent({ ...turn, tenant: OTHER, time }));
      await until(() => audit.health().projectionLag === 0);

      const runs = await audit.runs(ACME, {});
      assert.deepEqual(
        runs.map(({ id, turns, calls, doubtful, kind }) => [id, turns, calls, doubtful, kind]),
        [
          ['run_b', 1, 0, 0, null],
          ['run_a', 1, 1, 1, 'agent'],
        ],
      );
      assert.deepEqual(
        (await audit.runs(ACME, { principal: 'prn_b' })).map(({ id }) => id),
        ['run_b'],
      );
      assert.deepEqual(
        (await audit.runs(ACME, { since: time + 2 })).map(({ id }) => id),
        ['run_b'],
      );
      const { events } = await audit.list(ACME, { conversation: 'run_a' });
      assert.deepEqual(
        events.map((event) => [event.kind, event.calls?.[0]?.reasons]),
        [
          ['mcp.request', undefined],
          ['gateway.request', ['receiver_unknown']],
        ],
      );
      const about = async (kinds?: readonly string[]): Promise<string[]> =>
        (await audit.list(ACME, { target: 'mail', ...(kinds === undefined ? {} : { kinds }) })).events.map((event) => event.kind);
      assert.deepEqual(await about(), ['mcp.pin_approved', 'mcp.request']);
      assert.deepEqual(await about(['mcp.pin_approved', 'mcp.pin_rejected']), ['mcp.pin_approved']);
      assert.deepEqual(
        (await audit.runs(OTHER, {})).map(({ id }) => id),
        ['run_a'],
      );
      await audit.close();
    });
  });
