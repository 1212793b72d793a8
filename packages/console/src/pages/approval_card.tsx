import type { ReactNode } from 'react';
import type { Answer, Approval, State } from '../api/approvals.ts';
import { Badge, Foreign, type Tone, When } from '../ui/parts.tsx';
import { Shown } from '../ui/shown.tsx';
import { plural } from '../ui/text.ts';
import { ApprovalAnswer } from './approval_answer.tsx';

const TONES: Readonly<Record<State, Tone>> = { waiting: 'warn', approved: 'fine', used: 'fine', rejected: 'deny', expired: 'none' };

export function ApprovalState({ state }: { readonly state: State }): ReactNode {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

export function Risk({ risk }: { readonly risk: Approval['risk'] }): ReactNode {
  return <Badge tone={risk === 'high' ? 'deny' : risk === 'medium' ? 'warn' : 'none'}>{risk} risk</Badge>;
}

/** A held action whole: what will run first, then why it is held, what the agent says apart from both, and the answer. */
export function ApprovalCard({
  approval,
  onAnswer,
}: {
  readonly approval: Approval;
  readonly onAnswer: (answer: Answer) => Promise<void>;
}): ReactNode {
  return (
    <div className="stack">
      <section className="card stack" aria-label="The action">
        <div className="row">
          <ApprovalState state={approval.state} />
          <Risk risk={approval.risk} />
          <span className="soft small">effect: {approval.effect}</span>
        </div>
        <p>
          <strong>
            <Foreign text={approval.name} />
          </strong>{' '}
          wants to run{' '}
          <code className="breaks">
            <Shown segments={approval.tool} />
          </code>
        </p>
        <h2>Arguments, exactly as they will run</h2>
        {approval.arguments === null ? (
          <p className="soft">They were erased with what else is kept of this requester.</p>
        ) : (
          <pre className="breaks" dir="ltr" tabIndex={0} aria-label="Arguments">
            <Shown segments={approval.shown} />
          </pre>
        )}
        <p className="small soft">
          Asked <When at={approval.created} />
          {approval.state === 'waiting' || approval.state === 'approved' ? (
            <>
              , ends <When at={approval.expires} />
            </>
          ) : null}
          {approval.needs > 1 ? `; ${approval.given} of ${plural(approval.needs, 'person', 'people')} have approved` : ''}
        </p>
      </section>
      <Why approval={approval} />
      {approval.said === null ? null : (
        <section className="notice warn stack tight" aria-label="The agent's words">
          <p>
            <strong>The agent says (untrusted: nobody has checked it)</strong>
          </p>
          <div className="breaks said" dir="ltr" tabIndex={0} role="region" aria-label="Words of the agent">
            <Shown segments={approval.said} />
          </div>
        </section>
      )}
      <Answers approval={approval} />
      {approval.state === 'waiting' && approval.yours ? <ApprovalAnswer approval={approval} onAnswer={onAnswer} /> : null}
      {approval.state === 'waiting' && !approval.yours ? <p className="soft">Other people answer this.</p> : null}
    </div>
  );
}

function Why({ approval }: { readonly approval: Approval }): ReactNode {
  if (approval.reasons.length === 0 && approval.findings.length === 0) return null;
  return (
    <section className="card stack tight" aria-label="Why it is held">
      <h2>Why it is held</h2>
      <ul>
        {approval.reasons.map((reason) => (
          <li key={reason.rule}>
            <Foreign text={reason.why} /> <span className="mono soft">{reason.rule}</span>
          </li>
        ))}
        {approval.findings.map((finding, at) => (
          <li key={at}>
            Found: {finding.category.replaceAll('_', ' ')} ({finding.severity}) <span className="mono soft">{finding.rule}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Answers({ approval }: { readonly approval: Approval }): ReactNode {
  if (approval.answers.length === 0) return null;
  return (
    <section className="card stack tight" aria-label="Answers">
      <h2>Answers</h2>
      <ul>
        {approval.answers.map((one) => (
          <li key={one.name}>
            <Foreign text={one.name} /> {one.decision === 'approve' ? 'approved' : 'rejected'} it
            {one.scope === 'once' ? '' : ` (${one.scope})`} <When at={one.created} />
            {one.note === null ? null : (
              <>
                : <Foreign text={one.note} />
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
