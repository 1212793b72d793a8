import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startOAuthService, type OAuthService } from '../../sallyport/test/kit/oauth_service.ts';
import { startSallyport, type Running } from '../../sallyport/test/kit/sallyport.ts';
import { ApprovalError, ConnectionError, Sallyport, withApproval, withTokenVault } from '../src/index.ts';

describe('held tools and third-party accounts against the running gate', () => {
  let gate: Running;
  let service: OAuthService;
  let client: Sallyport;
  let owner: string;
  before(async () => {
    service = await startOAuthService();
    const rules = `rules: [{ id: read, when: "method == 'GET'", then: allow }, { id: write, when: "method == 'POST'", then: ask }]`;
    gate = await startSallyport({
      config: `connections:\n  - { name: keyed, service: api_key, api: "${service.origin}/api", put: { header: x-api-key, prefix: "" }, ${rules} }\n`,
    });
    owner = await gate.key('--permission', 'connections:write', '--permission', 'connections:read');
    client = new Sallyport({ url: gate.gateway, key: owner });
  });
  after(async () => {
    await gate?.remove();
    await service?.close();
  });
  const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
    try {
      await promise;
    } catch (error) {
      return error instanceof ApprovalError || error instanceof ConnectionError ? error.code : error;
    }
    return 'done';
  };

  it('a tool runs once a person has approved exactly these arguments', async () => {
    const paid: unknown[] = [];
    const asked: string[] = [];
    const pay = (waitMs: number): ((args: { to: string; amount: number }) => Promise<string>) =>
      withApproval(
        async (args) => {
          paid.push(args);
          return 'paid';
        },
        { client, tool: 'pay', waitMs, onWaiting: ({ id }) => asked.push(id), said: () => 'It is due.' },
      );
    const bob = { to: 'bob', amount: 5 };
    assert.equal(await codeOf(pay(0)(bob)), 'approval_waiting');
    assert.equal((await gate.cli('approval', 'approve', asked[0] ?? '')).code, 0);
    assert.equal(await codeOf(pay(0)({ ...bob, amount: 50 })), 'approval_waiting');
    assert.equal(await pay(0)(bob), 'paid');
    assert.equal(await codeOf(pay(0)(bob)), 'approval_waiting', 'not twice');
    const waiting = codeOf(pay(30_000)({ to: 'eva', amount: 1 }));
    while (asked.length < 4) await new Promise((done) => setTimeout(done, 50));
    assert.equal((await gate.cli('approval', 'reject', asked[3] ?? '', '--note', 'No.')).code, 0);
    assert.equal(await waiting, 'approval_rejected');
    assert.deepEqual(paid, [bob]);
  });

  it('a tool gets a fetch of the account, and typed refusals', async () => {
    const look = withTokenVault(async (vault, path: string) => (await vault(path)).json() as Promise<Record<string, unknown>>, {
      client,
      connection: 'keyed',
    });
    await assert.rejects(look('/x'), (error) => {
      assert.ok(error instanceof ConnectionError && error.code === 'consent_required');
      return error.refusal.connect === `${gate.console}/connections#keyed`;
    });
    await fetch(`${gate.console}/api/connections/keyed/key`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${owner}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key: 'a-key-of-the-service' }),
    });
    assert.equal((await look('/x?y=1'))['query'], '?y=1');
    const post = withTokenVault(async (vault) => vault('/x', { method: 'POST', body: '{}' }), { client, connection: 'keyed' });
    assert.equal(await codeOf(post()), 'approval_needed');
    assert.equal(await codeOf(withTokenVault(async (vault) => vault('/x'), { client, connection: 'none' })()), 'connection_unknown');
    const unknown = withTokenVault(async (vault) => vault('/x'), { client, connection: 'keyed', user: () => '' });
    assert.ok((await codeOf(unknown())) instanceof TypeError);
  });
});
