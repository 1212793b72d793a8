import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import type { EventFinding, GateEvent } from '../api/events.ts';
import { isDemo } from '../api/demo.ts';
import { guardsQuery } from '../api/guards.ts';
import { Badge, Choice, Form, Problem, textOf } from '../ui/parts.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { percent } from '../ui/text.ts';

const COLUMNS: readonly Column<EventFinding>[] = [
  {
    title: 'What',
    cell: ({ severity, type }) => <Badge tone={severity === 'high' || severity === 'critical' ? 'deny' : 'warn'}>{type}</Badge>,
  },
  { title: 'Rule', style: 'mono', cell: ({ rule }) => rule },
  { title: 'Where', style: 'small', cell: ({ point, part, start, end }) => `${point ?? ''} part ${part}, ${start}–${end}` },
  { title: 'Confidence', style: 'number', cell: ({ confidence }) => percent(confidence) },
];

/** What was found, where, how surely; and what a person says about it. */
export function Findings({ event }: { readonly event: GateEvent }): ReactNode {
  const account = useQuery(accountQuery);
  const may = (account.data?.permissions.includes('feedback:write') ?? false) && !isDemo(event.uid);
  const findings = event.findings ?? [];
  if (findings.length === 0 && (!may || event.parts === undefined)) return null;
  const fine = (one: EventFinding): ReactNode => <Fine event={event.uid} finding={findings.indexOf(one)} one={one} />;
  return (
    <section className="stack tight">
      <h2>Findings</h2>
      {findings.length === 0 ? null : (
        <Table
          label="Findings"
          columns={may ? [...COLUMNS, { title: 'Was it right?', cell: fine }] : COLUMNS}
          rows={findings}
          id={(_, index) => String(index)}
        />
      )}
      {may ? <Missed event={event.uid} /> : null}
    </section>
  );
}

/** Says that a finding was none. It changes nothing until somebody who may change the policy has seen its effect and applies it. */
function Fine({ event, finding, one }: { readonly event: string; readonly finding: number; readonly one: EventFinding }): ReactNode {
  const act = useAct();
  const [said, setSaid] = useState(false);
  if (said) return <span role="status">Noted; it changes nothing until it is applied.</span>;
  const say = (): void =>
    act.run(async () => {
      await call('POST', '/api/feedback', { event, verdict: 'fine', finding });
      setSaid(true);
    });
  return (
    <>
      <button type="button" disabled={act.running} aria-label={`This was fine: ${one.type}`} onClick={say}>
        This was fine
      </button>
      <Problem error={act.error} />
    </>
  );
}

/** Says that something was there which nothing found: which detector should have, and the text that is meant. */
function Missed({ event }: { readonly event: string }): ReactNode {
  const guards = useQuery(guardsQuery);
  const [said, setSaid] = useState(false);
  if (said) return <p role="status">Noted: thank you. What was missed is for terms, patterns or a lower threshold.</p>;
  const send = async (data: FormData): Promise<void> => {
    const text = textOf(data, 'text');
    await call('POST', '/api/feedback', { event, verdict: 'missed', rule: textOf(data, 'rule'), ...(text === '' ? {} : { text }) });
    setSaid(true);
  };
  return (
    <details className="card">
      <summary>Something was missed</summary>
      <Form onSend={send} send="Say so">
        <Choice label="Which detector should have found it?" name="rule" required>
          {(guards.data?.guards ?? []).map(({ id }) => (
            <option key={id}>{id}</option>
          ))}
        </Choice>
        <div className="field">
          <label htmlFor="missed-text">The exact text, if you may say it (kept as a keyed hash only)</label>
          <textarea id="missed-text" name="text" rows={2} maxLength={10_000} />
        </div>
      </Form>
    </details>
  );
}
