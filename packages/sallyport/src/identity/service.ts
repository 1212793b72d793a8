import {
  DEFAULT_TENANT,
  newId,
  reasonOf,
  type Clock,
  type KeyId,
  type Logger,
  type PrincipalId,
  type Secret,
  type TenantId,
  visible,
} from '../kernel/index.ts';
import type { Change } from '../audit/service.ts';
import type { Store } from '../store/service.ts';
import { fail } from './errors.ts';
import type { KeyRecord, ListedKey, NewKey } from './key.ts';
import { insertKey, insertPrincipal, insertTenant, listKeys, listTenants, loadKeys, notify, revokeKey } from './store.ts';
import { isToken, newToken, tokenHash } from './token.ts';

export type { KeyRecord, ListedKey, NewKey } from './key.ts';
export { FRESH_MS, openPeople, type People } from './people/service.ts';
export { ROLES } from './people/person.ts';
export { isSessionBearer } from './people/session_token.ts';

export type Identity = {
  /**
   * The key that `presented` is, at `now`. Synchronous, from memory. A look-up by SHA-256 of the whole key leaks no prefix by its time:
   * who can choose hashes that nearly match would have to invert SHA-256.
   */
  authenticate(presented: string, now: number): KeyRecord | undefined;
  /** Makes a key with its own principal of the same name. The key is in the answer and nowhere else. Rejects KEY_NAME_TAKEN, KEY_INVALID. */
  createKey(tenant: TenantId, key: NewKey, actor: string): Promise<{ id: KeyId; name: string; key: Secret }>;
  listKeys(tenant: TenantId): Promise<ListedKey[]>;
  /** Refused everywhere within a second; running streams end. Rejects KEY_UNKNOWN. */
  revokeKey(tenant: TenantId, id: string, actor: string): Promise<void>;
  hasTenant(tenant: TenantId): boolean;
  tenants(): readonly TenantId[];
  /** Makes the tenant if it is new. */
  ensureTenant(tenant: TenantId): Promise<void>;
  /** Reads the snapshot anew. */
  refresh(): Promise<void>;
  /** Milliseconds since the snapshot was last known to be right. */
  snapshotAge(now: number): number;
  /** Called for each key that was in force and is not any more. */
  onRevoke(listener: (key: KeyId) => void): () => void;
  close(): Promise<void>;
};

/** Between two readings when no notification comes: a revocation reaches every process within a second even if one is lost. */
const REFRESH_MS = 1_000;
/** Names are shown in lists. */
const MAX_NAME = 100;

export async function openIdentity(
  store: Store,
  deps: { readonly change: Change; readonly clock: Clock; readonly logger: Logger },
): Promise<Identity> {
  const { clock, logger } = deps;
  let keys = new Map<string, KeyRecord>();
  let tenants: readonly TenantId[] = [];
  let fresh = clock();
  let reading: Promise<void> | undefined;
  const listeners = new Set<(key: KeyId) => void>();

  async function read(): Promise<void> {
    const started = clock();
    const [next, known] = await store.system(
      'identity: snapshot of keys and tenants',
      async (sql) => [await loadKeys(sql, started), await listTenants(sql)] as const,
    );
    const gone = [...keys].filter(([hash]) => !next.has(hash));
    keys = next;
    tenants = known;
    fresh = started;
    for (const [, key] of gone) for (const listener of listeners) listener(key.id);
  }

  /** One reading at a time; whoever asks during one gets the next. */
  async function refresh(): Promise<void> {
    for (let running = reading; running !== undefined; running = reading) await running.catch(() => {});
    reading = read().finally(() => (reading = undefined));
    return reading;
  }

  const refreshQuietly = (): void => {
    if (reading !== undefined) return;
    refresh().catch((error: unknown) => logger.warn('identity snapshot not refreshed', { reason: reasonOf(error) }));
  };

  async function ensureTenant(tenant: TenantId): Promise<void> {
    if (tenants.includes(tenant)) return;
    await deps.change(tenant, async (sql, emit) => {
      if (!(await insertTenant(sql, tenant, clock()))) return;
      await emit({ type: 'tenant.created', actor: 'system', target: { kind: 'tenant', id: tenant } });
      await notify(sql);
    });
    await refresh();
  }

  await refresh();
  await ensureTenant(DEFAULT_TENANT);
  const unlisten = await store.listen('identity', refreshQuietly);
  const timer = setInterval(refreshQuietly, REFRESH_MS);
  timer.unref();

  return {
    authenticate(presented, now) {
      if (!isToken(presented)) return undefined;
      const key = keys.get(tokenHash(presented));
      return key === undefined || (key.expires !== null && key.expires <= now) ? undefined : key;
    },
    async createKey(tenant, key, actor) {
      checkNewKey(key, clock());
      const token = newToken();
      const id = newId('key', clock()) as KeyId;
      const principal = newId('prn', clock()) as PrincipalId;
      await deps.change(tenant, async (sql, emit) => {
        if (!(await insertPrincipal(sql, tenant, { id: principal, kind: key.kind ?? 'service', name: key.name }, clock())))
          throw fail('KEY_NAME_TAKEN');
        await insertKey(sql, tenant, id, principal, Buffer.from(tokenHash(token.reveal()), 'hex'), key, clock());
        await emit({
          type: 'key.created',
          actor,
          target: { kind: 'key', id, name: key.name },
          detail: { permissions: (key.permissions ?? []).join(' '), expires: key.expires ?? null },
        });
        await notify(sql);
      });
      await refresh();
      return { id, name: key.name, key: token };
    },
    listKeys: (tenant) => store.tx(tenant, listKeys),
    async revokeKey(tenant, id, actor) {
      await deps.change(tenant, async (sql, emit) => {
        const name = await revokeKey(sql, id, clock());
        if (name === undefined) throw fail('KEY_UNKNOWN');
        await emit({ type: 'key.revoked', actor, target: { kind: 'key', id, name } });
        await notify(sql);
      });
      await refresh();
    },
    hasTenant: (tenant) => tenants.includes(tenant),
    tenants: () => tenants,
    ensureTenant,
    refresh,
    snapshotAge: (now) => now - fresh,
    onRevoke(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearInterval(timer);
      await unlisten().catch(() => {});
      await reading?.catch(() => {});
    },
  };
}

function checkNewKey(key: NewKey, now: number): void {
  if (key.name.trim() === '' || key.name.length > MAX_NAME || !key.name.isWellFormed() || visible(key.name) !== key.name)
    throw fail('KEY_INVALID', { say: `Its name needs 1 to ${MAX_NAME} printable characters.` });
  if (key.expires !== undefined && key.expires <= now) throw fail('KEY_INVALID', { say: 'It would have expired already.' });
}
