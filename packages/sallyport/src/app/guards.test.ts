import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TENANT, type TenantId } from '../kernel/index.ts';
import { NO_CHOICES, type GuardChoices } from '../guard/index.ts';
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

test('what people of a tenant decide holds for it alone, from the refresh on; sets that nobody uses are let go', () => {
  let choices: GuardChoices = NO_CHOICES;
  const sets = buildTenantGuards(
    SETTINGS,
    [],
    () => '',
    (tenant) => (tenant === BRAVO ? choices : NO_CHOICES),
  );
  const found = (tenant: TenantId): number =>
    sets.of(tenant).guards.scan('about titan', { point: 'prompt', origin: 'user', part: 0 }).findings.length;
  const base = sets.of(DEFAULT_TENANT);
  assert.deepEqual([found(DEFAULT_TENANT), found(BRAVO)], [1, 1]);
  choices = new Map([['terms', { on: false, threshold: null }]]);
  assert.equal(found(BRAVO), 1, 'a request goes on with what it began with');
  sets.refresh();
  assert.deepEqual([found(DEFAULT_TENANT), found(BRAVO)], [1, 0]);
  assert.equal(sets.of(DEFAULT_TENANT), base, 'the others are not built anew');
});
