import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import * as oauth from 'openid-client';
import { application, Browser, call, join, REDIRECT, setUp, useToken, type SignedIn } from './kit/oauth.ts';
import { ask } from './kit/http.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Sign-out that an application asks for (OpenID Connect RP-Initiated Logout 1.0), by the client library that applications use.

const BACK = 'https://app.example/bye';
const heard: string[] = [];
let gate: Running;
let root: SignedIn;
let server: Server;
let logoutUri: string;
before(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push(new URLSearchParams(body).get('logout_token') ?? '');
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  logoutUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`;
  gate = await startSallyport();
  root = await setUp(gate);
});
after(async () => {
  await gate?.remove();
  server?.close();
});

type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;
type Signed = { readonly browser: Browser; readonly who: SignedIn; readonly config: oauth.Configuration; readonly tokens: Tokens };

async function signInAt(config: oauth.Configuration, who: SignedIn, browser: Browser, scope = 'openid models'): Promise<Tokens> {
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope, code_challenge_method: 'S256', prompt: 'consent' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  return oauth.authorizationCodeGrant(config, await browser.authorize(gate, url, who), { pkceCodeVerifier: verifier });
}

let people = 0;
async function signedIn(given: Record<string, unknown> = {}, scope?: string): Promise<Signed> {
  const who = await join(gate, root, `person ${++people}`);
  const config = await application(gate, root, { postLogoutRedirectUris: [BACK], ...given });
  const browser = new Browser();
  return { browser, who, config, tokens: await signInAt(config, who, browser, scope) };
}

const consoleStatus = async (who: SignedIn): Promise<number> => (await call(gate, 'GET', '/api/session', undefined, who)).status;
const tokenStatus = async (token: string): Promise<number> => (await useToken(gate, `Bearer ${token}`)).status;
/** What the form of the page sends when its button is pressed. */
const fieldsOf = (page: string): Record<string, string> =>
  Object.fromEntries([...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]));

async function press(browser: Browser, fields: Record<string, string>): Promise<{ status: number; location: string; text: string }> {
  const reply = await fetch(`${gate.console}/oidc/session/end`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(fields),
    headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), origin: gate.console },
  });
  return { status: reply.status, location: reply.headers.get('location') ?? '', text: await reply.text() };
}

async function until(done: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 200; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not come to pass in time');
}

describe('sign-out asked for by an application', () => {
  it('with the ID token of the session happens at once: back with the state, nothing left of the session', async () => {
    const { browser, who, config, tokens } = await signedIn();
    const other = await application(gate, root, { logoutUri });
    const second = await signInAt(other, who, browser);
    const before = heard.length;
    assert.match(config.serverMetadata().end_session_endpoint ?? '', /\/oidc\/session\/end$/);
    const url = oauth.buildEndSessionUrl(config, {
      ...{ id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BACK, state: 'a b&c' },
    });
    const reply = await browser.get(url);
    assert.deepEqual([reply.status, reply.location], [303, `${BACK}?state=a+b%26c`]);
    assert.equal(await tokenStatus(tokens.access_token), 401, 'its own access token');
    assert.equal(await tokenStatus(second.access_token), 401, 'that of another application');
    await assert.rejects(oauth.refreshTokenGrant(config, tokens.refresh_token ?? ''), { error: 'invalid_grant' });
    assert.equal(await consoleStatus(who), 401);
    await until(() => heard.length > before);
    const claims = JSON.parse(Buffer.from(heard[before]?.split('.')[1] ?? '', 'base64url').toString());
    assert.deepEqual([claims.sub, claims.aud], [who.id, other.clientMetadata().client_id]);
    assert.equal(heard.length, before + 1, 'once');
    // The cookie of before is worth nothing.
    const again = await browser.get(url);
    assert.deepEqual([again.status, again.location], [303, `${BACK}?state=a+b%26c`], 'nothing is left to ask about');
    // The list is a projection of the log, a moment later.
    let uid: unknown;
    await until(async () => {
      const { events } = (await call(gate, 'GET', '/api/events?kind=session.ended&limit=1', undefined, root)).json;
      uid = events[0]?.uid;
      return uid !== undefined;
    });
    const event = await call(gate, 'GET', `/api/events/${String(uid)}`, undefined, root);
    assert.match(JSON.stringify(event.json), new RegExp(config.clientMetadata().client_id));
  });

  it('takes the access tokens along of what was allowed for longer, and leaves that', async () => {
    const { browser, config, tokens } = await signedIn({}, 'openid models offline_access');
    const reply = await browser.get(
      oauth.buildEndSessionUrl(config, { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BACK }),
    );
    assert.equal(reply.location, BACK);
    assert.equal(await tokenStatus(tokens.access_token), 401);
    await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '');
  });

  it('by a bare link ends nothing: the person is asked, in this browser, for this request', async () => {
    const { browser, who, config, tokens } = await signedIn();
    const id = config.clientMetadata().client_id;
    const link = `${gate.console}/oidc/session/end?${new URLSearchParams({ client_id: id, post_logout_redirect_uri: BACK, state: '"><b>' }).toString()}`;
    const page = await browser.get(link);
    assert.equal(page.status, 200);
    assert.doesNotMatch(page.text, /"><b>/);
    assert.equal(await consoleStatus(who), 200);
    assert.equal(await tokenStatus(tokens.access_token), 200);
    const fields = { ...fieldsOf(page.text), state: '"><b>' };
    // Another browser's session does not fit, nor does another request.
    const stranger = await signedIn();
    const given = await press(stranger.browser, fields);
    assert.deepEqual([given.status, await consoleStatus(stranger.who)], [200, 200]);
    assert.equal((await press(browser, { ...fields, state: 'other' })).status, 200);
    assert.equal((await press(browser, { ...fields, confirm: 'x' })).status, 200);
    assert.equal(await consoleStatus(who), 200);
    const done = await press(browser, fields);
    assert.equal(done.status, 303);
    assert.equal(new URL(done.location).searchParams.get('state'), '"><b>');
    assert.equal(await consoleStatus(who), 401);
    assert.equal(await tokenStatus(tokens.access_token), 401);
  });

  it('with another person’s, a made-up or another kind of token is no more than a bare link', async () => {
    const { browser, who, config, tokens } = await signedIn();
    const stranger = await signedIn();
    const [head = '', body = '', tail = ''] = (tokens.id_token ?? '').split('.');
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const id = config.clientMetadata().client_id;
    for (const hint of [
      ...[stranger.tokens.id_token ?? '', `${head}.${body}.${tail.slice(0, -8)}AAAAAAAA`, 'x', `${head}.${body}`],
      ...[`${part({ alg: 'none' })}.${body}.`, `${part({ alg: 'HS256', kid: 'x' })}.${body}.${tail}`, tokens.access_token],
    ]) {
      const url = new URL(`${gate.console}/oidc/session/end`);
      url.searchParams.set('id_token_hint', hint);
      const reply = await browser.get(url);
      assert.equal(reply.status, 200, hint);
      assert.match(reply.text, /Sign out\?/);
    }
    assert.equal(await consoleStatus(who), 200);
    const mixed = new URL(`${gate.console}/oidc/session/end`);
    mixed.search = new URLSearchParams({ id_token_hint: stranger.tokens.id_token ?? '', client_id: id }).toString();
    assert.equal((await browser.get(mixed)).status, 400, 'a client that is not the token’s');
  });

  it('goes nowhere but to an address that was registered, letter by letter', async () => {
    const { browser, who, config, tokens } = await signedIn();
    const hint = tokens.id_token ?? '';
    for (const back of [
      ...[
        `${BACK}/`,
        `${BACK}?x`,
        `${BACK}#x`,
        'https://app.example/bye/../x',
        'https://evil.example/bye',
        'https://app.example@evil.example/bye',
      ],
      ...['HTTPS://app.example/bye', '//evil.example', 'javascript:alert(1)', REDIRECT],
    ]) {
      const reply = await browser.get(oauth.buildEndSessionUrl(config, { id_token_hint: hint, post_logout_redirect_uri: back }));
      assert.deepEqual([reply.status, reply.location], [400, ''], back);
    }
    const nobodys = await browser.get(`${gate.console}/oidc/session/end?post_logout_redirect_uri=${encodeURIComponent(BACK)}`);
    assert.deepEqual([nobodys.status, nobodys.location], [200, '']);
    assert.equal((await browser.get(`${gate.console}/oidc/session/end?client_id=nobody`)).status, 400);
    assert.equal((await browser.get(`${gate.console}/oidc/session/end?state=a&state=b`)).status, 400);
    assert.equal(await consoleStatus(who), 200);
    const wrong = await call(
      gate,
      'POST',
      '/api/clients',
      { name: 'x', redirectUris: [REDIRECT], postLogoutRedirectUris: ['javascript:1'] },
      root,
    );
    assert.equal(wrong.json.error.code, 'CLIENT_INVALID');
  });

  it('may come as a form of another site, which the browser then asks for by itself', async () => {
    const { browser, who, tokens } = await signedIn();
    const fields = { id_token_hint: tokens.id_token ?? '', post_logout_redirect_uri: BACK };
    const form = (path: string, mode: string): ReturnType<typeof ask> =>
      ask(gate.console, {
        ...{ method: 'POST', path, body: new URLSearchParams(fields).toString() },
        headers: {
          ...{ 'content-type': 'application/x-www-form-urlencoded', origin: 'https://app.example' },
          ...{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode },
        },
      });
    assert.equal((await form('/oidc/session/end', 'cors')).status, 403, 'by a script it may not');
    assert.equal((await form('/oidc/token', 'navigate')).status, 403);
    const reply = await form('/oidc/session/end', 'navigate');
    assert.equal(reply.status, 303);
    assert.equal(await consoleStatus(who), 200);
    const next = await browser.get(new URL(String(reply.headers['location']), `${gate.console}/oidc/session/end`));
    assert.equal(next.location, BACK);
    assert.equal(await consoleStatus(who), 401);
    const long = await fetch(`${gate.console}/oidc/session/end`, {
      method: 'POST',
      body: new URLSearchParams({ state: 'x'.repeat(20_000) }),
    });
    assert.equal(long.status, 400);
  });
});
