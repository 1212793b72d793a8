import assert from 'node:assert/strict';
import test from 'node:test';
import { silentLogger, type EventId, type KeyId, type PrincipalId, type TenantId } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import { TurnedAway } from './turned_away.ts';

function open(): { away: TurnedAway; events: Event[]; at: (time: number) => void } {
  const events: Event[] = [];
  let now = 1_000;
  const away = new TurnedAway({
    record: async (event) => void events.push(event),
    clock: () => now,
    newEventId: () => `evt_${events.length}` as EventId,
    logger: silentLogger,
  });
  return { away, events, at: (time) => (now = time) };
}

const who = (principal: string, tenant = 'acme') => ({
  tenant: tenant as TenantId,
  principal: principal as PrincipalId,
  principalKind: 'service' as const,
  id: `key_${principal}` as KeyId,
  actors: [],
});

test('one event for a caller and a reason, with how often and from when to when', () => {
  const { away, events, at } = open();
  for (let i = 0; i < 500; i++) away.count('RATE_LIMITED', who('app'), '192.0.2.7');
  at(9_000);
  away.count('RATE_LIMITED', who('app'), '192.0.2.8');
  away.count('BODY_TOO_LARGE', who('app'), '192.0.2.7');
  away.count('UNAUTHENTICATED', undefined, '192.0.2.7');
  assert.equal(events.length, 0);
  away.flush();
  assert.deepEqual(
    events.map(({ tenant, actor, status_code, http, detail }) => [tenant, actor.principal, status_code, http?.status, detail?.['count']]),
    [
      ['acme', 'app', 'RATE_LIMITED', 429, 501],
      ['acme', 'app', 'BODY_TOO_LARGE', 413, 1],
      ['default', 'unknown', 'UNAUTHENTICATED', 401, 1],
    ],
  );
  assert.deepEqual(events[0]?.detail, { count: 501, address: '192.0.2.7', first: 1_000, last: 9_000 });
  away.flush();
  assert.equal(events.length, 3, 'nothing new, nothing written');
});

test('a flood from many addresses is bounded, and nothing of it is left uncounted', () => {
  const { away, events } = open();
  for (let i = 0; i < 50_000; i++) away.count('UNAUTHENTICATED', undefined, `198.51.${i >> 8}.${i & 255}`);
  away.count('OVERLOADED', undefined, '192.0.2.1');
  away.flush();
  assert.ok(events.length <= 102, String(events.length));
  const sum = events.reduce((all, { detail }) => all + Number(detail?.['count']), 0);
  assert.equal(sum, 50_001);
  assert.equal(events.filter(({ detail }) => detail?.['address'] === 'others').length, 2);
});

test('addresses of one IPv6 network are one; a mapped address is the IPv4 address that it is', () => {
  const { away, events } = open();
  for (const address of ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', '2001:db8:1:3::1', '::ffff:192.0.2.7', '192.0.2.7', '::1'])
    away.count('UNAUTHENTICATED', undefined, address);
  away.flush();
  assert.deepEqual(
    events.map(({ detail }) => [detail?.['address'], detail?.['count']]),
    [
      ['2001:db8:1:2::/64', 2],
      ['2001:db8:1:3::/64', 1],
      ['192.0.2.7', 2],
      ['::1', 1],
    ],
  );
});
