import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as oauth from 'openid-client';
import type { TenantId } from '../src/kernel/index.ts';
import { application, Browser, call, join, newAgent, REDIRECT, useLink, useToken, type Said, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// Roles that are held to some datasets: what their people find by search, see at the console and give to others; and the ways around it.

let place: Place;
let root: SignedIn;
let cara: SignedIn;
let token: string;
let service: string;
const ids = new Map<string, string>();

const MAY = ['fga:read', 'knowledge:read', 'knowledge:write', 'knowledge:release', 'content:read', 'content:erase', 'people:read'];
const GIVES = [...MAY, 'people:write', 'keys:write', 'identity:read', 'identity:write'];
const ROLE = { permissions: GIVES, datasets: ['wiki/*'] };
/** Name and source of the documents; all of them may be read by everybody who is asked for. */
const DOCUMENTS: readonly (readonly [string, string])[] = [
  ['garden', 'wiki/home'],
  ['kitchen', 'wiki/home'],
  ['pay', 'hr'],
  ['both', 'wiki/home'],
];
const NAMES = ['garden', 'kitchen', 'pay', 'both', 'never-added'];
const READERS = ['user:cara', 'user:free', 'user:CARA'];

const as = (method: string, path: string, body?: object, who: SignedIn | string = root): Promise<Said> =>
  call(place, method, path, body, who);
const code = async (said: Promise<Said>): Promise<string | undefined> => {
  const { status, json } = await said;
  return status < 400 ? undefined : json.error.code;
};

async function found(key: string, user: string): Promise<{ documents: string[]; withheld: number }> {
  const reply = await useToken(place, `Bearer ${key}`, { path: '/v1/rag/filter', body: { user, documents: NAMES } });
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text) as { documents: string[]; withheld: number };
}

async function listed(key: string, user: string, query = ''): Promise<{ ids: string[]; complete: boolean }> {
  const reply = await useToken(place, `Bearer ${key}`, { path: `/v1/rag/allowed?user=${encodeURIComponent(user)}${query}` });
  assert.equal(reply.status, 200, reply.text);
  return JSON.parse(reply.text) as { ids: string[]; complete: boolean };
}

async function permissionStore(key: string, readers: readonly string[]): Promise<void> {
  const post = async (path: string, body: object): Promise<{ id: string }> => {
    const reply = await useToken(place, `Bearer ${key}`, { path: `/fga/stores${path}`, body });
    assert.ok(reply.status < 300, reply.text);
    return JSON.parse(reply.text) as { id: string };
  };
  const { id } = await post('', { name: 'documents' });
  const direct = { directly_related_user_types: [{ type: 'user' }] };
  await post(`/${id}/authorization-models`, {
    schema_version: '1.1',
    type_definitions: [
      { type: 'user' },
      { type: 'document', relations: { viewer: { this: {} } }, metadata: { relations: { viewer: direct } } },
    ],
  });
  const tuple_keys = readers.flatMap((user) => NAMES.map((name) => ({ user, relation: 'viewer', object: `document:${name}` })));
  await post(`/${id}/write`, { writes: { tuple_keys } });
}

before(async () => {
  const opened = await openPlace('pglite');
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
  service = (await as('POST', '/api/keys', { name: 'search', permissions: ['fga:read', 'fga:write'] })).json.key;
  assert.equal(await code(as('PUT', '/api/roles/editor', ROLE)), undefined);
  cara = await join(place, root, 'cara', 'editor');
  await permissionStore(service, [...READERS, `user:${cara.id}`]);
  for (const [name, source] of DOCUMENTS) {
    const text = `What is known of the ${name}, as of today.`;
    const { json } = await as('POST', '/api/knowledge/documents', { name: `${name}.txt`, text, source, object: `document:${name}` });
    assert.equal(json.state, 'accepted', name);
    ids.set(name, json.id);
  }
  // In a dataset of others, too.
  await as('POST', '/api/knowledge/documents', { name: 'both.txt', text: 'Of both, another.', source: 'hr', object: 'document:both' });
  const config = await application(place, root, { name: 'reader app' });
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope: 'fga:read', code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  const back = await new Browser().authorize(place, url, cara);
  token = (await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })).access_token;
});
after(() => place?.stop());

it('find documents of these alone, by their own token, by an agent that acts for them and where an application asks for them', async () => {
  const wiki = ['garden', 'kitchen'];
  assert.deepEqual((await found(service, 'free')).documents, NAMES, 'nobody of this name is held');
  const own = await found(token, 'cara');
  assert.deepEqual([own.documents, own.withheld], [wiki, 3]);
  assert.deepEqual((await found(token, 'free')).documents, wiki, 'for whomever she asks');
  for (const user of ['cara', 'user:CARA', cara.id]) assert.deepEqual((await found(service, user)).documents, wiki, user);
  assert.deepEqual(await listed(service, 'cara').then(({ ids: all, complete }) => [all, complete]), [wiki, true]);
  assert.deepEqual(await listed(token, 'free', '&limit=2').then(({ ids: all, complete }) => [all, complete]), [wiki, true]);
  assert.equal((await listed(token, 'free', '&limit=1')).complete, false);
  const agent = await newAgent(place, root, { scopes: ['fga:read'], actsFor: 'anybody' });
  const exchanged = await oauth.genericGrantRequest(agent.config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
    subject_token: token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  });
  assert.deepEqual((await found(exchanged.access_token, 'free')).documents, wiki);
  const alone = await oauth.clientCredentialsGrant(agent.config, { scope: 'fga:read' });
  assert.deepEqual((await found(alone.access_token, 'cara')).documents, wiki);
});

it('see and change documents of these alone; others are as if they were not there', async () => {
  const list = (await as('GET', '/api/knowledge/documents', undefined, cara)).json;
  assert.deepEqual(
    [list.documents.map(({ source }: { source: string }) => source), list.counts],
    [Array(3).fill('wiki/home'), { accepted: 3 }],
  );
  assert.deepEqual((await as('GET', '/api/session', undefined, cara)).json.datasets, ['wiki/*']);
  const pay = `/api/knowledge/documents/${ids.get('pay')}`;
  for (const [method, path, body] of [
    ['GET', pay],
    ['GET', `${pay}/lineage`],
    ['GET', `${pay}/excerpts`],
    ['GET', `${pay}/content`],
    ['POST', `${pay}/release`, { why: 'It is fine.' }],
    ['POST', `${pay}/quarantine`, { why: 'It is odd.' }],
    ['DELETE', pay],
  ] as const)
    assert.deepEqual(
      await as(method, path, body, cara).then(({ status, json }) => [status, json.error.code]),
      [404, 'KNOWLEDGE_UNKNOWN'],
      `${method} ${path}`,
    );
  const add = (source: string): Promise<string | undefined> =>
    code(as('POST', '/api/knowledge/documents', { name: 'pay.txt', text: 'Pay, as I say.', source, object: 'document:pay' }, cara));
  assert.equal(await add('hr'), 'KNOWLEDGE_DATASET');
  assert.equal(await code(as('POST', '/api/knowledge/check', { name: 'a.txt', text: 'x' }, cara)), 'KNOWLEDGE_DATASET');
  assert.equal(await add('wiki/home'), undefined);
  assert.ok(!(await found(token, 'cara')).documents.includes('pay'), 'what she calls so does not become hers');
  assert.equal((await as('GET', pay)).json.state, 'accepted');
});

it('give nothing that is held to fewer: no role, no key, no agent', async () => {
  const role = (name: string, held: object): Promise<string | undefined> =>
    code(as('PUT', `/api/roles/${name}`, { permissions: ['knowledge:read'], ...held }, cara));
  for (const held of [{}, { datasets: ['*'] }, { datasets: ['wiki/*', 'hr'] }, { datasets: [] }])
    assert.equal(await role('wider', held), 'ROLE_BEYOND');
  assert.equal(await role('alike', { datasets: ['wiki/*'] }), undefined);
  assert.equal(await code(as('PUT', '/api/roles/editor', { ...ROLE, datasets: [] }, cara)), 'ROLE_BEYOND', 'her own neither');
  assert.equal(await code(as('POST', '/api/people/invitations', { role: 'viewer' }, cara)), 'ROLE_BEYOND');
  const key = (name: string, permissions: string[]): Promise<string | undefined> =>
    code(as('POST', '/api/keys', { name, permissions }, cara));
  for (const permission of ['knowledge:read', 'fga:read', 'keys:write', 'people:write'])
    assert.equal(await key('around', [permission]), 'ROLE_BEYOND');
  assert.equal(await key('plain', []), undefined);
  const agent = (scopes: string[]): Promise<string | undefined> =>
    code(as('POST', '/api/agents', { name: `a ${scopes.join(' ')}`, purpose: 'x', scopes }, cara));
  assert.equal(await agent(['fga:read']), 'ROLE_BEYOND');
  assert.equal(await agent(['models']), undefined);
  const reader = (await as('POST', '/api/agents', { name: 'reader', purpose: 'reads', scopes: ['fga:read'] })).json.id;
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign']);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  for (const [method, path, body] of [
    ['POST', `/api/agents/${reader}/keys`, { jwk: { kty, crv, x, y } }],
    ['POST', `/api/agents/${reader}/workloads`, { issuer: 'https://ci.example', subject: 'repo:cara/mine' }],
    ['PUT', `/api/agents/${reader}`, { networks: [] }],
    ['DELETE', `/api/agents/${reader}/quarantine`],
  ] as const)
    assert.equal(await code(as(method, path, body, cara)), 'ROLE_BEYOND', `${method} ${path}`);
  const { access } = (await as('GET', '/api/access')).json as { access: { id: string; limits: { datasets: string[] } }[] };
  assert.deepEqual(access.find(({ id }) => id === cara.id)?.limits.datasets, ['wiki/*']);
});

it('are held from the moment that the role says so, with sessions and tokens that are out; in their tenant alone', async () => {
  const counts = async (): Promise<unknown> => (await as('GET', '/api/knowledge/documents', undefined, cara)).json.counts;
  const put = (datasets: string[]): Promise<Said> => as('PUT', '/api/roles/editor', { ...ROLE, datasets });
  await put(['hr']);
  assert.deepEqual(await counts(), { accepted: 2 });
  assert.deepEqual((await found(token, 'cara')).documents, []);
  assert.deepEqual((await found(service, 'cara')).documents, []);
  await put(['*']);
  assert.deepEqual((await found(token, 'cara')).documents, ['garden', 'kitchen', 'pay', 'both'], 'all that is known of a dataset');
  await put([]);
  assert.deepEqual((await found(token, 'cara')).documents, NAMES, 'not held');
  assert.deepEqual((await as('GET', '/api/session', undefined, cara)).json.datasets, null);
  await put(['wiki/*']);

  const other = 'other' as TenantId;
  await place.app.identity.ensureTenant(other);
  const made = await place.app.identity.createKey(
    other,
    { name: 'search', permissions: ['fga:read', 'fga:write', 'knowledge:read'] },
    'test',
  );
  const theirs = made.key.reveal();
  await permissionStore(theirs, ['user:cara']);
  assert.deepEqual((await found(theirs, 'cara')).documents, NAMES, 'another cara');
  assert.equal((await as('GET', `/api/knowledge/documents/${ids.get('garden')}`, undefined, theirs)).status, 404);

  assert.equal((await as('DELETE', `/api/people/${cara.id}`)).status, 200);
  assert.deepEqual((await found(service, cara.id)).documents, ['garden', 'kitchen'], 'an application that still asks for her');
});
