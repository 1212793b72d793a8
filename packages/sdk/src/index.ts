export { ConnectionError, Sallyport, SallyportError } from './client.ts';
export type {
  Action,
  AllowedIds,
  AllowedPredicate,
  ApprovalState,
  Asking,
  CheckKey,
  ConnectionRefusal,
  Filtered,
  ProxyInit,
  SallyportOptions,
  Tuple,
  VectorStore,
  WhyAnswer,
} from './client.ts';
export { withPermissions, type Permission } from './permitted.ts';
export { ApprovalError, withApproval, withTokenVault, type ApprovalOptions, type TokenVaultOptions } from './held.ts';
export { UserError, withUser, type AgentIdentity, type User, type UserOptions } from './user.ts';
