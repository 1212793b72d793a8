import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../audit/index.ts';
import type { EventId, TenantId } from '../kernel/index.ts';
import { measureOf } from './telemetry_measure.ts';
import { spanOf } from './telemetry_span.ts';

const EVENT: Event = {
  uid: 'evt_1' as EventId,
  tenant: 'default' as TenantId,
  time: 10_000,
  class_uid: 6003,
  activity_id: 1,
  severity_id: 4,
  status_id: 1,
  kind: 'gateway.request',
  actor: { principal: 'p_1', kind: 'service', key: 'key_1' },
  api: { operation: 'responses', model: 'gpt-5', provider: 'azure', stream: true, response: 'resp_1' },
  decision: {
    action: 'deny',
    rules: [
      { id: 'no-cards', action: 'deny' },
      { id: 'no-cards', action: 'deny' },
    ],
    would: [],
  },
  findings: [
    { rule: 'card', category: 'personal_data', type: 'CREDIT_CARD', severity: 'high', confidence: 1, part: 0, start: 0, end: 16 },
    { rule: 'mail', category: 'personal_data', type: 'EMAIL_ADDRESS', severity: 'low', confidence: 1, part: 0, start: 20, end: 30 },
  ],
  usage: { input: 12, output: 3 },
  timings: { total: 1500, inspect: 2 },
  masked: { CREDIT_CARD: 1, EMAIL_ADDRESS: 2 },
  http: { status: 403 },
  status_code: 'BLOCKED',
};
const PROVIDERS = new Map([['azure', 'azure.ai.openai']]);

test('a finished request is a span of the GenAI conventions; a refusal is no fault', () => {
  assert.deepEqual(spanOf(EVENT, PROVIDERS), {
    name: 'chat gpt-5',
    start: 8500,
    end: 10_000,
    failed: false,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'azure.ai.openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.request.stream': true,
      'gen_ai.response.id': 'resp_1',
      'gen_ai.usage.input_tokens': 12,
      'gen_ai.usage.output_tokens': 3,
      'http.response.status_code': 403,
      'error.type': 'BLOCKED',
      'sallyport.event': 'evt_1',
      'sallyport.tenant': 'default',
      'sallyport.provider': 'azure',
      'sallyport.decision': 'deny',
      'sallyport.rules': ['no-cards'],
      'sallyport.findings': 2,
      'sallyport.categories': ['personal_data'],
      'sallyport.inspect_ms': 2,
    },
  });
  assert.equal(spanOf({ ...EVENT, http: { status: 502 } }, PROVIDERS)?.failed, true);
});

test('other events, and a stream that has only begun, are neither span nor measure', () => {
  for (const event of [
    { ...EVENT, kind: 'key.created' },
    { ...EVENT, phase: 'started' as const },
  ]) {
    assert.equal(spanOf(event, PROVIDERS), undefined);
    assert.equal(measureOf(event, new Set(['azure'])), undefined);
  }
});

test('a span names a bounded number of rules', () => {
  const rules = Array.from({ length: 500 }, (_, at) => ({ id: `r${at}`, action: 'deny' as const }));
  const span = spanOf({ ...EVENT, decision: { action: 'deny', rules, would: [] } }, PROVIDERS);
  const named = span?.attributes['sallyport.rules'];
  assert.ok(Array.isArray(named) && named.length === 16);
});

test('the measure of a request', () => {
  assert.deepEqual(measureOf(EVENT, new Set(['azure'])), {
    labels: { operation: 'responses', provider: 'azure', decision: 'deny', status: '4xx' },
    seconds: 1.5,
    inspectSeconds: 0.002,
    tokens: { input: 12, output: 3 },
    findings: new Map([['personal_data', 2]]),
    masked: 3,
  });
});

test('no caller makes a new series: 1,000 invented operations, providers, models and statuses give one set of labels', () => {
  const seen = new Set<string>();
  for (let at = 0; at < 1000; at++) {
    const api = { operation: `op${at}`, provider: `p${at}`, model: `m${at}` };
    seen.add(JSON.stringify(measureOf({ ...EVENT, api, http: { status: 600 + at } }, new Set(['azure']))?.labels));
  }
  assert.deepEqual([...seen], ['{"operation":"other","provider":"other","decision":"deny","status":"other"}']);
});
