import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import * as oauth from 'openid-client';
import { newId, PERMISSIONS, type PrincipalId, type TenantId } from '../../src/kernel/index.ts';
import { insertLinked, insertUpstream } from '../../src/identity/upstream/store.ts';
import { Browser, call, discover, newKey, REDIRECT, useLink, type SignedIn } from './oauth.ts';
import type { Place } from './place.ts';

/** One thing of every kind that a tenant may have, by the names under which routes are asked for them. */
export type Ids = Readonly<Record<(typeof NAMES)[number], string>>;

export const NAMES = [
  ...['person', 'session', 'reset', 'passkey', 'key', 'client', 'grant', 'agent', 'agentKey', 'workload', 'ask', 'answerCookie'],
  ...['request', 'deviceCode', 'approval', 'approvalGrant', 'approvalLink', 'event', 'feedback', 'fgaStore', 'fgaModel', 'document'],
  ...['issuedToken', 'refreshToken', 'authReqId', 'principal', 'upstream', 'upstreamLink', 'project', 'role'],
] as const;

export type World = {
  readonly tenant: TenantId;
  /** Stands in every name and text of the tenant; in nothing that another tenant may read. */
  readonly canary: string;
  readonly people: Readonly<Record<'administrator' | 'operator' | 'viewer', SignedIn>>;
  /** A key with every permission, and one with none but the data plane. */
  readonly keys: { readonly all: string; readonly bare: string };
  readonly ids: Ids;
  /** The agent of `ids.agent`, as its own OAuth library sees it. */
  readonly agent: oauth.Configuration;
  readonly client: oauth.Configuration;
};

/** Fills a tenant with one thing of every kind, by the API wherever there is one. */
export async function makeWorld(place: Place, tenant: TenantId): Promise<World> {
  const { app } = place;
  await app.identity.ensureTenant(tenant);
  const canary = `canary${randomBytes(6).toString('hex')}`;
  const operator = app.control.client(tenant);
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
  const made = async (path: string, body: object = {}, method: 'POST' | 'PUT' = 'POST'): Promise<any> =>
    operator.call(method, path, JSON.parse(JSON.stringify(body)));
  const invited = async (role: string): Promise<SignedIn> =>
    useLink(place, (await made('/api/people/invitations', { role })).token, `${role} ${canary}`);
  const people = { administrator: await invited('administrator'), operator: await invited('operator'), viewer: await invited('viewer') };
  const root = people.administrator;
  const spare = await useLink(place, (await made('/api/people/invitations', { role: 'viewer' })).token, `spare ${canary}`);
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into it freely
  const asRoot = async (method: string, path: string, body?: object, cookies?: string): Promise<any> => {
    const said = await call(place, method, path, body, root, cookies);
    assert.ok(said.status < 300, `${method} ${path}: ${said.status} ${JSON.stringify(said.json)}`);
    return said.json;
  };

  const all = await made('/api/keys', { name: `all ${canary}`, permissions: [...PERMISSIONS] });
  const bare = await made('/api/keys', { name: `bare ${canary}` });
  const principal = (await asRoot('GET', '/api/keys')).keys.find((one: { id: string }) => one.id === bare.id).principal as PrincipalId;

  const found = {
    fingerprint: 'matrix:0123456789',
    rule: 'sql',
    type: 'SQL',
    severity: 'high',
    confidence: 1,
    path: `${canary}.py`,
    line: 1,
    message: canary,
  };
  const scan = { kind: 'code', version: '1', files: 1, notScanned: 0, findings: [found], packages: [`pkg:npm/${canary}@1.0.0`] };
  await made('/api/scans', { project: canary, ...scan });
  await made(`/api/roles/role-${canary}`, { permissions: ['events:read'] }, 'PUT');

  const agent = await asRoot('POST', '/api/agents', { name: `agent ${canary}`, purpose: canary, scopes: ['models', 'tools'] });
  const pair = await newKey();
  const agentKey = await asRoot('POST', `/api/agents/${agent.id}/keys`, { jwk: pair.jwk });
  const workload = await asRoot('POST', `/api/agents/${agent.id}/workloads`, {
    issuer: 'https://issuer.example',
    subject: `repo:${canary}`,
  });
  const agentConfig = await discover(place, agent.id, oauth.PrivateKeyJwt({ key: pair.pair.privateKey, kid: agentKey.id }));

  const client = await asRoot('POST', '/api/clients', { name: `client ${canary}`, redirectUris: [REDIRECT], device: true });
  const config = await discover(place, client.id);
  const link = async (more: Record<string, string> = {}): Promise<{ url: URL; verifier: string }> => {
    const verifier = oauth.randomPKCECodeVerifier();
    const challenge = await oauth.calculatePKCECodeChallenge(verifier);
    const parameters = { redirect_uri: REDIRECT, scope: 'models', code_challenge: challenge, code_challenge_method: 'S256', ...more };
    return { url: oauth.buildAuthorizationUrl(config, parameters), verifier };
  };
  const { url, verifier } = await link({ scope: 'models offline_access', prompt: 'consent' });
  const tokens = await oauth.authorizationCodeGrant(config, await new Browser().authorize(place, url, root), {
    pkceCodeVerifier: verifier,
  });
  const [grant] = (await asRoot('GET', '/api/grants')).grants;
  const browser = new Browser();
  const begun = await browser.begin((await link({ prompt: 'consent' })).url);
  const device = await oauth.initiateDeviceAuthorization(config, { scope: 'models' });
  const asked = await oauth.initiateBackchannelAuthentication(agentConfig, {
    ...{ scope: 'openid tools', login_hint: root.id, binding_message: canary },
  });
  const [request] = (await asRoot('GET', '/api/authorization/requests')).requests;

  const hold = async (tool: string): Promise<{ id: string; url: string }> => {
    const held = await app.approvals.request({
      ...{ tenant, requester: principal, tool, arguments: { text: canary }, effect: 'write', risk: 'medium', reasons: [], findings: [] },
    });
    assert.equal(held.kind, 'held');
    return held;
  };
  const approval = await hold('send_mail');
  const granted = await hold('send_card');
  await asRoot('POST', `/api/approvals/${granted.id}/answer`, { decision: 'approve', scope: 'value', forHours: 1 });
  const [approvalGrant] = (await asRoot('GET', '/api/approval-grants')).grants;

  const said = await fetch(`${place.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${all.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'practice/echo',
      messages: [{ role: 'user', content: `${canary} anna@example.com 4111 1111 1111 1111` }],
    }),
  });
  assert.equal(said.status, 200, await said.text());
  const event = said.headers.get('x-sallyport-event') ?? '';
  const feedback = await asRoot('POST', '/api/feedback', { event, verdict: 'missed', rule: 'us_ssn', text: canary });

  const store = await made('/api/fga/stores', { name: canary });
  const { model: text } = await made('/api/fga/model-from-text', {
    text: 'model\n  schema 1.1\ntype user\ntype document\n  relations\n    define viewer: [user]\n',
  });
  const { authorization_model_id: model } = await made(`/api/fga/stores/${store.id}/authorization-models`, text);
  await made(`/api/fga/stores/${store.id}/write`, {
    writes: { tuple_keys: [{ user: `user:${canary}`, relation: 'viewer', object: 'document:plan' }] },
  });
  const document = await asRoot('POST', '/api/knowledge/documents', {
    name: `${canary}.txt`,
    text: `The plan of ${canary}.`,
    source: canary,
  });
  await asRoot('PUT', '/api/connections/things/key', { key: `secret-${canary}` });
  await asRoot('PUT', '/api/connections/things/agents', { agents: [agent.id] });

  const passkey = randomBytes(16).toString('base64url');
  await app.store.tx(tenant, (sql) =>
    // By hand: a passkey needs an authenticator, which `console.test.ts` has.
    sql.query('insert into identity_passkeys (tenant, id, person, name, public_key, counter, created) values ($1, $2, $3, $4, $5, 0, $6)', [
      tenant,
      passkey,
      root.id,
      canary,
      Buffer.alloc(65),
      Date.now(),
    ]),
  );
  const [upstream, upstreamLink] = [newId('idp', Date.now()), newId('lnk', Date.now())];
  await app.store.tx(tenant, async (sql) => {
    // By hand too: it would be asked for its metadata, which `upstream.test.ts` has.
    await insertUpstream(sql, tenant, {
      ...{
        id: upstream,
        name: `provider of ${tenant}`,
        issuer: 'https://127.0.0.1:9',
        clientId: 'x',
        sealed: null,
        domains: [],
        created: 0,
      },
    });
    await insertLinked(sql, tenant, { id: upstreamLink, issuer: 'https://127.0.0.1:9', sub: canary, person: root.id, shown: canary }, 0);
  });
  const session = (await asRoot('GET', '/api/sessions')).sessions.find((one: { person: string }) => one.person === people.operator.id);
  return {
    ...{ tenant, canary, people, keys: { all: all.key, bare: bare.key }, agent: agentConfig, client: config },
    ids: {
      ...{ person: spare.id, session: session.id, passkey, key: bare.id, client: client.id, grant: grant.id },
      reset: (await asRoot('POST', `/api/people/${spare.id}/reset`)).token,
      ...{ agent: agent.id, agentKey: agentKey.id, workload: workload.id, ask: 'ask' in begun ? begun.ask : '' },
      answerCookie: browser.cookies.get('sallyport_answer') ?? '',
      ...{ request: request.id, deviceCode: device.user_code, approval: approval.id, approvalGrant: approvalGrant.id },
      approvalLink: new URL(approval.url).pathname.slice('/approve/'.length),
      ...{ event, feedback: feedback.id, fgaStore: store.id, fgaModel: model, document: document.id },
      ...{
        issuedToken: tokens.access_token,
        refreshToken: tokens.refresh_token ?? '',
        authReqId: asked.auth_req_id,
        principal,
        upstream,
        upstreamLink,
        project: canary,
        role: `role-${canary}`,
      },
    },
  };
}

/** Ids of the same form that nobody has: what another tenant's must be answered as. */
export function neverMade(ids: Ids): Ids {
  return Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, otherOf(name, id)])) as Ids;
}

function otherOf(name: string, id: string): string {
  const prefix = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/.exec(id)?.[1];
  if (prefix !== undefined) return newId(prefix, Date.now() - 60_000);
  if (name.startsWith('fga')) return id.slice(0, 16) + Buffer.from(randomBytes(5)).toString('hex').toUpperCase();
  // Of a text whose characters mean nothing one by one: as long, from the same letters.
  const letters = [...id];
  for (let i = letters.length - 1; i > letters.length / 2; i--) {
    const j = Math.floor(letters.length / 2) + (i % Math.ceil(letters.length / 2));
    [letters[i], letters[j]] = [letters[j] as string, letters[i] as string];
  }
  return letters.join('') === id ? [...id].reverse().join('') : letters.join('');
}
