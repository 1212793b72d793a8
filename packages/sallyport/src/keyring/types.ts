import type { TenantId } from '../kernel/index.ts';

/** Keyed hashes of one tenant: HMAC-SHA-256 under HKDF(tenant data key, purpose). Synchronous, for the hot path. */
export type TenantKeys = {
  /** 32 bytes. Parts are length-prefixed, so ('ab', 'c') and ('a', 'bc') differ. */
  mac(purpose: string, ...parts: (string | Uint8Array)[]): Buffer;
  /** The 32-byte key itself, for code that streams into its own HMAC. */
  macKey(purpose: string): Buffer;
};

/** The Ed25519 key that signs checkpoints. `publicKeyPem` is SPKI. */
export type SigningKey = { readonly keyId: string; readonly publicKeyPem: string; sign(bytes: Uint8Array): Uint8Array };

/** A key-encryption key that lives elsewhere (a KMS). `id` names the key, not its value. */
export type KekPort = {
  readonly id: string;
  wrap(key: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
  unwrap(wrapped: Uint8Array, aad: Uint8Array): Promise<Uint8Array>;
};

/** Where the key-encryption key comes from. `env`: 32 bytes as base64 in that variable. `dir`: the key folder (also of the signing key). */
export type KekSource =
  | { kind: 'file'; dir: string }
  | { kind: 'env'; variable: string; dir: string }
  | { kind: 'port'; port: KekPort; dir: string };

export type Keyring = {
  /** The tenant's keys, made when there are none; cached. */
  tenant(tenant: TenantId): Promise<TenantKeys>;
  /** AES-256-GCM under the tenant's data key; additional data binds tenant, purpose, owner and the format. */
  seal(tenant: TenantId, purpose: string, owner: string, plain: Uint8Array): Promise<Uint8Array>;
  /** Rejects KEYRING_OPEN_FAILED when a byte, the tenant, the purpose or the owner differs. */
  open(tenant: TenantId, purpose: string, owner: string, sealed: Uint8Array): Promise<Uint8Array>;
  /** As `seal`, under a data key of the tenant and the subject (a person or principal whose text can be erased). */
  sealFor(tenant: TenantId, subject: string, purpose: string, owner: string, plain: Uint8Array): Promise<Uint8Array>;
  /** As `open`; `undefined` when the subject's key was erased. */
  openFor(tenant: TenantId, subject: string, purpose: string, owner: string, sealed: Uint8Array): Promise<Uint8Array | undefined>;
  /** Deletes the subject's data keys: what was sealed with them is gone for good. False when there was none. */
  eraseSubject(tenant: TenantId, subject: string): Promise<boolean>;
  /** Wraps every data key anew under `next`; answers how many. */
  rotateKek(next: KekSource): Promise<number>;
  /** A new data key for the tenant's next seals; older values stay readable, keyed hashes stay the same. */
  rotateTenant(tenant: TenantId): Promise<void>;
  signing(): SigningKey;
};

export type KeyringDeps = { clock: () => number; env?: Readonly<Record<string, string | undefined>> };
