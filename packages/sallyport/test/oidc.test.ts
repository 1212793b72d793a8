import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as oauth from 'openid-client';
import { application, Browser, call, join, newAgent, newKey, REDIRECT, setUp, useToken, type SignedIn } from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The authorization server over its real ports, by the client library that applications use.

let gate: Running;
let root: SignedIn;
let anna: SignedIn;
before(async () => {
  gate = await startSallyport();
  root = await setUp(gate);
  anna = await join(gate, root, 'anna');
});
after(async () => {
  await gate.remove();
});

type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;

/** Code with PKCE, from the link to the tokens. */
async function signInAt(
  config: oauth.Configuration,
  who: SignedIn,
  scope = 'openid models',
  more: Record<string, string> = {},
): Promise<Tokens> {
  const verifier = oauth.randomPKCECodeVerifier();
  const state = oauth.randomState();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const back = await new Browser().authorize(gate, url, who);
  return oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
}

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
/** The error code that a call of the client library ended with. */
async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return error.error;
    if (error instanceof oauth.AuthorizationResponseError) return error.error;
    throw error;
  }
  return 'accepted';
}

describe('code and PKCE', () => {
  it('gives tokens that the gate accepts, and an ID token of the person', async () => {
    const tokens = await signInAt(await application(gate, root), anna);
    assert.equal(tokens.claims()?.sub, anna.id);
    const claims = claimsOf(tokens.access_token);
    assert.equal(claims['aud'], gate.gateway);
    assert.equal(claims['scope'], 'models');
    assert.ok(Number(claims['exp']) - Number(claims['iat']) <= 300);
    assert.equal((await useToken(gate, `Bearer ${tokens.access_token}`)).status, 200);
  });

  it('asks with nothing but what the person can give', async () => {
    const viewer = await join(gate, root, `viewer ${Math.random()}`, 'viewer');
    const tokens = await signInAt(await application(gate, root), viewer, 'models fga:write events:read');
    assert.equal(tokens.scope, 'models events:read');
  });

  it('is refused without PKCE, with a wrong verifier, another address, a second time', async () => {
    const config = await application(gate, root);
    const plain = await new Browser().begin(oauth.buildAuthorizationUrl(config, { redirect_uri: REDIRECT, scope: 'models' }));
    assert.match('location' in plain ? plain.location : '', /error=invalid_request/);
    const verifier = oauth.randomPKCECodeVerifier();
    const url = (redirect: string): Promise<URL> =>
      oauth.calculatePKCECodeChallenge(verifier).then((challenge) =>
        oauth.buildAuthorizationUrl(config, {
          redirect_uri: redirect,
          scope: 'models',
          code_challenge: challenge,
          code_challenge_method: 'S256',
        }),
      );
    const open = await new Browser().begin(await url('https://evil.example/back'));
    assert.equal('location' in open && open.location, '');
    const wrong = await new Browser().authorize(gate, await url(REDIRECT), anna);
    assert.equal(
      await refused(oauth.authorizationCodeGrant(config, wrong, { pkceCodeVerifier: oauth.randomPKCECodeVerifier() })),
      'invalid_grant',
    );
    const back = await new Browser().authorize(gate, await url(REDIRECT), anna);
    const first = await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    assert.equal((await useToken(gate, `Bearer ${first.access_token}`)).status, 200);
    assert.equal(await refused(oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })), 'invalid_grant');
    // RFC 6749 section 4.1.2: a code that comes twice takes its tokens along.
    await until(async () => (await useToken(gate, `Bearer ${first.access_token}`)).status === 401);
    assert.equal(await refused(oauth.refreshTokenGrant(config, first.refresh_token ?? '')), 'invalid_grant');
  });

  it('ends with no when the person says no', async () => {
    const config = await application(gate, root);
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'models',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    const back = await new Browser().authorize(gate, url, anna, false);
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('iss'), `${gate.console}/oidc`);
  });

  it('is answered only in the browser in which it began, and only by people of the organisation', async () => {
    const config = await application(gate, root);
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'models',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    });
    const begun = await new Browser().begin(url);
    const ask = 'ask' in begun ? begun.ask : '';
    const elsewhere = await call(gate, 'POST', `/api/authorization/asks/${ask}`, { allow: true }, anna);
    assert.equal(elsewhere.json.error.code, 'ASK_GONE');
    const other = new Browser();
    await other.begin(url);
    const stolen = await call(
      gate,
      'GET',
      `/api/authorization/asks/${ask}`,
      undefined,
      anna,
      `sallyport_answer=${other.cookies.get('sallyport_answer')}`,
    );
    assert.equal(stolen.json.error.code, 'ASK_GONE');
  });

  it('redeems one code for one token, however many ask at once', async () => {
    const config = await application(gate, root);
    const verifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'models',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await new Browser().authorize(gate, url, anna);
    const all = await Promise.all(
      Array.from({ length: 50 }, () => refused(oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier }))),
    );
    assert.deepEqual(counted(all), { accepted: 1, invalid_grant: 49 });
  });
});

describe('refresh tokens', () => {
  it('rotate, are good once also at the same moment, and take their family along when one comes again', async () => {
    const config = await application(gate, root);
    const tokens = await signInAt(config, anna, 'models offline_access');
    const second = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.notEqual(second.refresh_token, tokens.refresh_token);
    const all = await Promise.all(Array.from({ length: 50 }, () => refused(oauth.refreshTokenGrant(config, second.refresh_token ?? ''))));
    assert.equal(counted(all)['accepted'], 1);
    assert.equal(await refused(oauth.refreshTokenGrant(config, tokens.refresh_token ?? '')), 'invalid_grant');
    await until(async () => (await useToken(gate, `Bearer ${second.access_token}`)).status === 401);
  });
});

describe('pushed requests, proofs and details', () => {
  it('takes a pushed request', async () => {
    const config = await application(gate, root);
    const verifier = oauth.randomPKCECodeVerifier();
    const url = await oauth.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      scope: 'models',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
    const back = await new Browser().authorize(gate, url, anna);
    const tokens = await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier });
    assert.equal((await useToken(gate, `Bearer ${tokens.access_token}`)).status, 200);
  });

  it('binds tokens to a key by DPoP, at the server and at the gate', async () => {
    const config = await application(gate, root, { dpop: true });
    const handle = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
    const verifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT,
      scope: 'models',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    const back = await new Browser().authorize(gate, url, anna);
    const tokens = await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier }, undefined, { DPoP: handle });
    assert.equal(tokens.token_type, 'dpop');
    const ask = (): Promise<Response> =>
      oauth.fetchProtectedResource(config, tokens.access_token, new URL('/v1/models', gate.gateway), 'GET', null, new Headers(), {
        DPoP: handle,
      });
    assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 200);
    assert.match((await useToken(gate, `Bearer ${tokens.access_token}`)).text, /bound to a key/);
    assert.match((await useToken(gate, `DPoP ${tokens.access_token}`)).text, /proof is missing/);
    const stranger = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair());
    await assert.rejects(
      oauth.fetchProtectedResource(config, tokens.access_token, new URL('/v1/models', gate.gateway), 'GET', null, new Headers(), {
        DPoP: stranger,
      }),
      /WWW-Authenticate/,
    );
    assert.equal(
      await refused(oauth.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: stranger })),
      'invalid_grant',
    );
  });

  it('carries the tool call that was allowed, and refuses details of another form', async () => {
    const config = await application(gate, root);
    const detail = { type: 'tool_call', tool: 'send_mail', args_sha256: 'a'.repeat(64), summary: 'Send a letter to Bert' };
    const tokens = await signInAt(config, anna, 'tools', { authorization_details: JSON.stringify([detail]) });
    assert.deepEqual(claimsOf(tokens.access_token)['authorization_details'], [detail]);
    const wrong = await new Browser().begin(
      oauth.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT,
        scope: 'tools',
        code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
        code_challenge_method: 'S256',
        authorization_details: JSON.stringify([{ ...detail, args_sha256: 'short' }]),
      }),
    );
    assert.match('location' in wrong ? wrong.location : '', /error=invalid_authorization_details/);
  });

  it('refuses a resource that is not here', async () => {
    const config = await application(gate, root);
    for (const resource of [
      'https://elsewhere.example',
      `${gate.gateway}.evil.example`,
      `${gate.gateway}/v1/../mcp`,
      `${gate.gateway}/v1?x`,
    ]) {
      const begun = await new Browser().begin(
        oauth.buildAuthorizationUrl(config, {
          redirect_uri: REDIRECT,
          scope: 'models',
          resource,
          code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
          code_challenge_method: 'S256',
        }),
      );
      assert.match('location' in begun ? begun.location : '', /error=invalid_target/, resource);
    }
  });
});

describe('devices and other channels', () => {
  it('lets a device in by the code that it shows', async () => {
    const config = await application(gate, root, { device: true });
    const begun = await oauth.initiateDeviceAuthorization(config, { scope: 'models' });
    const link = await new Browser().get(begun.verification_uri_complete ?? '');
    assert.equal(link.location, `/device?code=${begun.user_code}`);
    const looked = await call(gate, 'POST', '/api/authorization/devices/look', { code: begun.user_code.toLowerCase() }, anna);
    assert.deepEqual(looked.json.scopes, ['models']);
    const waiting = await refused(pollOnce(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: begun.device_code }));
    assert.equal(waiting, 'authorization_pending');
    assert.equal(
      await refused(pollOnce(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: begun.device_code })),
      'slow_down',
    );
    assert.equal((await call(gate, 'POST', '/api/authorization/devices', { code: begun.user_code, allow: true }, anna)).status, 200);
    const all = await Promise.all(
      Array.from({ length: 50 }, () =>
        refused(pollOnce(config, 'urn:ietf:params:oauth:grant-type:device_code', { device_code: begun.device_code })),
      ),
    );
    assert.deepEqual(counted(all), { accepted: 1, invalid_grant: 49 });
    assert.equal(
      (await call(gate, 'POST', '/api/authorization/devices', { code: begun.user_code, allow: true }, anna)).json.error.code,
      'CODE_UNKNOWN',
    );
  });

  it('asks a person on another channel: waits, slows down, gives one token, or none', async () => {
    const agent = await newAgent(gate, root, { scopes: ['models', 'tools'] });
    const detail = { type: 'tool_call', tool: 'send_mail', args_sha256: 'b'.repeat(64) };
    const ask = (): ReturnType<typeof oauth.initiateBackchannelAuthentication> =>
      oauth.initiateBackchannelAuthentication(agent.config, {
        scope: 'openid tools',
        login_hint: 'anna',
        binding_message: 'Letter 17',
        authorization_details: JSON.stringify([detail]),
      });
    const begun = await ask();
    assert.equal(begun.interval, 5);
    const poll = (): Promise<unknown> => pollOnce(agent.config, 'urn:openid:params:grant-type:ciba', { auth_req_id: begun.auth_req_id });
    assert.equal(await refused(poll()), 'authorization_pending');
    assert.equal(await refused(poll()), 'slow_down');
    const mine = await call(gate, 'GET', '/api/authorization/requests', undefined, anna);
    const request = mine.json.requests.find((one: { message: string }) => one.message === 'Letter 17');
    assert.deepEqual(request.details, [detail]);
    assert.deepEqual((await call(gate, 'GET', '/api/authorization/requests', undefined, root)).json.requests, []);
    const path = `/api/authorization/requests/${request.id}`;
    assert.equal((await call(gate, 'POST', path, { allow: true }, root)).json.error.code, 'ASK_GONE');
    assert.equal((await call(gate, 'POST', path, { allow: true }, anna)).status, 200);
    const all = await Promise.all(
      Array.from({ length: 50 }, () =>
        pollOnce(agent.config, 'urn:openid:params:grant-type:ciba', { auth_req_id: begun.auth_req_id }).catch(
          (error: { error: string }) => error.error,
        ),
      ),
    );
    const tokens = all.filter((one) => typeof one === 'object') as Tokens[];
    assert.equal(tokens.length, 1);
    const claims = claimsOf(tokens[0]?.access_token ?? '');
    assert.deepEqual([claims['sub'], claims['act'], claims['authorization_details']], [anna.id, { sub: agent.id }, [detail]]);
    const denied = await ask();
    const [waiting] = (await call(gate, 'GET', '/api/authorization/requests', undefined, anna)).json.requests;
    await call(gate, 'POST', `/api/authorization/requests/${waiting.id}`, { allow: false }, anna);
    assert.equal(
      await refused(pollOnce(agent.config, 'urn:openid:params:grant-type:ciba', { auth_req_id: denied.auth_req_id })),
      'access_denied',
    );
    assert.equal(
      await refused(oauth.initiateBackchannelAuthentication(agent.config, { scope: 'openid tools', login_hint: 'nobody' })),
      'unknown_user_id',
    );
  });
});

describe('introspection and revocation', () => {
  it('tells a client about its own tokens, and takes them back', async () => {
    const key = await newKey();
    const config = await application(gate, root, { jwks: [key.jwk] }, oauth.PrivateKeyJwt(key.pair.privateKey));
    const tokens = await signInAt(config, anna, 'models offline_access');
    const told = await oauth.tokenIntrospection(config, tokens.access_token);
    assert.deepEqual([told.active, told.sub, told.scope], [true, anna.id, 'models']);
    const stranger = await application(gate, root);
    assert.equal((await oauth.tokenIntrospection(stranger, tokens.access_token)).active, false);
    await oauth.tokenRevocation(stranger, tokens.access_token);
    assert.equal((await useToken(gate, `Bearer ${tokens.access_token}`)).status, 200);
    await oauth.tokenRevocation(config, tokens.access_token);
    assert.match((await useToken(gate, `Bearer ${tokens.access_token}`)).text, /revoked/);
    assert.equal((await oauth.tokenIntrospection(config, tokens.access_token)).active, false);
    const again = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '');
    await oauth.tokenRevocation(config, again.refresh_token ?? '');
    assert.equal(await refused(oauth.refreshTokenGrant(config, again.refresh_token ?? '')), 'invalid_grant');
  });

  it('ends what was given in a session with it, and keeps what was given for longer', async () => {
    const config = await application(gate, root);
    const name = `cara ${Math.random()}`;
    const cara = await join(gate, root, name);
    const short = await signInAt(config, cara, 'models');
    const long = await signInAt(config, cara, 'openid models offline_access', { prompt: 'consent' });
    assert.equal((await call(gate, 'DELETE', '/api/session', undefined, cara)).status, 200);
    assert.equal((await useToken(gate, `Bearer ${short.access_token}`)).status, 401);
    assert.equal(await refused(oauth.refreshTokenGrant(config, short.refresh_token ?? '')), 'invalid_grant');
    assert.equal(await refused(oauth.refreshTokenGrant(config, long.refresh_token ?? '')), 'accepted');
  });
});

async function pollOnce(config: oauth.Configuration, grant: string, parameters: Record<string, string>): Promise<unknown> {
  return oauth.genericGrantRequest(config, grant, parameters);
}

function counted(all: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not come to pass within two seconds');
}
