import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { application, call, newAgent, PASSWORD, REDIRECT, useLink, type SignedIn } from './kit/oauth.ts';
import * as oauth from 'openid-client';
import { openPlace, type Place } from './kit/place.ts';

// What strangers can make the installation store is bounded, for each address and in all; who is known is not touched by it.

let place: Place;
let root: SignedIn;
before(async () => {
  const opened = await openPlace(
    'pglite',
    'listen: { trustedProxies: ["127.0.0.0/8", "::1"] }\nlimits: { anonymous: { perAddress: 10, overall: 30 } }\nauthorization: { registration: true }',
  );
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
});
after(() => place?.stop());

type Reply = { readonly status: number; readonly wait: string | null; readonly text: string };
async function send(path: string, address: string, body?: object | URLSearchParams): Promise<Reply> {
  const form = body instanceof URLSearchParams;
  const reply = await fetch(`${place.console}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: {
      'x-forwarded-for': address,
      ...(body === undefined ? {} : { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' }),
    },
    ...(body === undefined ? {} : { body: form ? body.toString() : JSON.stringify(body) }),
  });
  return { status: reply.status, wait: reply.headers.get('retry-after'), text: await reply.text() };
}
const rows = (): Promise<number> =>
  place.app.store.system(
    'test',
    async (sql) => (await sql.query<{ n: number }>('select count(*)::int as n from identity_oidc'))[0]?.n ?? 0,
  );

it('all ways to leave something behind share the budget of an address, however they are written', async () => {
  const config = await application(place, root);
  const { client_id: id } = config.clientMetadata();
  place.advance(61_000);
  const asked = `client_id=${id}&response_type=code&redirect_uri=${encodeURIComponent(REDIRECT)}&scope=models&code_challenge=${'a'.repeat(43)}&code_challenge_method=S256`;
  const ways: (() => Promise<Reply>)[] = [
    () => send(`/oidc/auth?${asked}`, '198.51.100.1'),
    () => send('/oidc/auth', '198.51.100.1', new URLSearchParams(asked)),
    () => send('/oidc/par', '198.51.100.1', new URLSearchParams(asked)),
    () => send('/oidc/device/auth', '198.51.100.1', new URLSearchParams({ client_id: id })),
    () => send('/oidc/register', '198.51.100.1', { redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none' }),
    () => send('/api/session', '198.51.100.1', { name: 'root', password: 'not the password' }),
    () => send('/api/session/passkey/ask', '198.51.100.1', {}),
    () => send('/api/links/look', '198.51.100.1', { token: 'x'.repeat(43) }),
    () => send('/oidc/AUTH/', '198.51.100.1'),
    () => send('/oidc/session/end', '198.51.100.1'),
  ];
  for (const way of ways) assert.notEqual((await way()).status, 429);
  const before = await rows();
  assert.ok(before > 2, 'something was stored');
  for (const [at, way] of ways.entries()) {
    const { status, wait } = await way();
    assert.deepEqual([status, Number(wait) > 0], [429, true], String(at));
  }
  for (const path of ['/oidc//auth', '/oidc/auth/', '/oidc/%61uth', '/oidc/device/auth?x', '/oidc/ask/x', '/oidc/auth/x'])
    assert.equal((await send(`${path}${path.includes('?') ? '' : `?${asked}`}`, '198.51.100.1')).status, 429, path);
  assert.equal(await rows(), before);
  assert.equal((await send('/api/session/passkey/ask', '198.51.100.2', {})).status, 200, 'another address');
});

it('of many addresses too; who is signed in, holds a key or proves one goes on', async () => {
  place.advance(61_000);
  const agent = await newAgent(place, root, { scopes: ['models'] });
  const statuses = [];
  for (let i = 0; i < 60; i++) statuses.push((await send('/api/session/passkey/ask', `203.0.113.${i}`, {})).status);
  assert.equal(statuses.filter((status) => status === 200).length, 30);
  assert.equal((await send('/api/session', '198.51.100.77', { name: 'root', password: PASSWORD })).status, 429);
  assert.equal((await call(place, 'POST', '/api/keys', { name: 'more' }, root)).status, 201);
  assert.equal((await send('/api/session', '127.0.0.1', { name: 'root', password: PASSWORD })).status, 201, 'where somebody is known');
  assert.ok((await oauth.clientCredentialsGrant(agent.config, { scope: 'models' })).access_token);
  assert.equal((await send('/oidc/.well-known/openid-configuration', '198.51.100.77')).status, 200);
  assert.equal((await send('/api/session/providers', '198.51.100.77')).status, 200, 'reading leaves nothing');
  place.advance(61_000);
  assert.equal((await send('/api/session', '198.51.100.77', { name: 'root', password: PASSWORD })).status, 201);
});

it('ten addresses that spend all they have leave room for who signs in from another', async () => {
  place.advance(121_000);
  const statuses = [];
  for (let i = 0; i < 100; i++) statuses.push((await send('/api/session/passkey/ask', `203.0.113.${100 + (i % 10)}`, {})).status);
  assert.equal(statuses.filter((status) => status === 200).length, 28, 'three each would leave nothing');
  assert.equal((await send('/api/session', '198.51.100.78', { name: 'root', password: PASSWORD })).status, 201);
});
