import {
  DEFAULT_TENANT,
  PERMISSIONS,
  parseTenantId,
  type Caller,
  type Permission,
  type PrincipalId,
  type Route,
  type TenantId,
} from '../kernel/index.ts';
import { sessionCookie } from './cookie.ts';
import { fail } from './errors.ts';

/** The holder of a bearer token (and, for a session, of its cookie) or nobody. */
export type Authenticate = (bearer: string, cookie: string | undefined) => Caller | undefined | Promise<Caller | undefined>;

/** Finds out who calls, from the headers of a request. Throws AppError when nobody, or nobody that may. */
export type Identify = (headers: Readonly<Record<string, string | string[] | undefined>>) => Caller | Promise<Caller>;

/** The principal of the local socket: whoever may open it owns the machine's data folder. */
const OPERATOR = 'operator' as PrincipalId;
const EVERYTHING: Caller['permissions'] = new Set(PERMISSIONS);
const NOBODY: Caller = { tenant: DEFAULT_TENANT, principal: 'anonymous' as PrincipalId, permissions: new Set() };

/** The operator, acting in the tenant that `x-sallyport-tenant` names. */
export function identifyOperator(hasTenant: (tenant: TenantId) => boolean | Promise<boolean>): Identify {
  return async (headers) => {
    const named = headers['x-sallyport-tenant'];
    if (named === undefined) return { tenant: DEFAULT_TENANT, principal: OPERATOR, permissions: EVERYTHING };
    const tenant = typeof named === 'string' ? parseTenantId(named) : undefined;
    if (tenant === undefined || !(await hasTenant(tenant))) throw fail('CONTROL_TENANT_UNKNOWN');
    return { tenant, principal: OPERATOR, permissions: EVERYTHING };
  };
}

/**
 * The holder of a key or of a session, sent as `Authorization: Bearer TOKEN` (RFC 6750 section 2.1; the scheme's case does not matter,
 * RFC 9110 section 11.1). A session's token has a second half, in a cookie.
 */
export function identifyBearer(authenticate: Authenticate): Identify {
  return async (headers) => {
    const bearer = /^bearer +([^\s]+)$/i.exec(String(headers['authorization'] ?? ''))?.[1];
    const caller = bearer === undefined ? undefined : await authenticate(bearer, sessionCookie(headers));
    if (caller === undefined) throw fail('CONTROL_UNAUTHENTICATED');
    return caller;
  };
}

/** The caller of a route, allowed to call it. A public route has nobody for a caller unless it is the operator. */
export async function authorise(
  route: Route,
  identify: Identify,
  headers: Parameters<Identify>[0],
  local: boolean,
  used: (caller: Caller, permission: Permission) => void,
): Promise<Caller> {
  const { authority } = route;
  if ('public' in authority) return local ? identify(headers) : NOBODY;
  if ('operator' in authority) {
    if (!local) throw fail('CONTROL_OPERATOR_ONLY');
    return identify(headers);
  }
  const caller = await identify(headers);
  const { permission, fresh, installation } = authority;
  if (!caller.permissions.has(permission)) throw fail('CONTROL_FORBIDDEN', { say: `It needs ${permission}.` });
  if (installation !== undefined && caller.tenant !== DEFAULT_TENANT)
    throw fail('CONTROL_INSTALLATION', { say: `It is about ${installation}.` });
  if (fresh !== undefined && caller.session?.fresh === false) throw fail('CONTROL_NOT_FRESH', { say: `It is asked for ${fresh}.` });
  used(caller, permission);
  return caller;
}
