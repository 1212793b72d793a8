import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import type { Engine } from '../engine.ts';
import { readHistory, readMigrations } from '../migrate.ts';
import { openEngine } from '../service.ts';
import { SCHEMA } from '../statement.ts';
import { openPglite } from './engine.ts';
import { ensureDatabase } from './template.ts';

// What is unpacked at the first start is what initdb and the migrations would have made: no more, no less, and no row of anybody.

const MAKE = 'make it again: node packages/sallyport/src/store/pglite/template_build.ts';
const deps = { logger: silentLogger, clock: systemClock };

/** Everything that decides what the database does: tables, columns, keys, indexes, policies, grants, functions, roles. */
const SHAPE = `
  with ours as (select c.* from pg_class c where c.relnamespace = '${SCHEMA}'::regnamespace)
  select 'relation' as kind, relname::text as name, concat_ws(' ', relkind, relacl::text, relrowsecurity, relforcerowsecurity) as is from ours
  union all select 'column', concat(o.relname, '.', a.attname), concat_ws(' ', format_type(a.atttypid, a.atttypmod), a.attnotnull,
      a.attgenerated, a.attacl::text, pg_get_expr(d.adbin, d.adrelid))
    from ours o join pg_attribute a on a.attrelid = o.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = o.oid and d.adnum = a.attnum
  union all select 'constraint', concat(o.relname, '.', k.conname), pg_get_constraintdef(k.oid) from ours o join pg_constraint k on k.conrelid = o.oid
  union all select 'index', o.relname::text, pg_get_indexdef(o.oid) from ours o where o.relkind = 'i'
  union all select 'policy', concat(tablename, '.', policyname), concat_ws(' ', cmd, roles::text, permissive, qual, with_check) from pg_policies
  union all select 'trigger', t.tgname::text, pg_get_triggerdef(t.oid) from ours o join pg_trigger t on t.tgrelid = o.oid and not t.tgisinternal
  union all select 'function', p.oid::regprocedure::text, concat_ws(' ', p.proacl::text, case when p.pronamespace = '${SCHEMA}'::regnamespace
      then pg_get_functiondef(p.oid) end)
    from pg_proc p where p.pronamespace = '${SCHEMA}'::regnamespace or p.proacl is not null
  union all select 'role', rolname::text, concat_ws(' ', rolsuper, rolinherit, rolcanlogin, rolbypassrls, rolconfig::text) from pg_roles
  union all select 'member', concat(r.rolname, '.', m.rolname), 'granted' from pg_auth_members g join pg_roles r on r.oid = g.roleid join pg_roles m on m.oid = g.member
  union all select 'schema', nspname::text, nspacl::text from pg_namespace where nspname not like 'pg_t%'
  union all select 'extension', extname::text, extversion from pg_extension
  union all select 'setting', coalesce(d.datname, ''), s.setconfig::text from pg_db_role_setting s left join pg_database d on d.oid = s.setdatabase
  order by 1, 2, 3`;

let root: string;
let shipped: Engine;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-template-'));
  shipped = await openPglite(join(root, 'shipped'), deps);
});
after(async () => {
  await shipped?.close();
  await rm(root, { recursive: true, force: true });
});

describe('the database template', () => {
  it('has applied migrations as they stand in the files; what is newer is applied at the first start', async () => {
    const files = new Map((await readMigrations()).map(({ name, sha256 }) => [name, sha256]));
    const history = await shipped.owner(readHistory);
    assert.ok(history.length > 30);
    for (const { name, sha256 } of history)
      assert.equal(sha256, files.get(name), `${name} was edited or removed after the template: ${MAKE}`);
  });

  it('holds no row but the history of its migrations', async () => {
    await shipped.owner(async (owner) => {
      const tables = await owner.query<{ name: string }>(
        "select relname::text as name from pg_class where relnamespace = $1::regnamespace and relkind = 'r'",
        [SCHEMA],
      );
      assert.ok(tables.length > 50);
      for (const { name } of tables) {
        const [count] = await owner.query<{ rows: number }>(`select count(*) as rows from ${SCHEMA}.${name}`);
        assert.equal(count?.rows === 0, name !== 'store_migrations', name);
      }
    });
  });

  it('is what initdb and the migrations make', { timeout: 120_000 }, async () => {
    const made = join(root, 'made');
    fs.mkdirSync(made, { mode: 0o700 });
    await ensureDatabase(join(made, 'store'), silentLogger, Promise.resolve('0.0.0'));
    const fresh = await openPglite(made, deps);
    await openEngine(fresh, deps);
    const other = await openEngine(shipped, deps).then(() => shipped.owner((owner) => owner.query(SHAPE)));
    const same = await fresh.owner((owner) => owner.query(SHAPE));
    await fresh.close();
    assert.ok(same.length > 500);
    assert.deepEqual(other, same, MAKE);
    assert.ok(
      same.some(({ kind, name, is }) => kind === 'function' && name === 'set_config(text,text,boolean)' && !/[{,]=X/.test(String(is))),
    );
  });
});
