import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { newId, type TenantId } from '../kernel/index.ts';
import type { Store } from '../store/service.ts';
import { framed } from './envelope.ts';
import { fail } from './errors.ts';
import { openKek, openSigning } from './kek.ts';
import { keyIdOf, openValue, sealValue } from './sealed.ts';
import { anyKey, deleteSubject, everyKey, insertKey, keyById, keysOf, rewrap, type KeyRow } from './store.ts';
import type { KekPort, KekSource, Keyring, KeyringDeps, TenantKeys } from './types.ts';

export type { KekPort, KekSource, Keyring } from './types.ts';

/** A subject's key may be erased by another process: it is not kept in memory for longer. */
const SUBJECT_CACHE_MS = 30_000;
/** Keys in memory. */
const MAX_CACHED = 10_000;

type DataKey = { readonly id: string; readonly key: Buffer; readonly until: number };

/** Opens the keys of this installation; makes them on its first start only. Rejects KEYRING_KEK_MISSING, KEYRING_KEK_WRONG, KEYRING_FOLDER_OPEN. */
export async function openKeyring(store: Store, source: KekSource, deps: KeyringDeps): Promise<Keyring> {
  const sample = await store.system('keyring: is anything stored yet', anyKey);
  let kek = await openKek(source, sample === undefined, deps.env ?? process.env);
  const signing = await openSigning(source, sample === undefined);
  // A wrong key must be found now, not when the first value cannot be opened.
  if (sample !== undefined) await unwrap(kek, sample);

  const byId = new Map<string, DataKey>();
  const newest = new Map<string, DataKey>();
  const tenants = new Map<TenantId, Promise<TenantKeys>>();

  function remember<K>(map: Map<K, DataKey>, key: K, value: DataKey): void {
    if (map.size >= MAX_CACHED) map.clear();
    map.set(key, value);
  }

  async function make(tenant: TenantId, use: 'seal' | 'mac', subject: string): Promise<DataKey | undefined> {
    const id = newId('dk', deps.clock());
    const key = randomBytes(32);
    const wrapped = Buffer.from(await kek.wrap(key, wrapAad(tenant, id, use, subject)));
    const row = { id, use, subject, kek: kek.id, wrapped, created: deps.clock() };
    const inserted = await store.tx(tenant, (sql) => insertKey(sql, tenant, row));
    return inserted ? { id, key, until: lifetime(subject) } : undefined;
  }

  const lifetime = (subject: string): number => (subject === '' ? Number.POSITIVE_INFINITY : deps.clock() + SUBJECT_CACHE_MS);

  async function opened(row: KeyRow): Promise<DataKey> {
    return { id: row.id, key: await unwrap(kek, row), until: lifetime(row.subject) };
  }

  /** The key that seals now; made when there is none. */
  async function sealing(tenant: TenantId, subject: string): Promise<DataKey> {
    const slot = `${tenant}\n${subject}`;
    const cached = newest.get(slot);
    if (cached !== undefined && cached.until > deps.clock()) return cached;
    const row = (await store.tx(tenant, (sql) => keysOf(sql, 'seal', subject))).at(-1);
    const key = row === undefined ? await make(tenant, 'seal', subject) : await opened(row);
    if (key === undefined) throw fail('KEYRING_OPEN_FAILED', { detail: 'a data key could not be made' });
    remember(newest, slot, key);
    return key;
  }

  async function byIdOf(tenant: TenantId, id: string, subject: string): Promise<DataKey | undefined> {
    const slot = `${tenant}\n${subject}\n${id}`;
    const cached = byId.get(slot);
    if (cached !== undefined && cached.until > deps.clock()) return cached;
    const row = await store.tx(tenant, (sql) => keyById(sql, id));
    if (row === undefined) return undefined;
    if (row.subject !== subject || row.use !== 'seal') throw fail('KEYRING_OPEN_FAILED');
    const key = await opened(row);
    remember(byId, slot, key);
    return key;
  }

  async function loadTenant(tenant: TenantId): Promise<TenantKeys> {
    const read = async (): Promise<KeyRow | undefined> => (await store.tx(tenant, (sql) => keysOf(sql, 'mac', '')))[0];
    let row = await read();
    if (row === undefined) {
      // Another process may make it at the same moment: whichever row is there counts.
      await make(tenant, 'mac', '');
      row = await read();
    }
    if (row === undefined) throw fail('KEYRING_OPEN_FAILED', { detail: 'the tenant has no mac key' });
    return tenantKeys(tenant, await unwrap(kek, row));
  }

  function tenant(name: TenantId): Promise<TenantKeys> {
    let keys = tenants.get(name);
    if (keys === undefined) {
      keys = loadTenant(name);
      tenants.set(name, keys);
      keys.catch(() => tenants.delete(name));
    }
    return keys;
  }

  async function subjectOf(name: TenantId, subject: string): Promise<string> {
    return (await tenant(name)).mac('keyring subject', subject).toString('hex');
  }

  async function sealUnder(name: TenantId, subject: string, purpose: string, owner: string, plain: Uint8Array): Promise<Buffer> {
    const key = await sealing(name, subject);
    return sealValue(key.id, key.key, { tenant: name, subject, purpose, owner }, plain);
  }

  /** Undefined when the key is gone; rejects when anything else differs. */
  async function openUnder(
    name: TenantId,
    subject: string,
    purpose: string,
    owner: string,
    sealed: Uint8Array,
  ): Promise<Buffer | undefined> {
    const id = keyIdOf(sealed);
    if (id === undefined) throw fail('KEYRING_OPEN_FAILED');
    const key = await byIdOf(name, id, subject);
    if (key === undefined) return undefined;
    const plain = openValue(id, key.key, { tenant: name, subject, purpose, owner }, sealed);
    if (plain === undefined) throw fail('KEYRING_OPEN_FAILED');
    return plain;
  }

  return {
    tenant,
    seal: (name, purpose, owner, plain) => sealUnder(name, '', purpose, owner, plain),
    async open(name, purpose, owner, sealed) {
      const plain = await openUnder(name, '', purpose, owner, sealed);
      if (plain === undefined) throw fail('KEYRING_OPEN_FAILED');
      return plain;
    },
    sealFor: async (name, subject, purpose, owner, plain) => sealUnder(name, await subjectOf(name, subject), purpose, owner, plain),
    openFor: async (name, subject, purpose, owner, sealed) => openUnder(name, await subjectOf(name, subject), purpose, owner, sealed),
    async eraseSubject(name, subject) {
      const hashed = await subjectOf(name, subject);
      const gone = await store.tx(name, (sql) => deleteSubject(sql, hashed));
      byId.clear();
      newest.clear();
      return gone > 0;
    },
    async rotateKek(next) {
      const into = await openKek(next, true, deps.env ?? process.env);
      const rows = await store.system('keyring: wrap every data key anew', async (sql) => {
        const all = await everyKey(sql);
        for (const row of all) {
          const key = await unwrap(kek, row);
          await rewrap(sql, row, into.id, await into.wrap(key, wrapAad(row.tenant, row.id, row.use, row.subject)));
        }
        return all.length;
      });
      kek = into;
      return rows;
    },
    async rotateTenant(name) {
      await make(name, 'seal', '');
      newest.delete(`${name}\n`);
    },
    signing: () => signing,
  };
}

function wrapAad(tenant: string, id: string, use: string, subject: string): Buffer {
  return framed(['sallyport data key 1', tenant, id, use, subject]);
}

async function unwrap(kek: KekPort, row: KeyRow): Promise<Buffer> {
  if (row.kek !== kek.id) throw fail('KEYRING_KEK_WRONG');
  return Buffer.from(await kek.unwrap(row.wrapped, wrapAad(row.tenant, row.id, row.use, row.subject)));
}

/** Keyed hashes under keys derived for each purpose: HKDF-SHA-256 (RFC 5869) with the purpose as info. */
function tenantKeys(tenant: TenantId, root: Buffer): TenantKeys {
  const derived = new Map<string, Buffer>();
  const macKey = (purpose: string): Buffer => {
    let key = derived.get(purpose);
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', root, framed([tenant]), `sallyport ${purpose}`, 32));
      derived.set(purpose, key);
    }
    return key;
  };
  return { macKey, mac: (purpose, ...parts) => createHmac('sha256', macKey(purpose)).update(framed(parts)).digest() };
}
