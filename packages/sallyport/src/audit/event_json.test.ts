import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { parser, type EventId, type Static, type TenantId } from '../kernel/index.ts';
import type { Event } from './event.ts';
import { eventJson, label, WITHHELD } from './event_json.ts';
import { EventSchema, MAX_FINDINGS, MAX_PARTS, MAX_SENTENCE, STRING_SOURCES, type StringSource } from './event_schema.ts';
import { toOcsf } from './ocsf.ts';

/** The type and the schema say the same, but for brands: this file does not compile otherwise. */
type Plain<T> = T extends string
  ? string extends T
    ? string
    : T & string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer I)[]
        ? Plain<I>[]
        : T extends object
          ? { -readonly [K in keyof T]: Plain<T[K]> }
          : T;
const asEvent = (value: Static<typeof EventSchema>): Plain<Event> => value as never;
void asEvent;

type Leaf = { path: string; source: StringSource | undefined; words: readonly string[] | undefined };
type Described = {
  type?: string;
  source?: StringSource;
  keys?: StringSource;
  enum?: string[];
  anyOf?: Described[];
  items?: Described;
  properties?: Record<string, Described>;
  patternProperties?: Record<string, Described>;
};

/** Every string in the schema, with its path. */
function strings(schema: Described, path = ''): Leaf[] {
  if (schema.enum !== undefined) return [{ path, source: schema.source, words: schema.enum }];
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap((one) => strings(one, path));
  if (schema.type === 'string') return [{ path, source: schema.source, words: undefined }];
  if (schema.items !== undefined) return strings(schema.items, `${path}[]`);
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => strings(one, `${path}.${name}`));
  const values = Object.values(schema.patternProperties ?? {}).flatMap((one) => [
    { path: `${path}.KEY`, source: schema.keys, words: undefined },
    ...strings(one, `${path}.*`),
  ]);
  return [...members, ...values];
}
const LEAVES = strings(EventSchema);

/** An event with every field, whose strings `text` gives. */
function filled(text: (leaf: Leaf) => string): Event {
  const leaf = (path: string): string => text(LEAVES.find((one) => one.path === path) ?? assert.fail(`no such string: ${path}`));
  const fill = (schema: Described, path: string): unknown => {
    if (schema.enum !== undefined || schema.type === 'string') return leaf(path);
    if (schema.anyOf !== undefined) return leaf(path);
    if (schema.type === 'number') return 1;
    if (schema.type === 'boolean') return true;
    if (schema.items !== undefined) return [fill(schema.items, `${path}[]`)];
    if (schema.properties !== undefined)
      return Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, fill(one, `${path}.${name}`)]));
    const value = Object.values(schema.patternProperties ?? {})[0] as Described;
    return { [leaf(`${path}.KEY`)]: fill(value, `${path}.*`) };
  };
  return fill(EventSchema, '') as Event;
}

const parse = parser(EventSchema);

test('every string of an event has a declared source, and only these are sentences', () => {
  assert.ok(LEAVES.length > 40);
  for (const leaf of LEAVES) assert.ok(leaf.source !== undefined && STRING_SOURCES.includes(leaf.source), leaf.path);
  assert.deepEqual(
    LEAVES.filter(({ source }) => source === 'name' || source === 'constant').map(({ path }) => path),
    [
      '.api.provider',
      '.target.name',
      '.decision.rules[].id',
      '.decision.rules[].why',
      '.decision.would[].id',
      '.decision.would[].why',
      '.message',
      '.detail.*',
    ],
  );
});

test('text in the place of a name does not reach the log, in any field that is no sentence', () => {
  const canary = 'please CANARY the password is hunter2';
  const json = eventJson(filled((leaf) => (leaf.source === 'name' || leaf.source === 'constant' ? 'a rule' : canary)));
  assert.ok(!json.includes('CANARY') && !json.includes('hunter2'));
  assert.equal(
    json.split(WITHHELD).length - 1,
    LEAVES.filter(
      ({ source, path }) =>
        source !== 'name' && source !== 'constant' && !path.endsWith('.KEY') && !/^\.(timings|masked|detail)\.\*/.test(path),
    ).length,
  );
});

test('members that the schema does not list are never written', () => {
  const event = filled((leaf) => leaf.words?.[0] ?? 'word') as Event & { prompt?: string };
  event.prompt = 'CANARY';
  (event.actor as { text?: string }).text = 'CANARY';
  Object.assign(event.parts?.[0] ?? {}, { text: 'CANARY' });
  const json = eventJson(event);
  assert.ok(!json.includes('CANARY'));
  assert.deepEqual(parse(JSON.parse(json)), { ok: true, value: JSON.parse(json) });
});

test('what is written is what was given, for every field at once', () => {
  const event = filled(
    (leaf) =>
      leaf.words?.at(-1) ?? (leaf.source === 'hash' ? 'ab'.repeat(32) : leaf.source === 'constant' ? 'Why: "quoted" \\ ü' : 'gpt-4o.x/1'),
  );
  assert.deepEqual(JSON.parse(eventJson(event)), JSON.parse(JSON.stringify(event)));
});

test('whatever strings come, the result is JSON that PostgreSQL can keep', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.double(), (text, number) => {
      const event = { ...filled(() => text), time: number, timings: { guard: number } };
      const json = eventJson(event);
      const value = JSON.parse(json) as Event;
      assert.ok(json.isWellFormed() && !/(?<!\\)\\u(0000|[dD][89a-fA-F])/.test(json));
      assert.ok(Number.isFinite(value.time));
      assert.ok((value.message ?? '').length <= MAX_SENTENCE);
    }),
    { numRuns: 300 },
  );
});

test('labels are names: models and tools pass, sentences and long text do not', () => {
  for (const name of [
    'gpt-4o',
    'claude-sonnet-4-5@20250929',
    'meta-llama/Llama-3.3-70B-Instruct:free',
    'ft:gpt-4o:acme::8xYz',
    'mcp__files__read',
    'messages[].content',
  ])
    assert.equal(label(name), name);
  for (const text of ['', 'a b', 'a\nb', '"', 'x'.repeat(129), 'naïve', '\u0000', '<b>']) assert.equal(label(text), WITHHELD);
});

test('parts and findings beyond the bound are counted, and the largest event fits a record', () => {
  const part = {
    part: 1,
    origin: 'user',
    point: 'prompt',
    size: 5,
    commitment: 'a'.repeat(64),
    where: 'm'.repeat(128),
    tool: 't'.repeat(128),
    kind: 'k'.repeat(128),
  } as const;
  const finding = {
    rule: 'r'.repeat(128),
    category: 'secret',
    type: 't'.repeat(128),
    severity: 'low',
    confidence: 0.123456,
    point: 'prompt',
    part: 1,
    start: 0,
    end: 5,
  } as const;
  const codes = Array.from({ length: 24 }, () => 'receiver_from_content');
  const value = {
    ...({ argument: 'a'.repeat(128), kind: 'email', origin: 'assistant', message: 100, tool: 't'.repeat(128) } as const),
    ...{ whole: true, bound: true, steered: true, reasons: codes.slice(0, 3) },
  } as const;
  const call = {
    ...({ tool: 't'.repeat(128), effect: 'destructive', part: 100, flow: 'deny', reasons: codes, more: 2_000 } as const),
    values: Array.from({ length: 2_000 }, () => value),
  } as const;
  const rule = { id: 'ü'.repeat(300), action: 'deny', why: '\u0001'.repeat(300) } as const;
  const event: Event = {
    ...filled((leaf) => leaf.words?.[0] ?? 'w'),
    parts: Array.from({ length: 100_000 }, () => part),
    findings: Array.from({ length: 5_000 }, () => finding),
    decision: { action: 'deny', rules: Array.from({ length: 900 }, () => rule), would: [] },
    calls: Array.from({ length: 300 }, () => call),
  };
  const json = eventJson(event);
  const written = JSON.parse(json) as Event;
  assert.deepEqual(
    [written.parts?.length, written.findings?.length, written.omitted],
    [MAX_PARTS, MAX_FINDINGS, { parts: 100_000 - MAX_PARTS, findings: 5_000 - MAX_FINDINGS }],
  );
  assert.ok(Buffer.byteLength(json) < 448 * 1024, `${json.length}`);
  assert.equal(written.findings?.[0]?.confidence, 0.123);
});

test('OCSF: derived constants, profiles, and what has no name there', () => {
  const event: Event = {
    uid: 'evt_1' as EventId,
    tenant: 'acme' as TenantId,
    time: 1_763_730_000_000,
    class_uid: 6003,
    activity_id: 1,
    severity_id: 4,
    status_id: 2,
    kind: 'gateway.request',
    actor: { principal: 'prn_1', key: 'key_1' },
    api: { operation: 'chat', model: 'gpt-4o', provider: 'openai' },
    decision: { action: 'deny', rules: [{ id: 'injected-content', action: 'deny', why: 'It steers the model.' }], would: [] },
    usage: { input: 5, output: 7 },
    http: { status: 403 },
  };
  const ocsf = toOcsf(event) as Record<string, never>;
  assert.deepEqual(
    [ocsf['category_uid'], ocsf['type_uid'], ocsf['class_name'], ocsf['severity'], ocsf['status']],
    [6, 600301, 'API Activity', 'High', 'Failure'],
  );
  assert.deepEqual(
    [ocsf['action_id'], ocsf['action'], ocsf['firewall_rule']],
    [2, 'Denied', { uid: 'injected-content', desc: 'It steers the model.' }],
  );
  assert.deepEqual(ocsf['ai_model'], { name: 'gpt-4o', ai_provider: 'openai' });
  assert.deepEqual(ocsf['api'], { operation: 'chat', response: { code: 403 } });
  assert.deepEqual((toOcsf(event)['metadata'] as Record<string, unknown>)['uid'], 'evt_1');
  // What API Activity requires (https://schema.ocsf.io/classes/api_activity).
  for (const name of [
    'activity_id',
    'actor',
    'api',
    'category_uid',
    'class_uid',
    'metadata',
    'severity_id',
    'src_endpoint',
    'time',
    'type_uid',
  ])
    assert.ok(name in ocsf, name);
});
