import type { Caller } from '../kernel/index.ts';
import { FRESH_MS, type Identity, type People } from '../identity/service.ts';

/** Who calls by a key; undefined when the key is nobody's. */
export function callerOf(identity: Identity, key: string, now: number): Caller | undefined {
  const record = identity.authenticate(key, now);
  return record === undefined ? undefined : { tenant: record.tenant, principal: record.principal, permissions: record.permissions };
}

const NONE: Caller['permissions'] = new Set();

/** Who calls from the console's session. */
export async function sessionCaller(people: People, bearer: string, cookie: string | undefined, now: number): Promise<Caller | undefined> {
  const session = await people.session(bearer, cookie);
  if (session === undefined) return undefined;
  const { id, tenant, person, name, role, expires, proved, methods, datasets = [] } = session;
  const fresh = now - proved < FRESH_MS;
  return {
    tenant,
    principal: person,
    permissions: session.permissions ?? NONE,
    ...(datasets.length === 0 ? {} : { datasets }),
    session: { id, name, role, expires, fresh, proved, methods },
  };
}
