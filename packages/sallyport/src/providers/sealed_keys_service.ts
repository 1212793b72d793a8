import { Secret, type Clock, type Logger, type TenantId } from '../kernel/index.ts';
import type { Change } from '../audit/service.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Store } from '../store/service.ts';
import { fail } from './errors.ts';
import { isSealedName, isSecretText } from './reference.ts';
import { deleteKey, KEYS_CHANNEL, selectKeyNotes, selectKeys, upsertKey, type KeyNote } from './store.ts';

/** The provider keys that were given by command. Only names ever leave; the keys themselves go to the provider they belong to. */
export type SealedKeys = {
  /** The tenant whose keys they are: the one that operates this installation. */
  readonly tenant: TenantId;
  load(): Promise<ReadonlyMap<string, Secret>>;
  list(): Promise<readonly KeyNote[]>;
  /** @throws PROVIDER_KEY_INVALID */
  set(name: string, key: Secret, actor: string): Promise<void>;
  /** False when there is none. */
  remove(name: string, actor: string): Promise<boolean>;
  /** Calls `on` after each change, also one by another process; answers the way to stop. */
  watch(on: () => void): Promise<() => Promise<void>>;
};

export type SealedKeysDeps = {
  readonly tenant: TenantId;
  readonly store: Store;
  readonly keyring: Keyring;
  readonly change: Change;
  readonly clock: Clock;
  readonly logger: Logger;
};

/** What the seal is bound to besides the tenant and the name. */
const PURPOSE = 'provider-key';

/** Keeps the keys in the store, under the tenant's data key; each change is an event in the same transaction. */
export function openSealedKeys(deps: SealedKeysDeps): SealedKeys {
  const { tenant, store, keyring, change, clock } = deps;
  return {
    tenant,
    async load() {
      const rows = await store.tx(tenant, selectKeys);
      const opened = await Promise.all(
        rows.map(async ({ name, sealed }): Promise<[string, Secret] | undefined> => {
          try {
            return [name, new Secret(Buffer.from(await keyring.open(tenant, PURPOSE, name, sealed)).toString('latin1'))];
          } catch {
            // One that was tampered with must not take the others away; its provider stays unavailable and says so.
            deps.logger.error('a sealed provider key cannot be opened', { name });
            return undefined;
          }
        }),
      );
      return new Map(opened.filter((one) => one !== undefined));
    },
    list: () => store.tx(tenant, selectKeyNotes),
    async set(name, key, actor) {
      const text = key.reveal();
      if (!isSealedName(name) || !isSecretText(text)) throw fail('PROVIDER_KEY_INVALID');
      const sealed = await keyring.seal(tenant, PURPOSE, name, Buffer.from(text, 'latin1'));
      await change(tenant, async (sql, emit) => {
        const replaced = await upsertKey(sql, tenant, { name, sealed }, clock());
        await emit({ type: 'provider.key_set', actor, target: { kind: 'provider_key', id: name, name }, detail: { replaced } });
      });
    },
    remove: (name, actor) =>
      change(tenant, async (sql, emit) => {
        const removed = await deleteKey(sql, tenant, name);
        if (removed) await emit({ type: 'provider.key_removed', actor, target: { kind: 'provider_key', id: name, name } });
        return removed;
      }),
    watch: (on) => store.listen(KEYS_CHANNEL, (payload) => (payload === '' || payload === tenant ? on() : undefined)),
  };
}
