import type { Context, Provider } from 'oidc-provider';
import { DEFAULT_TENANT, type TenantId } from '../../kernel/index.ts';
import { CLOCK_SKEW, readAccessToken, span, type AccessClaims } from '../access/access_token.ts';
import { readJws } from '../access/jwt.ts';
import { principalOf } from '../access/principal.ts';
import { clientTenant, type ServerContext } from './context.ts';
import { Polling, POLL_SECONDS } from './polling.ts';

/**
 * What the library's answers lack: that a client asks too often (`slow_down`), how often it may, our own tokens at introspection and revocation,
 * and an event for each token before it leaves.
 */
export function addReplies(provider: Provider, context: ServerContext): void {
  const polling = new Polling();

  async function token(ctx: Context): Promise<void> {
    if (ctx.status !== 200) {
      sayClock(ctx);
      return slowDown(ctx);
    }
    const { client, params, entities } = ctx.oidc ?? {};
    const issued = ctx.state['issued'] as { principal: string; agent: string; tenant: string; scope: string } | undefined;
    const snapshot = context.snapshot();
    const id = issued?.agent ?? client?.clientId ?? '';
    const account = entities?.['AccessToken']?.accountId;
    const tenant = (issued?.tenant ??
      snapshot.people.get(account ?? '')?.tenant ??
      clientTenant(id, snapshot) ??
      DEFAULT_TENANT) as TenantId;
    if (snapshot.agents.has(id)) context.used(id);
    await context.record(tenant, {
      type: 'token.issued',
      actor: issued?.principal ?? account ?? id,
      target: { kind: 'client', id },
      detail: {
        grant: shortGrant(params?.['grant_type']),
        scope: issued?.scope ?? (ctx.body as { scope?: string }).scope ?? '',
        ...(issued === undefined || issued.agent === issued.principal ? {} : { agent: issued.agent }),
      },
    });
  }

  function slowDown(ctx: Context): void {
    const body = ctx.body as { error?: unknown } | undefined;
    if (body?.error !== 'authorization_pending') return;
    const request = ctx.oidc?.params?.['auth_req_id'] ?? ctx.oidc?.params?.['device_code'];
    if (typeof request !== 'string' || !polling.tooSoon(request, context.clock())) return;
    ctx.body = { error: 'slow_down', error_description: 'the client asks too often; it waits five seconds longer each time' };
  }

  /** A client whose clock is wrong reads by how much: nothing else in its settings shows it. It is told what it has sent. */
  function sayClock(ctx: Context): void {
    const body = ctx.body as { error?: unknown } | undefined;
    const assertion = ctx.oidc?.params?.['client_assertion'];
    if (body?.error !== 'invalid_client' || typeof assertion !== 'string') return;
    const { iat, nbf, exp } = readJws(assertion)?.payload ?? {};
    const now = context.clock() / 1_000;
    const ahead = Math.max(...[iat, nbf].map((time) => (typeof time === 'number' ? time - now : 0)));
    const behind = typeof exp === 'number' ? now - exp : 0;
    if (Math.max(ahead, behind) <= CLOCK_SKEW) return;
    const off = ahead > behind ? `was issued ${span(ahead)} ahead of` : `ended ${span(behind)} before`;
    ctx.body = { ...body, error_description: `client_assertion ${off} the time of this server: set the clock of the client` };
  }

  /** An access token of ours that this client may know about; undefined for everything else, also for one that is not in force. */
  function ownToken(ctx: Context): AccessClaims | undefined {
    const text = ctx.oidc?.params?.['token'];
    const { client } = ctx.oidc ?? {};
    if (typeof text !== 'string' || client === undefined) return undefined;
    const snapshot = context.snapshot();
    const read = readAccessToken(text, { issuer: context.addresses.issuer, keys: snapshot.verification, now: context.clock() });
    if (!read.ok || !principalOf(read.claims, snapshot).ok) return undefined;
    const same = read.claims.client_id === client.clientId || read.claims.sub === client.clientId;
    const tenant = client.clientAuthMethod === 'none' ? undefined : clientTenant(client.clientId, snapshot);
    return same || (ctx.oidc?.route === 'introspection' && tenant === read.claims.tenant) ? read.claims : undefined;
  }

  function introspection(ctx: Context): void {
    const claims = ownToken(ctx);
    ctx.status = 200;
    if (claims === undefined) {
      ctx.body = { active: false };
      return;
    }
    const { jkt, iss, sub, aud, client_id, scope, iat, exp, jti, tenant, act } = claims;
    const shown = { iss, sub, aud, client_id, scope, iat, exp, jti, tenant, ...(act === undefined ? {} : { act }) };
    ctx.body = {
      active: true,
      ...shown,
      token_type: jkt === undefined ? 'Bearer' : 'DPoP',
      ...(jkt === undefined ? {} : { cnf: { jkt } }),
    };
  }

  async function revocation(ctx: Context): Promise<void> {
    const claims = ownToken(ctx);
    if (claims !== undefined) await context.revoke(claims.tenant as TenantId, [claims.jti], claims.sub);
    ctx.status = 200;
    ctx.body = '';
  }

  provider.use(async (ctx, next) => {
    await next();
    const route = ctx.oidc?.route;
    const body = ctx.body as Record<string, unknown> | undefined;
    if (route === 'token') return token(ctx);
    if ((route === 'backchannel_authentication' || route === 'device_authorization') && ctx.status === 200)
      ctx.body = { ...body, interval: POLL_SECONDS };
    else if (route === 'introspection' && body?.['error'] === 'unsupported_token_type') introspection(ctx);
    else if (route === 'revocation' && body?.['error'] === 'unsupported_token_type') await revocation(ctx);
    else if (route === 'discovery') ctx.body = { ...body, response_modes_supported: ['query'] };
  });
  // A grant that was revoked (a code or refresh token came twice) takes its access tokens along.
  provider.on('grant.revoked', (ctx, grant) => {
    const client = ctx.oidc?.client?.clientId ?? '';
    const account = ctx.oidc?.entities['Account']?.accountId ?? '';
    const snapshot = context.snapshot();
    const tenant = snapshot.people.get(account)?.tenant ?? clientTenant(client, snapshot) ?? DEFAULT_TENANT;
    context.revokeLater(tenant, grant);
  });
}

/** The last word of a grant type, as it stands in events. */
function shortGrant(type: unknown): string {
  return typeof type === 'string' ? (type.split(':').at(-1) ?? '') : '';
}
