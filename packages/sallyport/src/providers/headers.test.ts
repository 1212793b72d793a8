import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Secret } from '../kernel/index.ts';
import { fixedHeaders, replyHeaders, requestHeaders } from './headers.ts';

const KEY = 'sk-0123456789abcdef';
const pairs = (list: string[]): Record<string, string> =>
  Object.fromEntries(list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1] ?? '']] : [])));

test('each kind gets its credential, and only that', () => {
  assert.equal(pairs(fixedHeaders({ kind: 'openai', auth: 'authorization', headers: [] }, KEY))['authorization'], `Bearer ${KEY}`);
  assert.equal(pairs(fixedHeaders({ kind: 'anthropic', auth: 'x-api-key', headers: [] }, KEY))['x-api-key'], KEY);
  assert.equal(pairs(fixedHeaders({ kind: 'azure-openai', auth: 'api-key', headers: [] }, KEY))['api-key'], KEY);
  const none = pairs(fixedHeaders({ kind: 'openai', auth: 'authorization', headers: [['x-team', new Secret('team-secret')]] }, undefined));
  assert.equal(none['authorization'], undefined);
  assert.equal(none['x-team'], 'team-secret');
  assert.equal(none['accept-encoding'], 'identity');
});

test('of the client only what means something to a provider passes', () => {
  const client = {
    authorization: 'Bearer caller', 'x-api-key': 'caller', cookie: 'a=b', 'x-forwarded-for': '10.0.0.1', host: 'evil', 'content-length': '1',
    'transfer-encoding': 'chunked', 'anthropic-beta': 'b1', 'openai-beta': 'assistants=v2', 'idempotency-key': 'i1', traceparent: '00-x',
  }; // prettier-ignore
  const sent = pairs(requestHeaders(fixedHeaders({ kind: 'openai', auth: 'authorization', headers: [] }, KEY), false, client));
  assert.deepEqual(Object.keys(sent).toSorted(), [
    'accept',
    'accept-encoding',
    'anthropic-beta',
    'authorization',
    'content-type',
    'idempotency-key',
    'openai-beta',
    'user-agent',
  ]);
  assert.equal(sent['authorization'], `Bearer ${KEY}`);
});

test('a header value cannot bring a second header, nor replace what was configured', () => {
  const fixed = fixedHeaders({ kind: 'anthropic', auth: 'x-api-key', headers: [['anthropic-beta', 'configured']] }, KEY);
  const sent = requestHeaders(fixed, true, {
    'anthropic-beta': 'other',
    'openai-beta': 'a\r\nx-evil: 1',
    'idempotency-key': 'x'.repeat(2000),
  });
  assert.equal(sent.filter((one) => one === 'anthropic-beta').length, 1);
  assert.ok(!sent.some((one) => one.includes('evil') || one === 'other' || one.length > 1500));
});

test('Anthropic always gets a version, the client decides which', () => {
  const fixed = fixedHeaders({ kind: 'anthropic', auth: 'x-api-key', headers: [] }, KEY);
  assert.equal(pairs(requestHeaders(fixed, true, {}))['anthropic-version'], '2023-06-01');
  assert.equal(pairs(requestHeaders(fixed, true, { 'anthropic-version': '2026-01-01' }))['anthropic-version'], '2026-01-01');
  assert.equal(fixed.includes('anthropic-version'), false, 'the fixed list stays as it is');
});

test('of a reply only the allowed headers pass, and never the key', () => {
  const reply = replyHeaders(
    {
      'content-type': 'application/json', 'set-cookie': ['a=b'], 'x-request-id': 'r1', 'openai-organization': 'org', server: 'x',
      'x-ratelimit-remaining-requests': '9', 'anthropic-ratelimit-tokens-limit': '5', 'content-encoding': 'gzip', 'content-length': '5',
      'transfer-encoding': 'chunked', connection: 'close', 'openai-model': KEY, 'request-id': `x${KEY}y`, 'retry-after': ['1', '2'],
      'x-should-retry': 'tr\u0000ue', location: 'http://x', 'access-control-allow-origin': '*',
    },
    KEY,
  ); // prettier-ignore
  assert.deepEqual(reply, {
    'content-type': 'application/json',
    'x-request-id': 'r1',
    'x-ratelimit-remaining-requests': '9',
    'anthropic-ratelimit-tokens-limit': '5',
  });
});
