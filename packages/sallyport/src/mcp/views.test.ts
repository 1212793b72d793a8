import assert from 'node:assert/strict';
import test from 'node:test';
import type { PrincipalId } from '../kernel/index.ts';
import type { Principal, ServerFacts } from './control.ts';
import type { PinRow } from './gateway/pin.ts';
import { pinView, reachView, serverView } from './views.ts';

const server = (name: string, who?: readonly string[]): ServerFacts => ({
  spec: {
    ...{ name, tools: [], callsPerMinute: null, timeoutMs: 60_000, mayAsk: [] },
    reach: { kind: 'http', url: new URL(`https://${name}.example/mcp`), credential: undefined },
    access: who?.map((one) => ({ who: [one], tools: [] })),
  },
  state: undefined,
  sandbox: undefined,
});
const pin = (server: string, name: string, state: PinRow['state'] = 'pinned'): PinRow => {
  const definition = JSON.stringify({ name, inputSchema: { type: 'object' } });
  return {
    ...{ server, kind: 'tool', name, state, pinned_hash: 'a', pinned: definition, current_hash: 'a', current: definition },
    ...{ changes: [], findings: [], created: 1, changed: 2, decided_by: null, decided: null, decided_why: null },
  };
};
const principal = (name: string, tools: readonly string[] = []): Principal => ({
  ...{ principal: `prn_${name}` as PrincipalId, principalKind: 'agent', name, kind: 'agent', actors: [] },
  limits: [{ models: [], tools, hosts: [] }],
});
type Reach = {
  tools: { name: string; effect: string }[];
  servers: { name: string }[];
  withheld: { name: string }[];
  combinations: { kind: string; by: Record<string, string[]> }[];
};
const servers = [server('mail', ['ann']), server('files')];
const pins = [pin('mail', 'read_mail'), pin('mail', 'send_mail'), pin('files', 'read_file'), pin('files', 'delete_file', 'changed')];
const reach = (who: Principal, manifest = {}): Reach => reachView(who, servers, pins, manifest) as Reach;

test('the reach of a principal: what is offered to it, what is withheld, and what is dangerous together', () => {
  const { tools, withheld, combinations } = reach(principal('ann'));
  assert.deepEqual(
    tools.map(({ name, effect }) => `${name} ${effect}`),
    ['read_mail read', 'send_mail egress', 'read_file read'],
  );
  assert.deepEqual(
    withheld.map(({ name }) => name),
    ['delete_file'],
  );
  assert.deepEqual(
    combinations.map(({ kind, by }) => [kind, by['outside']]),
    [['exfiltration', ['mail/send_mail']]],
  );
});

test('what a server, or the list of an agent, does not let be used is not in reach', () => {
  const bert = reach(principal('bert'));
  assert.deepEqual([bert.servers.map(({ name }) => name), bert.tools.map(({ name }) => name)], [['files'], ['read_file']]);
  assert.deepEqual(bert.combinations, []);
  assert.deepEqual(
    reach(principal('ann', ['mail__read_*'])).tools.map(({ name }) => name),
    ['read_mail'],
  );
});

test('the manifest names tools as the gate does, with their server', () => {
  assert.equal(reach(principal('ann'), { mail__send_mail: { effect: 'read', outside: false } }).combinations.length, 0);
  assert.equal(reach(principal('ann'), { send_mail: { effect: 'read', outside: false } }).combinations.length, 1);
});

test('a server counts what waits; a definition tells what its tool does and why a finding matters', () => {
  const view = serverView(servers[1] as ServerFacts, pins) as Record<string, unknown>;
  assert.deepEqual([view['toolCount'], view['waiting'], view['rejected'], view['state']], [2, 1, 0, 'never_used']);
  const finding = { rule: 'mcp.secrecy', severity: 'high', path: '/description', message: 'It hides.' } as const;
  const shown = pinView({ ...pin('mail', 'send_mail'), findings: [finding], decided_why: 'Fine.' }, {}) as Record<string, unknown>;
  assert.deepEqual([shown['effect'], shown['legs'], shown['why']], ['egress', ['outside'], 'Fine.']);
  assert.match((shown['findings'] as { because: string }[])[0]?.because ?? '', /hiding/);
});
