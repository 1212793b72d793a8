import type { KeyId, Permission, PrincipalId, TenantId } from '../kernel/index.ts';

export type PrincipalKind = 'user' | 'agent' | 'service';

/** A key as the hot path sees it. */
export type KeyRecord = {
  readonly id: KeyId;
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly principalKind: PrincipalKind;
  readonly name: string;
  /** The application whose token it is; none for a key. */
  readonly client?: string;
  /** What a person allowed, which the token comes from. */
  readonly grant?: string;
  readonly permissions: ReadonlySet<Permission>;
  /** Whether it may use the data plane. */
  readonly gateway: boolean;
  /** Whether it may use models there; a token may be for other parts only. */
  readonly useModels: boolean;
  /** Whether it may use tools, connections and their approvals there. */
  readonly useTools: boolean;
  /** `full`: refusals and replies carry scores and spans. */
  readonly detail: 'short' | 'full';
  /** Patterns of models (`*` matches any run); none = all. */
  readonly models: readonly string[];
  readonly requestsPerMinute: number | null;
  readonly concurrency: number | null;
  readonly tokensPerMinute: number | null;
  /** Budgets, in millionths of a USD. */
  readonly microsPerDay: number | null;
  readonly microsPerMonth: number | null;
  /** Milliseconds since 1970. */
  readonly expires: number | null;
  /** What ends it when it is revoked: the key's id; of a token its own, its grant's, session's, client's and principals'. */
  readonly handles: readonly string[];
  /** Agents that act for the principal, the nearest first; none for a key. */
  readonly actors: readonly PrincipalId[];
  /** Limits of the agents that take part, and of the person; of a key its own: each of them must allow what is asked. */
  readonly limits: readonly AgentLimits[];
};

/** What an agent may use, at most. Patterns of models, tools and hosts that it may call (`*` matches any run); none = all. */
export type AgentLimits = {
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly hosts: readonly string[];
  /** Of a person by the role: the datasets whose documents are found; none = all. */
  readonly datasets?: readonly string[];
};

/** What an operator chooses for a new key. */
export type NewKey = {
  readonly name: string;
  readonly kind?: PrincipalKind;
  readonly permissions?: readonly Permission[];
  readonly gateway?: boolean;
  readonly detail?: 'short' | 'full';
  readonly models?: readonly string[];
  readonly tools?: readonly string[];
  readonly requestsPerMinute?: number;
  readonly concurrency?: number;
  readonly tokensPerMinute?: number;
  readonly microsPerDay?: number;
  readonly microsPerMonth?: number;
  readonly expires?: number;
};

/** A key in a list: nothing of the key itself. */
export type ListedKey = {
  readonly id: KeyId;
  readonly name: string;
  readonly principal: PrincipalId;
  readonly created: number;
  readonly expires: number | null;
  readonly revoked: number | null;
  readonly permissions: readonly string[];
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly requestsPerMinute: number | null;
  readonly concurrency: number | null;
  readonly tokensPerMinute: number | null;
  readonly microsPerDay: number | null;
  readonly microsPerMonth: number | null;
  readonly detail: 'short' | 'full';
};
