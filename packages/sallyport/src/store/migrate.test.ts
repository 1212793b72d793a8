import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Secret, silentLogger, systemClock } from '../kernel/index.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from '../../test/kit/postgres.ts';
import { codeOf, migrationOf } from '../../test/kit/stores.ts';
import { TENANTLESS } from './isolation.ts';
import { readMigrations, ROLE_STATEMENTS, type Migration } from './migrate.ts';
import { openPostgres } from './postgres/engine.ts';
import { openEngine, type Store } from './service.ts';

const deps = { logger: silentLogger, clock: systemClock };

describe('migrations', () => {
  let database: EphemeralPostgres | undefined;
  let shipped: Migration[];
  before(async () => {
    shipped = await readMigrations();
    database = await ephemeralPostgres();
  });
  after(() => database?.stop());

  const open = async (url: string, migrations: Migration[]): Promise<Store> =>
    openEngine(await openPostgres(new Secret(url), deps), deps, Promise.resolve(migrations));
  const message = async (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'opened',
      (error: Error) => error.message,
    );

  it('are applied once, by several that start together too', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const { url } = database;
    const stores = await Promise.all([1, 2, 3].map(() => open(url, shipped)));
    const rows = await stores[0]?.system('test: history', (sql) =>
      sql.query('select number, sha256 from store_migrations order by number'),
    );
    assert.deepEqual(
      rows,
      shipped.map(({ number, sha256 }) => ({ number, sha256 })),
    );
    for (const store of stores) await store.close();
  });

  it('are refused when one was edited, is missing, or is newer than the program, naming the file', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const { url } = database;
    const extra = migrationOf(9000, '9000_later.sql', 'select 1;');
    await (await open(url, [...shipped, extra])).close();
    assert.match(await message(open(url, [...shipped, migrationOf(9000, '9000_later.sql', 'select 2;')])), /differs.*9000_later\.sql/);
    assert.match(await message(open(url, shipped)), /newer version.*9000_later\.sql/);
    assert.match(await message(open(url, [...shipped, migrationOf(9001, '9001_last.sql', 'select 3;')])), /missing.*9000_later\.sql/);
    // A new file below the highest applied one is a new domain's, and is applied.
    const between = migrationOf(8000, '8000_between.sql', 'select 4;');
    await (await open(url, [...shipped, between, extra])).close();
    assert.equal(await codeOf(open(url, [...shipped, extra])), 'STORE_MIGRATION_MISSING');
    await (await open(url, [...shipped, between, extra])).close();
  });

  it('keep nothing of one that fails', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const fresh = await database.sibling();
    const broken = migrationOf(9000, '9000_broken.sql', 'create table half (tenant text); select nonsense;');
    assert.match(await message(open(fresh.url, [...shipped, broken])), /could not be applied.*9000_broken\.sql/);
    const store = await open(fresh.url, shipped);
    assert.deepEqual(await store.system('test: tables', (sql) => sql.query("select 1 from pg_class where relname = 'half'")), []);
    await store.close();
    await fresh.stop();
  });

  it('may not forget row-level security', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const policy = "create policy tenant on forgot using (tenant = current_setting('app.tenant', true));";
    const forced = 'alter table forgot enable row level security; alter table forgot force row level security;';
    const attempts: [string, RegExp][] = [
      ['create table forgot (tenant text);', /forgot: row-level security is not forced/],
      [
        `create table forgot (tenant text); alter table forgot enable row level security; ${policy}`,
        /forgot: row-level security is not forced/,
      ],
      [`create table forgot (tenant text); ${forced}`, /forgot: no policy/],
      [
        `create table forgot (tenant text); ${forced} ${policy} create policy open on forgot for select using (true);`,
        /forgot: a policy does not compare app\.tenant/,
      ],
      [
        `create table forgot (tenant text); ${forced} create policy tenant on forgot using (tenant = current_setting('app.tenant', true)) with check (true);`,
        /forgot: a policy/,
      ],
      [
        'create view forgot as select * from identity_tenants; grant select on forgot to sallyport_app;',
        /forgot: a view without security_invoker/,
      ],
      [
        'create materialized view forgot as select * from identity_tenants; grant select on forgot to sallyport_app;',
        /forgot: not a table/,
      ],
      [
        'create function forgot() returns int language sql security definer as $$ select 1 $$; grant execute on function forgot() to sallyport_app;',
        /function forgot runs with its owner/,
      ],
      ['grant select (name) on store_migrations to sallyport_app;', /store_migrations: listed as tenantless but granted/],
    ];
    for (const [sql, expected] of attempts) {
      const fresh = await database.sibling();
      assert.match(await message(open(fresh.url, [...shipped, migrationOf(9000, '9000_forgot.sql', sql)])), expected, sql);
      await fresh.stop();
    }
  });

  it('name a reason for every table without a tenant, and list no table that is not there', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const fresh = await database.sibling();
    const store = await open(fresh.url, shipped);
    const rows = await store.system('test: tables without forced row-level security', (sql) =>
      sql.query<{ name: string }>(
        "select relname as name from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'sallyport' and relkind = 'r' and not relforcerowsecurity order by 1",
      ),
    );
    assert.deepEqual(
      rows.map(({ name }) => name),
      Object.keys(TENANTLESS).sort(),
    );
    for (const reason of Object.values(TENANTLESS)) assert.ok(reason.length > 20);
    await store.close();
    await fresh.stop();
  });

  it('tell the administrator what to run when the user may not make roles, and work after that', async (context) => {
    if (database === undefined) return context.skip(skipReason());
    const fresh = await database.sibling();
    const admin = await openPostgres(new Secret(fresh.url), deps);
    const name = new URL(fresh.url).pathname.slice(1);
    const user = `${name}_user`;
    const url = new URL(fresh.url);
    url.username = user;
    url.password = 'a-password';
    try {
      await admin.owner((owner) => owner.script(`create role ${user} login password 'a-password'`));
      const text = await message(open(url.href, shipped));
      for (const statement of ROLE_STATEMENTS) assert.ok(text.includes(statement), text);
      const statements = ROLE_STATEMENTS.filter((statement) => !statement.startsWith('create role')).map((statement) =>
        statement.replace('CURRENT_USER_OF_SALLYPORT', user),
      );
      await admin.owner((owner) => owner.script(statements.join(';')));
      const store = await open(url.href, shipped);
      // The owner of the tables is no superuser here: row-level security holds for it too.
      const rows = await store.system('test: as system', (sql) => sql.query('select count(*) as n from store_migrations'));
      assert.deepEqual(rows, [{ n: shipped.length }]);
      await store.close();
    } finally {
      await admin.owner((owner) => owner.script(`drop owned by ${user} cascade; drop role ${user}`)).catch(() => {});
      await admin.close();
      await fresh.stop();
    }
  });

  it('are read in order, and two files of one number are refused', async () => {
    assert.deepEqual(
      shipped.map(({ number }) => number),
      shipped.map(({ number }) => number).sort((a, b) => a - b),
    );
    const dir = await mkdtemp(join(tmpdir(), 'sallyport-migrations-'));
    const folder = pathToFileURL(`${dir}/`);
    await writeFile(join(dir, '0001_a.sql'), 'select 1;\r\nselect 2;\r\n');
    await writeFile(join(dir, 'notes.md'), '');
    const [only, ...rest] = await readMigrations(folder);
    assert.equal(rest.length, 0);
    assert.equal(only?.sha256, migrationOf(1, '0001_a.sql', 'select 1;\nselect 2;\n').sha256);
    await writeFile(join(dir, '0001_b.sql'), '');
    assert.equal(await codeOf(readMigrations(folder)), 'STORE_MIGRATION_EDITED');
    await rm(dir, { recursive: true });
  });
});
