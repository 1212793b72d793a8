import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parser, Type, type Clock, type Static } from '../kernel/index.ts';
import { readCatalogue, readRows, writeRows, writeSequences, type Table } from './catalogue.ts';
import { fail } from './errors.ts';
import type { Store } from './sql.ts';

/** Called after each batch: rows of this table so far, and in all. */
export type Progress = (table: string, rows: number, total: number) => void;

/** A file that goes into the backup beside the tables; `name` is its path there, `/`-separated. */
export type BackupFile = { readonly name: string; readonly path: string };

const FORMAT = 'sallyport-backup-1';
const KEYS =
  'The key-encryption key and the signing key are not in this backup: keep the key folder apart from it. Without them sealed values cannot be read.';
const NAME = '^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$';
const SHA256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

const Manifest = Type.Object(
  {
    format: Type.Literal(FORMAT),
    created: Type.Integer(),
    kind: Type.Union([Type.Literal('pglite'), Type.Literal('postgres')]),
    keys: Type.String(),
    migrations: Type.Array(Type.Object({ number: Type.Integer(), name: Type.String(), sha256: SHA256 })),
    tables: Type.Array(
      Type.Object({ name: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }), rows: Type.Integer({ minimum: 0 }), sha256: SHA256 }),
    ),
    sequences: Type.Array(
      Type.Object({ name: Type.String({ pattern: '^[a-z][a-z0-9_]*$' }), value: Type.Union([Type.Integer(), Type.String()]) }),
    ),
    files: Type.Array(Type.Object({ name: Type.String({ pattern: NAME }), bytes: Type.Integer({ minimum: 0 }), sha256: SHA256 })),
  },
  { additionalProperties: false },
);
/** What a backup holds, with the hash of each file. The hashes show damage, not a forger: sign or store the backup safely. */
export type BackupManifest = Static<typeof Manifest>;
const parseManifest = parser(Manifest);

/**
 * Writes all tables of all tenants, as of one moment, to the new folder `target`: `manifest.json`, `tables/NAME.jsonl` (one row a line as
 * PostgreSQL's own JSON), and `files/`. The folder gets its name when it is complete. Data keys are in it wrapped only.
 */
export async function backup(
  store: Store,
  target: string,
  options: { readonly clock: Clock; readonly files?: () => readonly BackupFile[]; readonly progress?: Progress },
): Promise<BackupManifest> {
  const making = `${target}.partial`;
  await rm(making, { recursive: true, force: true });
  await mkdir(join(making, 'tables'), { recursive: true, mode: 0o700 });
  const { migrations, sequences, tables } = await writeTables(store, making, options.progress);
  // Asked for after the tables: no table may know of more than the files hold.
  const files = await writeFiles(making, options.files?.() ?? []);
  const manifest: BackupManifest = {
    format: FORMAT,
    created: options.clock(),
    kind: store.kind,
    keys: KEYS,
    migrations,
    tables,
    sequences,
    files,
  };
  const writing = await open(join(making, 'manifest.json'), 'wx', 0o600);
  await writing.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
  await writing.sync();
  await writing.close();
  // A name that is taken (by anything but an empty folder) makes this fail: no backup is overwritten.
  await rename(making, target);
  return manifest;
}

function writeTables(store: Store, dir: string, progress?: Progress): Promise<Pick<BackupManifest, 'migrations' | 'sequences' | 'tables'>> {
  return store.system(
    'backup: all tables of all tenants as of one moment',
    async (sql) => {
      const { migrations, sequences, tables } = await readCatalogue(sql);
      const written: BackupManifest['tables'] = [];
      for (const table of tables) {
        const file = await open(join(dir, 'tables', `${table.name}.jsonl`), 'wx', 0o600);
        const hash = createHash('sha256');
        let rows = 0;
        for await (const batch of readRows(sql, table)) {
          const text = batch.map((row) => `${row}\n`).join('');
          hash.update(text);
          await file.write(text);
          rows += batch.length;
          progress?.(table.name, rows, table.rows);
        }
        await file.sync();
        await file.close();
        written.push({ name: table.name, rows, sha256: hash.digest('hex') });
      }
      return { migrations, sequences, tables: written };
    },
    { snapshot: true },
  );
}

async function writeFiles(dir: string, files: readonly BackupFile[]): Promise<BackupManifest['files']> {
  const written: BackupManifest['files'] = [];
  for (const { name, path } of files) {
    if (!new RegExp(NAME).test(name)) throw fail('STORE_BACKUP_BROKEN', { detail: 'file name' });
    const target = join(dir, 'files', name);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(path, target);
    await syncFile(target);
    written.push({ name, ...(await describeFile(target)) });
  }
  return written;
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function describeFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Fills an empty store of the same version from a backup, in one transaction, after every hash was checked. `place` says where a file of
 * the backup goes (`undefined`: nowhere); an existing file is never overwritten.
 * Rejects STORE_BACKUP_BROKEN, STORE_BACKUP_VERSION, STORE_NOT_EMPTY.
 */
export async function restore(
  source: string,
  store: Store,
  options: { readonly place?: (name: string) => string | undefined; readonly progress?: Progress } = {},
): Promise<BackupManifest> {
  const manifest = await readManifest(source);
  await store.system('restore: all tables of all tenants from a backup', async (sql) => {
    const target = await readCatalogue(sql);
    requireSame(manifest.migrations, target.migrations);
    requireEmpty(target.tables);
    for (const table of inOrder(manifest.tables, target.tables)) {
      const total = manifest.tables.find(({ name }) => name === table.name)?.rows ?? 0;
      let rows = 0;
      for await (const batch of readLines(join(source, 'tables', `${table.name}.jsonl`))) {
        await writeRows(sql, table, batch);
        rows += batch.length;
        options.progress?.(table.name, rows, total);
      }
    }
    await writeSequences(sql, manifest.sequences);
  });
  await placeFiles(source, manifest, options.place);
  return manifest;
}

async function readManifest(source: string): Promise<BackupManifest> {
  const text = await readFile(join(source, 'manifest.json'), 'utf8').catch(() => undefined);
  const parsed = parseManifest(safeJson(text));
  if (!parsed.ok) throw fail('STORE_BACKUP_BROKEN', { say: 'Its manifest cannot be read.' });
  const expected = [
    ...parsed.value.tables.map(({ name, sha256 }) => ({ path: `tables/${name}.jsonl`, sha256 })),
    ...parsed.value.files.map(({ name, sha256 }) => ({ path: `files/${name}`, sha256 })),
  ];
  for (const { path, sha256 } of expected) {
    const found = await describeFile(join(source, path)).catch(() => undefined);
    if (found?.sha256 !== sha256) throw fail('STORE_BACKUP_BROKEN', { say: `${path} is missing or was changed.` });
  }
  return parsed.value;
}

function safeJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Lines end at a line feed only: node:readline would also end one at U+2028, which JSON strings may hold as it is. */
async function* readLines(path: string): AsyncGenerator<string[]> {
  let rest = '';
  let batch: string[] = [];
  for await (const chunk of createReadStream(path, 'utf8') as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    batch.push(...lines);
    if (batch.length < BATCH_LINES) continue;
    yield batch;
    batch = [];
  }
  if (rest !== '') batch.push(rest);
  if (batch.length > 0) yield batch;
}
/** Rows in one insert: with rows of 100 KB still a message of 20 MB. */
const BATCH_LINES = 200;

async function placeFiles(
  source: string,
  manifest: BackupManifest,
  place: ((name: string) => string | undefined) | undefined,
): Promise<void> {
  for (const { name } of manifest.files) {
    const target = place?.(name);
    if (target === undefined) continue;
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    if (await stat(target).catch(() => undefined)) throw fail('STORE_NOT_EMPTY', { say: `${name} exists already.` });
    await copyFile(join(source, 'files', name), target);
  }
}

/**
 * Copies all tables of all tenants from one store to another, empty one of the same version: one moment of the source, one transaction of
 * the target. Works in both directions between PGlite and PostgreSQL. Rejects STORE_BACKUP_VERSION, STORE_NOT_EMPTY.
 */
export async function migrateTo(source: Store, target: Store, progress?: Progress): Promise<void> {
  await source.system(
    'migrate: read all tables of all tenants as of one moment',
    async (from) => {
      const there = await readCatalogue(from);
      await target.system('migrate: write all tables of all tenants', async (to) => {
        const here = await readCatalogue(to);
        requireSame(there.migrations, here.migrations);
        requireEmpty(here.tables);
        for (const table of inOrder(there.tables, here.tables)) {
          const total = there.tables.find(({ name }) => name === table.name)?.rows ?? 0;
          let rows = 0;
          for await (const batch of readRows(from, table)) {
            await writeRows(to, table, batch);
            rows += batch.length;
            progress?.(table.name, rows, total);
          }
        }
        await writeSequences(to, there.sequences);
      });
    },
    { snapshot: true },
  );
}

function requireSame(a: BackupManifest['migrations'], b: BackupManifest['migrations']): void {
  const text = (migrations: BackupManifest['migrations']): string =>
    migrations.map(({ number, sha256 }) => `${number} ${sha256}`).join('\n');
  if (text(a) !== text(b)) throw fail('STORE_BACKUP_VERSION');
}

function requireEmpty(tables: readonly Table[]): void {
  const filled = tables.find(({ rows }) => rows > 0);
  if (filled !== undefined) throw fail('STORE_NOT_EMPTY', { say: `Table ${filled.name} has rows.` });
}

/** The target's tables in an order that satisfies foreign keys; equal migrations have equal tables. */
function inOrder(source: readonly { name: string }[], target: readonly Table[]): readonly Table[] {
  const names = new Set(source.map(({ name }) => name));
  if (names.size !== target.length || !target.every(({ name }) => names.has(name))) throw fail('STORE_BACKUP_VERSION');
  return target;
}
