export { isToken, newToken, tokenHash } from './token.ts';
export type { KeyRecord, ListedKey, NewKey, PrincipalKind } from './key.ts';
