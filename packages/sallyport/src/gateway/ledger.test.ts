import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../kernel/index.ts';
import { Ledger } from './ledger.ts';

const FACTS = {
  part: 0,
  point: 'tool_call',
  origin: 'assistant',
  role: 'assistant',
  kind: 'text',
  turn: 0,
  where: 'arguments',
  size: 4,
  scanned: true,
} as const;
const VERDICT = { action: 'allow', rules: [], would: [], masks: [], errors: [], quarantine: false } as never;
const finding = (end: number): Finding => ({
  ...{ rule: 'flow.not-proposed', category: 'information_flow', type: 'NOT_PROPOSED', severity: 'medium', confidence: 1 },
  ...{ location: { kind: 'text', part: 0, start: 0, end }, evidence: '' },
});

test('text is kept around findings that mark a place in it, and whole where everything is kept', () => {
  for (const [all, end, kept] of [
    [false, 4, 1],
    [false, 0, 0],
    [true, 0, 1],
  ] as const) {
    const ledger = new Ledger(all);
    ledger.add(FACTS, 'text', [finding(end)], VERDICT);
    assert.deepEqual([ledger.content.length, ledger.findings.length], [kept, 1]);
  }
});
