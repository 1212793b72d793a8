import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { Secret, type TenantId } from '../kernel/index.ts';
import type { Change, StateChange } from '../audit/service.ts';
import { openKeyring, type Keyring } from '../keyring/service.ts';
import { CLIENT, startOAuthService, type OAuthService } from '../../test/kit/oauth_service.ts';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import { CATALOGUE } from './catalogue.ts';
import type { ConnectionConfig } from './config.ts';
import { buildConnections, type Connection } from './connection.ts';
import { openVault, type Lent, type Vault } from './vault_service.ts';

const USER = 'prn_00000000000000000000000001';
const OTHER = 'prn_00000000000000000000000002';
const AGENT = 'prn_00000000000000000000000003';
const RULES: ConnectionConfig['rules'] = [{ id: 'all', when: 'true', then: 'allow' }];

for (const kind of STORE_KINDS) {
  describe(`vault on ${kind}`, () => {
    let test: TestStore | undefined;
    let service: OAuthService;
    let keyring: Keyring;
    let vault: Vault;
    let second: Vault;
    let now = Date.now();
    const keys = mkdtempSync(join(tmpdir(), 'sallyport-vault-'));
    const log: StateChange[] = [];
    const change: Change = (tenant: TenantId, fn) =>
      (test as TestStore).store.tx(tenant, (sql) => fn(sql, async (one) => void log.push(one)));
    let connections: ReadonlyMap<string, Connection>;
    before(async () => {
      test = await openTestStore(kind);
      if (test === undefined) return;
      service = await startOAuthService();
      keyring = await openKeyring(test.store, { kind: 'file', dir: keys }, { clock: () => now, env: {} });
      const oauth = { authorize: `${service.origin}/authorize`, token: `${service.origin}/token`, revoke: `${service.origin}/revoke` };
      const entry: ConnectionConfig = {
        ...{ name: 'things', service: 'oauth2', clientId: CLIENT.id, clientSecret: '${env:S}', scopes: ['read', 'write'] },
        ...{ api: `${service.origin}/api`, oauth, rules: RULES },
      };
      const built = buildConnections(
        [
          entry,
          { ...entry, name: 'basic', oauth: { ...oauth, client: 'basic' } },
          { name: 'keyed', service: 'api_key', api: service.origin, rules: RULES },
        ],
        () => new Secret(CLIENT.secret),
      );
      assert.deepEqual(built.problems, []);
      connections = built.connections;
      const open = (): Vault =>
        openVault({
          ...{ store: (test as TestStore).store, keyring, change },
          connections: () => connections,
          url: () => 'http://localhost:8101',
          clock: () => now,
        });
      [vault, second] = [open(), open()];
    });
    after(async () => {
      rmSync(keys, { recursive: true, force: true });
      if (test === undefined) return;
      await service.close();
      await test.stop();
    });
    beforeEach(() => {
      if (test !== undefined) service.mode = 'fine';
    });

    const connect = async (name: string = 'things', user: string = USER, tenant: TenantId = ANNA): Promise<void> => {
      const back = await service.consent(await vault.start(tenant, user, name));
      await vault.finish(tenant, user, { state: back.searchParams.get('state') ?? '', code: back.searchParams.get('code') ?? '' });
    };
    const lend = (from: Vault = vault, name: string = 'things', scopes: string[] = []): Promise<Lent> =>
      from.lend(ANNA, USER, name, { scopes });
    const problemOf = (lent: Lent): string => (lent.ok ? 'ok' : lent.problem);
    const story = (name: string, run: () => Promise<void>): void =>
      void it(name, async (context) => {
        if (test === undefined) return context.skip(skipReason());
        await run();
      });

    story('a consent gives an account, once, to who started it', async () => {
      assert.equal(problemOf(await lend()), 'consent_required');
      const url = await vault.start(ANNA, USER, 'things');
      assert.match(url, /code_challenge_method=S256/);
      const back = await service.consent(url);
      const returned = { state: back.searchParams.get('state') ?? '', code: back.searchParams.get('code') ?? '' };
      assert.equal(await codeOf(vault.finish(ANNA, OTHER, returned)), 'CONNECTION_FLOW', 'by another person');
      assert.equal(await codeOf(vault.finish(BERT, USER, returned)), 'CONNECTION_FLOW', 'in another tenant');
      assert.deepEqual(await vault.finish(ANNA, USER, returned), { connection: 'things', missing: [] });
      assert.equal(await codeOf(vault.finish(ANNA, USER, returned)), 'CONNECTION_FLOW', 'again');
      const lent = await lend();
      assert.ok(lent.ok && service.issued.has(lent.credential.reveal()));
      assert.deepEqual(problemOf(await vault.lend(BERT, USER, 'things', { scopes: [] })), 'consent_required');
      assert.deepEqual(problemOf(await vault.lend(ANNA, OTHER, 'things', { scopes: [] })), 'consent_required');
      const no = await service.consent(await vault.start(ANNA, USER, 'things'), 'no');
      assert.equal(
        await codeOf(vault.finish(ANNA, USER, { state: no.searchParams.get('state') ?? '', error: 'access_denied' })),
        'CONNECTION_REFUSED',
      );
      const late = await service.consent(await vault.start(ANNA, USER, 'things'));
      now += 16 * 60_000;
      assert.equal(
        await codeOf(vault.finish(ANNA, USER, { state: late.searchParams.get('state') ?? '', code: 'x' })),
        'CONNECTION_FLOW',
        'too late',
      );
      await connect('basic');
      assert.equal(problemOf(await lend(vault, 'basic')), 'ok');
    });

    story('100 readers of a token that is over: one refresh', async () => {
      await connect();
      service.mode = 'slow';
      now += 2 * 3_600_000;
      const before = service.refreshes;
      const lent = await Promise.all(Array.from({ length: 100 }, (_, at) => lend(at % 2 === 0 ? vault : second)));
      assert.equal(service.refreshes - before, 1);
      assert.equal(new Set(lent.map((one) => one.ok && one.credential.reveal())).size, 1);
      // The service rotates: a second refresh with the same token would have ended the consent.
      now += 2 * 3_600_000;
      assert.equal(problemOf(await lend(second)), 'ok');
      const refused = lent[0];
      assert.ok(refused?.ok);
      assert.equal((await vault.lend(ANNA, USER, 'things', { scopes: [], not: refused.credential.reveal() })).ok, true);
    });

    story('each problem by its name', async () => {
      await connect();
      assert.deepEqual(await lend(vault, 'things', ['read', 'admin']), { ok: false, problem: 'scope_missing', missing: ['admin'] });
      now += 2 * 3_600_000;
      for (const [mode, problem] of [
        ['down', 'provider_down'],
        ['garbage', 'provider_down'],
        ['invalid_client', 'client_misconfigured'],
      ] as const) {
        service.mode = mode;
        assert.equal(problemOf(await lend()), problem, mode);
        if (problem === 'provider_down') await new Promise((done) => setTimeout(done, 2_100));
      }
      service.mode = 'fine';
      assert.equal(problemOf(await lend()), 'ok', 'and it goes on when the service does');
      now += 2 * 3_600_000;
      service.mode = 'invalid_grant';
      assert.equal(problemOf(await lend()), 'reconsent_required');
      service.mode = 'fine';
      assert.equal(problemOf(await lend()), 'reconsent_required', 'the service is not asked again');
      assert.equal((await vault.list(ANNA, USER)).find(({ name }) => name === 'things')?.account?.state, 'reconsent');
      await connect();
      assert.equal(problemOf(await lend()), 'ok');
      service.mode = 'no_scope';
      await connect();
      assert.equal(problemOf(await lend(vault, 'things', ['read'])), 'ok', 'a reply without scopes has given what was asked for');
    });

    story('keys, agents, and the end of an account', async () => {
      assert.equal(await codeOf(vault.setKey(ANNA, USER, 'things', new Secret('long-enough-key'))), 'CONNECTION_KIND');
      assert.equal(await codeOf(vault.start(ANNA, USER, 'keyed')), 'CONNECTION_KIND');
      assert.equal(await codeOf(vault.setKey(ANNA, USER, 'keyed', new Secret('two\r\nlines'))), 'CONNECTION_INVALID');
      assert.equal(await codeOf(vault.setKey(ANNA, USER, 'none', new Secret('long-enough-key'))), 'CONNECTION_UNKNOWN');
      await vault.setKey(ANNA, USER, 'keyed', new Secret('long-enough-key'));
      assert.deepEqual(await vault.usersFor(ANNA, 'keyed', AGENT), []);
      assert.deepEqual(await vault.usersFor(ANNA, 'keyed', USER), [USER]);
      assert.equal(await codeOf(vault.setAgents(ANNA, USER, 'keyed', ['nonsense'])), 'CONNECTION_INVALID');
      assert.equal(await codeOf(vault.setAgents(ANNA, OTHER, 'keyed', [AGENT])), 'CONNECTION_ACCOUNT_UNKNOWN');
      await vault.setAgents(ANNA, USER, 'keyed', [AGENT, AGENT]);
      assert.deepEqual([await vault.usersFor(ANNA, 'keyed', AGENT), await vault.usersFor(BERT, 'keyed', AGENT)], [[USER], []]);
      assert.deepEqual(await vault.usersFor(ANNA, 'things', AGENT), [], 'one connection is not the other');
      await vault.disconnect(ANNA, USER, 'keyed');
      assert.deepEqual(await vault.usersFor(ANNA, 'keyed', AGENT), []);
      assert.equal(await codeOf(vault.disconnect(ANNA, USER, 'keyed')), 'CONNECTION_ACCOUNT_UNKNOWN');
      await connect();
      await vault.disconnect(ANNA, USER, 'things');
      assert.equal([...service.revoked].filter((token) => service.issued.has(token)).length, 1);
    });

    story('a credential opens for its tenant, user and connection only, and rotation seals it anew', async () => {
      await connect();
      await connect('things', OTHER, BERT);
      const { store } = test as TestStore;
      const sealedOf = async (tenant: TenantId): Promise<Buffer> => {
        const rows = await store.tx(tenant, (sql) =>
          sql.query<{ sealed: Buffer }>("select sealed from vault_accounts where connection = 'things'"),
        );
        return rows[0]?.sealed ?? Buffer.alloc(0);
      };
      const [own, foreign] = [await sealedOf(ANNA), await sealedOf(BERT)];
      const put = (sealed: Buffer): Promise<unknown> =>
        store.tx(ANNA, (sql) => sql.query("update vault_accounts set sealed = $1 where connection = 'things'", [sealed]));
      await put(foreign);
      assert.equal(await codeOf(lend()), 'KEYRING_OPEN_FAILED');
      await store.tx(ANNA, (sql) =>
        sql.query(
          "insert into vault_accounts select tenant, 'basic2', user_id, $1, scopes, expires, state, version, lease, created, changed from vault_accounts where connection = 'things'",
          [own],
        ),
      );
      assert.equal(await codeOf(vault.rotate(ANNA, 'test')), 'KEYRING_OPEN_FAILED', 'a row that was moved is not sealed anew');
      await store.tx(ANNA, (sql) => sql.query("delete from vault_accounts where connection = 'basic2'"));
      await put(own);
      const before = await lend();
      assert.ok((await vault.rotate(ANNA, 'test')) >= 1);
      assert.ok(!(await sealedOf(ANNA)).subarray(0, 40).equals(own.subarray(0, 40)), 'by another key');
      const later = await lend();
      assert.ok(before.ok && later.ok && before.credential.reveal() === later.credential.reveal());
      const stored = await store.system('test: all rows', (sql) =>
        sql.query<{ row: string }>('select row_to_json(a)::text as row from vault_accounts a'),
      );
      for (const text of [JSON.stringify(stored), JSON.stringify(log)])
        for (const secret of service.issued) assert.ok(!text.includes(secret));
    });
  });
}

describe('connections', () => {
  it('the catalogue has 25 services and more, and each can be made with a client, its parameters and a rule', () => {
    const named = Object.entries(CATALOGUE);
    assert.ok(named.filter(([, { oauth }]) => oauth !== undefined).length >= 25);
    const parameters = { instance: 'a.my.salesforce.com', shop: 'a', subdomain: 'a' };
    const built = buildConnections(
      named.map(([name]) => ({ name, service: name, clientId: 'c', clientSecret: '${env:S}', parameters, rules: RULES })),
      () => new Secret('secret-secret'),
    );
    assert.deepEqual(built.problems, []);
    for (const { api, hosts, oauth } of built.connections.values())
      for (const address of [
        api,
        ...hosts.map((host) => `https://${host}`),
        ...(oauth === undefined ? [] : [oauth.authorize, oauth.token, oauth.revoke ?? api]),
      ])
        assert.ok(URL.parse(address)?.protocol === 'https:' && !/[{}]|missing/.test(address), address);
  });

  it('what is missing or wrong is said, all at once', () => {
    const rule = { id: 'r', when: 'methd == "GET"', then: 'allow' } as const;
    const { problems } = buildConnections(
      [
        { name: 'a', service: 'shopify', rules: [rule] },
        { name: 'a', service: 'oauth2', clientId: 'x', clientSecret: '${env:NONE}', rules: RULES },
        { name: 'b', service: 'api_key', rules: RULES },
      ],
      () => 'the environment variable NONE is not set',
    );
    const said = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    for (const expected of [
      'parameter shop',
      'needs clientId',
      '/0/rules/0/when',
      'two connections',
      'oauth.authorize',
      'NONE is not set',
      '/2 needs api',
    ])
      assert.ok(said.includes(expected), `${expected} in\n${said}`);
  });
});
