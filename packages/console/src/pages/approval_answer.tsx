import { useState, type ReactNode } from 'react';
import type { Answer, Approval, Scope } from '../api/approvals.ts';
import { AnswerButtons, Choice, Field, Foreign, Problem } from '../ui/parts.tsx';

const SCOPES: Readonly<Record<Scope, string>> = {
  once: 'Once: this action, now',
  value: 'This action, again and again',
  conversation: 'This tool, in this conversation',
  always: 'This tool, while some arguments stay as they are',
};
/** What stands in the field at first: long enough to be of use, short enough to be looked at again. */
const HOURS: Readonly<Record<Scope, number>> = { once: 0, value: 24, conversation: 8, always: 168 };

/** Two buttons of the same weight, and how far a yes reaches. */
export function ApprovalAnswer({
  approval,
  onAnswer,
}: {
  readonly approval: Approval;
  readonly onAnswer: (answer: Answer) => Promise<void>;
}): ReactNode {
  const [scope, setScope] = useState<Scope>('once');
  const [hours, setHours] = useState('');
  const [bound, setBound] = useState<readonly string[]>([]);
  const [note, setNote] = useState('');
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const send = (decision: Answer['decision']): void => {
    const lasting =
      decision === 'reject' || scope === 'once'
        ? {}
        : { scope, forHours: Number(hours === '' ? HOURS[scope] : hours), ...(scope === 'always' ? { bound } : {}) };
    setRunning(true);
    setError(null);
    onAnswer({ decision, ...lasting, ...(note === '' ? {} : { note }) })
      .catch(setError)
      .finally(() => setRunning(false));
  };
  const unbound = scope === 'always' && bound.length === 0;
  return (
    <section className="card stack" aria-label="Your answer">
      <h2>Your answer</h2>
      {approval.scopes.length < 2 ? null : (
        <Choice label="How far an approval reaches" value={scope} onChange={(event) => setScope(event.target.value as Scope)}>
          {approval.scopes.map((one) => (
            <option key={one} value={one}>
              {SCOPES[one]}
            </option>
          ))}
        </Choice>
      )}
      {scope === 'always' ? <Bound pointers={approval.bindable} bound={bound} onChange={setBound} /> : null}
      {scope === 'once' ? null : (
        <Field
          label="For how many hours"
          type="number"
          min={1}
          placeholder={String(HOURS[scope])}
          value={hours}
          onChange={(event) => setHours(event.target.value)}
        />
      )}
      <Field label="A word to the requester" maxLength={1_000} value={note} onChange={(event) => setNote(event.target.value)} />
      {approval.fresh ? <p className="small soft">Approving this needs your password once more.</p> : null}
      <Problem error={error} />
      <AnswerButtons running={running} mayApprove={!unbound && approval.arguments !== null} onAnswer={send} />
    </section>
  );
}

type BoundProps = {
  readonly pointers: readonly string[];
  readonly bound: readonly string[];
  readonly onChange: (next: readonly string[]) => void;
};

function Bound({ pointers, bound, onChange }: BoundProps): ReactNode {
  return (
    <fieldset className="stack tight">
      <legend>Arguments that must stay as they are (one at least)</legend>
      {pointers.map((pointer) => (
        <label key={pointer} className="row">
          <input
            type="checkbox"
            checked={bound.includes(pointer)}
            onChange={(event) => onChange(event.target.checked ? [...bound, pointer] : bound.filter((one) => one !== pointer))}
          />
          <code className="breaks">
            <Foreign text={pointer} />
          </code>
        </label>
      ))}
    </fieldset>
  );
}
