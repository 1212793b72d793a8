import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { syncFolder, syncTree, unpackFolder } from './archive.ts';
import { TEMPLATE } from './template_pin.ts';

/**
 * Makes the database folder when there is none: from the template that ships (0.2 s), or, when PGlite is another version than the
 * template's, by PostgreSQL's own initdb (2 to 4 s). The folder appears under its name only when it is complete and on disk.
 *
 * All folders from one template share PostgreSQL's system identifier, which matters to physical replication only (PGlite has none).
 * Rejects STORE_TEMPLATE_BROKEN when the template is not the pinned one.
 */
export async function ensureDatabase(dir: string, logger: Logger, installed = pgliteVersion()): Promise<void> {
  if (existsSync(`${dir}/PG_VERSION`)) return chmod(dir, 0o700);
  const making = `${dir}.tmp`;
  await rm(making, { recursive: true, force: true });
  if ((await installed) === TEMPLATE.pglite) await unpackFolder(await readTemplate(), making);
  else {
    logger.info('no database template for this version of PGlite; making the database takes a few seconds');
    await initialise(making);
    await syncTree(making);
  }
  await rename(making, dir);
  syncFolder(dirname(dir));
}

async function readTemplate(): Promise<Uint8Array> {
  const archive = await readFile(new URL('pgdata.zst', import.meta.url)).catch(() => undefined);
  const hash = archive === undefined ? 'missing' : createHash('sha256').update(archive).digest('hex');
  if (archive === undefined || hash !== TEMPLATE.sha256) throw fail('STORE_TEMPLATE_BROKEN', { detail: hash });
  return archive;
}

async function initialise(dir: string): Promise<void> {
  await mkdir(dir, { mode: 0o700 });
  const { PGlite } = await import('@electric-sql/pglite');
  const db = await PGlite.create({ dataDir: dir });
  await db.close();
}

/** The installed version of PGlite: its folder is not stable between versions of PostgreSQL inside it. */
export async function pgliteVersion(): Promise<string> {
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'));
  return (JSON.parse(await readFile(fileURLToPath(manifest), 'utf8')) as { version: string }).version;
}
