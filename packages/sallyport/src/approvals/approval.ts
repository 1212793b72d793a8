import type { Category, EventId, Json, PrincipalId, Severity, TenantId } from '../kernel/index.ts';
import type { Effect } from '../flow/index.ts';

/** An action that somebody wants to do: what an approval is bound to. `arguments` are those that will run, after masking. */
export type Action = {
  readonly tenant: TenantId;
  /** The principal that does it: of the key, or the agent. */
  readonly requester: PrincipalId;
  readonly tool: string;
  readonly arguments: Json;
  readonly conversation?: string;
};

export type Risk = 'low' | 'medium' | 'high';

/** An action that policy holds for a person. */
export type Held = Action & {
  readonly effect: Effect;
  readonly risk: Risk;
  /** The rules that hold it, in the policy's own words. */
  readonly reasons: readonly { readonly rule: string; readonly why: string }[];
  readonly findings: readonly HeldFinding[];
  /** What the agent says about it. Untrusted: shown apart from everything else. */
  readonly said?: string;
  /** The recorded request in which it came up. */
  readonly event?: EventId;
  /** How long it may wait, in milliseconds; the configuration's time without. */
  readonly waitMs?: number;
  /** Where to tell that it was answered (https, public): a ping with the id, nothing else. */
  readonly callback?: string;
};

export type HeldFinding = {
  readonly rule: string;
  readonly category: Category;
  readonly type: string;
  readonly severity: Severity;
};

/** `waiting` and `approved` end by themselves; `used`, `rejected` and `expired` are final. */
export type State = 'waiting' | 'approved' | 'rejected' | 'expired' | 'used';

/** Why a held action is refused without asking anybody. */
export type Refusal =
  /** The requester has asked too often; asking more makes people approve without looking. */
  | 'approval_fatigue'
  /** A person has just said no to exactly this. */
  | 'approval_rejected'
  /** Nobody may answer. */
  | 'approval_unavailable'
  /** More than a person can look through. */
  | 'arguments_too_large'
  /** No JSON can hold them: a lone surrogate, a number that is none. */
  | 'arguments_invalid';

export type Requested =
  | { readonly kind: 'held'; readonly id: string; readonly url: string; readonly expiresAt: number; readonly state: 'waiting' | 'approved' }
  | { readonly kind: 'refused'; readonly reason: Refusal };

/** Whether an action may run now. `ok` spends a single approval, or counts the use of a lasting one. */
export type Used =
  | { readonly ok: true; readonly approval: string; readonly scope: Scope }
  | { readonly ok: false; readonly reason: 'not_approved' | 'arguments_invalid' };

/** How far an approval reaches; see `scope.ts`. */
export type Scope = 'once' | 'value' | 'conversation' | 'always';

export type Answer = {
  readonly decision: 'approve' | 'reject';
  readonly scope?: Scope;
  /** How long a lasting scope holds, in milliseconds. */
  readonly forMs?: number;
  /** With `always`: the arguments that must keep their values, as JSON pointers (RFC 6901). */
  readonly bound?: readonly string[];
  /** For the requester to read. */
  readonly note?: string;
};

/** Who answers, as the edge has authenticated him. */
export type Approver = {
  readonly principal: string;
  /** Of a person; the id otherwise. */
  readonly name: string;
  readonly role?: string;
  /** Whether the password was proved lately; keys and the machine's operator prove themselves each time. */
  readonly fresh: boolean;
  readonly address: string;
  readonly channel: 'console' | 'link' | 'api';
};

/** What the waiting side may know. */
export type Progress = {
  readonly id: string;
  readonly state: State;
  readonly tool: string;
  readonly created: number;
  readonly expires: number;
  /** What the person said, once it is decided. */
  readonly note?: string;
};

/** What people and channels are told when something is held. */
export type Notice = {
  readonly tenant: TenantId;
  readonly approval: string;
  readonly url: string;
  readonly held: Held;
  readonly expires: number;
};
