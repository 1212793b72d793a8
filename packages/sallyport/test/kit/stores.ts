import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret, systemClock, type Logger, type TenantId } from '../../src/kernel/index.ts';
import type { Engine } from '../../src/store/engine.ts';
import { readMigrations, type Migration } from '../../src/store/migrate.ts';
import { openPglite, type PgliteOptions } from '../../src/store/pglite/engine.ts';
import { openPostgres, type PostgresOptions } from '../../src/store/postgres/engine.ts';
import { openEngine, type Store } from '../../src/store/service.ts';
import { ephemeralPostgres } from './postgres.ts';

export const STORE_KINDS = ['pglite', 'postgres'] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** A store of one test file, with all migrations and the contract's own table. */
export type TestStore = {
  readonly store: Store;
  readonly engine: Engine;
  readonly logged: string[];
  readonly dir: string;
  stop(): Promise<void>;
};

export type TestStoreOptions = {
  readonly extra?: readonly Migration[];
  readonly pglite?: Partial<PgliteOptions>;
  readonly postgres?: Partial<PostgresOptions>;
};

/** A fresh store of this kind; `undefined` when there is no PostgreSQL here (skip by name, see `skipReason`). */
export async function openTestStore(kind: StoreKind, options: TestStoreOptions = {}): Promise<TestStore | undefined> {
  const logged: string[] = [];
  const log = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { info: () => {}, warn: log, error: log };
  const deps = { logger, clock: systemClock };
  const migrations = readMigrations().then((shipped) => [...shipped, ...(options.extra ?? [])]);
  if (kind === 'pglite') {
    const dir = await mkdtemp(join(tmpdir(), 'sallyport-store-'));
    const engine = await openPglite(dir, { ...deps, ...options.pglite });
    const store = await openEngine(engine, deps, migrations);
    return {
      store,
      engine,
      logged,
      dir,
      async stop() {
        await store.close();
        await rm(dir, { recursive: true, force: true });
      },
    };
  }
  const database = await ephemeralPostgres();
  if (database === undefined) return undefined;
  const engine = await openPostgres(new Secret(database.url), { ...deps, ...options.postgres });
  const store = await openEngine(engine, deps, migrations);
  return {
    store,
    engine,
    logged,
    dir: '',
    async stop() {
      await store.close();
      await database.stop();
    },
  };
}

export { CONTRACT_TABLE, migrationOf } from './contract_table.ts';

export const ANNA = 'anna' as TenantId;
export const BERT = 'bert' as TenantId;

/** The error code with which `promise` rejects; fails when it does not reject with one of ours. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    assert.equal(typeof code, 'string', String(error));
    return code as string;
  }
  throw new assert.AssertionError({ message: 'did not reject' });
}

const add = (store: Store, tenant: TenantId, id: string, count = 0): Promise<unknown> =>
  store.tx(tenant, (sql) => sql.query('insert into contract_rows (tenant, id, count) values ($1, $2, $3)', [tenant, id, count]));
const ids = async (store: Store, tenant: TenantId): Promise<string[]> =>
  (await store.tx(tenant, (sql) => sql.query<{ id: string }>('select id from contract_rows order by id'))).map(({ id }) => id);
const clear = (store: Store): Promise<unknown> =>
  store.system('contract: empty the table', async (sql) => {
    await sql.query('delete from contract_notes');
    await sql.query('delete from contract_rows');
  });

/** What a store must do, whichever it is: the same cases run on both. Each starts with an empty table. */
export const STORE_CONTRACT: Readonly<Record<string, (test: TestStore) => Promise<void>>> = {
  'commits what resolves and rolls back what rejects': async ({ store }) => {
    assert.deepEqual(
      await store.tx(ANNA, async (sql) => sql.query('insert into contract_rows (tenant, id) values ($1, $2) returning id', [ANNA, 'a'])),
      [{ id: 'a' }],
    );
    await assert.rejects(
      store.tx(ANNA, async (sql) => {
        await sql.query('insert into contract_rows (tenant, id) values ($1, $2)', [ANNA, 'b']);
        throw new Error('changed my mind');
      }),
      /changed my mind/,
    );
    assert.deepEqual(await ids(store, ANNA), ['a']);
  },

  'shows a tenant its own rows only, and the same query as system shows both': async ({ store }) => {
    await add(store, ANNA, 'a');
    await add(store, BERT, 'b');
    assert.deepEqual(await ids(store, ANNA), ['a']);
    assert.deepEqual(await ids(store, BERT), ['b']);
    // The leak that row-level security prevents: the query has no filter of its own.
    const all = await store.system('contract: proof of the leak', (sql) => sql.query('select id from contract_rows order by id'));
    assert.deepEqual(all, [{ id: 'a' }, { id: 'b' }]);
  },

  'shows nothing without a tenant, and nothing keeps the last one': async ({ store, engine }) => {
    await add(store, ANNA, 'a');
    const seen = await engine.owner(async (owner) => {
      await owner.query('begin');
      await owner.query('set local role sallyport_app');
      const rows = await owner.query('select id from contract_rows');
      await owner.query('rollback');
      return rows;
    });
    assert.deepEqual(seen, []);
  },

  'refuses to write rows of another tenant': async ({ store }) => {
    await add(store, ANNA, 'a');
    await add(store, BERT, 'b');
    assert.equal(
      await codeOf(store.tx(ANNA, (sql) => sql.query('insert into contract_rows (tenant, id) values ($1, $2)', [BERT, 'x']))),
      'STORE_FORBIDDEN',
    );
    assert.equal(await codeOf(store.tx(ANNA, (sql) => sql.query('update contract_rows set tenant = $1', [BERT]))), 'STORE_FORBIDDEN');
    assert.deepEqual(
      await store.tx(ANNA, (sql) => sql.query('update contract_rows set count = 9 where tenant = $1 returning id', [BERT])),
      [],
    );
    assert.deepEqual(await store.tx(ANNA, (sql) => sql.query('delete from contract_rows where tenant = $1 returning id', [BERT])), []);
    assert.deepEqual(await ids(store, BERT), ['b']);
  },

  'lets no statement out of its role, tenant or transaction': async ({ store }) => {
    await add(store, BERT, 'b');
    const attempts = [
      'reset role',
      'set role none',
      'set local role sallyport_system',
      'set session authorization default',
      `set local app.tenant = 'bert'`,
      `select set_config('app.tenant', 'bert', true)`,
      `select set_config('role', 'none', true)`,
      `select pg_catalog."set_config"('role', 'none', true)`,
      `select U&"set\\005fconfig"('role', 'none', true)`,
      'do $$ begin reset role; end $$',
      '/* select */ reset role',
      '-- select\nreset role',
      'commit',
      'rollback',
      'begin',
      'copy contract_rows to stdout',
      'explain analyze select 1',
      'select 1; reset role',
      'select 1; commit; select 2',
      `select query_to_xml('reset role', true, true, '')`,
      'create table own (x int)',
      'create function own() returns int language sql as $$ select 1 $$',
      'with gone as (delete from store_migrations returning 1) select * from gone',
      'select * from store_migrations',
      'alter table contract_rows disable row level security',
      'truncate contract_rows',
    ];
    for (const text of attempts) {
      const seen = await store
        .tx(ANNA, async (sql) => {
          await sql.query(text);
          return sql.query<{ id: string }>('select id from contract_rows');
        })
        .catch(() => 'refused');
      assert.equal(seen, 'refused', text);
      // Also when the program goes on after the refusal, within the same transaction.
      const after = await store
        .tx(ANNA, async (sql) => {
          await sql.query(text).catch(() => {});
          return sql.query<{ id: string }>('select id from contract_rows');
        })
        .catch(() => []);
      assert.deepEqual(after, [], text);
    }
    assert.deepEqual(await ids(store, BERT), ['b']);
  },

  'refuses a tenant that no parser made': async ({ store }) => {
    for (const name of ['', 'Anna', `a'; reset role; --`, 'a'.repeat(64), 'anna\n', '1st']) {
      assert.equal(await codeOf(store.tx(name as TenantId, (sql) => sql.query('select 1'))), 'STORE_STATEMENT_REFUSED', name);
    }
  },

  'keeps counters right under concurrent transactions': async ({ store }) => {
    await add(store, ANNA, 'a');
    const step = (): Promise<unknown> =>
      store.tx(ANNA, async (sql) => {
        const [row] = await sql.query<{ count: number }>('select count from contract_rows where id = $1 for update', ['a']);
        await sql.query('update contract_rows set count = $1 where id = $2', [(row?.count ?? 0) + 1, 'a']);
      });
    await Promise.all(Array.from({ length: 60 }, step));
    assert.deepEqual(await store.tx(ANNA, (sql) => sql.query('select count from contract_rows')), [{ count: 60 }]);
  },

  'runs many tenants at once, each in its own': async ({ store }) => {
    const tenants = Array.from({ length: 12 }, (_, index) => `t${index}` as TenantId);
    await Promise.all(tenants.flatMap((tenant) => [add(store, tenant, `${tenant}-1`), add(store, tenant, `${tenant}-2`)]));
    const seen = await Promise.all(tenants.map((tenant) => ids(store, tenant)));
    assert.deepEqual(
      seen,
      tenants.map((tenant) => [`${tenant}-1`, `${tenant}-2`]),
    );
  },

  'notifies after the commit and not after a rollback': async ({ store }) => {
    const heard: string[] = [];
    const stop = await store.listen('contract_channel', (payload) => heard.push(payload));
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: sent, resolve: tellSent } = Promise.withResolvers<void>();
    const first = store.tx(ANNA, async (sql) => {
      await sql.query('select pg_notify($1, $2)', ['contract_channel', 'first']);
      tellSent();
      await released;
    });
    await sent;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(heard, []);
    release();
    await first;
    await store
      .tx(ANNA, async (sql) => {
        await sql.query('select pg_notify($1, $2)', ['contract_channel', 'never']);
        throw new Error('rolled back');
      })
      .catch(() => {});
    await store.tx(ANNA, (sql) => sql.query('select pg_notify($1, $2)', ['contract_channel', 'last']));
    await until(() => heard.at(-1) === 'last');
    assert.deepEqual(heard, ['first', 'last']);
    await stop();
    await store.tx(ANNA, (sql) => sql.query('select pg_notify($1, $2)', ['contract_channel', 'unheard']));
    await store.ping();
    assert.deepEqual(heard, ['first', 'last']);
    assert.equal(await codeOf(store.listen('a"; drop', () => {})), 'STORE_STATEMENT_REFUSED');
  },

  'gives and takes the same types': async ({ store }) => {
    const payload = { text: 'Grüße "x" \\ \u2028', list: [1, null, { deep: true }], number: 1.5 };
    const raw = Buffer.from([0, 1, 0x5c, 0x27, 0xff]);
    const words = ['a b', 'c,"d"', '{}', '\\', '', 'NULL', 'zwölf'];
    await store.tx(ANNA, (sql) =>
      sql.query(
        'insert into contract_rows (tenant, id, count, payload, raw, flag, words, small, part) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
        [ANNA, 'a', 1_795_000_000_123, payload, new Uint8Array(raw), true, words, -7, 0.1],
      ),
    );
    const [row] = await store.tx(ANNA, (sql) => sql.query('select * from contract_rows'));
    assert.deepEqual(
      { ...row },
      { tenant: ANNA, id: 'a', count: 1_795_000_000_123, payload, raw, flag: true, words, small: -7, part: 0.1 },
    );
    const [big] = await store.tx(ANNA, (sql) =>
      sql.query(
        `select 9007199254740991::bigint as safe, 9007199254740993::bigint as unsafe, $1::bigint as parameter, 1.50::numeric as exact, null::text as nothing,
        $2::jsonb as list, array[1,2,null]::int[] as numbers, array[9007199254740993]::bigint[] as bigs, $3::bytea[] as blobs, ''::text as empty, to_timestamp(0)::text as time`,
        [9_007_199_254_740_993n, JSON.stringify([1, 'x']), [raw, Buffer.alloc(0)]],
      ),
    );
    assert.deepEqual(
      { ...big },
      {
        safe: 9_007_199_254_740_991,
        unsafe: '9007199254740993',
        parameter: '9007199254740993',
        exact: '1.50',
        nothing: null,
        list: [1, 'x'],
        numbers: [1, 2, null],
        bigs: ['9007199254740993'],
        blobs: [raw, Buffer.alloc(0)],
        empty: '',
        time: '1970-01-01 00:00:00+00',
      },
    );
    assert.deepEqual(await store.tx(ANNA, (sql) => sql.query('delete from contract_rows where id = $1', ['none'])), []);
    const large = 'ä'.repeat(1_500_000);
    const [echo] = await store.tx(ANNA, (sql) => sql.query<{ text: string }>('select $1::text as text', [large]));
    assert.equal(echo?.text === large, true);
  },

  'says what kind of failure it was, without the values': async ({ store }) => {
    await add(store, ANNA, 'a');
    assert.equal(await codeOf(add(store, ANNA, 'a')), 'STORE_CONFLICT');
    assert.equal(await codeOf(add(store, ANNA, 'n', -1)), 'STORE_CONFLICT');
    // A deferred constraint speaks at the commit.
    assert.equal(
      await codeOf(store.tx(ANNA, (sql) => sql.query('insert into contract_notes (tenant, row) values ($1, $2)', [ANNA, 'missing']))),
      'STORE_CONFLICT',
    );
    assert.equal(await codeOf(store.tx(ANNA, (sql) => sql.query('select nonsense'))), 'STORE_QUERY_FAILED');
    const secret = 'text-of-a-prompt';
    const failures = [
      () => store.tx(ANNA, (sql) => sql.query('select $1::int', [secret])),
      () =>
        store.tx(ANNA, (sql) =>
          sql.query('insert into contract_rows (tenant, id, payload) values ($1, $2, $3::jsonb)', [ANNA, secret, `{${secret}`]),
        ),
      () => add(store, ANNA, secret).then(() => add(store, ANNA, secret)),
    ];
    for (const failure of failures) {
      const error = await failure().then(
        () => undefined,
        (thrown: unknown) => thrown as Error & { detail?: string },
      );
      assert.equal(error instanceof Error, true);
      assert.equal(JSON.stringify([error?.message, error?.detail, String(error?.cause)]).includes(secret), false);
    }
  },

  'does not say committed when a statement had failed': async ({ store }) => {
    const swallowed = store.tx(ANNA, async (sql) => {
      await sql.query('insert into contract_rows (tenant, id) values ($1, $2)', [ANNA, 'lost']);
      await sql.query('select 1 / 0').catch(() => {});
      return 'fine';
    });
    assert.equal(await codeOf(swallowed), 'STORE_QUERY_FAILED');
    assert.deepEqual(await ids(store, ANNA), []);
  },

  'refuses a transaction inside a transaction and a statement after its end': async ({ store }) => {
    assert.equal(await codeOf(store.tx(ANNA, () => store.system('contract: nested', (sql) => sql.query('select 1')))), 'STORE_NESTED');
    const late = await store.tx(ANNA, async (sql) => sql);
    assert.equal(await codeOf(late.query('select 1')), 'STORE_QUERY_FAILED');
    await store.ping();
  },

  'sees one moment in a snapshot, and writes nothing there': async ({ store }) => {
    await add(store, ANNA, 'a');
    // Chained here, outside the transaction, so that it is no transaction inside one.
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const other = asked.then(() => add(store, ANNA, 'b'));
    const counts = await store.system(
      'contract: snapshot',
      async (sql) => {
        const count = async (): Promise<unknown> => (await sql.query<{ n: number }>('select count(*) as n from contract_rows'))[0]?.n;
        const before = await count();
        ask();
        // On PGlite the other waits for the only connection; on PostgreSQL it commits now.
        await Promise.race([other, new Promise((resolve) => setTimeout(resolve, 100))]);
        return [before, await count()];
      },
      { snapshot: true },
    );
    await other;
    assert.deepEqual(await ids(store, ANNA), ['a', 'b']);
    assert.deepEqual(counts, [1, 1]);
    assert.equal(
      await codeOf(store.system('contract: snapshot', (sql) => sql.query('delete from contract_rows'), { snapshot: true })),
      'STORE_QUERY_FAILED',
    );
  },
};

/** Runs one case on an emptied table. */
export async function runContract(name: string, test: TestStore): Promise<void> {
  await clear(test.store);
  await STORE_CONTRACT[name]?.(test);
}

/** Waits until `done` holds, for at most five seconds. */
export async function until(done: () => boolean, what = 'the condition'): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new assert.AssertionError({ message: `${what} did not come about` });
}
