import type { EventId, Finding, Json, PrincipalId, TenantId } from '../kernel/index.ts';
import type { Effect } from '../flow/index.ts';

/** An action as people are asked about it: exactly these arguments, after masks. */
export type HeldAction = {
  readonly tenant: TenantId;
  readonly requester: PrincipalId;
  readonly tool: string;
  readonly arguments: Json;
  readonly effect: Effect;
  readonly risk: 'low' | 'medium' | 'high';
  readonly reasons: readonly { readonly rule: string; readonly why: string }[];
  readonly findings: readonly Pick<Finding, 'rule' | 'category' | 'type' | 'severity'>[];
  readonly event: EventId;
};

/** Who asks people. The gate declares what it needs; without one, `ask` is `deny` with the reason `approval_unavailable`. */
export type ApprovalPort = {
  /** Holds the action; answers where a person decides about it, or why nobody is asked. */
  request(held: HeldAction): Promise<{ readonly id: string; readonly url: string } | { readonly refused: string }>;
  /** Spends an approval of exactly this action, once; answers its id, or undefined when there is none. */
  use(action: Pick<HeldAction, 'tenant' | 'requester' | 'tool' | 'arguments'>): Promise<string | undefined>;
};
