import type { Effect } from '../flow/index.ts';
import type { Answer, Risk, Scope, State } from './approval.ts';

/** A stored approval. Times in milliseconds since 1970. */
export type ApprovalRow = {
  readonly id: string;
  readonly requester: string;
  readonly tool: string;
  readonly effect: Effect;
  readonly risk: Risk;
  readonly conversation: string | null;
  readonly binding: Buffer;
  readonly sealed: Buffer;
  readonly approvers: readonly string[];
  readonly needs: number;
  readonly given: number;
  readonly fresh: boolean;
  readonly state: State;
  readonly created: number;
  readonly expires: number;
  readonly decided: number | null;
  readonly used: number | null;
};

export type AnswerRow = {
  readonly approver: string;
  readonly name: string;
  readonly decision: Answer['decision'];
  readonly scope: Scope;
  readonly note: Buffer | null;
  readonly channel: string;
  readonly address: string;
  readonly created: number;
};

export type GrantRow = {
  readonly id: string;
  readonly approval: string;
  readonly requester: string;
  readonly tool: string;
  readonly scope: Exclude<Scope, 'once'>;
  readonly binding: Buffer | null;
  readonly conversation: string | null;
  readonly bound: readonly { readonly pointer: string; readonly hash: string }[];
  readonly given_by: string;
  readonly created: number;
  readonly expires: number;
  readonly revoked: number | null;
  readonly uses: number;
};
