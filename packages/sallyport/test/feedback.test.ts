import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask } from './kit/http.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Feedback through the real process: given, its effect shown, applied, undone, each step an event, nothing by itself.

const CONFIG = `guards:
  terms: [{ id: house, terms: [project titan] }]
rules:
  - id: no-titan
    on: [prompt]
    when: findings.exists(f, f.rule == 'terms.house')
    then: deny
    why: The project is not public.
    tests: [{ given: { findings: [{ category: usage, rule: terms.house }] }, expect: deny }]
`;

let gate: Running;
let giver: string;
let reader: string;
let owner: string;

before(async () => {
  gate = await startSallyport({ config: CONFIG });
  giver = await gate.key('--permission', 'feedback:write', '--permission', 'events:read');
  reader = await gate.key('--permission', 'events:read');
  owner = await gate.key('--permission', 'policy:write', '--permission', 'events:read');
});
after(async () => {
  await gate?.remove();
});

async function chat(content: string): Promise<{ status: number; event: string }> {
  const answer = await ask(gate.gateway, {
    path: '/v1/chat/completions',
    body: JSON.stringify({ model: 'practice/assistant', messages: [{ role: 'user', content }] }),
    headers: { authorization: `Bearer ${giver}`, 'content-type': 'application/json' },
  });
  return { status: answer.status, event: String(answer.headers['x-sallyport-event']) };
}

async function api(key: string, method: string, path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${gate.console}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

/** Events reach the database a moment after the log: asks again until it is so. */
async function settled<T>(get: () => Promise<T>, is: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const value = await get();
    if (is(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return assert.fail(`never so: ${JSON.stringify(await get())}`);
}

test('a finding that was fine: nothing changes until it is applied, and undoing takes it back', async () => {
  const refused = await chat('Tell me of Project Titan');
  assert.equal(refused.status, 403);

  const said = { event: refused.event, verdict: 'fine', finding: 0, text: 'Project Titan' };
  assert.equal((await api(reader, 'POST', '/api/feedback', said)).status, 403, 'it needs a permission');
  const given = await api(giver, 'POST', '/api/feedback', said);
  assert.equal(given.status, 201, JSON.stringify(given.json));
  assert.ok(!JSON.stringify(given.json).includes('Titan'), 'the text is not kept');
  const id = String(given.json['id']);
  assert.equal((await chat('Tell me of Project Titan')).status, 403, 'giving changes nothing');

  const effect = await settled(
    () => api(reader, 'GET', `/api/feedback/effect?id=${id}`),
    ({ json }) => json['leftOut'] === 2,
  );
  assert.equal(effect.json['refused'], 2);

  assert.equal((await api(giver, 'POST', `/api/feedback/${id}/apply`)).status, 403, 'who may give may not apply');
  assert.equal((await api(owner, 'POST', `/api/feedback/${id}/apply`)).json['state'], 'applied');
  assert.equal((await chat('Tell me of Project Titan')).status, 200, 'the value is excepted');
  assert.equal((await chat('Tell me of PROJECT TITAN')).status, 403, 'only that value');
  assert.equal((await api(owner, 'POST', `/api/feedback/${id}/apply`)).status, 409, 'not twice');

  assert.equal((await api(owner, 'POST', `/api/feedback/${id}/undo`)).json['state'], 'undone');
  assert.equal((await chat('Tell me of Project Titan')).status, 403);

  const kinds = ({ json }: { json: Record<string, unknown> }): string =>
    (json['events'] as { kind: string }[]).map(({ kind }) => kind).join(' ');
  await settled(
    () => api(reader, 'GET', '/api/events?kind=feedback'),
    (answer) => kinds(answer) === 'feedback.undone feedback.applied feedback.created',
  );
});

test('feedback that cannot be is refused, and missed is only counted', async () => {
  const { event } = await chat('Tell me of Project Titan');
  assert.equal((await api(giver, 'POST', '/api/feedback', { event: 'evt_none', verdict: 'fine', finding: 0 })).status, 404);
  assert.equal((await api(giver, 'POST', '/api/feedback', { event, verdict: 'fine', finding: 7 })).status, 404);
  assert.equal((await api(giver, 'POST', '/api/feedback', { event, verdict: 'fine', finding: 0, text: 'Titan' })).status, 400);
  assert.equal((await api(giver, 'POST', '/api/feedback', { event, verdict: 'perhaps' })).status, 400);
  const missed = await api(giver, 'POST', '/api/feedback', { event, verdict: 'missed', rule: 'injection' });
  assert.equal(missed.status, 201);
  assert.equal((await api(owner, 'POST', `/api/feedback/${String(missed.json['id'])}/apply`)).status, 409);
  assert.equal((await api(owner, 'POST', '/api/feedback/fb_none/undo')).status, 404);
});
