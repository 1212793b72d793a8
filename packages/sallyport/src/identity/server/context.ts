import type { Clock, JsonObject, Logger, TenantId } from '../../kernel/index.ts';
import type { Snapshot } from '../access/snapshot.ts';

/** Where the two ports are, as others reach them. */
export type Addresses = { readonly issuer: string; readonly resource: string };

/** A fact for the event log, of one tenant; resolves when it is on disk. */
export type Record_ = (
  tenant: TenantId,
  change: {
    readonly type: string;
    readonly actor: string;
    readonly target: { readonly kind: string; readonly id: string; readonly name?: string };
    readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  },
) => Promise<void>;

/** What the parts of the authorization server share. */
export type ServerContext = {
  readonly addresses: Addresses;
  snapshot(): Snapshot;
  readonly record: Record_;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Refuses all tokens of these handles everywhere; resolves when it is in the database. */
  revoke(tenant: TenantId, handles: readonly string[], actor: string): Promise<void>;
  /** Ends a grant, where nothing waits for it. */
  revokeLater(tenant: TenantId, grant: string): void;
  /** Says that an agent was used. */
  used(agent: string): void;
};

/** The id of the public client by which workloads come in: they prove themselves by their platform's token, not as a client. */
export const WORKLOAD_CLIENT = 'workload';

/** Clients that stand in nobody's list. */
export const BUILT_IN: readonly JsonObject[] = [
  {
    client_id: WORKLOAD_CLIENT,
    client_name: 'Workload identity',
    token_endpoint_auth_method: 'none',
    grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    redirect_uris: [],
    response_types: [],
  },
];

/** The metadata of a registered client or of an agent, which is a client by its own keys. */
export function clientMetadata(id: string, snapshot: Snapshot): JsonObject | undefined {
  const client = snapshot.clients.get(id);
  if (client !== undefined) return { ...client.metadata, client_id: id, client_name: client.name };
  const agent = snapshot.agents.get(id);
  if (agent === undefined || agent.jwks.length === 0) return undefined;
  return {
    client_id: id,
    client_name: agent.name,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [...agent.jwks] },
    grant_types: [
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:openid:params:grant-type:ciba',
      'urn:ietf:params:oauth:grant-type:device_code',
      'refresh_token',
    ],
    redirect_uris: [],
    response_types: [],
    backchannel_token_delivery_mode: 'poll',
    dpop_bound_access_tokens: agent.dpop,
    authorization_details_types: ['tool_call'],
  };
}

/** Whose client it is; undefined for one that everybody may use (it named or registered itself). */
export function clientTenant(id: string, snapshot: Snapshot): TenantId | undefined {
  return snapshot.clients.get(id)?.tenant ?? snapshot.agents.get(id)?.tenant;
}
