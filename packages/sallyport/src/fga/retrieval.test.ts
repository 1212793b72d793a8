import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Event } from '../audit/index.ts';
import { DEFAULT_TENANT, type PrincipalId } from '../kernel/index.ts';
import { loadPolicy, type Policy, type RuleSource } from '../policy/index.ts';
import { createMemoryStore, Fga, Names, Rag, type KnownDocument, type RetrievalGuard } from './service.ts';
import type { HeldTo } from './retrieval.ts';
import { allowedRequest, filterRequest } from './rag_request.ts';

const direct = { directly_related_user_types: [{ type: 'user' }] };
const MODEL = {
  schema_version: '1.1',
  type_definitions: [
    { type: 'user' },
    { type: 'document', relations: { viewer: { this: {} } }, metadata: { relations: { viewer: direct } } },
  ],
};
const CALLER = {
  tenant: DEFAULT_TENANT,
  principal: 'prn_app' as PrincipalId,
  kind: 'service',
  key: 'key_1',
  name: 'search',
  heldFor: () => [],
} as const;
const IDS = ['plan', 'pay', 'menu', 'draft', 'none'];
const KNOWN: Readonly<Record<string, KnownDocument>> = {
  'document:plan': { state: 'accepted', label: 'internal', reasons: [], datasets: ['wiki/team'] },
  'document:pay': { state: 'released', label: 'confidential', reasons: ['knowledge.secret'], datasets: ['hr', 'wiki/team'] },
  'document:draft': { state: 'quarantined', label: 'public', reasons: ['knowledge.instructions'], datasets: ['wiki/drafts'] },
};

const rule = (id: string, when: string, then: 'ask' | 'deny' | 'allow', given: object, more: object = {}): RuleSource => ({
  ...{ id, on: ['retrieval'], when, then, why: `Because of ${id}.` },
  tests: [{ given, expect: then }],
  ...more,
});
const UNSAFE = rule('unsafe', "document.state == 'quarantined'", 'deny', { document: { state: 'quarantined' } });

function policyOf(rules: readonly RuleSource[], defaults: { retrieval?: 'allow' | 'ask' | 'deny' } = {}): Policy {
  const loaded = loadPolicy(rules, { defaults }, new Map());
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.policy;
}

/** A reader of everything but `none`, asked with these rules. */
async function retrieval(policy: Policy, more: Partial<RetrievalGuard> = {}, held: HeldTo = [], limit = '') {
  const names = new Names();
  const fga = await new Fga({ store: createMemoryStore(names, Date.now), names, clock: Date.now }).open();
  const { id } = await fga.createStore(DEFAULT_TENANT, 'docs', 'prn_test');
  const place = { tenant: DEFAULT_TENANT, store: id };
  await fga.writeModel(place, MODEL, 'prn_test');
  const writes = IDS.slice(0, 4).map((name) => ({ user: 'user:anne', relation: 'viewer', object: `document:${name}` }));
  await fga.write(place, { writes, deletes: [], onDuplicate: 'error', onMissing: 'error' }, '', 'prn_test');
  const events: Event[] = [];
  const rag = new Rag({
    fga,
    record: async (event) => void events.push(event),
    commit: async () => (value) => value.length.toString(16),
    guard: { policy: () => policy, known: async () => new Map(Object.entries(KNOWN)), onError: 'deny', ...more },
    clock: Date.now,
  });
  const caller = { ...CALLER, heldFor: () => held };
  const filtered = await rag.filter(caller, filterRequest({ user: 'anne', documents: [...IDS, 'plan'] }));
  const listed = await rag.allowed(caller, allowedRequest({ user: 'anne', limit }));
  await fga.close();
  const [filter, list] = events;
  assert.ok(filter !== undefined && list !== undefined);
  return { documents: filtered['documents'], counts: filtered, ids: listed['ids'], complete: listed['complete'], filter, list };
}

test('what a rule stops is not given, in filters and in lists, and the event says which and why', async () => {
  const { documents, counts, ids, filter, list } = await retrieval(policyOf([UNSAFE]));
  assert.deepEqual(documents, ['plan', 'pay', 'menu', 'plan']);
  assert.deepEqual(ids, ['menu', 'pay', 'plan']);
  assert.deepEqual([counts['asked'], counts['allowed'], counts['denied'], counts['stopped']], [6, 4, 2, 1]);
  assert.deepEqual(filter.decision, {
    action: 'deny',
    rules: [{ id: 'unsafe', action: 'deny', point: 'retrieval', why: 'Because of unsafe.', part: 3 }],
    would: [],
  });
  assert.deepEqual(
    filter.parts?.map(({ kind }) => kind),
    ['allowed', 'allowed', 'allowed', 'stopped', 'denied', 'allowed'],
  );
  assert.deepEqual([list.decision?.action, list.detail?.['stopped']], ['deny', 1]);
});

test('rules read label, reasons, reader and key; ask is a deny, for nobody can answer; in roll-out nothing is stopped', async () => {
  const ask = rule('ask', "document.label == 'confidential' && principal.name == 'search' && reader.user == 'user:anne'", 'ask', {
    document: { label: 'confidential' },
    principal: { name: 'search' },
    reader: { user: 'user:anne' },
  });
  const asked = await retrieval(policyOf([ask]));
  assert.deepEqual(asked.documents, ['plan', 'menu', 'draft', 'plan']);
  assert.match(asked.filter.decision?.rules[0]?.why ?? '', /Nobody can answer/);
  const watched = await retrieval(policyOf([{ ...UNSAFE, enforce: false }]));
  assert.deepEqual([watched.documents, watched.filter.decision?.action], [['plan', 'pay', 'menu', 'draft', 'plan'], 'allow']);
  assert.equal(watched.filter.decision?.would[0]?.id, 'unsafe');
});

test("only what was checked: the point's default, lifted by a rule; nothing is looked up where no rule asks", async () => {
  const checked = rule('checked', "document.state in ['accepted', 'released']", 'allow', { document: { state: 'accepted' } });
  assert.deepEqual((await retrieval(policyOf([checked], { retrieval: 'deny' }))).documents, ['plan', 'pay', 'plan']);
  let looked = 0;
  await retrieval(policyOf([]), { known: async () => (looked++, new Map()) });
  assert.equal(looked, 0);
});

test('when nobody can say what is known, onError decides, and the event says so', async () => {
  const known = () => Promise.reject(new Error('no database'));
  const denied = await retrieval(policyOf([UNSAFE]), { known });
  assert.deepEqual([denied.documents, denied.ids, denied.counts['stopped']], [[], [], 4]);
  assert.deepEqual(
    [denied.filter.decision?.action, denied.filter.detail?.['unknown'], denied.filter.detail?.['on_error']],
    ['deny', true, 'deny'],
  );
  const allowed = await retrieval(policyOf([UNSAFE]), { known, onError: 'allow' });
  assert.deepEqual(allowed.documents, ['plan', 'pay', 'menu', 'draft', 'plan']);
  const unknown = rule('unknown', "document.state == 'unknown'", 'deny', { document: { state: 'unknown' } });
  assert.deepEqual((await retrieval(policyOf([unknown]), { known, onError: 'allow' })).documents, []);
});

test('a reader who is held to some datasets is given what is known to be of these alone, whatever the rules say', async () => {
  const none = policyOf([]);
  const wiki = await retrieval(none, {}, [['wiki/*']]);
  assert.deepEqual(
    [wiki.documents, wiki.ids],
    [
      ['plan', 'draft', 'plan'],
      ['draft', 'plan'],
    ],
    'neither what is in another one too, nor what is unknown',
  );
  assert.deepEqual([wiki.counts['allowed'], wiki.counts['denied'], wiki.counts['withheld'], wiki.counts['stopped']], [3, 3, 2, 0]);
  assert.deepEqual(
    wiki.filter.parts?.map(({ kind }) => kind),
    ['allowed', 'withheld', 'withheld', 'allowed', 'denied', 'allowed'],
  );
  assert.deepEqual(
    [wiki.filter.decision?.action, wiki.filter.decision?.rules.map(({ id, part }) => [id, part])],
    [
      'deny',
      [
        ['role-datasets', 1],
        ['role-datasets', 2],
      ],
    ],
  );
  assert.equal(wiki.list.detail?.['withheld'], 2);
  assert.deepEqual(
    (await retrieval(none, {}, [['*']])).documents,
    ['plan', 'pay', 'draft', 'plan'],
    'a star is every dataset, and no unknown',
  );
  assert.deepEqual((await retrieval(none, {}, [['hr', 'wiki/team']])).documents, ['plan', 'pay', 'plan']);
  assert.deepEqual(
    (await retrieval(none, {}, [['wiki/*'], ['*/team']])).documents,
    ['plan', 'plan'],
    'agent, token and user: each of them',
  );
  assert.deepEqual((await retrieval(none, {}, [[]])).documents, []);
  assert.deepEqual((await retrieval(policyOf([UNSAFE]), {}, [['wiki/*']])).documents, ['plan', 'plan'], 'and the rules as well');
});

test('who is held is given nothing when nobody can say what is known, and no end of a list tells of documents that are withheld', async () => {
  const known = () => Promise.reject(new Error('no database'));
  const failed = await retrieval(policyOf([]), { known, onError: 'allow' }, [['*']]);
  assert.deepEqual([failed.documents, failed.ids, failed.filter.detail?.['unknown']], [[], [], true]);
  const listed = await retrieval(policyOf([]), {}, [['wiki/team']], '1');
  assert.deepEqual([listed.ids, listed.complete], [['plan'], true]);
  const cut = await retrieval(policyOf([]), {}, [['wiki/*']], '1');
  assert.deepEqual([(cut.ids as string[]).length, cut.complete], [1, false]);
});
