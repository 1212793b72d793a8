import type { JsonObject, PrincipalId, TenantId } from '../../kernel/index.ts';
import type { AgentLimits } from '../key.ts';
import { DORMANT_MS } from '../review/access.ts';

/** For whom an agent may act with a token of theirs: nobody, the person who owns it, anybody of the tenant. */
export const ACTS_FOR = ['nobody', 'owner', 'anybody'] as const;
export type ActsFor = (typeof ACTS_FOR)[number];

/** A workload that is this agent: a token of `issuer` whose subject matches the pattern (`*` for any run of characters without `:` or `/`). */
export type Workload = { readonly id: string; readonly issuer: string; readonly subject: string };

/** An agent that may act now, as the hot path and the authorization server see it. */
export type AgentRecord = AgentLimits & {
  readonly id: PrincipalId;
  readonly tenant: TenantId;
  readonly name: string;
  readonly owner: string | null;
  readonly scopes: readonly string[];
  /** Where it may call from, in CIDR form; none = anywhere. */
  readonly networks: readonly string[];
  readonly actsFor: ActsFor;
  /** Its tokens are bound to a key (DPoP). */
  readonly dpop: boolean;
  readonly expires: number | null;
  readonly jwks: readonly JsonObject[];
  readonly workloads: readonly Workload[];
};

/** What an operator chooses for a new agent. */
export type NewAgent = {
  readonly name: string;
  readonly purpose: string;
  readonly owner?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  readonly models?: readonly string[] | undefined;
  readonly tools?: readonly string[] | undefined;
  readonly hosts?: readonly string[] | undefined;
  readonly networks?: readonly string[] | undefined;
  readonly actsFor?: ActsFor | undefined;
  readonly dpop?: boolean | undefined;
  /** Milliseconds since 1970. */
  readonly expires?: number | undefined;
};

/** What of an agent can be changed afterwards; what is absent stays. */
export type AgentChange = Omit<Partial<NewAgent>, 'name'>;

/** An agent in a list. Times in milliseconds since 1970. */
export type ListedAgent = {
  readonly id: PrincipalId;
  readonly name: string;
  readonly purpose: string;
  readonly owner: string | null;
  readonly ownerName: string | null;
  readonly scopes: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly hosts: readonly string[];
  readonly networks: readonly string[];
  readonly actsFor: ActsFor;
  readonly dpop: boolean;
  readonly created: number;
  readonly expires: number | null;
  readonly quarantined: number | null;
  readonly reason: string | null;
  readonly used: number | null;
  readonly keys: readonly { readonly id: string; readonly created: number; readonly expires: number | null }[];
  readonly workloads: readonly Workload[];
  readonly warnings: readonly string[];
};

/** What an owner should look at, as sentences. */
export function warningsOf(agent: Omit<ListedAgent, 'warnings'>, now: number): string[] {
  const warnings: string[] = [];
  if (now - (agent.used ?? agent.created) > DORMANT_MS) warnings.push('Dormant: not used for 30 days.');
  if (agent.owner === null || agent.ownerName === null) warnings.push('Nobody owns it.');
  if (agent.expires === null) warnings.push('It never expires.');
  if (agent.scopes.includes('models') && agent.models.length === 0) warnings.push('It may use every model.');
  if (agent.scopes.includes('tools') && agent.tools.length === 0) warnings.push('It may use every tool.');
  if (agent.scopes.includes('tools') && agent.hosts.length === 0)
    warnings.push('It may call every host of every connection that it is given.');
  if (agent.scopes.includes('fga:write')) warnings.push('It may change who may read what.');
  if (agent.actsFor === 'anybody') warnings.push('It may act for everybody.');
  if (agent.networks.length === 0) warnings.push('Its tokens are accepted from everywhere.');
  return warnings;
}
