import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { skipReason } from '../../test/kit/postgres.ts';
import { ANNA, BERT, codeOf, CONTRACT_TABLE, openTestStore, STORE_KINDS, type TestStore } from '../../test/kit/stores.ts';
import { backup, migrateTo, restore } from './service.ts';

const clock = (): number => 1_795_000_000_000;
const WORDS = ['a\nb', '"quoted"', '\\', 'zwölf \u2028', ''];

describe('moving a store', () => {
  let root: string;
  let stores: Partial<Record<(typeof STORE_KINDS)[number], TestStore>> = {};
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'sallyport-transfer-'));
    for (const kind of STORE_KINDS) {
      const opened = await openTestStore(kind, { extra: [CONTRACT_TABLE] });
      if (opened !== undefined) stores = { ...stores, [kind]: opened };
    }
  });
  after(async () => {
    for (const opened of Object.values(stores)) await opened.stop();
    await rm(root, { recursive: true, force: true });
  });

  const content = (test: TestStore): Promise<unknown> =>
    test.store.system('test: content', async (sql) => [
      await sql.query('select * from contract_rows order by tenant, id'),
      await sql.query('select number, tenant, row, upper_row from contract_notes order by number'),
    ]);
  const empty = (test: TestStore): Promise<unknown> =>
    test.store.system('test: empty', async (sql) => {
      await sql.query('delete from contract_notes');
      await sql.query('delete from contract_rows');
    });
  async function fill(test: TestStore): Promise<void> {
    for (const tenant of [ANNA, BERT]) {
      await test.store.tx(tenant, async (sql) => {
        for (let i = 0; i < 230; i++) {
          await sql.query(
            'insert into contract_rows (tenant, id, count, payload, raw, flag, words, part) values ($1, $2, $3, $4, $5, $6, $7, $8)',
            [
              tenant,
              `r${i}`,
              9_007_199_254_740_993n,
              { i, text: 'x\ny', exact: 0.1 },
              Buffer.from([0, 255, i % 256]),
              i % 2 === 0,
              WORDS,
              0.1 + i,
            ],
          );
        }
        await sql.query('insert into contract_notes (tenant, row) values ($1, $2), ($1, $3)', [tenant, 'r0', 'r1']);
      });
    }
  }

  it('backs up one moment and restores it, with sequences, files and the hashes of all', async () => {
    const { pglite } = stores;
    assert.ok(pglite);
    await fill(pglite);
    const file = join(root, 'segment');
    fs.writeFileSync(file, 'an event log');
    const target = join(root, 'backup');
    const steps: string[] = [];
    const manifest = await backup(pglite.store, target, {
      clock,
      files: () => [{ name: 'events/one/000001.seg', path: file }],
      progress: (table, rows, total) => steps.push(`${table} ${rows}/${total}`),
    });
    assert.match(manifest.keys, /not in this backup/);
    assert.deepEqual(
      steps.filter((step) => step.startsWith('contract_rows')),
      ['contract_rows 200/460', 'contract_rows 400/460', 'contract_rows 460/460'],
    );
    for (const entry of fs.readdirSync(target, { recursive: true, withFileTypes: true })) {
      const { mode } = fs.statSync(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o077 & (entry.isDirectory() ? 0o077 : 0o033), 0, entry.name);
    }
    // A taken name is not overwritten, and a store with rows is not restored into.
    await assert.rejects(backup(pglite.store, target, { clock }));
    assert.equal(await codeOf(restore(target, pglite.store)), 'STORE_NOT_EMPTY');

    const before = await content(pglite);
    await empty(pglite);
    await restore(target, pglite.store, { place: (name) => join(root, 'restored', name) });
    assert.deepEqual(await content(pglite), before);
    assert.equal(fs.readFileSync(join(root, 'restored/events/one/000001.seg'), 'utf8'), 'an event log');
    // The identity column goes on behind what was restored.
    const [next] = await pglite.store.tx(ANNA, (sql) =>
      sql.query<{ number: number }>('insert into contract_notes (tenant, row) values ($1, $2) returning number', [ANNA, 'r2']),
    );
    assert.equal(next?.number, 5);
  });

  it('refuses a backup in which anything was changed, is missing, or points outside', async () => {
    const { pglite } = stores;
    assert.ok(pglite);
    await empty(pglite);
    const changes: ((dir: string) => void)[] = [
      (dir) => fs.appendFileSync(join(dir, 'tables/contract_rows.jsonl'), '{}\n'),
      (dir) => fs.rmSync(join(dir, 'tables/contract_notes.jsonl')),
      (dir) => fs.writeFileSync(join(dir, 'files/events/one/000001.seg'), 'another'),
      (dir) => fs.rmSync(join(dir, 'manifest.json')),
      (dir) => fs.writeFileSync(join(dir, 'manifest.json'), '{"format":"sallyport-backup-1"'),
      (dir) => edit(dir, (text) => text.replace('"events/one/000001.seg"', '"../../../etc/cron.d/x"')),
      (dir) => edit(dir, (text) => text.replace('"contract_rows"', '"contract_rows; drop"')),
    ];
    for (const [index, change] of changes.entries()) {
      const copy = join(root, `changed-${index}`);
      fs.cpSync(join(root, 'backup'), copy, { recursive: true });
      change(copy);
      assert.equal(
        await codeOf(restore(copy, pglite.store, { place: (name) => join(root, 'never', name) })),
        'STORE_BACKUP_BROKEN',
        String(index),
      );
    }
    assert.equal(fs.existsSync(join(root, 'never')), false);
    const other = join(root, 'other-version');
    fs.cpSync(join(root, 'backup'), other, { recursive: true });
    edit(other, (text) => text.replace('"number": 1,', '"number": 2,'));
    assert.equal(await codeOf(restore(other, pglite.store)), 'STORE_BACKUP_VERSION');
    assert.deepEqual(await content(pglite), [[], []]);
  });

  it('moves everything from PGlite to PostgreSQL and back', async (context) => {
    const { pglite, postgres } = stores;
    assert.ok(pglite);
    if (postgres === undefined) return context.skip(skipReason());
    await empty(pglite);
    await fill(pglite);
    const before = await content(pglite);
    await migrateTo(pglite.store, postgres.store);
    assert.deepEqual(await content(postgres), before);
    assert.equal(await codeOf(migrateTo(pglite.store, postgres.store)), 'STORE_NOT_EMPTY');
    await empty(pglite);
    await migrateTo(postgres.store, pglite.store);
    assert.deepEqual(await content(pglite), before);
    // Row-level security came with the tables: a tenant sees its own.
    const [count] = await postgres.store.tx(BERT, (sql) => sql.query('select count(*) as n from contract_rows'));
    assert.deepEqual({ ...count }, { n: 230 });
  });

  it('leaves the target empty when it fails halfway', async (context) => {
    const { pglite, postgres } = stores;
    assert.ok(pglite);
    if (postgres === undefined) return context.skip(skipReason());
    await empty(postgres);
    const failing = migrateTo(pglite.store, postgres.store, () => {
      throw new Error('stopped by the operator');
    });
    await assert.rejects(failing, /stopped by the operator/);
    assert.deepEqual(await content(postgres), [[], []]);
  });
});

function edit(dir: string, change: (text: string) => string): void {
  const path = join(dir, 'manifest.json');
  const text = fs.readFileSync(path, 'utf8');
  assert.notEqual(change(text), text);
  fs.writeFileSync(path, change(text));
}
