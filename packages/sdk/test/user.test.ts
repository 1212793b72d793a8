import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as oauth from 'openid-client';
import {
  application,
  Browser,
  call,
  join,
  newAgent,
  REDIRECT,
  setUp,
  type MadeAgent,
  type SignedIn,
} from '../../sallyport/test/kit/oauth.ts';
import { startSallyport, type Running } from '../../sallyport/test/kit/sallyport.ts';
import { SallyportError, UserError, withApproval, withUser, type AgentIdentity } from '../src/index.ts';

// For whom a tool runs, against the running gate: by the person's own token, exchanged for one of the agent and the person.

let gate: Running;
let root: SignedIn;
let made: MadeAgent;
let agent: AgentIdentity;
before(async () => {
  gate = await startSallyport();
  root = await setUp(gate);
  made = await newAgent(gate, root, { scopes: ['models', 'tools'], actsFor: 'anybody' });
  agent = { url: gate.gateway, issuer: `${gate.console}/oidc`, id: made.id, key: made.key.pair.privateKey };
});
after(() => gate?.remove());

async function tokenOf(who: SignedIn, scope = 'models tools'): Promise<string> {
  const config = await application(gate, root);
  const verifier = oauth.randomPKCECodeVerifier();
  const url = oauth.buildAuthorizationUrl(config, {
    ...{ redirect_uri: REDIRECT, scope, code_challenge_method: 'S256' },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  });
  return (await oauth.authorizationCodeGrant(config, await new Browser().authorize(gate, url, who), { pkceCodeVerifier: verifier }))
    .access_token;
}
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error instanceof SallyportError ? error.code : error),
  );

it('knows each person, keeps them apart, and exchanges once for each token', async () => {
  const [anna, bert] = [await join(gate, root, 'anna'), await join(gate, root, 'bert')];
  const tokens = new Map([
    ['anna', await tokenOf(anna)],
    ['bert', await tokenOf(bert, 'models')],
  ]);
  let sent = 0;
  const counting: AgentIdentity = { ...agent, fetch: (...given) => (sent++, fetch(...given)) };
  const who = withUser(async (user, _name: string) => ({ id: user.id, scopes: user.scopes.join(' '), token: user.token }), {
    agent: counting,
    token: (name: string) => tokens.get(name) ?? '',
  });
  const all = await Promise.all(['anna', 'bert', 'anna', 'bert', 'anna'].map((name) => who(name)));
  assert.deepEqual(
    all.map(({ id, scopes }) => [id, scopes]),
    [anna, bert, anna, bert, anna].map(({ id }) => [id, id === anna.id ? 'models tools' : 'models']),
  );
  assert.equal(new Set(all.map(({ token }) => token)).size, 2);
  const before = sent;
  await who('anna');
  assert.equal(sent, before, 'kept');
  const reply = await fetch(`${gate.gateway}/v1/models`, { headers: { authorization: `Bearer ${all[0]?.token}` } });
  assert.equal(reply.status, 200);
  assert.equal(await codeOf(who('nobody')), 'no_user');
});

it('goes together with an approval: the agent asks for this person', async () => {
  const cara = await join(gate, root, 'cara');
  const token = await tokenOf(cara);
  const paid: string[] = [];
  const pay = withUser(
    async (user, args: { to: string }) =>
      withApproval(async ({ to }: { to: string }) => paid.push(`${user.id} ${to}`), { client: user.client, tool: 'pay' })(args),
    { agent, token },
  );
  assert.equal(await codeOf(pay({ to: 'dora' })), 'approval_waiting');
  const [held] = (await call(gate, 'GET', '/api/approvals?state=waiting', undefined, root)).json.approvals;
  assert.equal((await call(gate, 'POST', `/api/approvals/${held.id}/answer`, { decision: 'approve' }, root)).status, 200);
  assert.equal(await codeOf(pay({ to: 'dora' })), 'done');
  assert.deepEqual(paid, [`${cara.id} dora`]);
});

it('says why a token does not count, and runs nothing then', async () => {
  const dora = await join(gate, root, 'dora');
  let ran = 0;
  const wrap = (token: string, more: Partial<AgentIdentity> = {}, scopes?: string[]): Promise<unknown> =>
    codeOf(withUser(async () => ++ran, { agent: { ...agent, ...more }, token, ...(scopes === undefined ? {} : { scopes }) })());
  const token = await tokenOf(dora, 'models');
  assert.equal(await wrap('made up'), 'invalid_grant');
  assert.equal(await wrap(token, {}, ['models', 'tools']), 'invalid_scope');
  const stranger = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  assert.equal(await wrap(token, { key: stranger.privateKey }), 'invalid_client');
  const shy = await newAgent(gate, root, { scopes: ['models'] });
  assert.equal(await wrap(token, { id: shy.id, key: shy.key.pair.privateKey }), 'invalid_grant', 'it may act for nobody');
  assert.equal(await wrap(token, { issuer: 'http://127.0.0.1:9/oidc' }), 'unreachable');
  await call(gate, 'DELETE', `/api/people/${dora.id}/sessions`, undefined, root);
  assert.equal(await wrap(token), 'invalid_grant', 'revoked');
  assert.equal(ran, 0);
  assert.ok(new UserError(400, 'x', 'y') instanceof SallyportError);
});
