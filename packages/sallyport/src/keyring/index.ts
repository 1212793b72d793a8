export type { KekPort, KekSource, Keyring, KeyringDeps, SigningKey, TenantKeys } from './types.ts';
