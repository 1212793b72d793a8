import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as oauth from 'openid-client';
import { application, Browser, call, join, newAgent, REDIRECT, useLink, useToken, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// What applications keep of a person: sealed, for that person's own token, and each application for itself.

const SECRET = 'the doctor said 4711';
let place: Place;
let root: SignedIn;
let anna: SignedIn;
let chat: oauth.Configuration;
before(async () => {
  const opened = await openPlace('pglite', 'conversations: { days: 30 }');
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
  anna = await join(place, root, 'anna');
  chat = await application(place, root);
});
after(() => place?.stop());

async function tokenOf(config: oauth.Configuration, who: SignedIn): Promise<string> {
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope: 'models', code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  return (await oauth.authorizationCodeGrant(config, await new Browser().authorize(place, url, who), { pkceCodeVerifier: verifier }))
    .access_token;
}

async function ask(token: string, method: string, path = '', body?: unknown): Promise<{ status: number; json: Record<string, unknown> }> {
  const reply = await fetch(`${place.gateway}/v1/conversations/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: reply.status, json: (await reply.json()) as Record<string, unknown> };
}
const rows = (): Promise<string> =>
  place.app.store.system('test: what is kept', async (sql) =>
    JSON.stringify(await sql.query('select t::text as row from identity_conversations t')),
  );

it('are kept, read, listed and erased with the person’s own token, and stand nowhere in clear', async () => {
  const token = await tokenOf(chat, anna);
  const said = { messages: [{ role: 'user', content: SECRET }] };
  assert.equal((await ask(token, 'PUT', 'visit', said)).status, 200);
  assert.equal((await ask(token, 'PUT', 'profile', { facts: { city: 'Bern' } })).status, 200);
  assert.deepEqual((await ask(token, 'GET', 'visit')).json['value'], said);
  const listed = (await ask(token, 'GET')).json['conversations'] as { id: string; value?: unknown }[];
  assert.deepEqual([listed.map(({ id }) => id).toSorted(), listed.every((one) => one.value === undefined)], [['profile', 'visit'], true]);
  for (const form of [SECRET, Buffer.from(SECRET).toString('hex'), Buffer.from(SECRET).toString('base64').slice(0, 20)])
    assert.equal((await rows()).includes(form), false);
  for (const [path, body] of [
    ['a/b', said],
    ['x'.repeat(101), said],
    ['visit', { messages: [], more: 1 }],
    ['visit', [1]],
    ['visit', { text: 'x' }],
  ] as const)
    assert.equal((await ask(token, 'PUT', path, body)).status, 400, path);
  assert.equal((await ask(token, 'PUT', 'big', { messages: ['x'.repeat(1_100_000)] })).status, 413);
});

it('are closed to another person, another application, an agent that acts for the person, a key, and an administrator', async () => {
  assert.equal((await ask(await tokenOf(chat, root), 'GET', 'visit')).status, 404, 'another person at the same application');
  assert.equal(
    (await ask(await tokenOf(await application(place, root), anna), 'GET', 'visit')).status,
    404,
    'the same person at another application',
  );
  const agent = await newAgent(place, root, { scopes: ['models'], actsFor: 'anybody' });
  const { access_token: delegated } = await oauth.genericGrantRequest(agent.config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: await tokenOf(chat, anna),
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  assert.equal((await ask(delegated, 'GET', 'visit')).status, 403);
  const { key } = (await call(place, 'POST', '/api/keys', { name: 'k' }, root)).json;
  assert.equal((await ask(key, 'GET', 'visit')).status, 403);
  assert.equal((await useToken(place, 'Bearer nothing', { path: '/v1/conversations/' })).status, 401);
  // A row that is moved to another person or application does not open there.
  await place.app.store.system('test: a row is moved', (sql) => sql.query('update identity_conversations set person = $1', [root.id]));
  assert.ok((await ask(await tokenOf(chat, root), 'GET', 'visit')).status >= 400);
  await place.app.store.system('test: and back', (sql) => sql.query('update identity_conversations set person = $1', [anna.id]));
});

it('are taken along and erased by the person at the console, and by erasing the person’s key', async () => {
  const taken = (await call(place, 'GET', '/api/session/conversations', undefined, anna)).json.conversations;
  assert.deepEqual(taken.map(({ id }: { id: string }) => id).toSorted(), ['profile', 'visit']);
  assert.deepEqual((await call(place, 'GET', '/api/session/conversations', undefined, root)).json.conversations, []);
  const token = await tokenOf(chat, anna);
  assert.equal(((await ask(token, 'GET', '?export=1')).json['conversations'] as unknown[]).length, 2);
  assert.equal((await ask(token, 'DELETE', 'profile')).json['erased'], 1);
  assert.equal((await call(place, 'POST', '/api/content/erase', { subject: anna.id }, root)).status, 200);
  assert.equal((await ask(token, 'GET', 'visit')).status, 404, 'its key is gone');
  assert.equal((await ask(token, 'PUT', 'visit', { messages: [] })).status, 200);
  assert.equal((await call(place, 'DELETE', '/api/session/conversations', undefined, anna)).json.erased, 1);
  assert.deepEqual((await ask(token, 'GET')).json['conversations'], []);
});
