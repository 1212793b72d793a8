import type { TenantId } from '../kernel/index.ts';
import type { NameOf } from '../audit/routes.ts';
import type { Identity } from '../identity/service.ts';

type Snapshot = ReturnType<Identity['snapshot']>;

/** Names of people, agents and keys that are in force, by principal; gathered anew when something of them has changed. */
export function principalNames(identity: Pick<Identity, 'snapshot'>): NameOf {
  let of: Snapshot | undefined;
  let names = new Map<string, string>();
  return (tenant, principal) => {
    const snapshot = identity.snapshot();
    if (snapshot !== of) names = gather(snapshot);
    of = snapshot;
    return names.get(placeOf(tenant, principal));
  };
}

function gather({ keys, agents, people }: Snapshot): Map<string, string> {
  const names = new Map<string, string>();
  for (const { tenant, principal, name } of keys.values()) names.set(placeOf(tenant, principal), name);
  for (const { tenant, id, name } of [...agents.values(), ...people.values()]) names.set(placeOf(tenant, id), name);
  return names;
}

function placeOf(tenant: TenantId, principal: string): string {
  return `${tenant}\n${principal}`;
}
