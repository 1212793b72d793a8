import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { auth, type OAuthClientProvider } from '@modelcontextprotocol/client';
import { Browser, call, join, setUp, useToken, type SignedIn } from './kit/oauth.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The OAuth client of the MCP SDK, which finds the authorization server by itself, registers, and asks for a token for one resource.

let gate: Running;
let root: SignedIn;
before(async () => {
  gate = await startSallyport({ config: 'authorization: { registration: true }' });
  root = await setUp(gate);
});
after(async () => {
  await gate.remove();
});

const REDIRECT = 'http://127.0.0.1:7777/callback';

type Kept = { client?: unknown; tokens?: { access_token: string }; verifier?: string; link?: URL };

function client(kept: Kept): OAuthClientProvider {
  return {
    redirectUrl: REDIRECT,
    clientMetadata: {
      ...{ client_name: 'An MCP client', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', application_type: 'native' },
      ...{ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] },
    },
    clientInformation: () => kept.client as never,
    saveClientInformation: (information) => void (kept.client = information),
    tokens: () => kept.tokens as never,
    saveTokens: (tokens) => void (kept.tokens = tokens),
    redirectToAuthorization: (url) => void (kept.link = url),
    saveCodeVerifier: (verifier) => void (kept.verifier = verifier),
    codeVerifier: () => kept.verifier ?? '',
  };
}

function linkOf({ link }: Kept): URL {
  assert.ok(link !== undefined);
  return link;
}

describe("the MCP SDK's own OAuth client", () => {
  it('comes from the challenge of the gate to a token for one part of it, and renews it', async () => {
    const server = `${gate.gateway}/v1/models`;
    const refused = await useToken(gate, 'Bearer nonsense');
    assert.match(refused.challenge, /^Bearer resource_metadata="http:\/\/localhost:\d+\/\.well-known\/oauth-protected-resource"/);
    const kept: Kept = {};
    assert.equal(await auth(client(kept), { serverUrl: server }), 'REDIRECT');
    assert.equal(kept.link?.searchParams.get('resource'), server);
    const back = await new Browser().authorize(gate, linkOf(kept), root);
    const answer = { authorizationCode: back.searchParams.get('code') ?? '', iss: back.searchParams.get('iss') ?? '' };
    assert.equal(await auth(client(kept), { serverUrl: server, ...answer }), 'AUTHORIZED');
    const first = kept.tokens?.access_token ?? '';
    assert.equal((await useToken(gate, `Bearer ${first}`)).status, 200);
    assert.match((await useToken(gate, `Bearer ${first}`, { path: '/fga/stores' })).text, /another place/);
    assert.equal(await auth(client(kept), { serverUrl: server }), 'AUTHORIZED');
    assert.notEqual(kept.tokens?.access_token, first);
    assert.equal((await useToken(gate, `Bearer ${kept.tokens?.access_token}`)).status, 200);
    const asked = (await call(gate, 'GET', '/api/session/grants', undefined, root)).json.grants;
    assert.equal(asked[0].clientName, 'An MCP client');
  });

  it('is known by its id to a role that names applications: what it calls itself is its own word', async () => {
    assert.equal((await call(gate, 'PUT', '/api/roles/narrow', { permissions: [], apps: ['An MCP *'] }, root)).status, 200);
    const nora = await join(gate, root, 'nora', 'narrow');
    const kept: Kept = {};
    await auth(client(kept), { serverUrl: gate.gateway });
    await assert.rejects(new Browser().authorize(gate, linkOf(kept), nora), /ASK_REFUSED/);
    const { client_id: id } = kept.client as { client_id: string };
    assert.equal((await call(gate, 'PUT', '/api/roles/narrow', { permissions: [], apps: [id] }, root)).status, 200);
    const back = await new Browser().authorize(gate, linkOf(kept), nora);
    assert.ok(back.searchParams.has('code'));
  });

  it('does not accept an answer of another issuer', async () => {
    const kept: Kept = {};
    await auth(client(kept), { serverUrl: gate.gateway });
    const back = await new Browser().authorize(gate, linkOf(kept), root);
    const authorizationCode = back.searchParams.get('code') ?? '';
    await assert.rejects(auth(client(kept), { serverUrl: gate.gateway, authorizationCode, iss: 'https://evil.example' }));
  });
});

it('never asks an address inside for the description of a client', async () => {
  let asked = 0;
  const server = createServer(() => asked++).on('connection', () => asked++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost', '[::ffff:127.0.0.1]', '169.254.169.254']) {
    const query = new URLSearchParams({
      ...{
        client_id: `https://${host}:${port}/client.json`,
        response_type: 'code',
        redirect_uri: `https://${host}:${port}/back`,
        scope: 'models',
      },
      ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' },
    });
    const reply = await new Browser().get(`${gate.console}/oidc/auth?${query.toString()}`);
    assert.match(reply.text, /invalid_client/, host);
  }
  server.close();
  assert.equal(asked, 0);
});
