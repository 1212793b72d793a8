import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventId, PrincipalId, TenantId } from '../../kernel/index.ts';
import { Proposals } from './proposals.ts';

const tenant = 'default' as TenantId;
const principal = 'prn_a' as PrincipalId;
const proposed = {
  tenant,
  principal,
  name: 'mcp__mail__send',
  arguments: '{"to":"a@example.com","n":1}',
  approved: false,
  flow: undefined,
  event: 'evt_1' as EventId,
  conversation: undefined,
};
const made = { tenant, principal, server: 'mail', tool: 'send', arguments: { n: 1, to: 'a@example.com' } };

test('a call is joined with the reply that proposed it, once', () => {
  const proposals = new Proposals(() => 0);
  proposals.add(proposed);
  const found = proposals.find(made);
  assert.ok(found !== undefined);
  assert.ok(proposals.find(made) !== undefined, 'looking does not use it up');
  found.use();
  found.use();
  assert.equal(proposals.find(made), undefined);
});

test('another principal, tenant, tool, server or argument is another call', () => {
  const proposals = new Proposals(() => 0);
  proposals.add(proposed);
  for (const other of [
    { principal: 'prn_b' as PrincipalId },
    { tenant: 'other' as TenantId },
    { tool: 'forward' },
    { server: 'post' },
    { arguments: { n: 2, to: 'a@example.com' } },
    { arguments: { n: 1, to: '\ud800' } },
  ])
    assert.equal(proposals.find({ ...made, ...other }), undefined, JSON.stringify(other));
});

test('a proposal ends after ten minutes, and of too many the oldest go', () => {
  const time = { now: 0 };
  const proposals = new Proposals(() => time.now);
  proposals.add(proposed);
  time.now = 10 * 60_000;
  assert.equal(proposals.find(made), undefined);
  for (let n = 0; n < 30_000; n++) proposals.add({ ...proposed, arguments: `{"n":${n}}` });
  assert.equal(proposals.find({ ...made, arguments: { n: 0 } }), undefined);
  assert.ok(proposals.find({ ...made, arguments: { n: 29_999 } }) !== undefined);
  proposals.add({ ...proposed, arguments: '[1]' });
  proposals.add({ ...proposed, arguments: '{"a":1,' });
});
