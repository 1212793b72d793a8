import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { AppError, type Clock, type Logger } from '../kernel/index.ts';
import type { Owner } from './engine.ts';
import { fail } from './errors.ts';
import { checkIsolation } from './isolation.ts';
import { SCHEMA } from './statement.ts';

/** One file of `migrations/`. */
export type Migration = { readonly number: number; readonly name: string; readonly sha256: string; readonly sql: string };
type Applied = { number: number; name: string; sha256: string };

const FILE_NAME = /^(\d{4})_[a-z][a-z0-9_]*\.sql$/;

/** What a database administrator runs where the program's user may not make roles. */
export const ROLE_STATEMENTS = [
  'create role sallyport_app nologin',
  'create role sallyport_system nologin bypassrls',
  'grant sallyport_app, sallyport_system to CURRENT_USER_OF_SALLYPORT',
  'create schema sallyport authorization CURRENT_USER_OF_SALLYPORT',
] as const;

/**
 * The embedded database is ours alone: there the function that could change role and tenant is taken from everyone but its owner.
 * In a shared PostgreSQL it stays as the administrator left it, and `checkStatement` is the only fence.
 */
export const EMBEDDED_ONLY = 'revoke execute on function pg_catalog.set_config(text, text, boolean) from public';

/** The migrations that ship with this program, in order. The hash is over line feeds, so a checkout with CRLF is the same migration. */
export async function readMigrations(folder = new URL('migrations/', import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => FILE_NAME.test(name)).sort();
  const migrations = await Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n');
      return { number: Number(name.slice(0, 4)), name, sha256: createHash('sha256').update(sql).digest('hex'), sql };
    }),
  );
  const twice = migrations.find((migration, index) => migration.number === migrations[index - 1]?.number);
  if (twice !== undefined) throw fail('STORE_MIGRATION_EDITED', { say: `Two files have the number of ${twice.name}.` });
  return migrations;
}

/**
 * Brings the tables up to date: compares the history with the files, applies what is new, each in its own transaction, and checks that
 * every table keeps tenants apart. Answers how many were applied. A file may be added below the highest applied number (domains have
 * blocks of numbers); none may be changed or removed once applied.
 */
export async function migrate(owner: Owner, migrations: readonly Migration[], deps: { logger: Logger; clock: Clock }): Promise<number> {
  const applied = await readHistory(owner);
  checkHistory(applied, migrations);
  const done = new Set(applied.map(({ number }) => number));
  const pending = migrations.filter(({ number }) => !done.has(number));
  for (const migration of pending) await apply(owner, migration, deps);
  await checkIsolation(owner);
  return pending.length;
}

/** The applied migrations; none for a new database. */
export async function readHistory(owner: Owner): Promise<Applied[]> {
  const [found] = await owner.query<{ present: boolean }>('select to_regclass($1) is not null as present', [`${SCHEMA}.store_migrations`]);
  if (found?.present !== true) return [];
  return owner.query<Applied>(`select number, name, sha256 from ${SCHEMA}.store_migrations order by number`);
}

function checkHistory(applied: readonly Applied[], migrations: readonly Migration[]): void {
  const newest = migrations.at(-1)?.number ?? 0;
  for (const { number, name, sha256 } of applied) {
    const file = migrations.find((migration) => migration.number === number);
    if (file === undefined)
      throw fail(number > newest ? 'STORE_MIGRATION_NEWER' : 'STORE_MIGRATION_MISSING', { say: `The database has ${name}.` });
    if (file.sha256 !== sha256) throw fail('STORE_MIGRATION_EDITED', { say: `It is ${file.name}.` });
  }
}

async function apply(owner: Owner, migration: Migration, { logger, clock }: { logger: Logger; clock: Clock }): Promise<void> {
  const { number, name, sha256, sql } = migration;
  // Number, name and hash have passed FILE_NAME and SHA-256: they hold no quote.
  const record = `insert into ${SCHEMA}.store_migrations (number, name, sha256, applied) values (${number}, '${name}', '${sha256}', ${Math.trunc(clock())})`;
  try {
    await owner.script(`begin;\nset local search_path to ${SCHEMA};\n${sql}\n;${record};\ncommit;`);
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_UNAVAILABLE') throw error;
    if (number === 1 && error instanceof AppError && error.code === 'STORE_FORBIDDEN') {
      throw fail('STORE_ROLES_MISSING', { say: ROLE_STATEMENTS.map((statement) => `${statement};`).join(' ') });
    }
    const detail = error instanceof AppError ? error.detail : undefined;
    throw fail('STORE_MIGRATION_FAILED', { say: `It is ${name}.`, ...(detail === undefined ? {} : { detail }) });
  }
  logger.info('migration applied', { name });
}
