import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { modelOf } from './kit/fga.ts';

// AuthZEN 1.0 (https://openid.net/specs/authorization-api-1_0.html): requests and answers in the shapes of its sections, against the running gate.

const MODEL = `model
  schema 1.1
type user
type team
  relations
    define member: [user]
type todo
  relations
    define owner: [user]
    define can_read: [user, team#member, user with office] or owner
    define can_delete: owner
condition office(subject_department: string, resource_department: string, time: string) {
  subject_department == resource_department && time != "night"
}`;

type Answer = { readonly status: number; readonly json: Record<string, unknown>; readonly headers: Headers };

describe('AuthZEN against the running gate', () => {
  let gate: Running;
  let store = '';
  let key = '';
  before(async () => {
    gate = await startSallyport();
    key = await gate.key('--permission', 'fga:read', '--permission', 'fga:write');
    store = String((await post('/fga/stores', { name: 'todos' })).json['id']);
    await post(`/fga/stores/${store}/authorization-models`, modelOf(MODEL));
    const tuples = [
      ['user:rick', 'member', 'team:writers'],
      ['team:writers#member', 'can_read', 'todo:1'],
      ['user:morty', 'owner', 'todo:1'],
      ['user:morty', 'owner', 'todo:2'],
      ['user:morty', 'owner', 'todo:3'],
    ].map(([user, relation, object]) => ({ user, relation, object }));
    const office = { user: 'user:beth', relation: 'can_read', object: 'todo:2', condition: { name: 'office' } };
    const { status } = await post(`/fga/stores/${store}/write`, { writes: { tuple_keys: [...tuples, office] } });
    assert.equal(status, 200);
  });
  after(() => gate.remove());

  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const reply = await fetch(`${gate.gateway}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: reply.status, json: (await reply.json()) as Record<string, unknown>, headers: reply.headers };
  };
  const post = (path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> => send('POST', path, body, headers);
  const ask = (path: string, body: unknown, headers?: Record<string, string>): Promise<Answer> =>
    post(`/fga/stores/${store}/access/v1/${path}`, body, headers);
  const rick = { type: 'user', id: 'rick' };
  const morty = { type: 'user', id: 'morty' };
  const todo = (id: string, properties?: object): object => ({ type: 'todo', id, ...(properties === undefined ? {} : { properties }) });
  const read = { name: 'can_read' };

  it('evaluates one (section 6), with properties and context, and gives the request id back (10.1.2)', async () => {
    const yes = await ask('evaluation', { subject: rick, action: read, resource: todo('1') }, { 'x-request-id': 'bfe9eb29-ab87' });
    assert.deepEqual([yes.status, yes.json, yes.headers.get('x-request-id')], [200, { decision: true }, 'bfe9eb29-ab87']);
    assert.deepEqual((await ask('evaluation', { subject: rick, action: read, resource: todo('2') })).json, { decision: false });
    const beth = { type: 'user', id: 'beth', properties: { department: 'sales' } };
    const at = (time: string, department: string): Promise<Answer> =>
      ask('evaluation', { subject: beth, action: read, resource: todo('2', { department }), context: { time } });
    assert.deepEqual((await at('day', 'sales')).json, { decision: true });
    assert.deepEqual((await at('day', 'law')).json, { decision: false });
    assert.deepEqual((await at('night', 'sales')).json, { decision: false });
  });

  it('refuses what is incomplete with 400, and who has no key with 401', async () => {
    for (const body of [
      {},
      { subject: rick, action: read },
      { subject: { type: 'user' }, action: read, resource: todo('1') },
      { subject: rick, action: {}, resource: todo('1') },
      { subject: rick, action: read, resource: { id: '1' } },
      { subject: 'rick', action: read, resource: todo('1') },
    ])
      assert.equal((await ask('evaluation', body)).status, 400, JSON.stringify(body));
    const none = await fetch(`${gate.gateway}/fga/stores/${store}/access/v1/evaluation`, { method: 'POST', body: '{}' });
    assert.equal(none.status, 401);
  });

  it('evaluates many (section 7): defaults, errors in place, and the three semantics', async () => {
    const many = await ask('evaluations', {
      subject: rick,
      action: read,
      evaluations: [
        { resource: todo('1') },
        { resource: todo('2') },
        { resource: todo('1'), subject: morty, action: { name: 'can_delete' } },
        { resource: todo('1'), action: { name: 'unknown' } },
      ],
    });
    const list = many.json['evaluations'] as { decision: boolean; context?: { error: { status: number } } }[];
    assert.deepEqual(
      list.map(({ decision }) => decision),
      [true, false, true, false],
    );
    assert.equal(list[3]?.context?.error.status, 400);
    const order = [{ resource: todo('1') }, { resource: todo('2') }, { resource: todo('1') }];
    const by = async (semantic: string): Promise<number> => {
      const options = { evaluations_semantic: semantic };
      const { json } = await ask('evaluations', { subject: rick, action: read, evaluations: order, options });
      return (json['evaluations'] as unknown[]).length;
    };
    assert.deepEqual([await by('execute_all'), await by('deny_on_first_deny'), await by('permit_on_first_permit')], [3, 2, 1]);
    // Without `evaluations` it is one evaluation.
    assert.deepEqual((await ask('evaluations', { subject: rick, action: read, resource: todo('1') })).json, { decision: true });
    assert.equal((await ask('evaluations', { evaluations: order, options: { evaluations_semantic: 'any' } })).status, 400);
  });

  it('searches subjects, resources and actions (section 8), page by page', async () => {
    const who = await ask('search/subject', { subject: { type: 'user' }, action: read, resource: todo('1') });
    assert.deepEqual(who.json, { page: { next_token: '', count: 2 }, results: [morty, rick] });
    // An id of what is searched for is ignored.
    const same = await ask('search/subject', { subject: rick, action: read, resource: todo('1') });
    assert.deepEqual(same.json, who.json);
    const search = { subject: morty, action: read, resource: { type: 'todo' } };
    const first = await ask('search/resource', { ...search, page: { limit: 2 } });
    assert.deepEqual(first.json['results'], [todo('1'), todo('2')]);
    const { next_token: token } = first.json['page'] as { next_token: string };
    const second = await ask('search/resource', { ...search, page: { limit: 2, token } });
    assert.deepEqual(second.json, { page: { next_token: '', count: 1 }, results: [todo('3')] });
    const actions = await ask('search/action', { subject: morty, resource: todo('1') });
    assert.deepEqual(actions.json['results'], [{ name: 'can_delete' }, { name: 'can_read' }, { name: 'owner' }]);
    assert.deepEqual((await ask('search/action', { subject: rick, resource: todo('1') })).json['results'], [read]);
    const context = { time: 'day', subject_department: 'a', resource_department: 'a' };
    const beth = await ask('search/resource', { subject: { type: 'user', id: 'beth' }, action: read, resource: { type: 'todo' }, context });
    assert.deepEqual(beth.json['results'], [todo('2')]);
    for (const wrong of [{ page: { limit: 0 } }, { page: { limit: 5_000 } }, { page: { token: '!' } }])
      assert.equal((await ask('search/resource', { ...search, ...wrong })).status, 400, JSON.stringify(wrong));
    assert.equal((await ask('search/subject', { subject: { type: 'user' }, resource: todo('1') })).status, 400);
  });

  it('says where its endpoints are (section 9), and they are there', async () => {
    const inside = await send('GET', `/fga/stores/${store}/.well-known/authzen-configuration`);
    const before = await send('GET', `/.well-known/authzen-configuration/fga/stores/${store}`);
    assert.deepEqual(inside.json, before.json);
    assert.equal(inside.json['policy_decision_point'], `${gate.gateway}/fga/stores/${store}`);
    const found = await fetch(String(inside.json['access_evaluation_endpoint']), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ subject: rick, action: read, resource: todo('1') }),
    });
    assert.deepEqual(await found.json(), { decision: true });
    assert.equal((await send('GET', `/fga/stores/01ARZ3NDEKTSV4RRFFQ69G5FAV/.well-known/authzen-configuration`)).status, 404);
  });
});
