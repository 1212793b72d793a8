import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_TENANT } from '../../kernel/index.ts';
import { createGuards } from '../../guard/index.ts';
import { loadConfigured } from '../../policy/index.ts';
import { demoHistory } from './history.ts';
import type { DemoEvent } from './judge.ts';

const UNTIL = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const guards = createGuards({ config: {}, canaries: [] });
const loaded = loadConfigured({}, new Map(), new Set());
const make = (): readonly DemoEvent[] => (loaded.ok ? demoHistory(DEFAULT_TENANT, UNTIL, guards, loaded.policy) : []);

test('fourteen days, newest first, the same each time, every event marked as made up', () => {
  const history = make();
  assert.deepEqual(history, make());
  assert.ok(history.length > 1_000 && history.length < 3_000, String(history.length));
  const times = history.map(({ event }) => event.time);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => b - a),
  );
  assert.ok((times[0] ?? 0) < UNTIL && (times.at(-1) ?? 0) >= UNTIL - 14 * DAY);
  assert.equal(new Set(history.map(({ event }) => event.uid)).size, history.length);
  for (const { event } of history) {
    assert.match(event.uid, /^demo_\d{5}$/);
    assert.equal(event.detail?.['demo'], true);
  }
});

test('what it shows is what the guards and the default rules say of its texts', () => {
  const history = make();
  const refused = history.filter(({ event }) => event.decision?.action === 'deny');
  const would = history.filter(({ event }) => event.decision?.action === 'allow' && event.decision.would.length > 0);
  assert.ok(refused.length > 5, 'hidden characters are refused from the first day on');
  assert.ok(would.length > 100, 'what only observes has something to say');
  const seen = new Set(history.flatMap(({ event }) => event.findings ?? []).map(({ category }) => category));
  for (const category of [
    'prompt_injection',
    'jailbreak',
    'personal_data',
    'secret',
    'hidden_text',

    'exfiltration',
  ] as const)
    assert.ok(seen.has(category), category);
  for (const { event, pieces } of history)
    for (const finding of event.findings ?? []) {
      const piece = pieces.find(({ part }) => part === finding.part);
      assert.ok(piece !== undefined && finding.end <= piece.text.length, event.uid);
    }
  const quiet = history.filter(({ event }) => event.decision?.rules.length === 0 && event.decision.would.length === 0);
  assert.ok(quiet.length > history.length / 2, 'most requests of a company are harmless');
});
