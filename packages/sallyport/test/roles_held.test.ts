import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { startIdentityProvider } from './kit/identity_provider.ts';
import { call, join, newKey, PASSWORD, useLink, useToken, type Said, type SignedIn } from './kit/oauth.ts';
import { openPlace, type Place } from './kit/place.ts';

// What somebody makes or changes may never do more than he: keys, agents, sign-in providers, links. Each of the ways around is tried.

let place: Place;
let root: SignedIn;
let made = 0;
before(async () => {
  const opened = await openPlace('pglite');
  assert.ok(opened !== undefined);
  place = opened;
  root = await useLink(place, (await place.app.people.setupLink()) ?? '', 'root');
});
after(() => place?.stop());

const as = (method: string, path: string, body?: object, who: SignedIn | string = root): Promise<Said> =>
  call(place, method, path, body, who);
const code = async (said: Promise<Said>): Promise<string> => {
  const { status, json } = await said;
  return status < 400 ? 'done' : json.error.code;
};
const WRITES = ['keys:read', 'keys:write', 'identity:read', 'identity:write', 'events:read'];

/** Somebody of a new role. */
async function somebody(name: string, role: object): Promise<SignedIn> {
  assert.equal(await code(as('PUT', `/api/roles/${name}`, role)), 'done');
  return join(place, root, name, name);
}
const key = (given: object, who: SignedIn | string): Promise<string> =>
  code(as('POST', '/api/keys', { name: `key ${(made += 1)}`, ...given }, who));
const agent = (given: object, who: SignedIn | string): Promise<string> =>
  code(as('POST', '/api/agents', { name: `agent ${(made += 1)}`, purpose: 'x', ...given }, who));
const agentOf = async (given: object): Promise<string> =>
  (await as('POST', '/api/agents', { name: `agent ${(made += 1)}`, purpose: 'x', ...given })).json.id;

/** Every way to change an agent, to be it or to let it go on. */
async function ways(id: string): Promise<readonly (readonly [string, string, object?])[]> {
  return [
    ['POST', `/api/agents/${id}/keys`, { jwk: (await newKey()).jwk }],
    ['POST', `/api/agents/${id}/workloads`, { issuer: 'https://ci.example', subject: 'repo:me/mine' }],
    ['PUT', `/api/agents/${id}`, { networks: [] }],
    ['PUT', `/api/agents/${id}`, { models: ['gpt-*'], tools: ['mail_*'], scopes: ['models'] }],
    ['DELETE', `/api/agents/${id}/quarantine`],
  ];
}

it('whose role is held to some models or tools, makes no key that is held to others or none', async () => {
  const maya = await somebody('maya', { permissions: WRITES, models: ['gpt-*', 'practice/*'] });
  for (const models of [undefined, [], ['*'], ['gpt-*', 'claude-*'], ['gpt-4'], ['GPT-*'], ['claude-*']])
    assert.equal(await key({ models }, maya), 'ROLE_BEYOND', String(models));
  assert.equal(await key({ models: ['gpt-*'] }, maya), 'done', 'and any tools');
  const tom = await somebody('tom', { permissions: WRITES, tools: ['mail_*'] });
  for (const tools of [undefined, [], ['*'], ['mail_*', 'pay_*'], ['mail_send']])
    assert.equal(await key({ models: ['gpt-*'], tools }, tom), 'ROLE_BEYOND', String(tools));

  const given = (await as('POST', '/api/keys', { name: 'mailer', tools: ['mail_*'] }, tom)).json.key as string;
  const ask = async (tool: string): Promise<string> => {
    const tools = [{ type: 'function', function: { name: tool, parameters: { type: 'object' } } }];
    const body = { model: 'practice/echo', messages: [{ role: 'user', content: 'hello' }], tools };
    const reply = await useToken(place, `Bearer ${given}`, { path: '/v1/chat/completions', body });
    return reply.status < 400 ? 'done' : (JSON.parse(reply.text) as { error: { code: string } }).error.code;
  };
  assert.equal(await ask('mail_send'), 'done');
  assert.equal(await ask('pay_now'), 'tool_not_allowed');
  const listed = (await as('GET', '/api/keys')).json.keys.find(({ name }: { name: string }) => name === 'mailer');
  assert.deepEqual(listed.tools, ['mail_*']);
});

it('whose role is held to anything, makes no key that gives on: what it gives would be held to nothing', async () => {
  for (const [name, held] of [
    ['mona', { models: ['gpt-*'] }],
    ['tina', { tools: ['mail_*'] }],
    ['abel', { apps: ['Our *'] }],
    ['dana', { datasets: ['wiki/*'] }],
  ] as const) {
    const who = await somebody(name, { permissions: [...WRITES, 'people:write', 'store:admin'], ...held });
    const alike = 'apps' in held || 'datasets' in held ? {} : held;
    for (const permission of ['keys:write', 'identity:write', 'people:write', 'store:admin'])
      assert.equal(await key({ ...alike, permissions: [permission] }, who), 'ROLE_BEYOND', `${name} ${permission}`);
    assert.equal(await key({ ...alike, permissions: ['events:read'] }, who), 'done', name);
    assert.equal(await key({ ...alike, permissions: ['content:erase'] }, who), 'ROLE_BEYOND', `${name}, who has it not`);
  }
  const free = await somebody('free', { permissions: WRITES });
  assert.equal(await key({ permissions: ['keys:write'] }, free), 'done', 'who is held to nothing');
});

it('that is a key with some models or tools, makes none with others', async () => {
  const permissions = ['keys:write', 'identity:write', 'people:write'];
  const by = (await as('POST', '/api/keys', { name: 'maker', permissions, models: ['gpt-*'], tools: ['mail_*'] })).json.key as string;
  for (const given of [
    {},
    { models: ['gpt-*'] },
    { tools: ['mail_*'] },
    { models: ['gpt-*'], tools: ['mail_*'], permissions: ['keys:write'] },
  ])
    assert.equal(await key(given, by), 'ROLE_BEYOND', JSON.stringify(given));
  assert.equal(await key({ models: ['gpt-*'], tools: ['mail_*'] }, by), 'done');
  assert.equal(await agent({ scopes: ['models'] }, by), 'ROLE_BEYOND');
  assert.equal(await code(as('PUT', '/api/roles/any', { permissions: [] }, by)), 'ROLE_BEYOND');
});

it('makes no agent, changes none and becomes none that may do more: by its models, tools or scopes', async () => {
  const held = { models: ['gpt-*'], tools: ['mail_*'] };
  const mark = await somebody('mark', { permissions: WRITES, ...held });
  for (const wide of [{}, { models: ['gpt-*'] }, { tools: ['mail_*'] }, { ...held, tools: ['*'] }, { ...held, models: ['gpt-*', 'o1'] }])
    assert.equal(await agent(wide, mark), 'ROLE_BEYOND', JSON.stringify(wide));
  assert.equal(await agent({ ...held, scopes: ['fga:write'] }, mark), 'ROLE_BEYOND');
  assert.equal(await agent({ ...held, scopes: ['models', 'tools', 'events:read'] }, mark), 'done');

  const own = await agentOf(held);
  for (const [method, path, body] of await ways(own)) assert.equal(await code(as(method, path, body, mark)), 'done', `${method} ${path}`);
  for (const change of [{ models: [] }, { tools: [] }, { tools: ['mail_*', '*'] }, { scopes: ['models', 'fga:read'] }])
    assert.equal(await code(as('PUT', `/api/agents/${own}`, change, mark)), 'ROLE_BEYOND', JSON.stringify(change));

  for (const wide of [{}, { ...held, tools: [] }, { ...held, models: ['*'] }, { ...held, scopes: ['models', 'fga:write'] }]) {
    const other = await agentOf(wide);
    assert.equal(await code(as('POST', `/api/agents/${other}/quarantine`, { reason: 'odd' }, mark)), 'done', 'whoever sees it may stop it');
    for (const [method, path, body] of await ways(other))
      assert.equal(await code(as(method, path, body, mark)), 'ROLE_BEYOND', `${method} ${path} ${JSON.stringify(wide)}`);
  }
  assert.equal(await code(as('PUT', '/api/agents/prn_00000000000000000000000000', { tools: [] }, mark)), 'AGENT_UNKNOWN');

  // Held to nothing, and still no way to what he has no permission for.
  const olga = await join(place, root, 'olga', 'operator');
  const writer = await agentOf({ scopes: ['fga:write'] });
  for (const [method, path, body] of await ways(writer))
    if (!path.endsWith('quarantine')) assert.equal(await code(as(method, path, body, olga)), 'ROLE_BEYOND', `${method} ${path}`);
});

it('changes or removes no role that reaches further than his own', async () => {
  const permissions = ['people:read', 'people:write'];
  const rick = await somebody('rick', { permissions, tools: ['mail_*'] });
  assert.equal(await code(as('PUT', '/api/roles/wide', { permissions })), 'done');
  assert.equal(await code(as('PUT', '/api/roles/wide', { permissions, tools: ['mail_*'] }, rick)), 'ROLE_BEYOND', 'cut');
  assert.equal(await code(as('DELETE', '/api/roles/wide', undefined, rick)), 'ROLE_BEYOND');
  assert.equal(await code(as('PUT', '/api/roles/narrow', { permissions, tools: ['mail_*'] }, rick)), 'done');
  assert.equal(await code(as('DELETE', '/api/roles/narrow', undefined, rick)), 'done');
  assert.equal(await code(as('DELETE', '/api/roles/viewer')), 'ROLE_UNKNOWN');
});

it('lets in nobody by a sign-in provider of his own, unless he may do everything', async () => {
  const idp = await startIdentityProvider();
  try {
    idp.allow('http://localhost/unused');
    const { permissions: all } = (await as('GET', '/api/session')).json as { permissions: string[] };
    const provider = (name: string, domains?: string[]): object => ({
      ...{ name, issuer: idp.issuer, clientId: idp.client.id, clientSecret: idp.client.secret },
      ...(domains === undefined ? {} : { domains }),
    });
    // An administrator is awaited: whose provider vouches for the address would be he.
    assert.equal((await as('POST', '/api/people/invitations', { role: 'administrator', email: 'boss@house.example' })).status, 201);
    const house = (await as('POST', '/api/sign-in-providers', provider('House'))).json.id as string;
    const greeter = await somebody('greeter', { permissions: ['people:read', 'people:write'] });
    const almost = await somebody('almost', { permissions: all.filter((one) => one !== 'content:erase') });
    const held = await somebody('held', { permissions: all, datasets: ['*'] });
    const service = (await as('POST', '/api/keys', { name: 'people', permissions: ['people:write'] })).json.key as string;
    for (const who of [greeter, almost, held, service]) {
      const name = `of ${typeof who === 'string' ? 'a key' : who.id}`;
      for (const given of [provider(name), provider(name, ['else.example'])])
        assert.equal(await code(as('POST', '/api/sign-in-providers', given, who)), 'ROLE_BEYOND', name);
      assert.equal(await code(as('DELETE', `/api/sign-in-providers/${house}`, undefined, who)), 'ROLE_BEYOND', name);
    }
    assert.equal((await as('GET', '/api/sign-in-providers')).json.providers.length, 1);
    assert.equal(await code(as('DELETE', `/api/sign-in-providers/${house}`)), 'done');
  } finally {
    await idp.close();
  }
});

it('becomes nobody by a link for a new password that was made before that person rose', async () => {
  const lena = await somebody('lena', { permissions: ['people:read', 'people:write'] });
  const vera = await join(place, root, 'vera', 'lena');
  const link = async (): Promise<string> => (await as('POST', `/api/people/${vera.id}/reset`, undefined, lena)).json.token;
  const [kept, used] = [await link(), await link()];
  assert.equal((await as('POST', '/api/links/use', { token: used, password: PASSWORD })).status, 201);
  assert.equal(await code(as('PUT', `/api/people/${vera.id}/role`, { role: 'administrator' })), 'done');
  assert.equal(await code(as('POST', `/api/people/${vera.id}/reset`, undefined, lena)), 'ROLE_BEYOND');
  for (const path of ['look', 'use'])
    assert.equal(
      await code(as('POST', `/api/links/${path}`, { token: kept, ...(path === 'use' ? { password: `${PASSWORD} 2` } : {}) })),
      'LINK_INVALID',
      path,
    );
});
