import { DEFAULT_TENANT, PERMISSIONS, parseTenantId, type Caller, type PrincipalId, type Route, type TenantId } from '../kernel/index.ts';
import { fail } from './errors.ts';

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

/** The holder of a key, sent as `Authorization: Bearer KEY` (RFC 6750 section 2.1; the scheme's case does not matter, RFC 9110 section 11.1). */
export function identifyBearer(authenticate: (key: string) => Caller | undefined): Identify {
  return (headers) => {
    const key = /^bearer +([^\s]+)$/i.exec(String(headers['authorization'] ?? ''))?.[1];
    const caller = key === undefined ? undefined : authenticate(key);
    if (caller === undefined) throw fail('CONTROL_UNAUTHENTICATED');
    return caller;
  };
}

/** The caller of a route, allowed to call it. A public route has nobody for a caller unless it is the operator. */
export async function authorise(route: Route, identify: Identify, headers: Parameters<Identify>[0], local: boolean): Promise<Caller> {
  if ('public' in route.authority) return local ? identify(headers) : NOBODY;
  const caller = await identify(headers);
  const { permission } = route.authority;
  if (!caller.permissions.has(permission)) throw fail('CONTROL_FORBIDDEN', { say: `It needs ${permission}.` });
  return caller;
}
