import { isId, type TenantId } from '../kernel/index.ts';
import type { PrincipalNames } from '../audit/routes.ts';
import type { Identity } from '../identity/service.ts';

type Snapshot = ReturnType<Identity['snapshot']>;
type Names = { readonly names: ReadonlyMap<string, string>; readonly ids: ReadonlyMap<string, string> };

/** Principals that are no row: a key of such a name does not hide what they did. */
const BUILT_IN: ReadonlySet<string> = new Set(['operator', 'system', 'anonymous']);

/** Names of people, agents and keys that are in force, by principal and back; gathered anew when something of them has changed. */
export function principalNames(identity: Pick<Identity, 'snapshot'>): PrincipalNames {
  let of: Snapshot | undefined;
  let known: Names = { names: new Map(), ids: new Map() };
  const current = (): Names => {
    const snapshot = identity.snapshot();
    if (snapshot !== of) known = gather(snapshot);
    of = snapshot;
    return known;
  };
  return {
    nameOf: (tenant, principal) => current().names.get(placeOf(tenant, principal)),
    idOf: (tenant, name) => (isId('prn', name) || BUILT_IN.has(name) ? undefined : current().ids.get(placeOf(tenant, name))),
  };
}

function gather({ keys, agents, people }: Snapshot): Names {
  const names = new Map<string, string>();
  const ids = new Map<string, string>();
  const add = (tenant: TenantId, id: string, name: string): void => {
    names.set(placeOf(tenant, id), name);
    ids.set(placeOf(tenant, name), id);
  };
  for (const { tenant, principal, name } of keys.values()) add(tenant, principal, name);
  for (const { tenant, id, name } of [...agents.values(), ...people.values()]) add(tenant, id, name);
  return { names, ids };
}

function placeOf(tenant: TenantId, word: string): string {
  return `${tenant}\n${word}`;
}
