import { isObject, readJson, reasonOf, type Clock, type Logger, type PrincipalId, type TenantId } from '../kernel/index.ts';
import type { Keyring } from '../keyring/service.ts';
import { subjectHash } from '../audit/index.ts';
import type { SealedPlaceholders } from '../guard/index.ts';
import type { Store } from '../store/service.ts';
import { deleteExpired, selectPlaceholders, upsertPlaceholders } from './store.ts';

/** Which placeholders a response that a later request continues has given out. Only the same principal gets them back, until their subject's text is erased. */
export type RestoreMaps = {
  /** Keeps a response's map; returns at once. A map that cannot be kept is logged: its values then stay masked. */
  put(
    tenant: TenantId,
    whose: { readonly principal: PrincipalId; readonly subject: string },
    response: string,
    map: SealedPlaceholders,
  ): void;
  /** The map of a response, if there is one. Never rejects: without it the values stay masked. */
  get(tenant: TenantId, principal: PrincipalId, response: string): Promise<SealedPlaceholders | undefined>;
  close(): Promise<void>;
};

/** How long a conversation can be continued with its values restored. */
const KEPT_MS = 7 * 86_400_000;
const PURGE_MS = 3_600_000;
/** Values in one map; a longer one is not kept. */
const MAX_ENTRIES = 10_000;
/** A database that hangs must not hold a request: its values then stay masked. */
const LOOK_UP_MS = 1_000;
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

  async function write(tenant: TenantId, principal: PrincipalId, person: string, response: string, map: SealedPlaceholders): Promise<void> {
    const hash = await hashOf(tenant, response);
    const subject = subjectHash(await keyring.tenant(tenant), person);
    const sealed = await keyring.sealFor(tenant, subject, PURPOSE, hash, Buffer.from(JSON.stringify(map)));
    const created = clock();
    await store.tx(tenant, (sql) =>
      upsertPlaceholders(sql, tenant, { response: hash, principal, subject, sealed, created, expires: created + KEPT_MS }),
    );
  }

  async function read(tenant: TenantId, principal: PrincipalId, response: string): Promise<SealedPlaceholders | undefined> {
    const hash = await hashOf(tenant, response);
    const row = await store.tx(tenant, (sql) => selectPlaceholders(sql, hash, principal, clock()));
    const plain = row === undefined ? undefined : await keyring.openFor(tenant, row.subject, PURPOSE, hash, row.sealed);
    return plain === undefined ? undefined : parseMap(Buffer.from(plain));
  }

  const purge = setInterval(() => {
    store
      .system('gateway: expired restore maps', (sql) => deleteExpired(sql, clock()))
      .catch((error: unknown) => logger.warn('restore maps not purged', { reason: reasonOf(error) }));
  }, PURGE_MS);
  purge.unref();

  return {
    put(tenant, { principal, subject }, response, map) {
      if (map.entries.length === 0 || map.entries.length > MAX_ENTRIES) return;
      const key = `${tenant}\n${principal}\n${response}`;
      pending.set(key, map);
      const writing = write(tenant, principal, subject, response, map)
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
      return within(LOOK_UP_MS, read(tenant, principal, response)).catch((error: unknown) => {
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

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the database is slow')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
