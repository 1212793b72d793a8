import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, type TenantId } from '../kernel/index.ts';
import { buildTenantGuards, guardConfigOf, type GuardSettings } from './guards.ts';

const ACME = 'acme' as TenantId;
const BRAVO = 'bravo' as TenantId;

const SETTINGS: GuardSettings = {
  guards: { terms: [{ id: 'house', terms: ['titan'] }], canaries: ['falcon-harbor-2291'], confidence: { terms: 0.9 } },
  tenants: {
    acme: { guards: { off: ['terms'], canaries: ['acme-canary-77'] } },
    bravo: { guards: { confidence: {} } },
    twin: { guards: { confidence: {} } },
  },
};

const SETS = buildTenantGuards(SETTINGS, [], () => '');

function rules(tenant: TenantId, text: string): string[] {
  const { findings } = SETS.of(tenant).guards.scan(text, { point: 'prompt', origin: 'user', part: 0 });
  return findings.map(({ rule }) => rule).filter((rule) => rule.startsWith('terms.'));
}

test('a switch holds for its tenant only', () => {
  assert.deepEqual(rules(DEFAULT_TENANT, 'about titan'), ['terms.house']);
  assert.deepEqual(rules(ACME, 'about titan'), []);
  assert.deepEqual(rules(BRAVO, 'about titan'), ['terms.house']);
});

test('a threshold holds for its tenant only', () => {
  assert.deepEqual(rules(DEFAULT_TENANT, 'about t1tan'), [], 'a variant is less sure than 0.9');
  assert.deepEqual(rules(BRAVO, 'about t1tan'), ['terms.house']);
});

test('planted strings of the installation stay', () => {
  assert.deepEqual(guardConfigOf(SETTINGS, ACME).canaries, ['falcon-harbor-2291', 'acme-canary-77']);
});

test('equal settings share one set; a tenant without its own has that of the installation; names of Object are no tenants', () => {
  assert.equal(SETS.of(BRAVO), SETS.of('twin' as TenantId));
  assert.notEqual(SETS.of(ACME), SETS.of(BRAVO));
  assert.equal(SETS.of('other' as TenantId), SETS.of(DEFAULT_TENANT));
  assert.equal(SETS.of('constructor' as TenantId), SETS.of(DEFAULT_TENANT));
  assert.notEqual(SETS.of(ACME).guards.version, SETS.of(BRAVO).guards.version, 'verdicts are remembered by version');
});
