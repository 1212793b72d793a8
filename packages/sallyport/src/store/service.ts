import type { Clock, Logger, Secret, TenantId } from '../kernel/index.ts';
import type { Engine } from './engine.ts';
import { EMBEDDED_ONLY, migrate, readMigrations } from './migrate.ts';
import { openPglite } from './pglite/engine.ts';
import { openPostgres } from './postgres/engine.ts';
import type { Row, Store } from './sql.ts';

export type { Row, Sql, Store } from './sql.ts';
export { backup, migrateTo, restore, type BackupFile, type Progress } from './transfer.ts';

/** `url`: a PostgreSQL 15 or newer; `dir`: the data folder, in whose `store/` an embedded PostgreSQL lives. */
export type StoreWhere = { url: Secret } | { dir: string };

export type StoreDeps = { logger: Logger; clock: Clock };

/**
 * Opens the store, locks it (data folder), brings its tables up to date and checks that they keep tenants apart.
 * Rejects STORE_LOCKED, STORE_UNAVAILABLE, STORE_ROLES_MISSING, STORE_MIGRATION_*, STORE_ISOLATION_BROKEN, STORE_URL_INVALID, STORE_VERSION.
 */
export async function openStore(where: StoreWhere, deps: StoreDeps): Promise<Store> {
  const engine = 'url' in where ? await openPostgres(where.url, deps) : await openPglite(where.dir, deps);
  return openEngine(engine, deps);
}

/** As `openStore`, over a driver that the caller opened (with limits of its own). */
export async function openEngine(engine: Engine, deps: StoreDeps, migrations = readMigrations()): Promise<Store> {
  try {
    const files = await migrations;
    await engine.owner(async (owner) => {
      await migrate(owner, files, deps);
      if (engine.kind === 'pglite') await owner.script(EMBEDDED_ONLY);
    });
  } catch (error) {
    await engine.close();
    throw error;
  }
  return {
    kind: engine.kind,
    tx: (tenant, fn) => engine.transaction({ role: 'app', tenant }, {}, fn),
    lookup: async <T extends Row>(tenant: TenantId, text: string, params: readonly unknown[]) =>
      (await engine.lookup(tenant, text, params)) as T[],
    system: (_reason, fn, options = {}) => engine.transaction({ role: 'system' }, options, fn),
    listen: (channel, on) => engine.listen(channel, on),
    ping: () => engine.ping(),
    close: () => engine.close(),
  };
}
