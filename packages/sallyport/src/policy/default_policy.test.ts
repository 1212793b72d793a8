import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Category, Point } from '../kernel/index.ts';
import { DEFAULT_SHA256, DEFAULT_TEXT } from './default.generated.ts';
import { defaultRules } from './default_policy.ts';
import { actionsOf, loadPolicy, type RuleTest } from './index.ts';
import { sampleVars } from './sample.ts';

const LOADED = loadPolicy(defaultRules(), {}, new Map());
assert.ok(LOADED.ok, LOADED.ok ? '' : JSON.stringify(LOADED.problems));
const { policy } = LOADED;

type Given = RuleTest['given'];

function decide(point: Point, given: Given): string {
  const verdict = policy.decide(point, sampleVars(point, given));
  const would = [...new Set(verdict.would.map((rule) => rule.then))].sort();
  return `${actionsOf(verdict).join('+')}${would.length === 0 ? '' : `, would ${would.join('+')}`}`;
}

const one = (category: Category, more: object = {}): Given => ({ findings: [{ category, ...more }] });

test('the generated module is default.yaml, pinned by its hash', () => {
  const file = readFileSync(new URL('default.yaml', import.meta.url), 'utf8');
  assert.equal(DEFAULT_TEXT, file, 'run npm run generate');
  assert.equal(DEFAULT_SHA256, createHash('sha256').update(file).digest('hex'));
});

test('what a fresh installation enforces and what it observes', () => {
  assert.deepEqual(
    policy.rules.filter((rule) => rule.enforced).map((rule) => rule.id),
    [
      'system-prompt-leak',
      'provider-key-leak',
      'secret-in-reply',
      'data-in-links',
      'hidden-instructions',
      'hidden-instructions-in-content',
      'unscanned-with-write-tools',
      'unsafe-document',
      'erased-document',
    ],
  );
  const table: readonly [Point, Given, string][] = [
    ['response', one('prompt_leak', { type: 'CANARY' }), 'deny'],
    ['response', one('prompt_leak', { type: 'SYSTEM_PROMPT' }), 'allow, would deny'],
    ['tool_call', one('active_content', { severity: 'high' }), 'allow, would ask'],
    ['response', one('secret', { type: 'PROVIDER_KEY' }), 'deny+mask'],
    ['response', one('secret', { type: 'OPENAI_KEY' }), 'mask'],
    ['response', one('exfiltration'), 'mask'],
    ['response', one('personal_data'), 'allow, would mask'],
    ['response', one('active_content'), 'allow, would mask'],
    ['retrieval', { document: { state: 'quarantined', label: 'internal' } }, 'deny'],
    ['retrieval', { document: { state: 'erased' } }, 'deny'],
    ['retrieval', {}, 'allow'],
    ['prompt', one('hidden_text'), 'deny'],
    ['content', one('hidden_text'), 'quarantine'],
    ['tool_result', one('hidden_text'), 'quarantine'],
    ['prompt', one('hidden_text', { severity: 'low' }), 'allow'],
    ['prompt', one('prompt_injection'), 'allow, would deny'],
    ['prompt', one('jailbreak'), 'allow, would deny'],
    ['prompt', one('prompt_injection', { confidence: 0.6 }), 'allow'],
    ['content', one('prompt_injection'), 'allow, would quarantine'],
    ['tool_result', one('jailbreak'), 'allow, would quarantine'],
    ['prompt', one('personal_data'), 'allow, would mask'],
    ['prompt', one('secret'), 'allow, would mask'],
    ['prompt', { part: { kind: 'image', scanned: false } }, 'allow'],
    ['prompt', { part: { kind: 'image', scanned: false }, request: { tools: true, write_tools: true } }, 'deny'],
    ['tool_result', { part: { kind: 'file', scanned: false }, request: { write_tools: true } }, 'deny'],
    ['tool_call', { tool: { effect: 'egress' }, findings: [{ category: 'secret' }] }, 'allow, would ask'],
    ['tool_call', one('secret', { type: 'PROVIDER_KEY' }), 'deny'],
    ['prompt', {}, 'allow'],
    ['response', {}, 'allow'],
    ['tool_call', {}, 'allow'],
  ];
  assert.deepEqual(
    table.map(([point, given]) => decide(point, given)),
    table.map(([, , expected]) => expected),
  );
});

test('every rule says why in one sentence, and has tests that go both ways', () => {
  for (const rule of defaultRules()) {
    assert.match(rule.why, /^[A-Z].*\.$/, rule.id);
    const expected = new Set((rule.tests ?? []).map((t) => t.expect));
    assert.ok(expected.has('allow') && expected.size > 1, rule.id);
  }
});

test('two rules that hold at once both leave their trace', () => {
  const verdict = policy.decide('prompt', sampleVars('prompt', { findings: [{ category: 'personal_data' }, { category: 'hidden_text' }] }));
  assert.equal(verdict.action, 'deny');
  assert.deepEqual(verdict.masks, [], 'observed masks do not touch the text');
  const all = policy.decide('prompt', sampleVars('prompt', { findings: [{ category: 'personal_data' }, { category: 'hidden_text' }] }), {
    enforceAll: true,
  });
  assert.deepEqual([all.action, all.masks], ['deny', [0]]);
});
