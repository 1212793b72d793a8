import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import * as oauth from 'openid-client';
import { call, join, newAgent, PASSWORD, useLink, useToken, type Said, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// Access reviews: who can do what, when it was used, what is dormant or more than is used; and changing what an agent may do.

const DAY = 86_400_000;
const CONFIG = `connections:
  - { name: things, service: api_key, api: "https://things.invalid/api", rules: [{ id: all, when: "true", then: allow }] }`;

let place: Place;
let root: SignedIn;
let anna: SignedIn;
before(async () => {
  const opened = await openPlace('pglite', CONFIG);
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
  anna = await join(place, root, 'anna', 'operator');
});
after(() => place?.stop());

type Access = {
  kind: string;
  id: string;
  name: string;
  used: number | null;
  usedPermissions: object;
  warnings: string[];
  review: { decision: string; reviewer: string } | null;
};
const as = (method: string, path: string, body?: object, who = root): Promise<Said> => call(place, method, path, body, who);
const access = async (name: string): Promise<Access | undefined> =>
  (await as('GET', '/api/access')).json.access.find((one: Access) => one.name === name);
const key = async (name: string, more: object): Promise<{ id: string; key: string }> =>
  (await as('POST', '/api/keys', { name, ...more })).json;

async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (await done()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail(`not in time: ${what}`);
}

it('changes what an agent may do, for the tokens that it has too, and never beyond who changes it', async () => {
  const agent = await newAgent(place, root, { scopes: ['models', 'tools'], owner: 'root' });
  const { access_token: token } = await oauth.clientCredentialsGrant(agent.config, { scope: 'models tools' });
  await as('PUT', '/api/connections/things/key', { key: 'a-key-0123456789abcdef' });
  await as('PUT', '/api/connections/things/agents', { agents: [agent.id] });
  const proxied = async (): Promise<string> => {
    const reply = await useToken(place, `Bearer ${token}`, { path: '/proxy/things/a' });
    return (JSON.parse(reply.text) as { error: { code: string } }).error.code;
  };
  assert.equal((await useToken(place, `Bearer ${token}`)).status, 200);
  assert.equal(await proxied(), 'net_unreachable', 'it may call the host, which is not there');
  const change = (body: object, who = root): Promise<Said> => as('PUT', `/api/agents/${agent.id}`, body, who);
  assert.equal((await change({ hosts: ['*.example.com'] })).status, 200);
  assert.equal(await proxied(), 'host_not_allowed');
  assert.equal((await change({ hosts: ['things.*'] })).status, 200);
  assert.equal(await proxied(), 'net_unreachable');
  assert.equal((await change({ networks: ['10.0.0.0/8'] })).status, 200);
  assert.match((await useToken(place, `Bearer ${token}`)).text, /may not call from this address/);
  assert.equal((await change({ networks: [], scopes: ['models'] })).status, 200);
  assert.equal((await useToken(place, `Bearer ${token}`)).status, 200);
  assert.equal(await proxied(), 'tool_not_allowed');
  for (const wrong of [{ hosts: ['https://x'] }, { networks: ['house'] }, { owner: 'nobody' }, { expiresDays: -1 }])
    assert.equal((await change(wrong)).status, 400, JSON.stringify(wrong));
  assert.equal((await change({ scopes: ['fga:write'] }, await signIn('anna'))).json.error.code, 'ROLE_BEYOND');
  assert.equal((await as('PUT', '/api/agents/prn_00000000000000000000000000', { tools: [] })).json.error.code, 'AGENT_UNKNOWN');
});

it('shows an approver who asks: the agent by its name, and who answers for it', async () => {
  const agent = await newAgent(place, root, { name: 'mailer 7', scopes: ['tools'], owner: 'anna' });
  const { access_token: token } = await oauth.clientCredentialsGrant(agent.config, { scope: 'tools' });
  const body = { tool: 'send_mail', arguments: { to: 'bert' } };
  const asked = await useToken(place, `Bearer ${token}`, { path: '/v1/approvals/request', body });
  assert.equal(asked.status, 201, asked.text);
  const [held] = (await as('GET', '/api/approvals')).json.approvals;
  assert.equal(held.name, 'mailer 7 (agent of anna)');
  assert.equal((await as('GET', `/api/approvals/${held.id}`)).json.name, 'mailer 7 (agent of anna)');
});

// Last but one: the clock of the authorization server's library does not move along.
it('says who can do what and when it was used, and what is dormant or too much', async () => {
  const busy = await key('busy', { permissions: ['keys:write', 'people:write'] });
  await key('idle', { expiresDays: 300 });
  place.advance(100 * DAY);
  // A hundred days later only one of them does something, and that with one of its two permissions.
  const made = await call(place, 'POST', '/api/keys', { name: 'made by busy' }, busy.key);
  assert.equal(made.status, 201);
  root = { ...root, ...(await signIn('root')) };
  await until('the use is seen', async () => (await access('busy'))?.used !== null);
  const seen = await access('busy');
  assert.deepEqual(Object.keys(seen?.usedPermissions ?? {}), ['keys:write']);
  assert.deepEqual(seen?.warnings, ['It never expires.', 'Over-privileged: has not used people:write in 90 days.']);
  assert.deepEqual((await access('idle'))?.warnings, ['Dormant: not used for 30 days.']);
  assert.match(String((await access('anna'))?.warnings), /Dormant.*Over-privileged/);
  assert.deepEqual((await access('made by busy'))?.warnings, ['It never expires.'], 'what is new has had no time');
  assert.equal((await as('GET', '/api/access', undefined, await signIn('anna'))).status, 200);
  assert.equal(anna.id, (await access('anna'))?.id);
});

it('confirms or withdraws, as an event, and never by whom it is about', async () => {
  const doomed = await key('doomed', { permissions: ['health:read'] });
  const kept = await key('kept', {});
  const decide = (id: string, decision: string, kind = 'key', who = root): Promise<Said> =>
    as('POST', '/api/access', { kind, id, decision, note: 'spring review' }, who);
  assert.equal((await decide(kept.id, 'confirm')).status, 200);
  assert.deepEqual([(await access('kept'))?.review?.decision, (await access('kept'))?.review?.reviewer], ['confirmed', 'root']);
  assert.equal((await decide(doomed.id, 'withdraw')).status, 200);
  assert.equal((await call(place, 'GET', '/api/about', undefined, doomed.key)).status, 401);
  assert.equal(await access('doomed'), undefined);
  assert.equal((await decide(doomed.id, 'confirm')).json.error.code, 'ACCESS_UNKNOWN');
  assert.equal((await decide(root.id, 'confirm', 'person')).json.error.code, 'ACCESS_OWN');
  assert.equal((await decide(kept.id, 'withdraw', 'key', await signIn('anna'))).json.error.code, 'CONTROL_FORBIDDEN');
  const agent = await newAgent(place, root, { scopes: ['models'] });
  assert.equal((await decide(agent.id, 'withdraw', 'agent')).status, 200);
  assert.equal((await as('GET', '/api/agents')).json.agents.find(({ id }: { id: string }) => id === agent.id).reason, 'spring review');
  await until('the events', async () => {
    const kinds = (await as('GET', '/api/events?limit=100')).json.events.map(({ kind }: { kind: string }) => kind);
    return kinds.includes('access.confirmed') && kinds.includes('access.withdrawn');
  });
});

async function signIn(name: string): Promise<SignedIn> {
  const said = await call(place, 'POST', '/api/session', { name, password: PASSWORD });
  return { id: name === 'root' ? root.id : '', bearer: said.json.bearer, cookie: said.cookie?.split(';')[0] ?? '' };
}
