export { buildConnections, type Connection } from './connection.ts';
export { egress, refusalReply, type EgressDeps } from './egress_service.ts';
export { openVault, type Vault } from './vault_service.ts';
