import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../audit/index.ts';
import type { Finding } from '../kernel/index.ts';
import { corrected } from './correction.ts';
import { changeOf, correctionsOf, effectOf, type Feedback } from './feedback.ts';

const given = (more: Partial<Feedback>): Feedback => ({
  id: 'fb_1',
  event: 'evt_1',
  verdict: 'fine',
  rule: 'terms.house',
  confidence: 0.85,
  value: null,
  state: 'applied',
  givenBy: 'prn_1',
  created: 1,
  changed: 1,
  ...more,
});

const found = (more: Partial<Finding>): Finding => ({
  rule: 'terms.house',
  category: 'usage',
  type: 'BLOCKED_TERM',
  severity: 'medium',
  confidence: 0.85,
  location: { kind: 'text', part: 0, start: 6, end: 11 },
  ...more,
});

const hash = (value: string): string => `h:${value}`;

test('with the text it is an exception for that value under that rule', () => {
  const by = correctionsOf([given({ value: 'h:titan' })]);
  assert.ok(by !== undefined);
  assert.equal(corrected([found({})], 'about titan', by, hash).length, 0);
  assert.equal(corrected([found({})], 'about Titan', by, hash).length, 1, 'another value');
  assert.equal(corrected([found({ rule: 'terms.other' })], 'about titan', by, hash).length, 1, 'another rule');
});

test('without the text it is a least confidence of the detector', () => {
  const by = correctionsOf([given({}), given({ confidence: 0.5 })]);
  assert.ok(by !== undefined);
  assert.equal(corrected([found({}), found({ confidence: 1 }), found({ rule: 'harm.weapons', confidence: 0.2 })], '', by, hash).length, 2);
});

test('leaks are never excepted', () => {
  const by = correctionsOf([given({ rule: 'prompt_leak.canary', value: 'h:titan' }), given({ rule: 'prompt_leak.canary', confidence: 1 })]);
  assert.ok(by !== undefined);
  const leak = found({ rule: 'prompt_leak.canary', category: 'prompt_leak', type: 'CANARY', confidence: 0.9 });
  assert.equal(corrected([leak, found({ ...leak, category: 'secret', type: 'PROVIDER_KEY' })], 'about titan', by, hash).length, 2);
});

test('what was missed changes nothing', () => {
  assert.deepEqual(changeOf(given({ verdict: 'missed', value: 'h:x' })), { kind: 'none' });
  assert.equal(correctionsOf([given({ verdict: 'missed' })]), undefined);
});

test('the effect counts what would have been left out', async () => {
  const event = (uid: string, confidence: number, action: 'allow' | 'deny'): Event =>
    ({
      uid,
      decision: { action, rules: [], would: [] },
      findings: [
        { rule: 'terms.house', category: 'usage', type: 'BLOCKED_TERM', severity: 'medium', confidence, part: 0, start: 0, end: 5 },
        { rule: 'secrets.aws', category: 'secret', type: 'AWS', severity: 'high', confidence: 0.1, part: 0, start: 0, end: 20 },
      ],
    }) as unknown as Event;
  const events = async function* (): AsyncGenerator<Event> {
    yield* [event('evt_1', 0.85, 'deny'), event('evt_2', 0.86, 'allow'), event('evt_3', 0.5, 'allow')];
  };
  const least = await effectOf(changeOf(given({})), 0, events());
  assert.deepEqual(
    { ...least, change: undefined },
    { change: undefined, events: 3, findings: 6, leftOut: 2, refused: 1, most: false, examples: ['evt_1', 'evt_3'] },
  );
  const exception = await effectOf(changeOf(given({ value: 'h' })), 5, events());
  assert.equal(exception.leftOut, 3);
  assert.equal(exception.most, true);
});
