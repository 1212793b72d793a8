import ipaddr from 'ipaddr.js';
import { PERMISSIONS, type KeyId, type Permission, type PrincipalId } from '../../kernel/index.ts';
import type { AgentRecord } from '../agents/agent.ts';
import type { KeyRecord } from '../key.ts';
import { actorsOf, type AccessClaims } from './access_token.ts';
import { revocationKey, type Snapshot } from './snapshot.ts';

/** What a token may be for at the gateway port: models, tools, and those permissions that are used there. */
export const GATEWAY_SCOPES = ['models', 'tools', 'inspect', 'events:read', 'fga:read', 'fga:write'] as const;

export type Found = { readonly ok: true; readonly key: KeyRecord } | { readonly ok: false; readonly say: string };

/**
 * Who a token's holder is now: the signature says who he was when it was made. The subject and everyone who acts for it must be in force, nothing
 * of it revoked, and it may do what the token says and each of them still may. Without an address, where the request comes from does not matter.
 */
export function principalOf(claims: AccessClaims, snapshot: Snapshot, address?: string): Found {
  const actors = actorsOf(claims.act);
  const handles = [claims.jti, claims.client_id, claims.sub, ...actors, claims.grant, claims.session].filter((one) => one !== undefined);
  if (handles.some((handle) => revokedSince(snapshot, claims, handle))) return no('It was revoked.');
  const person = snapshot.people.get(claims.sub);
  const subject = person ?? snapshot.agents.get(claims.sub);
  if (subject === undefined || subject.tenant !== claims.tenant) return no('Its subject is not in force.');
  const agents = [...actors, ...(person === undefined ? [claims.sub] : [])].map((id) => snapshot.agents.get(id));
  const known = agents.filter((agent): agent is AgentRecord => agent?.tenant === claims.tenant);
  if (known.length < agents.length) return no('An agent that acts in it is not in force.');
  const nearest = known[0];
  if (nearest !== undefined && address !== undefined && !comesFrom(nearest.networks, address))
    return no('The agent may not call from this address.');
  if (!snapshot.tenants.includes(subject.tenant)) return no('Its tenant is not in force.');
  const scopes = claims.scope.split(' ').filter((scope) => known.every((agent) => agent.scopes.includes(scope)));
  const allowed = person?.permissions;
  return {
    ok: true,
    key: {
      // Stays the same over the many tokens of one grant: whose events these are, and what a limit counts.
      id: (actors[0] === undefined ? (claims.grant ?? claims.sub) : `${actors[0]}.${claims.sub}`) as KeyId,
      tenant: subject.tenant,
      principal: claims.sub as PrincipalId,
      principalKind: person === undefined ? 'agent' : 'user',
      name: subject.name,
      client: claims.client_id,
      permissions: new Set(scopes.filter((scope): scope is Permission => isPermission(scope) && (allowed?.has(scope) ?? true))),
      gateway: true,
      useModels: scopes.includes('models'),
      useTools: scopes.includes('tools'),
      detail: 'short',
      models: [],
      requestsPerMinute: null,
      concurrency: null,
      tokensPerMinute: null,
      microsPerDay: null,
      microsPerMonth: null,
      expires: claims.exp * 1_000,
      handles,
      actors: actors as PrincipalId[],
      limits: person?.limits === undefined ? known : [...known, person.limits],
      ...(claims.grant === undefined ? {} : { grant: claims.grant }),
    },
  };
}

/** A token's time is in whole seconds: one of the same second as the revocation may be older, and is refused. */
function revokedSince(snapshot: Snapshot, claims: AccessClaims, handle: string): boolean {
  const at = snapshot.revocations.get(revocationKey(claims.tenant, handle));
  return at !== undefined && claims.iat * 1_000 <= at;
}

const no = (say: string): Found => ({ ok: false, say });

function isPermission(scope: string): scope is Permission {
  return (PERMISSIONS as readonly string[]).includes(scope);
}

/** Whether an address is in one of the networks; none stands for every address. IPv4 inside IPv6 is the IPv4. */
export function comesFrom(networks: readonly string[], address: string): boolean {
  if (networks.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  const from = ipaddr.process(address);
  return networks.some((network) => {
    const range = readNetwork(network);
    return range !== undefined && range[0].kind() === from.kind() && from.match(range);
  });
}

/** A network in CIDR form, or one address; undefined when it is neither. */
export function readNetwork(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const one = ipaddr.parse(text);
    return [one, one.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return undefined;
  }
}
