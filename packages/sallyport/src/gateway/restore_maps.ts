import { isObject, readJson, reasonOf, type Clock, type Logger, type PrincipalId, type TenantId } from '../kernel/index.ts';
import type { Keyring } from '../keyring/service.ts';
import type { SealedPlaceholders } from '../guard/index.ts';
import type { Store } from '../store/service.ts';
import { deleteExpired, selectPlaceholders, upsertPlaceholders } from './store.ts';

/** Which placeholders a response that a later request continues has given out. Only the same principal gets them back. */
export type RestoreMaps = {
  /** Keeps a response's map; returns at once. A map that cannot be kept is logged: its values then stay masked. */
  put(tenant: TenantId, principal: PrincipalId, response: string, map: SealedPlaceholders): void;
  /** The map of a response, if there is one. Never rejects: without it the values stay masked. */
  get(tenant: TenantId, principal: PrincipalId, response: string): Promise<SealedPlaceholders | undefined>;
  close(): Promise<void>;
};

/** How long a conversation can be continued with its values restored. */
const KEPT_MS = 7 * 86_400_000;
const PURGE_MS = 3_600_000;
/** Values in one map; a longer one is not kept. */
const MAX_ENTRIES = 10_000;
const PURPOSE = 'restore-map';

export function openRestoreMaps(deps: {
  readonly store: Store;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly logger: Logger;
}): RestoreMaps {
  const { store, keyring, clock, logger } = deps;
  /** What is on its way to the store: the next request of a conversation may be faster. */
  const pending = new Map<string, SealedPlaceholders>();
  const writes = new Set<Promise<void>>();
  const hashOf = async (tenant: TenantId, response: string): Promise<string> =>
    (await keyring.tenant(tenant)).mac('restore-map', response).toString('hex');

  async function write(tenant: TenantId, principal: PrincipalId, response: string, map: SealedPlaceholders): Promise<void> {
    const hash = await hashOf(tenant, response);
    const sealed = await keyring.sealFor(tenant, principal, PURPOSE, hash, Buffer.from(JSON.stringify(map)));
    const created = clock();
    await store.tx(tenant, (sql) =>
      upsertPlaceholders(sql, tenant, { response: hash, principal, sealed, created, expires: created + KEPT_MS }),
    );
  }

  async function read(tenant: TenantId, principal: PrincipalId, response: string): Promise<SealedPlaceholders | undefined> {
    const hash = await hashOf(tenant, response);
    const sealed = await store.tx(tenant, (sql) => selectPlaceholders(sql, hash, principal, clock()));
    const plain = sealed === undefined ? undefined : await keyring.openFor(tenant, principal, PURPOSE, hash, sealed);
    return plain === undefined ? undefined : parseMap(Buffer.from(plain));
  }

  const purge = setInterval(() => {
    store
      .system('gateway: expired restore maps', (sql) => deleteExpired(sql, clock()))
      .catch((error: unknown) => logger.warn('restore maps not purged', { reason: reasonOf(error) }));
  }, PURGE_MS);
  purge.unref();

  return {
    put(tenant, principal, response, map) {
      if (map.entries.length === 0 || map.entries.length > MAX_ENTRIES) return;
      const key = `${tenant}\n${principal}\n${response}`;
      pending.set(key, map);
      const writing = write(tenant, principal, response, map)
        .catch((error: unknown) => logger.warn('restore map not kept', { reason: reasonOf(error) }))
        .finally(() => {
          pending.delete(key);
          writes.delete(writing);
        });
      writes.add(writing);
    },
    async get(tenant, principal, response) {
      const waiting = pending.get(`${tenant}\n${principal}\n${response}`);
      if (waiting !== undefined) return waiting;
      return read(tenant, principal, response).catch((error: unknown) => {
        logger.warn('restore map not read', { reason: reasonOf(error) });
        return undefined;
      });
    },
    async close() {
      clearInterval(purge);
      await Promise.all(writes);
    },
  };
}

function parseMap(bytes: Buffer): SealedPlaceholders | undefined {
  const read = readJson(bytes);
  if (!read.ok || !isObject(read.value) || read.value['version'] !== 1 || !Array.isArray(read.value['entries'])) return undefined;
  const entries = read.value['entries'].flatMap((entry) =>
    Array.isArray(entry) && typeof entry[0] === 'string' && typeof entry[1] === 'string' ? [[entry[0], entry[1]] as const] : [],
  );
  return { version: 1, entries };
}
