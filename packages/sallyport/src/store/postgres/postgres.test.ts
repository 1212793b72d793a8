import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { inspect } from 'node:util';
import { Secret, systemClock, type Logger } from '../../kernel/index.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from '../../../test/kit/postgres.ts';
import { ANNA, codeOf, until } from '../../../test/kit/stores.ts';
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

  it('plans a look-up once for a connection, without reading whole tables, and no longer than its transaction', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const text = 'select id from fga_stores where id = $1';
    const settings = "select current_setting('plan_cache_mode') as mode, current_setting('enable_seqscan') as scans";
    for (let i = 0; i < 8; i++)
      await store.tx(
        ANNA,
        async (sql) => {
          assert.deepEqual(await sql.query(text, [`none${i}`]), []);
          assert.deepEqual(await sql.query(settings), [{ mode: 'force_generic_plan', scans: 'off' }]);
          const [kept] = await sql.query<{ plans: number }>(
            'select generic_plans as plans from pg_prepared_statements where statement = $1 and custom_plans = 0',
            [text],
          );
          assert.ok((kept?.plans ?? 0) >= 1);
        },
        { lookups: true },
      );
    assert.deepEqual(await store.tx(ANNA, (sql) => sql.query(settings)), [{ mode: 'auto', scans: 'on' }]);
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
