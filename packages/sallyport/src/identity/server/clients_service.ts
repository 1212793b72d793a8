import type { Provider } from 'oidc-provider';
import { newId, visible, type JsonObject, type TenantId } from '../../kernel/index.ts';
import type { Change } from '../../audit/service.ts';
import type { Store } from '../../store/service.ts';
import { fail } from '../errors.ts';
import type { ServerContext } from './context.ts';
import { endGrants, insertClient, listClients, notify, removeClient, revoke, type ListedClient } from './store.ts';
import { GRANT, TOOL_CALL } from './settings.ts';

/** What an operator chooses for an application. With `jwks` it proves itself by its key (`private_key_jwt`), else it is public and PKCE protects it. */
export type NewClient = {
  readonly name: string;
  readonly redirectUris?: readonly string[] | undefined;
  readonly application?: 'web' | 'native' | undefined;
  readonly jwks?: readonly JsonObject[] | undefined;
  readonly jwksUri?: string | undefined;
  /** Further grants beside code and refresh token. */
  readonly device?: boolean | undefined;
  readonly backchannel?: 'poll' | 'ping' | undefined;
  readonly notifyUri?: string | undefined;
  /** Where it hears that somebody has signed out (back-channel logout). */
  readonly logoutUri?: string | undefined;
  /** Where a browser may come back to after a sign-out that it asked for. */
  readonly postLogoutRedirectUris?: readonly string[] | undefined;
  readonly dpop?: boolean | undefined;
};

export type Clients = {
  /** Rejects CLIENT_INVALID. */
  register(tenant: TenantId, client: NewClient, actor: string): Promise<ListedClient>;
  list(tenant: TenantId): Promise<ListedClient[]>;
  /** Its grants and tokens end with it. Rejects CLIENT_UNKNOWN. */
  remove(tenant: TenantId, id: string, actor: string): Promise<void>;
};

export function createClients(
  store: Store,
  deps: {
    readonly context: ServerContext;
    readonly change: Change;
    readonly provider: () => Promise<Provider>;
    readonly refresh: () => Promise<void>;
  },
): Clients {
  const { context, change } = deps;
  return {
    async register(tenant, client, actor) {
      const now = context.clock();
      const id = newId('app', now);
      if (client.name.trim() === '' || client.name.length > 100 || visible(client.name) !== client.name)
        throw fail('CLIENT_INVALID', { say: 'Its name needs 1 to 100 printable characters.' });
      const metadata = metadataOf(client);
      await validate(await deps.provider(), { ...metadata, client_id: id, client_name: client.name });
      await change(tenant, async (sql, emit) => {
        if (!(await insertClient(sql, tenant, { id, name: client.name, metadata, created: now })))
          throw fail('CLIENT_INVALID', { say: 'There is one of this name.' });
        await emit({ type: 'client.created', actor, target: { kind: 'client', id, name: client.name } });
        await notify(sql);
      });
      await deps.refresh();
      return { id, name: client.name, created: now, metadata };
    },
    list: (tenant) => store.tx(tenant, listClients),
    async remove(tenant, id, actor) {
      await change(tenant, async (sql, emit) => {
        const now = context.clock();
        const name = await removeClient(sql, id, now);
        if (name === undefined) throw fail('CLIENT_UNKNOWN');
        await endGrants(sql, tenant, { client: id }, now);
        await revoke(sql, tenant, id, now);
        await emit({ type: 'client.removed', actor, target: { kind: 'client', id, name } });
        await notify(sql);
      });
      await deps.refresh();
    },
  };
}

function metadataOf(client: NewClient): JsonObject {
  const confidential = client.jwks !== undefined || client.jwksUri !== undefined;
  const code = (client.redirectUris ?? []).length > 0;
  return {
    application_type: client.application ?? 'web',
    redirect_uris: [...(client.redirectUris ?? [])],
    ...(client.postLogoutRedirectUris === undefined ? {} : { post_logout_redirect_uris: [...client.postLogoutRedirectUris] }),
    response_types: code ? ['code'] : [],
    grant_types: [
      ...(code ? ['authorization_code'] : []),
      'refresh_token',
      ...(client.device === true ? [GRANT.device] : []),
      ...(client.backchannel === undefined ? [] : [GRANT.backchannel]),
    ],
    token_endpoint_auth_method: confidential ? 'private_key_jwt' : 'none',
    ...(client.jwks === undefined ? {} : { jwks: { keys: [...client.jwks] } }),
    ...(client.jwksUri === undefined ? {} : { jwks_uri: client.jwksUri }),
    ...(client.backchannel === undefined ? {} : { backchannel_token_delivery_mode: client.backchannel }),
    ...(client.notifyUri === undefined ? {} : { backchannel_client_notification_endpoint: client.notifyUri }),
    ...(client.logoutUri === undefined ? {} : { backchannel_logout_uri: client.logoutUri, backchannel_logout_session_required: true }),
    ...(client.dpop === true ? { dpop_bound_access_tokens: true } : {}),
    authorization_details_types: [TOOL_CALL],
  };
}

async function validate(provider: Provider, metadata: JsonObject): Promise<void> {
  try {
    await provider.Client.validate(metadata);
  } catch (error) {
    const said = error instanceof Error && 'error_description' in error ? String(error.error_description) : '';
    throw fail('CLIENT_INVALID', { say: `${visible(said).slice(0, 300)}.`, cause: error });
  }
}
