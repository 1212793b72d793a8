import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ConsistencyPreference, CredentialsMethod, OpenFgaClient, type ClientCheckRequest } from '@openfga/sdk';
import syntax from '@openfga/syntax-transformer';
import { startSallyport, type Running } from './kit/sallyport.ts';

const DSL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define owner: [user, user with in_office]
    define viewer: [user, user:*] or owner or viewer from parent
condition in_office(address: ipaddress, network: string) {
  address.in_cidr(network)
}`;

/** The model language as the client's own tools turn it into JSON. */
const MODEL = JSON.parse(syntax.transformer.transformDSLToJSON(DSL)) as Parameters<OpenFgaClient['writeAuthorizationModel']>[0];

describe('the client of OpenFGA against the running gate', () => {
  let gate: Running;
  let client: OpenFgaClient;
  const connect = (key: string, storeId?: string): OpenFgaClient =>
    new OpenFgaClient({
      apiUrl: `${gate.gateway.replace('localhost', '127.0.0.1')}/fga`,
      credentials: { method: CredentialsMethod.ApiToken, config: { token: key } },
      ...(storeId === undefined ? {} : { storeId }),
    });

  before(async () => {
    gate = await startSallyport();
    const key = await gate.key('--permission', 'fga:read', '--permission', 'fga:write');
    const { id } = await connect(key).createStore({ name: 'documents' });
    client = connect(key, id);
    await client.writeAuthorizationModel(MODEL);
    await client.writeTuples([
      { user: 'user:anne', relation: 'member', object: 'group:eng' },
      { user: 'group:eng#member', relation: 'member', object: 'group:all' },
      { user: 'group:all#member', relation: 'viewer', object: 'folder:root' },
      { user: 'folder:root', relation: 'parent', object: 'folder:plans' },
      { user: 'folder:plans', relation: 'parent', object: 'document:roadmap' },
      { user: 'user:*', relation: 'viewer', object: 'document:handbook' },
      {
        user: 'user:bert',
        relation: 'owner',
        object: 'document:payroll',
        condition: { name: 'in_office', context: { network: '10.0.0.0/8' } },
      },
    ]);
  });
  after(() => gate.remove());

  const can = async (request: ClientCheckRequest): Promise<boolean> => (await client.check(request)).allowed ?? false;

  it('checks over groups, folders, wildcards and conditions', async () => {
    assert.equal(await can({ user: 'user:anne', relation: 'viewer', object: 'document:roadmap' }), true);
    assert.equal(await can({ user: 'user:bert', relation: 'viewer', object: 'document:roadmap' }), false);
    assert.equal(await can({ user: 'user:bert', relation: 'viewer', object: 'document:handbook' }), true);
    const payroll = { user: 'user:bert', relation: 'viewer', object: 'document:payroll' };
    assert.equal(await can({ ...payroll, context: { address: '10.1.2.3' } }), true);
    assert.equal(await can({ ...payroll, context: { address: '192.168.0.1' } }), false);
    await assert.rejects(can(payroll), { apiErrorCode: 'validation_error' });
    const [parent] = [{ user: 'folder:plans', relation: 'parent', object: 'document:draft' }];
    assert.equal(await can({ user: 'user:anne', relation: 'viewer', object: 'document:draft', contextualTuples: [parent] }), true);
    assert.equal(await can({ user: 'user:anne', relation: 'viewer', object: 'document:draft' }), false);
  });

  it('lists objects, also streamed, and users; expands; checks in batches', async () => {
    const query = { user: 'user:anne', relation: 'viewer', type: 'document', context: { address: '10.0.0.1' } };
    assert.deepEqual((await client.listObjects(query)).objects.sort(), ['document:handbook', 'document:roadmap']);
    const streamed: string[] = [];
    for await (const { object } of client.streamedListObjects(query)) streamed.push(object);
    assert.deepEqual(streamed.sort(), ['document:handbook', 'document:roadmap']);
    const { users } = await client.listUsers({
      object: { type: 'document', id: 'roadmap' },
      relation: 'viewer',
      user_filters: [{ type: 'user' }],
      context: { address: '10.0.0.1' },
    });
    assert.deepEqual(users, [{ object: { type: 'user', id: 'anne' } }]);
    const { tree } = await client.expand({ relation: 'member', object: 'group:all' });
    assert.deepEqual(tree?.root?.leaf?.users?.users, ['group:eng#member']);
    const { result } = await client.batchCheck({
      checks: [
        { user: 'user:anne', relation: 'viewer', object: 'folder:plans', correlationId: 'yes' },
        { user: 'user:bert', relation: 'viewer', object: 'folder:plans', correlationId: 'no' },
        { user: 'user:bert', relation: 'missing', object: 'folder:plans', correlationId: 'wrong' },
      ],
    });
    const answers = Object.fromEntries(
      result.map((one) => [one.correlationId, one.error === undefined ? one.allowed : one.error.input_error]),
    );
    assert.deepEqual(answers, { yes: true, no: false, wrong: 'validation_error' });
  });

  it('reads, pages, tells changes, and sees its own writes', async () => {
    const page = await client.read({}, { pageSize: 3 });
    assert.equal(page.tuples.length, 3);
    const rest = await client.read({}, { pageSize: 100, continuationToken: page.continuation_token });
    assert.equal(rest.tuples.length, 4);
    assert.equal(rest.continuation_token, '');
    const tuple = { user: 'user:cara', relation: 'owner', object: 'document:new' };
    const fresh = { consistency: ConsistencyPreference.HigherConsistency };
    await client.writeTuples([tuple]);
    assert.equal((await client.check(tuple, fresh)).allowed, true);
    await assert.rejects(client.writeTuples([tuple]), { apiErrorCode: 'write_failed_due_to_invalid_input' });
    await client.deleteTuples([tuple]);
    assert.equal((await client.check(tuple, fresh)).allowed, false);
    const { changes } = await client.readChanges({ type: 'document' }, { pageSize: 100 });
    assert.deepEqual(
      changes.slice(-2).map(({ operation, tuple_key: key }) => [operation, key.user]),
      [
        ['TUPLE_OPERATION_WRITE', 'user:cara'],
        ['TUPLE_OPERATION_DELETE', 'user:cara'],
      ],
    );
  });

  it('keeps models and assertions, and refuses a wrong model', async () => {
    const { authorization_model: latest } = await client.readLatestAuthorizationModel();
    assert.equal(latest?.type_definitions.length, 4);
    const assertions = [{ user: 'user:anne', relation: 'viewer', object: 'document:roadmap', expectation: true }];
    await client.writeAssertions(assertions, { authorizationModelId: latest?.id ?? '' });
    const read = await client.readAssertions({ authorizationModelId: latest?.id ?? '' });
    assert.deepEqual(
      read.assertions?.map(({ expectation }) => expectation),
      [true],
    );
    const wrong = {
      schema_version: '1.1',
      type_definitions: [{ type: 'document', relations: { viewer: { computedUserset: { relation: 'none' } } } }],
    };
    await assert.rejects(client.writeAuthorizationModel(wrong), { apiErrorCode: 'invalid_authorization_model' });
  });

  it('says why over HTTP and on the command line', async () => {
    const key = await gate.key('--permission', 'fga:read');
    const ask = async (user: string): Promise<{ allowed: boolean; lines?: string[]; nearest?: { tuples: unknown[] }[] }> => {
      const reply = await fetch(`${gate.gateway}/fga/stores/${client.storeId}/why`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ tuple_key: { user, relation: 'viewer', object: 'document:roadmap' } }),
      });
      return (await reply.json()) as { allowed: boolean };
    };
    const yes = await ask('user:anne');
    assert.equal(yes.lines?.at(-1)?.trim(), 'group:eng#member: group:eng#member@user:anne');
    const no = await ask('user:cara');
    assert.deepEqual(no.nearest?.[0]?.tuples, [{ user: 'user:cara', relation: 'viewer', object: 'document:roadmap' }]);
    const told = await gate.cli('fga', 'why', 'user:anne', 'viewer', 'document:roadmap', '--store', 'documents');
    assert.deepEqual([told.code, told.stdout.split('\n')[0]], [0, 'yes']);
    const refused = await gate.cli('fga', 'why', 'user:cara', 'viewer', 'document:roadmap');
    assert.deepEqual([refused.code, refused.stdout.split('\n')[0]], [1, 'no']);
    assert.match((await gate.cli('fga', 'stores')).stdout, /documents/);
  });

  it('makes an event of each change, without the tuples', async () => {
    const { stdout } = await gate.cli('events', 'list', '--json');
    const kinds = new Set(stdout.match(/fga\.\w+/g));
    for (const kind of ['fga.store_created', 'fga.model_created', 'fga.tuples_changed', 'fga.assertions_changed'])
      assert.ok(kinds.has(kind), `${kind} in ${[...kinds].join(' ')}`);
    assert.equal(stdout.includes('user:anne'), false);
  });

  it('lets in only keys that may, each to its own', async () => {
    const reader = connect(await gate.key('--permission', 'fga:read'), client.storeId);
    assert.equal((await reader.check({ user: 'user:anne', relation: 'viewer', object: 'document:roadmap' })).allowed, true);
    await assert.rejects(reader.writeTuples([{ user: 'user:eve', relation: 'owner', object: 'document:roadmap' }]), /Forbidden/);
    const nobody = connect(await gate.key(), client.storeId);
    await assert.rejects(nobody.check({ user: 'user:anne', relation: 'viewer', object: 'document:roadmap' }), /Forbidden/);
    const unknown = await fetch(`${gate.gateway}/fga/stores`);
    assert.equal(unknown.status, 401);
    assert.equal(((await unknown.json()) as { code: string }).code, 'unauthenticated');
  });
});
