import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import * as oauth from 'openid-client';
import { application, Browser, newAgent, PASSWORD, REDIRECT, useLink, useToken, type SignedIn } from './kit/oauth.ts';
import { DEFAULT_TENANT } from '../src/kernel/index.ts';
import { openPlace, type Place } from './kit/place.ts';

// Behind a reverse proxy: whose address counts for the limits of signing in, sessions, events and agents.

const PROXIES = 'listen: { trustedProxies: ["127.0.0.0/8", "::1", "10.0.0.5"] }';

async function opened(yaml: string): Promise<{ place: Place; root: SignedIn }> {
  const place = await openPlace('pglite', yaml);
  assert.ok(place !== undefined);
  return { place, root: await useLink(place, (await place.app.people.setupLink()) ?? '', 'root') };
}

/** As a proxy sends it: node's own client, because `fetch` joins headers of one name. */
function send(
  url: string,
  forwarded: string | readonly string[] | undefined,
  body?: object,
  headers: object = {},
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded as string }),
          ...headers,
        },
      },
      (reply) => {
        let text = '';
        reply.on('data', (piece: Buffer) => (text += piece.toString()));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('with a proxy that is trusted', () => {
  let place: Place;
  let root: SignedIn;
  before(async () => {
    ({ place, root } = await opened(PROXIES));
  });
  after(() => place?.stop());

  const signIn = async (forwarded: string | readonly string[], password: string): Promise<number> =>
    (await send(`${place.console}/api/session`, forwarded, { name: 'root', password })).status;

  it('wrong passwords make their sender wait and nobody else, whatever he claims beside', async () => {
    for (let tries = 0; tries < 5; tries++) assert.equal(await signIn('198.51.100.4', 'not the password'), 401);
    assert.equal(await signIn('198.51.100.4', 'not the password'), 429);
    for (const claim of ['203.0.113.80, 198.51.100.4', '127.0.0.1, 198.51.100.4, 10.0.0.5', '::ffff:198.51.100.4'])
      assert.equal(await signIn(claim, 'not the password'), 429, claim);
    assert.equal(await signIn(['203.0.113.81', '198.51.100.4'], 'not the password'), 429, 'two headers');
    assert.equal(await signIn('203.0.113.9', PASSWORD), 201);
    const { sessions } = JSON.parse(
      (await send(`${place.console}/api/sessions`, undefined, undefined, { authorization: `Bearer ${root.bearer}`, cookie: root.cookie }))
        .text,
    ) as { sessions: { address: string }[] };
    assert.ok(
      sessions.some(({ address }) => address === '203.0.113.9'),
      JSON.stringify(sessions),
    );
  });

  it('agents come from their own networks, with their tokens and when they ask for them', async () => {
    const agent = await newAgent(place, root, { scopes: ['models'], networks: ['198.51.100.0/24'], actsFor: 'owner' });
    const { access_token: token } = await oauth.clientCredentialsGrant(agent.config, { scope: 'models' });
    const use = async (forwarded: string): Promise<number> =>
      (await useToken(place, `Bearer ${token}`, { headers: { 'x-forwarded-for': forwarded } })).status;
    assert.deepEqual([await use('198.51.100.20'), await use('203.0.113.20'), await use('198.51.100.20, 203.0.113.20')], [200, 401, 401]);
    const app = await application(place, root);
    const verifier = oauth.randomPKCECodeVerifier();
    const url = oauth.buildAuthorizationUrl(app, {
      ...{ redirect_uri: REDIRECT, scope: 'models', code_challenge_method: 'S256' },
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    });
    const back = await new Browser().authorize(place, url, root);
    const { access_token: subject } = await oauth.authorizationCodeGrant(app, back, { pkceCodeVerifier: verifier });
    const exchanged = async (forwarded: string): Promise<string> => {
      const { config } = agent;
      config[oauth.customFetch] = (to, options) =>
        fetch(to, { ...(options as RequestInit), headers: { ...options.headers, 'x-forwarded-for': forwarded } });
      const asked = oauth.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
        subject_token: subject,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      });
      return asked.then(
        () => 'accepted',
        (error: unknown) => (error instanceof oauth.ResponseBodyError ? error.error : String(error)),
      );
    };
    assert.deepEqual(
      [await exchanged('198.51.100.20'), await exchanged('203.0.113.20'), await exchanged('198.51.100.20, 203.0.113.20')],
      ['accepted', 'invalid_grant', 'invalid_grant'],
    );
  });

  it('what is turned away is counted for its sender', async () => {
    assert.equal((await send(`${place.gateway}/v1/models`, '203.0.113.44')).status, 401);
    // What was counted is written when the gate closes, too.
    place.app.gateway.close();
    const key = await place.app.identity.createKey(DEFAULT_TENANT, { name: 'eyes', permissions: ['events:read'] }, 'test');
    for (let tries = 0; ; tries++) {
      const headers = { authorization: `Bearer ${key.key.reveal()}` };
      const { events } = JSON.parse(
        (await send(`${place.console}/api/events?kind=request.refused`, undefined, undefined, headers)).text,
      ) as {
        events: { detail: { address: string } }[];
      };
      if (events.some(({ detail }) => detail.address === '203.0.113.44')) break;
      assert.ok(tries < 100, JSON.stringify(events));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});

describe('without', () => {
  let place: Place;
  let root: SignedIn;
  before(async () => {
    ({ place, root } = await opened(''));
  });
  after(() => place?.stop());

  it('nobody gets out of a limit or into a network by a header', async () => {
    const guess = async (i: number): Promise<number> =>
      (await send(`${place.console}/api/session`, `198.51.100.${i}`, { name: 'root', password: 'not the password' })).status;
    const tried = [];
    for (let i = 0; i < 6; i++) tried.push(await guess(i));
    assert.deepEqual(tried, [401, 401, 401, 401, 401, 429]);
    const agent = await newAgent(place, root, { scopes: ['models'], networks: ['198.51.100.0/24'] });
    const { access_token: token } = await oauth.clientCredentialsGrant(agent.config, { scope: 'models' });
    const used = await useToken(place, `Bearer ${token}`, { headers: { 'x-forwarded-for': '198.51.100.20' } });
    assert.equal(used.status, 401);
  });
});
