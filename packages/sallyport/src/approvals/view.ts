import type { Json } from '../kernel/index.ts';
import type { Held, Scope, State } from './approval.ts';
import { bindable, offeredScopes } from './scope.ts';
import type { Content } from './sealed_service.ts';
import { shownJson, shownLine, shownText, type Segment } from './shown.ts';
import type { AnswerRow, ApprovalRow } from './record.ts';

/** An approval as a person looks at it. */
export type ApprovalView = {
  readonly id: string;
  readonly state: State;
  readonly requester: string;
  /** The requester's name. */
  readonly name: string;
  readonly tool: readonly Segment[];
  readonly effect: Held['effect'];
  readonly risk: Held['risk'];
  readonly conversation: string | null;
  /** Exactly what will run, as canonical JSON; null when it was erased. */
  readonly arguments: string | null;
  /** The same, drawn so that nothing in it hides. */
  readonly shown: readonly Segment[];
  readonly reasons: Held['reasons'];
  readonly findings: Held['findings'];
  /** The agent's own words: untrusted. */
  readonly said: readonly Segment[] | null;
  readonly event: string | null;
  readonly approvers: readonly string[];
  readonly needs: number;
  readonly given: number;
  readonly fresh: boolean;
  readonly scopes: readonly Scope[];
  /** Arguments that `always` may fix, as JSON pointers. */
  readonly bindable: readonly string[];
  readonly answers: readonly ShownAnswer[];
  readonly created: number;
  readonly expires: number;
  readonly decided: number | null;
  readonly used: number | null;
  /** Whether who looks at it may answer. */
  readonly yours: boolean;
};

type ShownAnswer = Pick<AnswerRow, 'name' | 'decision' | 'scope' | 'channel' | 'created'> & { readonly note: string | null };

export type ViewParts = {
  readonly content: Content | undefined;
  readonly answers: readonly (Omit<AnswerRow, 'note'> & { readonly note: string | undefined })[];
  readonly name: string;
  readonly now: number;
  readonly yours: boolean;
};

export function viewOf(row: ApprovalRow, { content, answers, name, now, yours }: ViewParts): ApprovalView {
  const value = content === undefined ? undefined : (JSON.parse(content.arguments) as Json);
  const over = (row.state === 'waiting' || row.state === 'approved') && row.expires <= now;
  const scopes = offeredScopes(row.effect, row.conversation, row.needs);
  return {
    id: row.id,
    state: over ? 'expired' : row.state,
    requester: row.requester,
    name,
    tool: shownLine(row.tool),
    effect: row.effect,
    risk: row.risk,
    conversation: row.conversation,
    arguments: content?.arguments ?? null,
    shown: value === undefined ? [] : shownJson(value),
    reasons: content?.reasons ?? [],
    findings: content?.findings ?? [],
    said: content?.said === undefined ? null : shownText(content.said),
    event: content?.event ?? null,
    approvers: row.approvers,
    needs: row.needs,
    given: row.given,
    fresh: row.fresh,
    scopes,
    bindable: value === undefined || !scopes.includes('always') ? [] : bindable(value),
    answers: answers.map((one) => ({
      name: one.name,
      decision: one.decision,
      scope: one.scope,
      channel: one.channel,
      created: one.created,
      note: one.note ?? null,
    })),
    created: row.created,
    expires: row.expires,
    decided: row.decided,
    used: row.used,
    yours,
  };
}
