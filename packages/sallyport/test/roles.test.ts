import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as oauth from 'openid-client';
import { application, Browser, call, join, PASSWORD, REDIRECT, useLink, useToken, type Said, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// Roles that a tenant makes: what they allow at the console and with tokens; that nobody gives or takes more than he has; and when each permission was used.

let place: Place;
let root: SignedIn;
before(async () => {
  const opened = await openPlace('pglite');
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
});
after(() => place?.stop());

const as = (method: string, path: string, body?: object, who: SignedIn | string = root): Promise<Said> =>
  call(place, method, path, body, who);
const key = async (name: string, permissions: string[]): Promise<string> => (await as('POST', '/api/keys', { name, permissions })).json.key;
const used = async (name: string): Promise<string[]> => {
  const { access } = (await as('GET', '/api/access')).json as { access: { name: string; usedPermissions: object }[] };
  return Object.keys(access.find((one) => one.name === name)?.usedPermissions ?? {}).toSorted((a, b) => a.localeCompare(b));
};

async function tokenOf(config: oauth.Configuration, who: SignedIn, scope: string): Promise<string> {
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope, code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  const back = await new Browser().authorize(place, url, who);
  return (await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })).access_token;
}

it('of a tenant say what its people may do, at the console and with tokens, from the moment they change', async () => {
  const role = { permissions: ['events:read', 'inspect'], models: ['practice/echo'], tools: ['mail_*'], apps: ['allowed *'] };
  assert.equal((await as('PUT', '/api/roles/analyst', role)).status, 200);
  const cara = await join(place, root, 'cara', 'analyst');
  assert.equal((await as('GET', '/api/events', undefined, cara)).status, 200);
  assert.equal((await as('GET', '/api/session', undefined, cara)).status, 200);
  assert.equal((await as('GET', '/api/keys', undefined, cara)).json.error.code, 'CONTROL_FORBIDDEN');
  const listed = (await as('GET', '/api/roles')).json.roles.find((one: { name: string }) => one.name === 'analyst');
  assert.deepEqual([listed.people, listed.own, listed.models], [1, true, ['practice/echo']]);
  assert.ok((await as('GET', '/api/people')).json.roles.analyst.includes('inspect'));

  const config = await application(place, root, { name: 'allowed app' });
  const token = await tokenOf(config, cara, 'models tools inspect fga:read');
  const models = JSON.parse((await useToken(place, `Bearer ${token}`)).text) as { data: { id: string }[] };
  assert.deepEqual(
    models.data.map(({ id }) => id),
    ['practice/echo'],
  );
  const ask = async (): Promise<number> =>
    (await useToken(place, `Bearer ${token}`, { path: '/v1/inspect', body: { point: 'prompt', text: 'hello' } })).status;
  assert.notEqual(await ask(), 403);
  const other = await application(place, root, { name: 'another app' });
  await assert.rejects(tokenOf(other, cara, 'models'), /ASK_REFUSED/);

  assert.equal((await as('PUT', '/api/roles/analyst', { ...role, permissions: ['keys:read'] })).status, 200);
  assert.equal(await ask(), 403, 'the token that is out, too');
  assert.equal((await as('GET', '/api/events', undefined, cara)).status, 403);
  assert.equal((await as('GET', '/api/keys', undefined, cara)).status, 200);
  assert.equal((await as('DELETE', '/api/roles/analyst')).json.error.code, 'ROLE_IN_USE');
  assert.equal((await as('PUT', `/api/people/${cara.id}/role`, { role: 'viewer' })).status, 200);
  assert.equal((await as('DELETE', '/api/roles/analyst')).status, 200);
  assert.equal((await as('PUT', `/api/people/${cara.id}/role`, { role: 'analyst' })).json.error.code, 'ROLE_UNKNOWN');
});

it('cannot be made with the name of one that everybody has, or of no printable one', async () => {
  for (const name of ['administrator', 'viewer', ' x', '\u202e', 'constructor\u0000'])
    assert.equal((await as('PUT', `/api/roles/${encodeURIComponent(name)}`, { permissions: [] })).status, 400, name);
  // Names that objects have by themselves are nothing special.
  for (const role of ['constructor', '__proto__', 'toString'])
    assert.equal((await as('POST', '/api/people/invitations', { role })).json.error.code, 'ROLE_UNKNOWN', role);
});

it('are given and taken only by who has all that they allow', async () => {
  const people = await key('people only', ['people:write', 'people:read']);
  const denied = async (method: string, path: string, body?: object): Promise<void> =>
    assert.equal((await as(method, path, body, people)).json.error.code, 'ROLE_BEYOND', `${method} ${path}`);
  const dora = await join(place, root, 'dora', 'operator');
  await denied('POST', '/api/people/invitations', { role: 'administrator' });
  await denied('POST', '/api/people/invitations', { role: 'viewer' });
  await denied('POST', `/api/people/${root.id}/reset`);
  await denied('PUT', `/api/people/${dora.id}/role`, { role: 'administrator' });
  await denied('DELETE', `/api/people/${dora.id}`);
  await denied('POST', '/api/access', { kind: 'person', id: dora.id, decision: 'withdraw' });
  await denied('PUT', '/api/roles/mine', { permissions: ['content:erase'] });
  assert.equal((await as('PUT', '/api/roles/greeter', { permissions: ['people:read', 'content:read'] })).status, 200);
  await denied('PUT', '/api/roles/greeter', { permissions: ['people:read'] });
  await denied('DELETE', '/api/roles/greeter');
  assert.equal((await as('GET', '/api/people', undefined, people)).status, 200);
  assert.equal((await as('POST', '/api/session', { name: 'dora', password: PASSWORD }, people)).status, 201, 'nothing was taken');
});

it('that are held to some models give no role that is held to others or to none', async () => {
  const permissions = ['people:read', 'people:write'];
  assert.equal((await as('PUT', '/api/roles/held', { permissions, models: ['practice/*'] })).status, 200);
  const finn = await join(place, root, 'finn', 'held');
  const put = async (name: string, role: object): Promise<unknown> => (await as('PUT', `/api/roles/${name}`, role, finn)).json.error?.code;
  assert.equal(await put('wider', { permissions }), 'ROLE_BEYOND');
  assert.equal(await put('other', { permissions, models: ['practice/*', 'gpt-*'] }), 'ROLE_BEYOND');
  assert.equal(await put('held', { permissions }), 'ROLE_BEYOND', 'his own neither');
  assert.equal(await put('alike', { permissions, models: ['practice/*'] }), undefined);
  assert.equal((await as('PUT', '/api/roles/free', { permissions })).status, 200);
  assert.equal((await as('POST', '/api/people/invitations', { role: 'free' }, finn)).json.error.code, 'ROLE_BEYOND');
  assert.equal((await as('POST', '/api/people/invitations', { role: 'alike' }, finn)).status, 201);
});

it('are reviewed by what was used: each permission, by whom, when; and models and tools of the gate', async () => {
  const reader = await key('reader', ['events:read', 'fga:read', 'inspect', 'policy:read']);
  assert.deepEqual(await used('reader'), []);
  assert.equal((await as('GET', '/api/events', undefined, reader)).status, 200);
  assert.equal((await as('GET', '/api/keys', undefined, reader)).status, 403, 'and what was refused was not used');
  await useToken(place, `Bearer ${reader}`, { path: '/fga/stores' });
  assert.deepEqual(await used('reader'), ['events:read', 'fga:read']);
  const body = { model: 'practice/echo', messages: [{ role: 'user', content: 'hello' }] };
  assert.equal((await useToken(place, `Bearer ${reader}`, { path: '/v1/chat/completions', body })).status, 200);
  await useToken(place, `Bearer ${reader}`, { path: '/v1/inspect', body: { point: 'prompt', text: 'hello' } });
  await useToken(place, `Bearer ${reader}`, { path: '/v1/approvals/request', body: { tool: 'x', arguments: {} } });
  assert.deepEqual(await used('reader'), ['events:read', 'fga:read', 'inspect', 'models', 'tools']);

  const emil = await join(place, root, 'emil', 'viewer');
  const config = await application(place, root, { name: 'an app' });
  const token = await tokenOf(config, emil, 'models');
  assert.equal((await useToken(place, `Bearer ${token}`, { path: '/v1/chat/completions', body })).status, 200);
  const { access } = (await as('GET', '/api/access')).json as {
    access: { kind: string; about: string; used: number; usedPermissions: object }[];
  };
  const grant = access.find((one) => one.kind === 'grant' && one.about === 'an app');
  assert.deepEqual(Object.keys(grant?.usedPermissions ?? {}), ['models']);
  assert.ok((grant?.used ?? 0) > 0);
  assert.deepEqual(await used('emil'), ['health:read', 'models']);
});
