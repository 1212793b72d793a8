import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  DEFAULT_TENANT,
  systemClock,
  type ApiClient,
  type Caller,
  type CommandContext,
  type EventId,
  type Json,
  type Logger,
  type PrincipalId,
  type TenantId,
} from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Audit, StateChange } from '../audit/service.ts';
import { openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import { COMMANDS, parseSince } from './commands.ts';
import type { PolicyConfig } from './config.ts';
import { policyRoutes } from './routes.ts';
import { sampleVars } from './sample.ts';
import { openPolicy, type PolicyService } from './service.ts';

const OTHER = 'other' as TenantId;

/** A recorded request with what was found in it. */
function event(uid: string, time: number, findings: readonly string[], rules: readonly string[] = []): Event {
  return {
    uid: uid as EventId,
    tenant: DEFAULT_TENANT,
    time,
    class_uid: 6003,
    activity_id: 1,
    severity_id: 1,
    status_id: 1,
    kind: 'gateway.request',
    actor: { principal: 'prn_1', kind: 'agent', key: 'key_1' },
    api: { operation: 'chat', model: 'gpt-x', provider: 'openai', stream: false },
    decision: { action: rules.length > 0 ? 'deny' : 'allow', rules: rules.map((id) => ({ id, action: 'deny' as const })), would: [] },
    parts: [{ part: 0, origin: 'user', point: 'prompt', size: 40, where: 'messages[].content' }],
    findings: findings.map((category) => ({
      rule: `${category}.rule`,
      category: category as 'secret',
      type: 'TYPE',
      severity: 'high' as const,
      confidence: 0.95,
      point: 'prompt' as const,
      part: 0,
      start: 0,
      end: 4,
    })),
  };
}

const EVENTS: readonly Event[] = [
  event('evt_4', 4_000, ['prompt_injection', 'personal_data']),
  event('evt_3', 3_000, []),
  event('evt_2', 2_000, ['prompt_injection'], ['prompt-injection']),
  event('evt_1', 1_000, ['prompt_injection']),
];

for (const kind of STORE_KINDS) {
  describe(`policy service on ${kind}`, () => {
    let opened: TestStore | undefined;
    let service: PolicyService;
    let config: PolicyConfig;
    let logged: string[];
    let changes: (StateChange & { tenant: string })[];

    before(async () => {
      opened = await openTestStore(kind);
      if (opened === undefined) return;
      const { store } = opened;
      logged = [];
      changes = [];
      config = { rules: [] };
      const audit: Pick<Audit, 'change' | 'get' | 'list'> = {
        change: (tenant, fn) => store.tx(tenant, (sql) => fn(sql, (change) => Promise.resolve(void changes.push({ ...change, tenant })))),
        get: (_tenant, uid) => Promise.resolve(EVENTS.find((one) => one.uid === uid)),
        list: (_tenant, query) => {
          const from = query.after === undefined ? 0 : Number(query.after);
          const events = EVENTS.filter((one) => one.time >= (query.since ?? 0)).slice(from, from + 3);
          return Promise.resolve(from + 3 < EVENTS.length ? { events, next: String(from + 3) } : { events });
        },
      };
      const log = (message: string): void => void logged.push(message);
      const logger: Logger = { info: log, warn: log, error: log };
      service = await openPolicy({ source: () => Promise.resolve(config), store, audit }, { logger, clock: systemClock });
    });

    after(async () => {
      if (opened === undefined) return;
      await service.close();
      await opened.stop();
    });

    const skippable = (name: string, fn: () => Promise<void>): void =>
      void it(name, async (context) => (opened === undefined ? context.skip(`no ${kind} here`) : fn()));

    const enforced = (tenant: TenantId, rule: string): boolean | undefined =>
      service.current(tenant).rules.find(({ id }) => id === rule)?.enforced;

    skippable('a mode is kept for its tenant only, and told to the log', async () => {
      assert.equal(enforced(DEFAULT_TENANT, 'jailbreak'), false);
      const version = service.current(DEFAULT_TENANT).version;
      await service.setMode(DEFAULT_TENANT, ['jailbreak'], 'enforce', 'prn_admin');
      assert.equal(enforced(DEFAULT_TENANT, 'jailbreak'), true);
      assert.equal(enforced(OTHER, 'jailbreak'), false);
      assert.notEqual(service.current(DEFAULT_TENANT).version, version);
      assert.deepEqual(changes.at(-1), {
        type: 'policy.mode_changed',
        actor: 'prn_admin',
        target: { kind: 'rule', id: 'jailbreak' },
        detail: { mode: 'enforce' },
        tenant: DEFAULT_TENANT,
      });
      await assert.rejects(service.setMode(DEFAULT_TENANT, ['jailbrake'], 'enforce', 'x'), {
        code: 'POLICY_RULE_UNKNOWN',
        message: /Did you mean jailbreak\?/,
      });
      await service.setMode(DEFAULT_TENANT, ['jailbreak'], undefined, 'prn_admin');
      assert.equal(service.current(DEFAULT_TENANT).version, version, 'back to what the configuration says');
    });

    skippable('a change by another process arrives by notification', async () => {
      const store = opened?.store;
      assert.ok(store);
      await store.tx(OTHER, async (sql) => {
        await sql.query("insert into policy_modes (tenant, rule, mode, changed) values ($1, 'jailbreak', 'enforce', 1)", [OTHER]);
        await sql.query("select pg_notify('policy_modes', $1)", [OTHER]);
      });
      for (let i = 0; i < 200 && enforced(OTHER, 'jailbreak') !== true; i++) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal(enforced(OTHER, 'jailbreak'), true);
      assert.equal(enforced(DEFAULT_TENANT, 'jailbreak'), false);
    });

    skippable('a wrong configuration changes nothing, and is reported; a right one is taken with the modes kept', async () => {
      const before = service.current(DEFAULT_TENANT);
      const refused = await service.reload({ rules: [{ id: 'mine', on: ['prompt'], when: 'nonsense', then: 'deny', why: 'x' }] });
      assert.ok(!refused.ok);
      assert.equal(service.current(DEFAULT_TENANT), before);
      assert.ok(logged.some((line) => line.includes('policy refused')));
      assert.equal(changes.at(-1)?.type, 'policy.refused');
      assert.ok(service.state().refused.length > 0);
      const taken = await service.reload({
        rules: [
          {
            id: 'mine',
            on: ['prompt'],
            when: 'part.size > 5000',
            then: 'deny',
            why: 'Too long.',
            tests: [{ given: { part: { size: 6000 } }, expect: 'deny' }],
          },
        ],
        defaults: { tool_call: 'deny' },
      });
      assert.ok(taken.ok);
      assert.equal(changes.at(-1)?.type, 'policy.changed');
      assert.deepEqual(service.state().refused, []);
      assert.equal(service.current(DEFAULT_TENANT).decide('prompt', sampleVars('prompt', { part: { size: 6000 } })).action, 'deny');
      assert.equal(service.current(DEFAULT_TENANT).decide('tool_call', sampleVars('tool_call', {})).action, 'deny');
      assert.equal(enforced(OTHER, 'jailbreak'), true);
      assert.equal(
        before.decide('prompt', sampleVars('prompt', { part: { size: 6000 } })).action,
        'allow',
        'a request keeps the policy it began with',
      );
      await service.reload(config);
    });

    skippable('what a rule would have done to recorded requests', async () => {
      const replay = await service.replay(DEFAULT_TENANT, 'prompt-injection', 0);
      assert.deepEqual(
        { ...replay, examples: replay.examples.map((one) => one.event) },
        {
          rule: 'prompt-injection',
          requests: 4,
          since: 1_000,
          changed: 2,
          already: 1,
          does: { deny: 3 },
          examples: ['evt_4', 'evt_2', 'evt_1'],
          notKept: [],
        },
      );
      assert.equal((await service.replay(DEFAULT_TENANT, 'prompt-injection', 2_000)).requests, 3);
      assert.deepEqual((await service.replay(DEFAULT_TENANT, 'unscanned-with-write-tools', 0)).notKept, ['Request.write_tools']);
      assert.deepEqual((await service.replay(DEFAULT_TENANT, 'sensitive-data-leaves', 0)).notKept, ['Tool.effect']);
      await assert.rejects(service.replay(DEFAULT_TENANT, 'nothing', 0), { code: 'POLICY_RULE_UNKNOWN' });
    });

    skippable('a configuration that is wrong from the beginning does not start', async () => {
      const store = opened?.store;
      assert.ok(store);
      const wrong = { rules: [{ id: 'mine', on: ['prompt' as const], when: 'nonsense', why: 'x' }] };
      const audit = {
        change: () => Promise.reject(new Error('unused')),
        get: () => Promise.resolve(undefined),
        list: () => Promise.resolve({ events: [] }),
      };
      const deps = { logger: { info() {}, warn() {}, error() {} }, clock: systemClock };
      await assert.rejects(openPolicy({ source: () => Promise.resolve(wrong), store, audit }, deps), {
        code: 'POLICY_INVALID',
        message: /nonsense is not known here/,
      });
    });

    skippable('the commands, through the routes', async () => {
      const commands = commandsOver(service);
      const run: typeof commands.run = (...given) => commands.run(...given);
      const list = await run('policy list');
      assert.match(list.out, /RULE +STATE +DOES +WHERE/);
      assert.match(list.out, /jailbreak +observed +deny +prompt/);
      assert.match((await run('policy enforce', ['jailbreak'])).out, /jailbreak is now enforced/);
      assert.match((await run('policy list')).out, /jailbreak +enforced/);
      assert.match((await run('policy observe', ['jailbreak'])).out, /jailbreak is now observed/);
      assert.equal((await run('policy enforce', [])).code, 2);
      assert.equal((await run('policy enforce', ['x'], { all: true })).code, 2);
      const all = await run('policy enforce', [], { all: true });
      assert.equal(all.out.split('\n').length, service.current(DEFAULT_TENANT).rules.length);
      assert.ok(service.current(DEFAULT_TENANT).rules.every((rule) => rule.enforced));
      await run('policy reset', [], { all: true });
      assert.equal(enforced(DEFAULT_TENANT, 'jailbreak'), false);

      const explained = await run('policy explain', ['evt_4']);
      assert.match(explained.out, /Part 0 at prompt \(messages\[\]\.content\)/);
      assert.match(explained.out, /\+ prompt-injection: would deny \(observed only\)/);
      assert.match(explained.out, /\+ f\.confidence >= 0\.9 {3}\(f\.confidence is 0\.95\)/);
      assert.match(
        explained.out,
        /- f\.category == "prompt_injection" {3}\(f\.category is "personal_data"\)|\+ f\.category == "prompt_injection"/,
      );
      assert.doesNotMatch(explained.out, /jailbreak/);
      assert.match((await run('policy explain', ['evt_4'], { all: true })).out, /- jailbreak does not hold/);
      assert.match((await run('policy explain', ['evt_3'])).out, /no rule holds/);
      const replay = await run('policy explain', [], { rule: 'prompt-injection', since: '1970-01-01' });
      assert.match(replay.out, /would have changed 2, did change 1 {3}\(deny 3\)/);
      assert.match(replay.out, /evt_1 .* prompt {2}deny {2}prompt_injection TYPE/);
      assert.equal((await run('policy explain', [])).code, 2);
      assert.equal((await run('policy explain', [], { rule: 'x', since: 'soon' })).code, 2);
    });
  });
}

describe('policy check and test, without a server', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-policy-'));
  after(() => rmSync(dir, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const offline = commandsOver(undefined);
  const good = `listen: { gateway: "127.0.0.1:9000" }
rules:
  - id: long
    on: [prompt]
    when: part.size > 5000
    then: deny
    why: Too long.
    tests:
      - { given: { part: { size: 6000 } }, expect: deny }
      - { given: {}, expect: allow }
`;

  it('a good file', async () => {
    const path = file('good.yaml', good);
    const checked = await offline.run('policy check', [path]);
    assert.deepEqual([checked.code, checked.out], [0, '']);
    assert.match(checked.notes, /All right: 1 rule of yours, 21 of the default policy/);
    const tested = await offline.run('policy test', [path]);
    assert.equal(tested.code, 0);
    assert.match(tested.out, /long\n {2}ok {5}prompt: expects deny/);
    assert.match(tested.notes, /2 passed, 0 failed/);
  });

  it('a bad file: every problem with its line', async () => {
    const path = file('bad.yaml', good.replace('size: 6000', 'size: 4000').replace('why: Too long.', 'why: Too long.\n    typo: 1'));
    const checked = await offline.run('policy check', [path]);
    assert.equal(checked.code, 1);
    assert.match(checked.out, /bad\.yaml:8:5 .*unknown key typo/);
    const failing = file('failing.yaml', good.replace('size: 6000', 'size: 4000'));
    const tested = await offline.run('policy test', [failing]);
    assert.equal(tested.code, 1);
    assert.match(tested.out, /FAILED prompt: expects deny, but does allow/);
    const listed = JSON.parse((await offline.run('policy check', [failing], {}, true)).out) as { problems: { line: number }[] };
    assert.deepEqual(
      listed.problems.map((problem) => problem.line),
      [9],
    );
  });

  it('a file that is not there, and none at all', async () => {
    assert.equal((await offline.run('policy check', [join(dir, 'nothing.yaml')])).code, 2);
    assert.equal((await offline.run('policy check', [])).code, 0);
    assert.match((await offline.run('policy test', [])).notes, /\d+ passed, 0 failed/);
  });

  it('attack: control characters of a file do not reach the terminal', async () => {
    const path = file(
      'evil.yaml',
      '"\\e[2Jrules": []\nrules:\n  - { id: a, on: ["\\e[31mred"], when: "part.size > 1", then: allow, why: x, "\\e]0;title\\a": 1 }\n',
    );
    const { out, notes } = await offline.run('policy check', [path]);
    assert.ok(!out.includes('\u001b') && !notes.includes('\u001b'), out);
  });

  it('times', () => {
    assert.equal(parseSince('30m', 10_000_000), 10_000_000 - 1_800_000);
    assert.equal(parseSince('7d', 1e9), 1e9 - 604_800_000);
    assert.equal(parseSince('2026-01-31', 0), Date.UTC(2026, 0, 31));
    assert.equal(parseSince('soon', 0), undefined);
  });
});

type Run = { code: number; out: string; notes: string };

/** Runs commands in this process, their API calls going straight to the routes. */
function commandsOver(service: PolicyService | undefined): {
  run(name: string, args?: readonly string[], flags?: Record<string, string | boolean>, json?: boolean): Promise<Run>;
} {
  const routes = service === undefined ? [] : policyRoutes(service);
  const caller: Caller = {
    tenant: DEFAULT_TENANT,
    principal: 'prn_admin' as PrincipalId,
    permissions: new Set(['policy:read', 'policy:write']),
  };
  const client: ApiClient = {
    async call(method, path, body) {
      const url = new URL(path, 'http://localhost');
      const route = routes.find((one) => one.method === method && one.path === url.pathname);
      assert.ok(route, `${method} ${url.pathname}`);
      const reply = await route.handler({
        caller,
        params: {},
        query: Object.fromEntries(url.searchParams),
        body,
        from: { address: '127.0.0.1', agent: 'test' },
        signal: new AbortController().signal,
      });
      assert.ok('json' in reply);
      return JSON.parse(JSON.stringify(reply.json)) as Json;
    },
    lines: () => assert.fail('no lines here'),
  };
  return {
    async run(name, args = [], flags = {}, json = false) {
      const command = COMMANDS.find((one) => one.name === name);
      assert.ok(command, name);
      const out: string[] = [];
      const notes: string[] = [];
      const context: CommandContext = {
        args,
        flags,
        json,
        dataDir: '/nonexistent',
        configFile: undefined,
        signal: new AbortController().signal,
        width: 100,
        colour: false,
        api: () => Promise.resolve(client),
        out: (text) => void out.push(text),
        note: (text) => void notes.push(text),
      };
      const code = await command.run(context);
      return { code, out: out.join('\n'), notes: notes.join('\n') };
    },
  };
}
