import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret, systemClock, type Logger } from '../../kernel/index.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from '../../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, until } from '../../../test/kit/stores.ts';
import { readMigrations } from '../migrate.ts';
import { openEngine, openStore, type Store } from '../service.ts';
import { openPostgres } from './engine.ts';

const logged: string[] = [];
const log = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
const logger: Logger = { info: log, warn: log, error: log };
const deps = { logger, clock: systemClock };
const PASSWORD = 'very-secret-password';

describe('PostgreSQL: when it is not there', () => {
  it('says so, and never with the address', async () => {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
      });
    });
    const urls: [string, string][] = [
      [`postgres://user:${PASSWORD}@127.0.0.1:${port}/db`, 'STORE_UNAVAILABLE'],
      [`postgres://user:${PASSWORD}@host.invalid/db?sslmode=verify-full`, 'STORE_UNAVAILABLE'],
      [`postgres://user:${PASSWORD}@[bad/db`, 'STORE_URL_INVALID'],
      [`mysql://user:${PASSWORD}@127.0.0.1/db`, 'STORE_URL_INVALID'],
      [PASSWORD, 'STORE_URL_INVALID'],
    ];
    for (const [url, code] of urls) {
      const error = await openStore({ url: new Secret(url) }, deps).then(
        () => assert.fail('opened'),
        (thrown: unknown) => thrown as Error & { code: string },
      );
      assert.equal(error.code, code);
      assert.equal(inspect(error, { depth: 10, showHidden: true }).includes(PASSWORD), false);
    }
    assert.equal(logged.join('\n').includes(PASSWORD), false);
  });

  it('warns of an address without encryption, for another machine only', async () => {
    logged.length = 0;
    await openStore({ url: new Secret('postgres://user:x@host.invalid/db') }, deps).catch(() => {});
    assert.equal(logged.filter((line) => line.includes('not encrypted')).length, 1);
    logged.length = 0;
    await openStore({ url: new Secret('postgres://user:x@localhost:1/db') }, deps).catch(() => {});
    assert.deepEqual(logged, []);
  });

  it('gives up on a server that accepts and says nothing', { timeout: 20_000 }, async () => {
    const silent = createServer(() => {});
    const port = await new Promise<number>((resolve) => {
      silent.listen(0, '127.0.0.1', () => {
        const address = silent.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    assert.equal(await codeOf(openStore({ url: new Secret(`postgres://user:x@127.0.0.1:${port}/db`) }, deps)), 'STORE_UNAVAILABLE');
    silent.close();
  });
});

describe('PostgreSQL: limits and lost connections', () => {
  let database: EphemeralPostgres | undefined;
  let store: Store;
  before(async () => {
    database = await ephemeralPostgres();
    if (database === undefined) return;
    store = await openEngine(
      await openPostgres(new Secret(database.url), { ...deps, askLimit: 300, idleLimit: 200 }),
      deps,
      readMigrations(),
    );
  });
  after(async () => {
    if (database === undefined) return;
    await store.close();
    await database.stop();
  });

  it('ends a statement over its limit, and a transaction that is left open', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    assert.equal(await codeOf(store.tx(ANNA, (sql) => sql.query('select pg_sleep(5)'))), 'STORE_UNAVAILABLE');
    const left = store.tx(ANNA, async (sql) => {
      await sql.query('select 1');
      await new Promise(() => {});
    });
    assert.equal(await codeOf(left), 'STORE_UNAVAILABLE');
    // More than there are connections: each was given back.
    await Promise.all(Array.from({ length: 30 }, () => store.tx(ANNA, (sql) => sql.query('select 1'))));
  });

  it('leaves no role, tenant or limit on a connection that goes back', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    await Promise.all(Array.from({ length: 12 }, () => store.tx(ANNA, (sql) => sql.query('select 1'))));
    const rows = await store.system('test: settings of a used connection', (sql) =>
      sql.query("select current_user as role, coalesce(current_setting('app.tenant', true), '') as tenant"),
    );
    assert.deepEqual(rows, [{ role: 'sallyport_system', tenant: '' }]);
  });

  it('plans a look-up once for a connection, without reading whole tables, as the role that sees one tenant', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const text = 'select id from fga_stores where id = $1';
    for (let i = 0; i < 8; i++) assert.deepEqual(await store.lookup(ANNA, text, [`none${i}`]), []);
    const settings = `select current_setting('plan_cache_mode') as mode, current_setting('enable_seqscan') as scans, current_user as role,
      current_setting('app.tenant', true) as tenant, current_setting('transaction_read_only') as reads`;
    const own = { mode: 'force_generic_plan', scans: 'off', role: 'sallyport_app', tenant: ANNA, reads: 'on' };
    assert.deepEqual(await store.lookup(ANNA, settings, []), [own]);
    const plans = 'select generic_plans as plans from pg_prepared_statements where statement = $1 and custom_plans = 0';
    const [kept] = await store.lookup<{ plans: number }>(ANNA, plans, [text]);
    assert.ok((kept?.plans ?? 0) >= 1);
    const usual = "select current_setting('plan_cache_mode') as mode, current_setting('enable_seqscan') as scans";
    assert.deepEqual(await store.tx(ANNA, (sql) => sql.query(usual)), [{ mode: 'auto', scans: 'on' }]);
  });

  it('keeps tenants apart in look-ups that share connections, and goes on after one that failed', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const tenant = "select current_setting('app.tenant', true) as tenant";
    const seen = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        if (i % 7 === 0) return codeOf(store.lookup(ANNA, 'select 1 / $1::int', [0]));
        const asked = i % 2 === 0 ? ANNA : BERT;
        const [row] = await store.lookup<{ tenant: string }>(asked, tenant, []);
        return row?.tenant === asked;
      }),
    );
    assert.deepEqual(new Set(seen), new Set([true, 'STORE_QUERY_FAILED']));
    assert.equal(await codeOf(store.lookup(ANNA, 'delete from fga_stores where id = $1', ['x'])), 'STORE_QUERY_FAILED');
    assert.equal(await codeOf(store.lookup(ANNA, 'set role none', [])), 'STORE_STATEMENT_REFUSED');
    assert.equal(await codeOf(store.tx(ANNA, () => store.lookup(ANNA, tenant, []))), 'STORE_NESTED');
    assert.equal(await codeOf(store.lookup("x'; set role none; --" as typeof ANNA, tenant, [])), 'STORE_STATEMENT_REFUSED');
  });

  it('rejects while the database is gone, tells its listeners when it is back, and goes on', { timeout: 30_000 }, async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const heard: string[] = [];
    const stop = await store.listen('outage', (payload) => heard.push(payload));
    const cut = store.tx(ANNA, async (sql) => {
      await sql.query('select 1');
      await database?.refuse();
      return sql.query('select 1');
    });
    assert.equal(await codeOf(cut), 'STORE_UNAVAILABLE');
    assert.equal(await codeOf(store.ping()), 'STORE_UNAVAILABLE');
    await database.allow();
    await until(() => heard.length > 0, 'the reconnection');
    assert.deepEqual(heard, ['']);
    await store.ping();
    await store.tx(ANNA, (sql) => sql.query('select pg_notify($1, $2)', ['outage', 'over']));
    await until(() => heard.length === 2, 'the notification');
    assert.deepEqual(heard, ['', 'over']);
    await stop();
  });
});
