import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Detector } from '../detector.ts';
import { createGuards, type Guards } from '../guards.ts';
import type { Cases } from './cases.ts';
import { detector as template } from './_template/index.ts';
import { DETECTORS } from './registry.generated.ts';
import { FORMATS } from './secrets/index.ts';
import { madeUp, seeded } from './secrets/made_up.ts';
import { RULES } from './injection/rules.ts';
import { HARM_CATEGORIES } from '../usage/harm.ts';

const GUARDS = createGuards({
  config: {
    patterns: [{ id: 'employee', pattern: '\\bEMP-\\d{6}\\b', category: 'personal_data', type: 'EMPLOYEE_NUMBER' }],
    terms: [{ id: 'house', terms: ['project titan', 'bomb', 'crème brûlée', 'kill switch', 'firewall', '秘密計画'] }],
    topics: [
      {
        name: 'orders',
        stance: 'allowed',
        examples: [
          'Where is my order?',
          'Can I change the delivery address of my order?',
          'How much is shipping and delivery to Spain?',
          'I want to return a jacket',
          'How do I cancel an order?',
        ],
      },
      {
        name: 'politics',
        stance: 'blocked',
        examples: [
          'Which party should I vote for?',
          'Who will win the election?',
          'Is the government corrupt?',
          'What do you think of the president?',
        ],
      },
    ],
    harm: { categories: [...HARM_CATEGORIES] },
  },
  canaries: [
    { id: 'c1', value: 'q7-falcon-harbor-2291', kind: 'canary' },
    { id: 'openai', value: 'operator-provider-key-0123456789', kind: 'provider_key' },
  ],
});

/** A rule is a sign: alone it may be too weak for the threshold, but it must be seen. */
const ALERT = createGuards({ config: { threshold: 0.05 }, canaries: [] });

test('detectors are named after their folders and say what they find', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('_'),
  );
  assert.deepEqual(
    DETECTORS.map(({ id }) => id),
    folders.map(({ name }) => name).toSorted(),
  );
  for (const { id, describe, points } of DETECTORS) {
    assert.ok(describe.finds.length > 20, id);
    assert.ok(Object.keys(points).length > 0, id);
    assert.ok(existsSync(join(import.meta.dirname, id, 'cases.ts')), `${id} has no cases.ts`);
  }
});

const CASES: readonly { readonly id: string; readonly cases: Cases }[] = await Promise.all(
  DETECTORS.map(async ({ id }) => ({ id, cases: ((await import(`./${id}/cases.ts`)) as { cases: Cases }).cases })),
);

function rulesFound(guards: Guards, { text, point, request }: Cases['misses'][number]): string[] {
  const { findings, failures } = guards.scan(text, {
    point,
    origin: point === 'prompt' ? 'user' : 'tool',
    part: 0,
    ...(request === undefined ? {} : { request }),
  });
  assert.deepEqual(failures, []);
  return findings.flatMap(({ rule, evidence }) => [rule, ...(rule.startsWith('injection.') ? partsOf(evidence) : [])]);
}

/** An injection finding names the strongest rule; the others stand in its evidence. */
function partsOf(evidence = ''): string[] {
  return [...evidence.matchAll(/([a-z-]+) \d\.\d\d/g)].map((match) => `injection.${match[1]}`);
}

for (const { id, cases } of CASES) {
  suite(id, () => {
    for (const hit of cases.hits) {
      test(`finds ${hit.rule}: ${JSON.stringify(hit.text).slice(0, 60)}`, () => {
        const found = rulesFound(id === 'injection' ? ALERT : GUARDS, hit);
        assert.ok(found.includes(hit.rule), `found only ${found.join(', ')}`);
        if (hit.found === undefined) return;
        const { findings } = GUARDS.scan(hit.text, {
          point: hit.point,
          origin: 'user',
          part: 0,
          ...(hit.request === undefined ? {} : { request: hit.request }),
        });
        const spans = findings.map(({ location }) => (location.kind === 'text' ? hit.text.slice(location.start, location.end) : ''));
        assert.ok(spans.includes(hit.found), `spans: ${JSON.stringify(spans)}`);
      });
    }
    for (const miss of cases.misses) {
      test(`passes ${miss.rule}: ${JSON.stringify(miss.text).slice(0, 60)}`, () => {
        assert.ok(!rulesFound(GUARDS, miss).includes(miss.rule));
      });
    }
  });
}

test('every detector says how it was measured, and those measured on their own cases by how many', () => {
  for (const { id, describe } of DETECTORS) {
    assert.ok(describe.measured !== undefined, id);
    const counts = /^its own (\d+) examples and (\d+) near misses/.exec(describe.measured.on);
    const cases = CASES.find((entry) => entry.id === id)?.cases;
    if (counts !== null) assert.deepEqual([cases?.hits.length, cases?.misses.length], [Number(counts[1]), Number(counts[2])], id);
  }
});

test('every rule of the injection detector has a hit and a near miss', () => {
  const cases = CASES.find(({ id }) => id === 'injection')?.cases;
  for (const { id } of RULES) {
    assert.ok(
      cases?.hits.some(({ rule }) => rule === `injection.${id}`),
      `no hit for ${id}`,
    );
    assert.ok(
      cases?.misses.some(({ rule }) => rule === `injection.${id}`),
      `no near miss for ${id}`,
    );
  }
});

suite('every credential format', () => {
  for (const format of FORMATS) {
    test(format.label, () => {
      const value = madeUp(format, seeded(7));
      const text = `${format.near === undefined ? '' : `${format.near[0]}: `}value "${value}" in use`;
      const { findings } = createdWithHash.scan(text, { point: 'prompt', origin: 'user', part: 0 });
      const found = findings.find(
        ({ category, location }) => category === 'secret' && location.kind === 'text' && text.slice(location.start, location.end) === value,
      );
      assert.ok(found !== undefined, `not found: ${text}; found ${findings.map(({ rule }) => rule).join(', ')}`);
      assert.ok(found.evidence?.includes(`begins ${value.slice(0, 4)}`) === true && found.evidence.includes('hash h:'));
      for (const finding of findings) assert.ok(!JSON.stringify(finding).includes(value.slice(0, 12)), 'the value stands in the finding');
      const sample = value.slice(0, 6) + 'x'.repeat(value.length - 6);
      const near = createdWithHash.scan(`use ${sample} here`, { point: 'prompt', origin: 'user', part: 0 }).findings;
      // The address of a webhook is one of the web, too.
      assert.deepEqual(
        near.filter(({ type }) => type !== 'URL'),
        [],
      );
    });
  }
});

const createdWithHash = createGuards({ config: {}, canaries: [], hash: (value) => `h:${value.length}` });

test('a wrong GitHub checksum lowers the confidence, a right one is sure', () => {
  // CRC-32 of the 30 characters in base 62, computed here by the definition.
  const body = 'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7xC0';
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let crc = 0xffffffff;
  for (const char of body) {
    crc ^= char.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  let sum = (crc ^ 0xffffffff) >>> 0;
  let tail = '';
  for (let k = 0; k < 6; k++) {
    tail = digits[sum % 62]! + tail;
    sum = Math.floor(sum / 62);
  }
  const confidenceOf = (token: string): number | undefined =>
    createdWithHash.scan(`t ${token} t`, { point: 'prompt', origin: 'user', part: 0 }).findings[0]?.confidence;
  assert.equal(confidenceOf(`ghp_${body}${tail}`), 1);
  assert.equal(confidenceOf(`ghp_${body}${tail.slice(1)}A`), 0.7);
});

test('the template is a detector that works', async () => {
  const { cases } = (await import('./_template/cases.ts')) as { cases: Cases };
  const found = (text: string): boolean => {
    let seen = false;
    const scanner = (template satisfies Detector).setUp({
      canaries: [],
      hash: () => '',
      settings: {
        threshold: 0.5,
        phoneRegions: [],
        types: undefined,
        linkHosts: [],
        patterns: [],
        terms: [],
        topics: [],
        harm: undefined,
        grey: undefined,
      },
    });
    scanner.scan({ plain: { text } } as never, {} as never, { add: () => (seen = true) } as never);
    return seen;
  };
  assert.ok(found(cases.hits[0]!.text));
  assert.ok(!found(cases.misses[0]!.text));
});
