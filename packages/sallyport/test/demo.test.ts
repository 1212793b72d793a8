import assert from 'node:assert/strict';
import test, { after, before } from 'node:test';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Demo data through the running gate: shown apart, in no figure, list or proof of what is real, and gone with one call.

let gate: Running;
let key: string;
before(async () => {
  gate = await startSallyport();
  key = await gate.key(
    ...['events:read', 'content:read', 'policy:read', 'policy:write', 'keys:read', 'health:read', 'mcp:read'].flatMap((permission) => [
      '--permission',
      permission,
    ]),
  );
});
after(async () => {
  await gate.remove();
});

type Reply = { status: number; json: Record<string, unknown> };
type Listed = { uid: string; kind: string };

async function call(method: string, path: string): Promise<Reply> {
  const reply = await fetch(new URL(path, gate.console), { method, headers: { authorization: `Bearer ${key}` } });
  return { status: reply.status, json: (await reply.json()) as Reply['json'] };
}
const events = async (query: string): Promise<Listed[]> => ((await call('GET', `/api/events?${query}`)).json['events'] ?? []) as Listed[];

test('shown apart from what is real, and gone with one call', async () => {
  assert.deepEqual(await events('source=demo'), []);
  assert.equal((await call('GET', '/api/demo')).json['since'], null);

  const loaded = await gate.cli('demo', 'load', '--json');
  assert.equal(loaded.code, 0, loaded.stderr);
  const state = (await call('GET', '/api/demo')).json as { requests: number; days: { allowed: number; would: number; refused: number }[] };
  assert.ok(state.requests > 1_000);
  assert.equal(state.days.length, 14);
  assert.equal(
    state.days.reduce((sum, day) => sum + day.allowed + day.would + day.refused, 0),
    state.requests,
    'every request is in one day',
  );
  assert.deepEqual((await call('PUT', '/api/demo')).json, state, 'a second time changes nothing');

  // A page after the other gives each once.
  const made: Listed[] = [];
  for (let after = ''; ;) {
    const page = (await call('GET', `/api/events?source=demo&kind=gateway&limit=500${after}`)).json as { events: Listed[]; next?: string };
    made.push(...page.events);
    if (page.next === undefined) break;
    after = `&after=${page.next}`;
  }
  assert.equal(new Set(made.map(({ uid }) => uid)).size, state.requests);
  assert.ok(made.every(({ uid }) => uid.startsWith('demo_')));
  assert.ok((await events('source=demo&decision=deny')).length > 0);

  const [first] = await events('source=demo&decision=deny&limit=1');
  const shown = await call('GET', `/api/events/${first?.uid}`);
  assert.equal(shown.json['place'], null);
  assert.equal((await call('GET', `/api/events/${first?.uid}/proof`)).status, 404, 'what never happened has no proof');
  const content = (await call('GET', `/api/events/${first?.uid}/content`)).json as { state: string; pieces: { marks: unknown[] }[] };
  assert.equal(content.state, 'kept');
  assert.ok(content.pieces.some(({ marks }) => marks.length > 0));

  // Only that it was loaded is an event; no list, replay, figure or proof of real ones knows more.
  let now: Listed[] = [];
  // The list is some moments behind the log.
  for (const end = Date.now() + 5_000; !now.some(({ kind }) => kind === 'demo.loaded') && Date.now() < end;)
    now = await events('limit=500');
  assert.equal(now.filter(({ kind }) => kind.startsWith('demo')).length, 1);
  assert.equal(now.filter(({ kind }) => kind.startsWith('gateway')).length, 0);
  assert.ok(now.every(({ uid }) => uid.startsWith('evt_')));
  const replay = (await call('GET', '/api/policy/replay?rule=prompt-injection')).json;
  assert.equal(replay['requests'], 0);
  const tried = (await call('GET', '/api/policy/replay?rule=prompt-injection&source=demo')).json as { requests: number; changed: number };
  assert.equal(tried.requests, state.requests);
  assert.ok(tried.changed > 0);
  assert.deepEqual((await call('GET', '/api/spending')).json['spent'], []);
  const verified = await gate.cli('audit', 'verify');
  assert.equal(verified.code, 0, verified.stderr);

  assert.equal((await call('DELETE', '/api/demo')).json['removed'], true);
  assert.deepEqual(await events('source=demo'), []);
  assert.equal((await call('GET', `/api/events/${first?.uid}`)).status, 404);
  assert.equal((await call('DELETE', '/api/demo')).json['removed'], false);
  assert.match((await gate.cli('demo', 'remove')).stdout, /There was no demo data/);
});

test('the tool servers and runs of the made-up company are shown apart, with real verdicts, and gone with it', async () => {
  type Server = { name: string; waiting: number; sandbox: { kind: string } | null };
  type Pin = { name: string; state: string; changes: { classification: string }[]; findings: { rule: string }[] };
  type Run = { id: string; doubtful: number; calls: number };
  const of = async <T>(path: string, member: string): Promise<T> => (await call('GET', path)).json[member] as T;
  assert.deepEqual(await of('/api/mcp/servers?source=demo', 'servers'), []);
  assert.equal((await gate.cli('demo', 'load')).code, 0);
  const servers = await of<Server[]>('/api/mcp/servers?source=demo', 'servers');
  assert.deepEqual(
    servers.map(({ name, waiting, sandbox }) => [name, waiting, sandbox?.kind]),
    [
      ['mailbox', 0, undefined],
      ['shop', 0, undefined],
      ['files', 0, 'bubblewrap'],
      ['parcels', 3, undefined],
    ],
  );
  assert.deepEqual(await of('/api/mcp/servers', 'servers'), [], 'in no list of what is real');
  const changed = (await of<Pin[]>('/api/mcp/pins?source=demo&server=parcels', 'pins')).find(({ name }) => name === 'track_parcel');
  assert.equal(changed?.state, 'changed');
  assert.ok(changed.changes.some(({ classification }) => classification === 'imperative_text'));
  assert.ok(changed.findings.some(({ rule }) => rule === 'mcp.cross-tool'));
  assert.equal((await of<unknown[]>('/api/mcp/history?source=demo&server=parcels', 'history')).length, 4);
  const toxic = await of<{ kind: string }[]>('/api/mcp/reach?source=demo&who=demo:office-agent', 'combinations');
  assert.deepEqual(
    toxic.map(({ kind }) => kind),
    ['exfiltration', 'sabotage'],
  );
  const runs = await of<Run[]>('/api/runs?source=demo&since=30d', 'runs');
  assert.ok(runs.length > 8);
  const doubtful = runs.filter((run) => run.doubtful > 0);
  assert.ok(doubtful.length >= 3 && doubtful.length < runs.length / 2);
  const events = await of<{ kind: string; cause?: string; uid: string }[]>(`/api/runs/${doubtful[0]?.id}?source=demo`, 'events');
  const turns = events.filter(({ kind }) => kind === 'gateway.request').map(({ uid }) => uid);
  assert.ok(events.filter(({ kind }) => kind === 'mcp.request').every(({ cause }) => turns.includes(cause ?? '')));
  assert.deepEqual(await of('/api/runs', 'runs'), []);
  assert.equal((await call('GET', `/api/runs/${doubtful[0]?.id}`)).status, 404);
  assert.equal((await call('DELETE', '/api/demo')).json['removed'], true);
  assert.deepEqual(await of('/api/runs?source=demo', 'runs'), []);
});
