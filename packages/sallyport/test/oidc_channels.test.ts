import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createTls } from 'node:https';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, before, it } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'openid-client';
import { hotp, totpStep } from '../src/identity/people/totp.ts';
import { selfSigned } from './kit/certificate.ts';
import { application, Browser, call, join, newKey, PASSWORD, REDIRECT, setUp, useToken, type SignedIn } from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// What the authorization server says to applications by itself: pings (CIBA), sign-outs, new keys; and the second factor that one may ask for.

type Heard = { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string };

let gate: Running;
let root: SignedIn;
let anna: SignedIn;
let folder: string;
const heard: Heard[] = [];
const servers: Server[] = [];
let [tls, plain] = ['', ''];
before(async () => {
  const listener: RequestListener = (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', headers: request.headers, body });
      response.writeHead(204).end();
    });
  };
  const pair = selfSigned('localhost');
  folder = mkdtempSync(joinPath(tmpdir(), 'sallyport-ca-'));
  const file = joinPath(folder, 'ca.pem');
  writeFileSync(file, pair.cert);
  const open = async (server: Server): Promise<number> => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  tls = `https://localhost:${await open(createTls(pair, listener))}`;
  plain = `http://127.0.0.1:${await open(createServer(listener))}`;
  gate = await startSallyport({ env: { NODE_EXTRA_CA_CERTS: file } });
  root = await setUp(gate);
  anna = await join(gate, root, 'anna');
});
after(async () => {
  await gate?.remove();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function hears(path: string): Promise<Heard> {
  for (let i = 0; i < 200; i++) {
    const found = heard.find((one) => one.path === path);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return assert.fail(`nothing came to ${path}: ${gate.output()}`);
}

async function signInAt(
  config: oauth.Configuration,
  who: SignedIn,
  more: Record<string, string> = {},
): Promise<Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>> {
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope: 'openid models', code_challenge_method: 'S256', ...more },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  const back = await new Browser().authorize(gate, url, who);
  return oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
}
const keys = (): ReturnType<typeof createRemoteJWKSet> => createRemoteJWKSet(new URL(`${gate.console}/oidc/jwks`));

it('pings an application when the person has answered (CIBA), with the token that it gave for it, and gives one token', async () => {
  const key = await newKey();
  const given = { backchannel: 'ping', notifyUri: `${tls}/ping`, jwks: [key.jwk] };
  const config = await application(gate, root, given, oauth.PrivateKeyJwt(key.pair.privateKey));
  const secret = 'notify-me-0123456789';
  const begun = await oauth.initiateBackchannelAuthentication(config, {
    ...{ scope: 'openid models', login_hint: 'anna', client_notification_token: secret },
  });
  const [request] = (await call(gate, 'GET', '/api/authorization/requests', undefined, anna)).json.requests;
  assert.equal(heard.length, 0, 'not before the answer');
  assert.equal((await call(gate, 'POST', `/api/authorization/requests/${request.id}`, { allow: true }, anna)).status, 200);
  const ping = await hears('/ping');
  assert.equal(ping.headers.authorization, `Bearer ${secret}`);
  assert.deepEqual(JSON.parse(ping.body), { auth_req_id: begun.auth_req_id });
  const redeem = (): Promise<{ access_token: string }> =>
    oauth.genericGrantRequest(config, 'urn:openid:params:grant-type:ciba', { auth_req_id: begun.auth_req_id });
  const { access_token: token } = await redeem();
  assert.equal((await useToken(gate, `Bearer ${token}`)).status, 200);
  await assert.rejects(redeem(), { error: 'invalid_grant' });
});

it('tells an application that a person has signed out (back-channel logout), in a token of its own kind', async () => {
  const name = `bert ${Math.random()}`;
  const bert = await join(gate, root, name);
  const config = await application(gate, root, { logoutUri: `${plain}/logout` });
  const tokens = await signInAt(config, bert);
  assert.equal((await call(gate, 'DELETE', '/api/session', undefined, bert)).status, 200);
  const token = new URLSearchParams((await hears('/logout')).body).get('logout_token') ?? '';
  const { payload, protectedHeader } = await jwtVerify(token, keys(), {
    issuer: `${gate.console}/oidc`,
    audience: config.clientMetadata().client_id,
  });
  // OpenID Connect Back-Channel Logout 1.0, section 2.4.
  assert.equal(protectedHeader.typ, 'logout+jwt');
  assert.deepEqual([payload.sub, payload['sid'], payload['nonce']], [bert.id, tokens.claims()?.['sid'] ?? payload['sid'], undefined]);
  assert.deepEqual(payload['events'], { 'http://schemas.openid.net/event/backchannel-logout': {} });
  assert.match((await useToken(gate, `Bearer ${token}`)).text, /not an access token/);
  assert.equal((await useToken(gate, `Bearer ${tokens.access_token}`)).status, 401);
});

it('asks for a second factor when an application does (acr_values), and says in the ID token that there was one', async () => {
  const name = `cara ${Math.random()}`;
  const cara = await join(gate, root, name);
  const config = await application(gate, root);
  const plainly = await signInAt(config, cara);
  assert.equal(plainly.claims()?.['acr'] ?? '1', '1');
  const browser = new Browser();
  const begun = await browser.begin(
    oauth.buildAuthorizationUrl(config, {
      ...{ redirect_uri: REDIRECT, scope: 'openid models', code_challenge_method: 'S256', acr_values: '2', prompt: 'consent' },
      code_challenge: await oauth.calculatePKCECodeChallenge('v'.repeat(43)),
    }),
  );
  assert.ok('ask' in begun);
  const cookies = `sallyport_answer=${browser.cookies.get('sallyport_answer')}`;
  const path = `/api/authorization/asks/${begun.ask}`;
  assert.equal((await call(gate, 'POST', path, { allow: true }, cara, cookies)).json.error.code, 'FACTOR_NEEDED');
  const { secret } = (await call(gate, 'POST', '/api/session/factor', undefined, cara)).json;
  const step = totpStep(Date.now());
  assert.equal((await call(gate, 'PUT', '/api/session/factor', { code: hotp(bytesOfBase32(secret), step - 1) }, cara)).status, 200);
  const proof = await call(gate, 'POST', '/api/session/proof', { password: PASSWORD, code: hotp(bytesOfBase32(secret), step) }, cara);
  assert.equal(proof.status, 200, JSON.stringify(proof.json));
  assert.equal((await call(gate, 'POST', path, { allow: true }, cara, cookies)).status, 200);
  const stepped = await signInAt(config, cara, { acr_values: '2', prompt: 'consent' });
  const { payload } = await jwtVerify(stepped.id_token ?? '', keys());
  assert.equal(payload['acr'], '2');
});

it('changes its signing key with an overlap, and at once when that is asked for', async () => {
  const config = await application(gate, root);
  const old = await signInAt(config, anna);
  const kid = decodeProtectedHeader(old.access_token).kid;
  const published = async (): Promise<string[]> =>
    ((await (await fetch(`${gate.console}/oidc/jwks`)).json()) as { keys: { kid: string; d?: string }[] }).keys.map((one) => {
      assert.equal(one.d, undefined);
      return one.kid;
    });
  const made = JSON.parse((await gate.cli('signing-key', 'rotate', '--json')).stdout) as { id: string };
  assert.deepEqual(new Set(await published()), new Set([kid, made.id]), 'the next one is published before it signs');
  const meanwhile = await signInAt(config, anna, { prompt: 'consent' });
  assert.equal(decodeProtectedHeader(meanwhile.access_token).kid, kid, 'and does not sign yet');
  for (const { access_token: token } of [old, meanwhile]) assert.equal((await useToken(gate, `Bearer ${token}`)).status, 200);
  const now = JSON.parse((await gate.cli('signing-key', 'rotate', '--now', '--json')).stdout) as { id: string };
  assert.deepEqual(await published(), [now.id]);
  assert.match((await useToken(gate, `Bearer ${old.access_token}`)).text, /signing key is not one of this gate/);
  const fresh = await signInAt(config, anna, { prompt: 'consent' });
  assert.equal(decodeProtectedHeader(fresh.access_token).kid, now.id);
  assert.equal((await useToken(gate, `Bearer ${fresh.access_token}`)).status, 200);
});

/** RFC 4648 section 6. */
function bytesOfBase32(text: string): Buffer {
  const bits = [...text].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
