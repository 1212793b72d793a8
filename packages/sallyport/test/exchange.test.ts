import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import * as oauth from 'openid-client';
import {
  application,
  Browser,
  call,
  discover,
  join,
  newAgent,
  newKey,
  REDIRECT,
  setUp,
  useToken,
  type MadeAgent,
  type SignedIn,
} from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Agents: their own tokens, tokens for people, and what becomes of them when somebody takes them away.

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const WORKLOAD = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

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

/** A token of a person, by an application. */
async function tokenOf(who: SignedIn, scope = 'models', more: Record<string, string> = {}): Promise<string> {
  const config = await application(gate, root);
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT,
    scope,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  });
  const back = await new Browser().authorize(gate, url, who);
  return (await oauth.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier })).access_token;
}

const exchange = async (agent: MadeAgent, subject: string, more: Record<string, string> = {}): Promise<string> =>
  (await oauth.genericGrantRequest(agent.config, EXCHANGE, { subject_token: subject, subject_token_type: ACCESS_TOKEN, ...more }))
    .access_token;

const claimsOf = (token: string): Record<string, unknown> => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

async function refused(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError) return error.error;
    throw error;
  }
  return 'accepted';
}

describe('token exchange', () => {
  it('makes an agent act for a person, with less and never with more', async () => {
    const agent = await newAgent(gate, root, { scopes: ['models', 'inspect'], actsFor: 'anybody' });
    const subject = await tokenOf(anna, 'models inspect events:read');
    const token = await exchange(agent, subject, { scope: 'models' });
    const claims = claimsOf(token);
    assert.deepEqual(
      [claims['sub'], claims['act'], claims['scope'], claims['client_id']],
      [anna.id, { sub: agent.id }, 'models', agent.id],
    );
    assert.ok(Number(claims['exp']) <= Number(claimsOf(subject)['exp']));
    assert.equal(claimsOf(await exchange(agent, subject))['scope'], 'models inspect');
    assert.equal((await useToken(gate, `Bearer ${token}`)).status, 200);
    // What the agent has not, what the person has not, and what neither is.
    for (const scope of ['events:read', 'fga:write', 'models fga:write', 'everything'])
      assert.equal(await refused(exchange(agent, subject, { scope })), 'invalid_scope', scope);
    assert.equal(await refused(exchange(agent, subject, { resource: 'https://elsewhere.example' })), 'invalid_target');
    const narrow = await exchange(agent, subject, { resource: `${gate.gateway}/v1` });
    assert.equal((await useToken(gate, `Bearer ${narrow}`)).status, 200);
    assert.match((await useToken(gate, `Bearer ${narrow}`, { path: '/fga/stores' })).text, /another place/);
    assert.equal(await refused(exchange(agent, narrow, { resource: gate.gateway })), 'invalid_target');
  });

  it('keeps the chain of who acts, three at most', async () => {
    const agents = await Promise.all([1, 2, 3, 4].map(() => newAgent(gate, root, { actsFor: 'anybody' })));
    let token = await tokenOf(anna);
    for (const agent of agents.slice(0, 3)) token = await exchange(agent, token);
    const [first, second, third, fourth] = agents as [MadeAgent, MadeAgent, MadeAgent, MadeAgent];
    assert.deepEqual(claimsOf(token)['act'], { sub: third.id, act: { sub: second.id, act: { sub: first.id } } });
    assert.equal(await refused(exchange(fourth, token)), 'invalid_grant');
    const used = await useToken(gate, `Bearer ${token}`, {
      path: '/v1/chat/completions',
      body: { model: 'practice/echo', messages: [{ role: 'user', content: 'hello' }] },
    });
    assert.equal(used.status, 200, used.text);
    const events = JSON.parse((await gate.cli('events', 'list', '--json', '--kind', 'gateway.request')).stdout) as {
      events?: Acted[];
    } & Acted[];
    const [event] = events.events ?? events;
    assert.deepEqual([event?.actor.principal, event?.actor.actors], [anna.id, [third.id, second.id, first.id]]);
  });

  it('is for those that the agent may act for', async () => {
    const mine = await newAgent(gate, root, { actsFor: 'owner', owner: 'anna' });
    const nobodys = await newAgent(gate, root);
    assert.equal(await refused(exchange(mine, await tokenOf(anna))), 'accepted');
    assert.equal(await refused(exchange(mine, await tokenOf(root))), 'invalid_grant');
    assert.equal(await refused(exchange(nobodys, await tokenOf(anna))), 'invalid_grant');
  });

  it('takes no forged, foreign, bound or other token', async () => {
    const agent = await newAgent(gate, root, { actsFor: 'anybody' });
    const subject = await tokenOf(anna);
    const [head, body, tail] = subject.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ ...claimsOf(subject), scope: 'models fga:write' })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    for (const token of [`${head}.${forged}.${tail}`, `${none}.${body}.`, `${head}.${body}.`, 'x', subject.slice(0, -2)])
      assert.equal(await refused(exchange(agent, token)), 'invalid_grant', token.slice(0, 20));
    assert.equal(
      await refused(
        oauth.genericGrantRequest(agent.config, EXCHANGE, {
          subject_token: subject,
          subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        }),
      ),
      'invalid_request',
    );
  });
});

describe('an agent', () => {
  it('has its own tokens within its limits', async () => {
    const agent = await newAgent(gate, root, { scopes: ['models'], models: ['practice/*'], tools: ['look_up'] });
    const { access_token: token } = await oauth.clientCredentialsGrant(agent.config, { scope: 'models fga:write' });
    assert.deepEqual([claimsOf(token)['sub'], claimsOf(token)['scope']], [agent.id, 'models']);
    const ask = (body: object): ReturnType<typeof useToken> =>
      useToken(gate, `Bearer ${token}`, {
        path: '/v1/chat/completions',
        body: { messages: [{ role: 'user', content: 'hello' }], ...body },
      });
    assert.equal((await ask({ model: 'practice/echo' })).status, 200);
    assert.match((await ask({ model: 'gpt-9' })).text, /model_not_allowed/);
    const tool = (name: string): object => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
    assert.equal((await ask({ model: 'practice/echo', tools: [tool('look_up')] })).status, 200);
    assert.match((await ask({ model: 'practice/echo', tools: [tool('look_up'), tool('send_mail')] })).text, /tool_not_allowed/);
    assert.equal((await useToken(gate, `Bearer ${token}`, { path: '/fga/stores' })).status, 403);
  });

  it('proves itself by its own key only, and by no assertion twice', async () => {
    const agent = await newAgent(gate, root);
    const stranger = await newKey();
    const forged = await discover(gate, agent.id, oauth.PrivateKeyJwt(stranger.pair.privateKey));
    assert.equal(await refused(oauth.clientCredentialsGrant(forged, { scope: 'models' })), 'invalid_client');
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(agent.id)
      .setSubject(agent.id)
      .setJti('one')
      .setAudience(`${gate.console}/oidc`)
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(agent.key.pair.privateKey);
    const post = async (): Promise<number> =>
      (
        await fetch(`${gate.console}/oidc/token`, {
          method: 'POST',
          body: new URLSearchParams({
            ...{ grant_type: 'client_credentials', scope: 'models', client_id: agent.id, client_assertion: assertion },
            client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          }),
        })
      ).status;
    const statuses = await Promise.all(Array.from({ length: 10 }, post));
    assert.equal(statuses.filter((status) => status === 200).length, 1, statuses.join());
  });

  it('changes its key without a gap', async () => {
    const agent = await newAgent(gate, root);
    const next = await newKey();
    const added = await call(gate, 'POST', `/api/agents/${agent.id}/keys`, { jwk: next.jwk, overlapSeconds: 3 }, root);
    const fresh = await discover(gate, agent.id, oauth.PrivateKeyJwt({ key: next.pair.privateKey, kid: added.json.id }));
    const ask = (config: oauth.Configuration): Promise<string> => refused(oauth.clientCredentialsGrant(config, { scope: 'models' }));
    assert.deepEqual([await ask(agent.config), await ask(fresh)], ['accepted', 'accepted']);
    const until = Date.now() + 6_000;
    while (Date.now() < until && (await ask(agent.config)) === 'accepted') await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual([await ask(agent.config), await ask(fresh)], ['invalid_client', 'accepted']);
  });

  it('is stopped by one call: its tokens, its stream, its key; and what others do with it', async () => {
    const agent = await newAgent(gate, root, { actsFor: 'anybody' });
    const { access_token: own } = await oauth.clientCredentialsGrant(agent.config, { scope: 'models' });
    const delegated = await exchange(agent, await tokenOf(anna));
    for (const token of [own, delegated]) assert.equal((await useToken(gate, `Bearer ${token}`)).status, 200);
    assert.equal((await call(gate, 'POST', `/api/agents/${agent.id}/quarantine`, { reason: 'sends odd letters' }, root)).status, 200);
    for (const token of [own, delegated]) assert.equal((await useToken(gate, `Bearer ${token}`)).status, 401);
    assert.equal(await refused(oauth.clientCredentialsGrant(agent.config, { scope: 'models' })), 'invalid_client');
    const listed = (await call(gate, 'GET', '/api/agents', undefined, root)).json.agents.find(({ id }: { id: string }) => id === agent.id);
    assert.equal(listed.reason, 'sends odd letters');
    assert.equal((await call(gate, 'DELETE', `/api/agents/${agent.id}/quarantine`, undefined, root)).status, 200);
    assert.equal((await useToken(gate, `Bearer ${own}`)).status, 401);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal(await refused(oauth.clientCredentialsGrant(agent.config, { scope: 'models' })), 'accepted');
  });

  it('is known by what it may do and does not, and nobody gives it more than he has', async () => {
    const agent = await newAgent(gate, root, { scopes: ['models', 'fga:write'] });
    const listed = (await call(gate, 'GET', '/api/agents', undefined, root)).json.agents.find(({ id }: { id: string }) => id === agent.id);
    assert.ok(listed.warnings.includes('It may change who may read what.'), listed.warnings.join());
    const given = await call(gate, 'POST', '/api/agents', { name: 'greedy', purpose: 'more', scopes: ['fga:write'] }, anna);
    assert.match(given.json.error.message, /You lack fga:write/);
  });
});

type Acted = { readonly actor: { readonly principal: string; readonly actors?: readonly string[] } };

describe('a workload', () => {
  let issuer: Server;
  let address: string;
  let sign: (claims: Record<string, unknown>, audience?: string) => Promise<string>;
  before(async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256' };
    issuer = createServer((request, response) => {
      const json = request.url === '/keys' ? { keys: [jwk] } : { issuer: address, jwks_uri: `${address}/keys` };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(json));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
    sign = (claims, audience = `${gate.console}/oidc`) =>
      new SignJWT({ exp: Math.floor(Date.now() / 1_000) + 300, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .setIssuer(address)
        .setAudience(audience)
        .setIssuedAt()
        .sign(privateKey);
  });
  after(() => issuer.close());

  it('is an agent by the token of its platform, and acts for people with it', async () => {
    const made = await call(gate, 'POST', '/api/agents', { name: 'mailer', purpose: 'answers letters', actsFor: 'anybody' }, root);
    const subject = 'system:serviceaccount:mail:*';
    const added = await call(gate, 'POST', `/api/agents/${made.json.id}/workloads`, { issuer: address, subject }, root);
    assert.equal(added.status, 201, JSON.stringify(added.json));
    const config = await discover(gate, 'workload');
    const come = async (assertion: string): Promise<string> =>
      (await oauth.genericGrantRequest(config, WORKLOAD, { assertion })).access_token;
    const token = await come(await sign({ sub: 'system:serviceaccount:mail:mailer' }));
    assert.deepEqual([claimsOf(token)['sub'], claimsOf(token)['act']], [made.json.id, undefined]);
    assert.equal((await useToken(gate, `Bearer ${token}`)).status, 200);
    for (const [claims, audience] of [
      [{ sub: 'system:serviceaccount:other:mailer' }, undefined],
      [{ sub: 'system:serviceaccount:mail:a:b' }, undefined],
      [{ sub: 'system:serviceaccount:mail:' }, undefined],
      [{}, undefined],
      [{ sub: 'system:serviceaccount:mail:mailer' }, 'https://other.example'],
      [{ sub: 'system:serviceaccount:mail:mailer', exp: 1 }, undefined],
    ] as const)
      assert.equal(await refused(come(await sign(claims, audience))), 'invalid_grant', JSON.stringify(claims));
    const acted = await oauth.genericGrantRequest(config, EXCHANGE, {
      ...{ subject_token: await tokenOf(anna), subject_token_type: ACCESS_TOKEN, actor_token: token, actor_token_type: ACCESS_TOKEN },
    });
    assert.deepEqual([claimsOf(acted.access_token)['sub'], claimsOf(acted.access_token)['act']], [anna.id, { sub: made.json.id }]);
    const wide = await call(gate, 'POST', `/api/agents/${made.json.id}/workloads`, { issuer: address, subject: 'repo:*' }, root);
    assert.equal(wide.json.error.code, 'AGENT_INVALID');
  });
});
