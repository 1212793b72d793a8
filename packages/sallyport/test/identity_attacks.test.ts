import assert from 'node:assert/strict';
import { createHmac, createPublicKey } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { SignJWT, type JWTPayload } from 'jose';
import * as oauth from 'openid-client';
import { raw } from './kit/http.ts';
import {
  application,
  Browser,
  call,
  join,
  newAgent,
  newKey,
  PASSWORD,
  REDIRECT,
  setUp,
  useToken,
  type MadeAgent,
  type SignedIn,
} from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// What somebody would try who tests the identity layer for holes; each with a near miss that works.

let gate: Running;
let root: SignedIn;
let anna: SignedIn;
before(async () => {
  gate = await startSallyport();
  root = await setUp(gate);
  anna = await join(gate, root, 'anna');
});
after(() => gate?.remove());

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
type Answer = { readonly status: number; readonly error: string; readonly description: string; readonly token: string };
async function token(fields: Record<string, string>): Promise<Answer> {
  const reply = await fetch(`${gate.console}/oidc/token`, { method: 'POST', body: new URLSearchParams(fields) });
  const json = (await reply.json()) as Record<string, string>;
  const { error = '', error_description: description = '', access_token: issued = '' } = json;
  return { status: reply.status, error, description, token: issued };
}

const seconds = (): number => Math.floor(Date.now() / 1_000);
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const without = (claims: JWTPayload, name: string): JWTPayload =>
  Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name));

describe('assertions of a client’s key', () => {
  let agent: MadeAgent;
  before(async () => {
    agent = await newAgent(gate, root);
  });
  const claims = (more: JWTPayload = {}): JWTPayload => ({
    ...{ iss: agent.id, sub: agent.id, aud: `${gate.console}/oidc`, jti: crypto.randomUUID(), iat: seconds(), exp: seconds() + 60 },
    ...more,
  });
  const signed = (payload: JWTPayload, header: object = {}, key = agent.key.pair.privateKey): Promise<string> =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', ...header }).sign(key);
  const use = (assertion: string, more: Record<string, string> = {}): Promise<Answer> =>
    token({
      ...{ grant_type: 'client_credentials', scope: 'models', client_id: agent.id, client_assertion: assertion },
      ...{ client_assertion_type: ASSERTION, ...more },
    });

  it('count with clocks that differ by two minutes, and are refused in words from an hour ahead or ago', async () => {
    for (const off of [0, 120, -120]) {
      const found = await use(await signed(claims({ iat: seconds() + off, nbf: seconds() + off, exp: seconds() + off + 60 })));
      assert.equal(found.status, 200, `${off} ${found.description}`);
    }
    for (const off of [3_600, -3_600]) {
      const found = await use(await signed(claims({ iat: seconds() + off, nbf: seconds() + off, exp: seconds() + off + 60 })));
      assert.deepEqual([found.status, found.error], [401, 'invalid_client'], String(off));
      assert.match(found.description, off > 0 ? /60 minutes ahead of the time of this server: set the clock/ : /59 minutes before/);
    }
  });

  it('are refused with another algorithm, another’s key, a key of their own, another audience, subject or issuer', async () => {
    const stranger = await newKey();
    const other = await newAgent(gate, root);
    const pem = createPublicKey({ key: agent.key.jwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const confused = `${part({ alg: 'HS256' })}.${part(claims())}`;
    const attempts: [string, string][] = [
      ['none', `${part({ alg: 'none' })}.${part(claims())}.`],
      ['the public key as a shared secret', `${confused}.${createHmac('sha256', pem).update(confused).digest('base64url')}`],
      ['a key of its own in the header', await signed(claims(), { jwk: stranger.jwk }, stranger.pair.privateKey)],
      [
        'an address of keys in the header',
        await signed(claims(), { jku: 'https://evil.example/keys', kid: 'x' }, stranger.pair.privateKey),
      ],
      ['a path as key id', await signed(claims(), { kid: '../../../../dev/null' }, stranger.pair.privateKey)],
      ['another agent’s key', await signed(claims(), {}, other.key.pair.privateKey)],
      ['another audience', await signed(claims({ aud: 'https://elsewhere.example' }))],
      ['another subject', await signed(claims({ sub: other.id }))],
      ['another issuer', await signed(claims({ iss: other.id }))],
      ['no end', await signed(without(claims(), 'exp'))],
      ['no id', await signed(without(claims(), 'jti'))],
    ];
    for (const [name, assertion] of attempts) {
      const found = await use(assertion);
      assert.equal(found.token, '', name);
      assert.ok([400, 401].includes(found.status), `${name}: ${found.status} ${found.description}`);
    }
    assert.equal((await use(await signed(claims()))).status, 200);
  });

  it('cannot be left out, nor replaced by a password', async () => {
    const bare = { grant_type: 'client_credentials', scope: 'models', client_id: agent.id };
    assert.equal((await token(bare)).error, 'invalid_client');
    assert.equal((await token({ ...bare, client_secret: 'x' })).error, 'invalid_client');
  });
});

async function begin(
  config: oauth.Configuration,
  more: Record<string, string>,
): Promise<{ readonly ask: string } | { readonly location: string; readonly text: string }> {
  const url = new URL(config.serverMetadata().authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    ...{ client_id: config.clientMetadata().client_id, response_type: 'code', redirect_uri: REDIRECT, scope: 'models' },
    ...{ code_challenge: await oauth.calculatePKCECodeChallenge('v'.repeat(43)), code_challenge_method: 'S256', ...more },
  }).toString();
  return new Browser().begin(url);
}

describe('the authorization endpoint', () => {
  it('sends answers to no address but a registered one, letter by letter', async () => {
    const config = await application(gate, root);
    for (const redirect of [
      ...[`${REDIRECT}/`, `${REDIRECT}?x=1`, `${REDIRECT}#x`, `${REDIRECT}/../evil`, `${REDIRECT}%2f..`, REDIRECT.toUpperCase()],
      ...['https://app.example.evil.example/back', 'https://app.example@evil.example/back', 'http://app.example/back'],
      ...['https://app.example:444/back', 'https://app.example\\@evil.example/back', 'javascript:alert(1)', '//app.example/back'],
    ]) {
      const begun = await begin(config, { redirect_uri: redirect });
      assert.ok('location' in begun && begun.location === '', redirect);
    }
    assert.ok('ask' in (await begin(config, {})));
    const native = await application(gate, root, { application: 'native', redirectUris: ['http://127.0.0.1/back'] });
    assert.ok(
      'ask' in (await begin(native, { redirect_uri: 'http://127.0.0.1:5123/back' })),
      'of a native one any port of loopback (RFC 8252)',
    );
    for (const redirect of ['http://127.0.0.1:5123/other', 'http://localhost:5123/back', 'http://127.0.0.1.evil.example/back'])
      assert.ok('location' in (await begin(native, { redirect_uri: redirect })), redirect);
  });

  it('takes no weaker PKCE, no other answer, no request of unknown make', async () => {
    const config = await application(gate, root);
    for (const [more, error] of [
      [{ code_challenge_method: 'plain' }, /invalid_request/],
      [{ code_challenge: '' }, /invalid_request/],
      [{ code_challenge: 'short' }, /invalid_request/],
      [{ response_type: 'token' }, /unsupported_response_type|invalid_request/],
      [{ response_type: 'code id_token' }, /unsupported_response_type|invalid_request/],
      [{ request: `${part({ alg: 'none' })}.${part({ client_id: 'x' })}.` }, /invalid_request_object|request_not_supported/],
      [{ request_uri: 'https://evil.example/request' }, /invalid_request|request_uri_not_supported/],
      [{ prompt: 'none' }, /login_required/],
    ] as [Record<string, string>, RegExp][]) {
      const begun = await begin(config, more);
      assert.match('location' in begun ? `${begun.location} ${begun.text}` : 'asked', error, JSON.stringify(more));
    }
  });
});

describe('codes and tokens of another application', () => {
  it('are worth nothing: a code, a refresh token, a code of a device, a request on another channel', async () => {
    const [mine, other] = [await application(gate, root, { device: true }), await application(gate, root, { device: true })];
    const verifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(mine, {
      ...{ redirect_uri: REDIRECT, scope: 'models offline_access', prompt: 'consent', code_challenge_method: 'S256' },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    });
    const back = await new Browser().authorize(gate, url, anna);
    const stranger = other.clientMetadata().client_id;
    const code = back.searchParams.get('code') ?? '';
    const swapped = await token({
      ...{ grant_type: 'authorization_code', code, client_id: stranger, redirect_uri: REDIRECT, code_verifier: verifier },
    });
    assert.equal(swapped.error, 'invalid_grant');
    const elsewhere = await token({
      ...{
        grant_type: 'authorization_code',
        code,
        client_id: mine.clientMetadata().client_id,
        redirect_uri: `${REDIRECT}2`,
        code_verifier: verifier,
      },
    });
    assert.equal(elsewhere.error, 'invalid_grant');
    const tokens = await oauth.authorizationCodeGrant(mine, back, { pkceCodeVerifier: verifier });
    assert.equal(
      (await token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', client_id: stranger })).error,
      'invalid_grant',
    );
    const begun = await oauth.initiateDeviceAuthorization(mine, { scope: 'models' });
    const device = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: begun.device_code };
    assert.equal((await call(gate, 'POST', '/api/authorization/devices', { code: begun.user_code, allow: true }, anna)).status, 200);
    assert.equal((await token({ ...device, client_id: stranger })).error, 'invalid_grant');
    const [first, second] = [await newAgent(gate, root), await newAgent(gate, root)];
    const asked = await oauth.initiateBackchannelAuthentication(first.config, { scope: 'openid models', login_hint: 'anna' });
    await assert.rejects(
      oauth.genericGrantRequest(second.config, 'urn:openid:params:grant-type:ciba', { auth_req_id: asked.auth_req_id }),
      { error: 'invalid_grant' },
    );
    assert.ok((await oauth.refreshTokenGrant(mine, tokens.refresh_token ?? '')).access_token.length > 0, 'its own still work');
  });
});

describe('people', () => {
  it('join once by a link, whoever is fastest, and get in again once by a recovery code', async () => {
    const { json } = await call(gate, 'POST', '/api/people/invitations', { role: 'viewer' }, root);
    const joined = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        call(gate, 'POST', '/api/links/use', { token: json.token, name: `racer ${i}`, password: PASSWORD }),
      ),
    );
    const made = joined.filter(({ status }) => status === 201);
    assert.equal(made.length, 1, joined.map(({ status }) => status).join());
    assert.equal((await call(gate, 'POST', '/api/links/use', { token: json.token, name: 'late', password: PASSWORD })).status, 410);
    const { session, recoveryCode: code } = made[0]?.json ?? {};
    const recovered = await Promise.all(
      Array.from({ length: 4 }, () =>
        call(gate, 'POST', '/api/session/recovery', { name: session.name, code, password: 'another one that is long' }),
      ),
    );
    assert.equal(
      recovered.filter(({ status }) => status === 201).length,
      1,
      JSON.stringify(recovered.map(({ status, json: said }) => [status, said])),
    );
  });

  it('get a session of their own, whatever cookie was there before', async () => {
    const planted = 'A'.repeat(43);
    const name = `sallyport_${new URL(gate.console).port}`;
    const said = await call(gate, 'POST', '/api/session', { name: 'anna', password: PASSWORD }, undefined, `${name}=${planted}`);
    assert.equal(said.status, 201);
    assert.doesNotMatch(said.cookie ?? '', new RegExp(planted));
    assert.match(said.cookie ?? '', /HttpOnly/);
    assert.match(said.cookie ?? '', /SameSite=Strict/);
    const stolen = await call(gate, 'GET', '/api/session', undefined, said.json.bearer, `${name}=${planted}`);
    assert.equal(stolen.status, 401);
  });

  it('are not told from nobody by the recovery form, by the time to wait, or by a request on another channel', async () => {
    const texts = new Set<string>();
    for (const name of ['anna', 'nobody at all']) {
      const said = await call(gate, 'POST', '/api/session/recovery', {
        name,
        code: 'AAAA-BBBB-CCCC-DDDD-EEEE',
        password: 'another one that is long',
      });
      texts.add(`${said.status} ${JSON.stringify(said.json)}`);
    }
    assert.equal(texts.size, 1, [...texts].join('\n'));
    const waits = new Set<string>();
    for (const name of ['anna', 'nobody else']) {
      for (let i = 0; i < 5; i++) await call(gate, 'POST', '/api/session', { name, password: `wrong ${i}` });
      const said = await call(gate, 'POST', '/api/session', { name, password: 'wrong' });
      assert.equal(said.status, 429);
      waits.add(String(said.json.error.code));
    }
    assert.equal(waits.size, 1);
  });
});

describe('an agent that is stopped', () => {
  it('loses what it waits for: a person’s answer by long poll', async () => {
    const agent = await newAgent(gate, root, { scopes: ['tools'] });
    const { access_token: held } = await oauth.clientCredentialsGrant(agent.config, { scope: 'tools' });
    const asked = await useToken(gate, `Bearer ${held}`, { path: '/v1/approvals/request', body: { tool: 'send_mail', arguments: {} } });
    assert.equal(asked.status, 201, asked.text);
    const { id } = JSON.parse(asked.text) as { id: string };
    const waiting = useToken(gate, `Bearer ${held}`, { path: `/v1/approvals/${id}?wait=50` }).then(
      ({ status }) => status,
      () => 'cut',
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const started = performance.now();
    assert.equal((await call(gate, 'POST', `/api/agents/${agent.id}/quarantine`, { reason: 'odd' }, root)).status, 200);
    assert.equal(await waiting, 'cut');
    assert.ok(performance.now() - started < 10_000);
  });
});

describe('the way to an agent’s connection', () => {
  it('has one reading: absolute forms, two lengths, two tokens and dots are refused before a credential is near', async () => {
    const key = await gate.key();
    const { port } = new URL(gate.gateway);
    const host = `localhost:${port}`;
    const head = (line: string, ...headers: string[]): string =>
      [`${line} HTTP/1.1`, `Host: ${host}`, `Authorization: Bearer ${key}`, 'Connection: close', ...headers, '', ''].join('\r\n');
    for (const [request, statuses] of [
      [head('GET http://evil.example/proxy/x/y'), [400, 404]],
      [head(`GET http://${host}/proxy/x/y`), [400, 404]],
      [head('GET /proxy/x/../../v1/models'), [400, 403, 404]],
      [head('GET //proxy/x/y'), [400, 404]],
      [head('GET /proxy/x/y', `Host: evil.example`), [400]],
      [head('POST /proxy/x/y', 'Content-Length: 5', 'Transfer-Encoding: chunked'), [400]],
      [head('POST /proxy/x/y', 'Content-Length: 5', 'Content-Length: 6'), [400]],
      [head('POST /proxy/x/y', 'Transfer-Encoding: xchunked'), [400]],
      [head('GET /proxy/x/y', 'X-Evil: a\nb: c'), [400]],
      [head('GET /proxy/x/y', `X-Api-Key: ${key}x`), [401]],
      [head('GET /proxy/x/y').replace('Authorization', 'Authorization '), [400, 401]],
    ] as [string, number[]][]) {
      const { received: answered } = await raw(gate.gateway, [request]);
      assert.ok(statuses.includes(statusOf(answered)), `${JSON.stringify(request)}: ${answered.slice(0, 200)}`);
    }
    assert.equal((await useToken(gate, `Bearer ${key}`)).status, 200);
  });
});

/** The status of the first answer on a connection. */
function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
}
