import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeyRecord } from '../../identity/service.ts';
import { Secret } from '../../kernel/index.ts';
import type { McpConfig } from '../config.ts';
import { mayUseServer, mayUseTool } from './access.ts';
import { readServers, type ServerSpec } from './server_spec.ts';

const SOURCES = {
  resolve: (reference: string) =>
    reference.includes('MISSING') ? 'the environment variable MISSING is not set' : new Secret(`value of ${reference}`),
  connection: (name: string) =>
    name === 'github' ? { hosts: ['api.github.com'], put: { header: 'authorization', prefix: 'Bearer ' } } : undefined,
};
const problems = (...servers: NonNullable<McpConfig['servers']>): string[] =>
  readServers({ servers }, SOURCES).problems.map(({ pointer, message }) => `${pointer}: ${message}`);

test('a sound configuration has no problems, and secrets come from references', () => {
  const { servers, problems: none } = readServers(
    {
      servers: [
        { name: 'a', url: 'https://a.example/mcp', credential: '${env:A}' },
        { name: 'b', url: 'https://api.github.com/mcp', connection: 'github' },
        { name: 'c', command: '/usr/bin/node', args: ['c.js'], env: { TOKEN: '${env:C}' } },
      ],
    },
    SOURCES,
  );
  assert.deepEqual(none, []);
  const { reach } = servers.get('a') as ServerSpec;
  assert.ok(reach.kind === 'http' && reach.credential?.kind === 'fixed' && reach.credential.value.reveal() === 'value of ${env:A}');
  assert.ok(!JSON.stringify([...servers.values()]).includes('value of'), 'no secret prints');
});

test('every problem is told at once, at its place', () => {
  const told = problems(
    { name: 'a' },
    { name: 'a', url: 'https://u:p@a.example/mcp' },
    { name: 'b', url: 'https://b.example', command: 'x' },
    { name: 'c', url: 'https://c.example', args: ['x'], accept: ['unsandboxed'] },
    { name: 'd', url: 'https://d.example', credential: '${env:MISSING}' },
    { name: 'e', url: 'https://evil.example/mcp', connection: 'github' },
    { name: 'f', url: 'https://f.example', connection: 'none', credential: '${env:F}' },
    { name: 'g', command: 'x', credential: '${env:G}', env: { T: '${env:MISSING}' } },
  );
  for (const expected of [
    /^\/servers\/0: needs either url or command/,
    /^\/servers\/1\/name: two servers/,
    /^\/servers\/1\/url: is no address, or holds a credential/,
    /^\/servers\/2: needs either/,
    /^\/servers\/3\/args: /,
    /^\/servers\/3\/accept: /,
    /^\/servers\/4\/credential: the environment variable/,
    /^\/servers\/5\/connection: the credential of github is for api.github.com only/,
    /^\/servers\/6\/connection: there is no connection/,
    /^\/servers\/7\/credential: /,
    /^\/servers\/7\/env\/T: /,
  ])
    assert.ok(
      told.some((line) => expected.test(line)),
      `${expected} in\n${told.join('\n')}`,
    );
});

const key = (given: Partial<KeyRecord> = {}): KeyRecord =>
  ({ principal: 'prn_1', name: 'support-anna', actors: [], limits: [], ...given }) as unknown as KeyRecord;
const spec = (given: Partial<ServerSpec> = {}): ServerSpec =>
  ({ name: 'mail', tools: [], access: undefined, ...given }) as unknown as ServerSpec;

test('who may use which tool: the server, its access, and every agent that takes part must allow it', () => {
  assert.ok(mayUseTool(spec(), key(), 'send'));
  assert.ok(!mayUseTool(spec({ tools: ['list_*'] }), key(), 'send'));
  assert.ok(mayUseTool(spec({ tools: ['list_*'] }), key(), 'list_all'));
  const access = [
    { who: ['support-*'], tools: ['list_*'] },
    { who: ['prn_2'], tools: [] },
  ];
  assert.ok(mayUseTool(spec({ access }), key(), 'list_all'));
  assert.ok(!mayUseTool(spec({ access }), key(), 'send'));
  assert.ok(!mayUseServer(spec({ access }), key({ name: 'sales' })));
  assert.ok(!mayUseServer(spec({ access }), key({ principalKind: 'user' })), 'a person could choose a name that fits');
  assert.ok(!mayUseServer(spec({ access }), key({ principalKind: 'user', name: 'prn_2' })), "nor the id of somebody else's");
  assert.ok(mayUseServer(spec({ access: [{ who: ['support-anna'], tools: [] }] }), key({ principalKind: 'user' })));
  assert.ok(mayUseServer(spec({ access: [{ who: ['*'], tools: [] }] }), key({ principalKind: 'user' })));
  assert.ok(mayUseTool(spec({ access }), key({ principal: 'prn_2' as KeyRecord['principal'], name: 'x' }), 'send'));
  const limited = (tools: string[]) =>
    key({
      limits: [
        { models: [], tools, hosts: [] },
        { models: [], tools: [], hosts: [] },
      ],
    });
  assert.ok(mayUseTool(spec(), limited(['mail__*']), 'send'));
  assert.ok(!mayUseTool(spec(), limited(['send']), 'send'), 'a bare name would be that of every server');
  assert.ok(!mayUseTool(spec(), limited(['post__*']), 'send'));
});
