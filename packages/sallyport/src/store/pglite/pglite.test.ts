import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { silentLogger, systemClock } from '../../kernel/index.ts';
import { ANNA, codeOf, CONTRACT_TABLE, openTestStore, until, type TestStore } from '../../../test/kit/stores.ts';
import { openStore } from '../service.ts';
import { packFolder, unpackFolder } from './archive.ts';
import type { Acknowledged } from './group.ts';
import { ensureDatabase } from './template.ts';
import { TEMPLATE } from './template_pin.ts';

const deps = { logger: silentLogger, clock: systemClock };
let root: string;
let test: TestStore;
const seen: Acknowledged[] = [];
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'sallyport-pglite-'));
  const opened = await openTestStore('pglite', {
    extra: [CONTRACT_TABLE],
    pglite: {
      onAcknowledged: (one) => seen.push(one),
      askLimit: 1_500,
      idleLimit: 200,
      tidyInterval: 400,
      threadFile: new URL('../../../test/kit/failing_disk.ts', import.meta.url),
    },
  });
  assert.ok(opened);
  test = opened;
});
after(async () => {
  await test.stop();
  await rm(root, { recursive: true, force: true });
});

const insert = (id: string): Promise<unknown> =>
  test.store.tx(ANNA, (sql) => sql.query('insert into contract_rows (tenant, id) values ($1, $2)', [ANNA, id]));
const present = (id: string): Promise<unknown[]> =>
  test.store.tx(ANNA, (sql) => sql.query('select id from contract_rows where id = $1', [id]));

describe('embedded PostgreSQL: durability', () => {
  it('acknowledges every commit that wrote only after a later sync of the log, alone and in groups', async () => {
    seen.length = 0;
    for (let i = 0; i < 20; i++) await insert(`alone-${i}`);
    assert.equal(seen.length, 20);
    await Promise.all(Array.from({ length: 200 }, (_, i) => insert(`group-${i}`)));
    assert.equal(seen.length, 220);
    for (const { syncsBefore, syncs } of seen) assert.ok(syncs > syncsBefore, `${syncs} after ${syncsBefore}`);
    // Grouped: fewer syncs than commits.
    const grouped = seen.slice(20);
    const spent = Math.max(...grouped.map(({ syncs }) => syncs)) - Math.min(...grouped.map(({ syncsBefore }) => syncsBefore));
    assert.ok(spent <= 100, `${spent} syncs for 200 commits`);
    // What only reads writes nothing and waits for no sync.
    await present('alone-1');
    assert.equal(seen.length, 220);
  });

  it('a slow transaction behind a commit does not hold back its acknowledgement', async () => {
    const { promise: hold, resolve: release } = Promise.withResolvers<void>();
    const first = insert('first');
    const second = insert('second');
    const slow = test.store.tx(ANNA, async (sql) => {
      await sql.query('select 1');
      await hold;
    });
    await Promise.all([first, second]);
    release();
    await slow;
  });

  it('keeps what was acknowledged when the process is killed', { timeout: 120_000 }, async () => {
    const dir = join(root, 'killed');
    const acknowledged = new Set<string>();
    const rounds = 2;
    for (let round = 0; round < rounds; round++) {
      const writer = fork(new URL('../../../test/kit/store_writer.ts', import.meta.url), [dir, String(round)], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let heard = 0;
      writer.on('message', (ids: string[]) => {
        heard += ids.length;
        for (const id of ids) acknowledged.add(id);
        if (heard > 300) writer.kill('SIGKILL');
      });
      await once(writer, 'exit');
    }
    const store = await openStore({ dir }, deps);
    const rows = await store.system('test: what survived', (sql) => sql.query<{ id: string }>('select id from identity_principals'));
    const kept = new Set(rows.map(({ id }) => id));
    assert.ok(acknowledged.size > 300 * rounds);
    assert.deepEqual(
      [...acknowledged].filter((id) => !kept.has(id)),
      [],
    );
    // The folder belongs to one process, which is named, and is private.
    await assert.rejects(
      openStore({ dir }, deps),
      (error: Error & { code?: string }) => error.code === 'STORE_LOCKED' && error.message.includes(`process ${process.pid} on `),
    );
    for (const path of [dir, join(dir, 'store')]) assert.equal(fs.statSync(path).mode & 0o777, 0o700, path);
    assert.equal(fs.statSync(join(dir, 'store.lock')).mode & 0o777, 0o600);
    await store.ping();
    await store.close();
    assert.deepEqual(fs.readdirSync(dir), ['store']);
  });

  it('writes checkpoints by itself, so that the log does not grow for ever', { timeout: 60_000 }, async () => {
    const redo = async (): Promise<unknown> =>
      (
        await test.store.system('test: last checkpoint', (sql) =>
          sql.query<{ at: string }>('select redo_lsn::text as at from pg_control_checkpoint()'),
        )
      )[0]?.at;
    const before = await redo();
    // Random text does not compress: 40 MB of it are more than CHECKPOINT_BYTES of log.
    for (let i = 0; i < 20; i++) {
      const raw = randomBytes(2_000_000);
      await test.store.tx(ANNA, (sql) =>
        sql.query('insert into contract_rows (tenant, id, raw) values ($1, $2, $3)', [ANNA, `fill-${i}`, raw]),
      );
    }
    assert.notEqual(await redo(), before);
  });
});

describe('embedded PostgreSQL: one thread', () => {
  it('keeps a bounded number of parsed statements, whatever failed among them', async () => {
    for (let i = 0; i < 350; i++) {
      await test.store.tx(ANNA, (sql) => sql.query(`select ${i} as n${i}, $1::text as t`, ['x']));
      if (i % 10 === 0) await codeOf(test.store.tx(ANNA, (sql) => sql.query(`select ${i} / 0, $1::text`, ['x'])));
      if (i % 10 === 5) await codeOf(test.store.tx(ANNA, (sql) => sql.query(`select ${i}, $1::int`, ['x'])));
    }
    const [row] = await test.store.system('test: parsed statements', (sql) =>
      sql.query<{ n: number }>('select count(*) as n from pg_prepared_statements'),
    );
    assert.ok(Number(row?.n) <= 302, String(row?.n));
  });

  it('a transaction that is left open is rolled back, and the next one is served', async () => {
    const left = test.store.tx(ANNA, async (sql) => {
      await sql.query('insert into contract_rows (tenant, id) values ($1, $2)', [ANNA, 'left']);
      await new Promise(() => {});
    });
    assert.equal(await codeOf(left), 'STORE_UNAVAILABLE');
    assert.deepEqual(await present('left'), []);
  });

  it('a statement over its limit costs the thread, not the process, and nothing that was acknowledged', { timeout: 60_000 }, async () => {
    const heard: string[] = [];
    await test.store.listen('hung', (payload) => heard.push(payload));
    await insert('kept');
    const hung = codeOf(test.store.tx(ANNA, (sql) => sql.query('select count(*) from generate_series(1, 1e12)')));
    // Whoever waits behind it is served by the new thread.
    const behind = present('kept');
    assert.equal(await hung, 'STORE_UNAVAILABLE');
    assert.deepEqual(await behind, [{ id: 'kept' }]);
    // What was notified while it was down is lost: the listener is told to look for itself.
    assert.deepEqual(heard, ['']);
    await test.store.tx(ANNA, (sql) => sql.query('select pg_notify($1, $2)', ['hung', 'again']));
    await until(() => heard.length === 2);
  });
});

describe('embedded PostgreSQL: upkeep', () => {
  it('looks at a table that has grown, without which the planner takes it for a small one', async () => {
    await test.store.tx(ANNA, (sql) =>
      sql.query("insert into contract_rows (tenant, id) select $1, 'grown-' || n from generate_series(1, 3000) n", [ANNA]),
    );
    const analysed = async (): Promise<boolean> =>
      (
        await test.engine.owner((owner) =>
          owner.query<{ done: boolean }>(
            "select last_analyze is not null as done from pg_stat_user_tables where relname = 'contract_rows'",
          ),
        )
      )[0]?.done === true;
    for (let turn = 0; turn < 100 && !(await analysed()); turn++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await analysed(), true);
  });

  it('vacuums a table with many dead rows by itself', async () => {
    await test.store.tx(ANNA, async (sql) => {
      await sql.query("insert into contract_rows (tenant, id) select $1, 'dead-' || n from generate_series(1, 2000) n", [ANNA]);
      await sql.query("delete from contract_rows where id like 'dead-%'");
    });
    const vacuumed = async (): Promise<boolean> =>
      (
        await test.engine.owner((owner) =>
          owner.query<{ done: boolean }>("select last_vacuum is not null as done from pg_stat_user_tables where relname = 'contract_rows'"),
        )
      )[0]?.done === true;
    for (let turn = 0; turn < 100 && !(await vacuumed()); turn++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await vacuumed(), true);
  });
});

describe('embedded PostgreSQL: a failing disk', () => {
  it('acknowledges nothing that was not synced, never tries a sync again, and recovers from its log', { timeout: 60_000 }, async () => {
    await insert('before');
    fs.writeFileSync(join(test.dir, 'store.fail'), '');
    assert.equal(await codeOf(insert('during')), 'STORE_UNAVAILABLE');
    assert.ok(test.logged.some((line) => line.includes('a sync to disk failed')));
    fs.rmSync(join(test.dir, 'store.fail'));
    await insert('after');
    assert.deepEqual([await present('before'), await present('after')], [[{ id: 'before' }], [{ id: 'after' }]]);
  });
});

describe('embedded PostgreSQL: the folder', () => {
  it('is refused where others may write', async () => {
    const open = join(root, 'open');
    fs.mkdirSync(open);
    fs.chmodSync(open, 0o777);
    assert.equal(await codeOf(openStore({ dir: open }, deps)), 'STORE_FOLDER_OPEN');
    assert.deepEqual(fs.readdirSync(open), []);
  });

  it('comes from the pinned template, and from initdb for another PGlite', { timeout: 60_000 }, async () => {
    const archive = fs.readFileSync(new URL('pgdata.zst', import.meta.url));
    assert.equal(createHash('sha256').update(archive).digest('hex'), TEMPLATE.sha256);
    assert.ok(archive.length < 2_000_000);
    const made = join(root, 'made');
    fs.mkdirSync(made);
    // A leftover of an interrupted start is replaced.
    fs.mkdirSync(join(made, 'store.tmp'));
    await ensureDatabase(join(made, 'store'), silentLogger, Promise.resolve('0.0.0'));
    assert.deepEqual(fs.readdirSync(made), ['store']);
    assert.equal(fs.readFileSync(join(made, 'store', 'PG_VERSION'), 'utf8').trim(), '18');
  });

  it('packs and unpacks a folder as it was', async () => {
    const from = join(root, 'from');
    fs.mkdirSync(join(from, 'empty', 'deep'), { recursive: true });
    fs.writeFileSync(join(from, 'zeros'), Buffer.alloc(9000));
    fs.writeFileSync(join(from, 'text'), 'a\0b\0\0');
    fs.writeFileSync(join(from, 'nothing'), '');
    const archive = packFolder(from);
    assert.deepEqual(packFolder(from), archive);
    await unpackFolder(archive, join(root, 'to'));
    assert.deepEqual(packFolder(join(root, 'to')), archive);
    assert.equal(fs.statSync(join(root, 'to', 'zeros')).size, 9000);
  });
});
