import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventId, TenantId } from '../kernel/index.ts';
import type { Event } from './event.ts';
import { runEvent, runsOf } from './run.ts';

const event = (time: number, more: Partial<Event> = {}): Event => ({
  ...{ uid: `evt_${time}` as EventId, tenant: 'default' as TenantId, time, class_uid: 6003, activity_id: 1, severity_id: 1, status_id: 1 },
  ...{
    kind: 'gateway.request',
    actor: { principal: 'prn_a', kind: 'agent' },
    api: { operation: 'chat', model: 'm' },
    conversation: 'run_1',
  },
  decision: { action: 'allow', rules: [], would: [] },
  ...more,
});
const call = (tool: string, flow: 'allow' | 'ask') => ({ tool, effect: 'write', part: 1, flow, reasons: [], values: [] });

test('events become runs: who, since when, how many calls, what was doubtful or stopped', () => {
  const events = [
    event(50, { kind: 'mcp.request', target: { kind: 'mcp_server', id: 'mail', name: 'mail__send' } }),
    event(40, { conversation: 'run_2', actor: { principal: 'prn_b' }, decision: { action: 'ask', rules: [], would: [] } }),
    event(30, { calls: [call('mail__send', 'ask')], detail: { would: 'ask' } }),
    event(20, { calls: [call('mail__read', 'allow'), call('mail__read', 'allow')] }),
  ];
  const [first, second] = runsOf(events.flatMap((one) => runEvent(one) ?? []));
  assert.deepEqual(first, {
    ...{ id: 'run_1', principal: 'prn_a', kind: 'agent', models: ['m'], started: 20, ended: 50, turns: 2, calls: 3, doubtful: 1 },
    ...{ stopped: 0, would: 1, tools: ['mail__send', 'mail__read'] },
  });
  assert.deepEqual([second?.id, second?.stopped, second?.kind, second?.calls], ['run_2', 1, null, 0]);
});

test('an event of no run is in none', () => {
  const alone: Event = JSON.parse(JSON.stringify({ ...event(1), conversation: undefined })) as Event;
  assert.equal(runEvent(alone), undefined);
  assert.deepEqual(runsOf([]), []);
});
