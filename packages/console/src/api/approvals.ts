/** A stretch of text as the gate draws it: `escape` and `count` stand for what would not be seen as it is. */
export type Segment = { readonly text: string; readonly kind?: 'escape' | 'count' };
export type Scope = 'once' | 'value' | 'conversation' | 'always';
export type State = 'waiting' | 'approved' | 'rejected' | 'expired' | 'used';

/** A held action in a list. */
export type ListedApproval = {
  readonly id: string;
  readonly name: string;
  readonly tool: string;
  readonly effect: string;
  readonly risk: 'low' | 'medium' | 'high';
  readonly state: State;
  readonly needs: number;
  readonly given: number;
  readonly created: number;
  readonly expires: number;
};

/** A held action as a person looks at it. */
export type Approval = Omit<ListedApproval, 'tool'> & {
  readonly tool: readonly Segment[];
  readonly arguments: string | null;
  readonly shown: readonly Segment[];
  readonly reasons: readonly { readonly rule: string; readonly why: string }[];
  readonly findings: readonly { readonly rule: string; readonly category: string; readonly severity: string }[];
  readonly said: readonly Segment[] | null;
  readonly event: string | null;
  readonly fresh: boolean;
  readonly scopes: readonly Scope[];
  readonly bindable: readonly string[];
  readonly answers: readonly {
    readonly name: string;
    readonly decision: 'approve' | 'reject';
    readonly scope: Scope;
    readonly created: number;
    readonly note: string | null;
  }[];
  readonly yours: boolean;
};

export type Answer = {
  readonly decision: 'approve' | 'reject';
  readonly scope?: Scope;
  readonly forHours?: number;
  readonly bound?: readonly string[];
  readonly note?: string;
};
