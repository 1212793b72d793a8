import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, type Answered } from './kit/http.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { startUpstream, type Upstream } from './kit/upstream.ts';

// Rules about providers and models, and the ways to be served by another than the one that they were asked about.

const CONFIG = (house: string, outside: string): string => `
providers:
  - { name: house, kind: openai, baseUrl: ${house}/v1, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["shared", "grand"], retries: 0, priority: 1 }
  - { name: outside, kind: openai, baseUrl: ${outside}/v1, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["shared", "other/*"], retries: 0, priority: 2 }
rules:
  - id: mail-stays-in-house
    on: [prompt]
    when: "request.provider != 'house' && findings.exists(f, f.type == 'EMAIL_ADDRESS')"
    then: deny
    why: Addresses do not leave the house.
    tests:
      - given: { request: { provider: outside }, findings: [{ category: personal_data, type: EMAIL_ADDRESS }] }
        expect: deny
  - id: no-grand
    on: [prompt]
    when: "request.model == 'grand' || request.model == 'other/x'"
    then: deny
    why: It costs too much.
    tests: [{ given: { request: { model: grand } }, expect: deny }]
`;

let house: Upstream;
let outside: Upstream;
let gate: Running;
let key: string;
before(async () => {
  [house, outside] = await Promise.all([startUpstream(), startUpstream()]);
  gate = await startSallyport({ config: CONFIG(house.url, outside.url), env: { TEST_PROVIDER_KEY: 'sk-upstream-1234567890abcdefghij' } });
  key = await gate.key();
});
after(async () => {
  await gate?.remove();
  await Promise.all([house?.close(), outside?.close()]);
});

function chat(model: string, content: string, more: Readonly<Record<string, string>> = {}): Promise<Answered> {
  return ask(gate.gateway, {
    path: '/v1/chat/completions',
    body: JSON.stringify({ model, messages: [{ role: 'user', content }] }),
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...more },
  });
}

test('what a rule allowed at one provider does not go to another when that one fails', async () => {
  const mail = 'Write to jane.doe@example.com, please.';
  house.script({ text: 'Done.' });
  assert.equal((await chat('shared', mail)).status, 200);
  assert.equal((await chat('outside/shared', mail)).status, 403);
  house.script({ status: 503, json: { error: { message: 'busy' } } });
  outside.script({ text: 'Done.' });
  const answer = await chat('shared', mail);
  assert.ok(answer.status >= 500, answer.text);
  assert.equal(house.requests.length, 1);
  assert.equal(outside.requests.length, 0);
});

test('a rule about a model holds whichever way it is named', async () => {
  house.script({ text: 'Done.' });
  for (const model of ['grand', 'house/grand', 'outside/other/x', 'other/x']) assert.equal((await chat(model, 'Hi')).status, 403, model);
  assert.equal((await chat('house/shared', 'Hi')).status, 200);
  assert.equal(house.requests.length, 1);
});

test('a request repeated under its name is the same to the provider, one of another caller under that name is not', async () => {
  house.script({ text: 'Done.' });
  const repeat = { 'idempotency-key': 'invoice-17' };
  const other = { ...repeat, authorization: `Bearer ${await gate.key()}` };
  for (const headers of [repeat, repeat, other]) assert.equal((await chat('shared', 'Hi', headers)).status, 200);
  const [first, second, third] = house.requests.map(({ headers }) => headers['idempotency-key']);
  assert.match(first ?? '', /^[0-9a-f]{64}$/);
  assert.equal(first, second);
  assert.notEqual(first, third);
});
