import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { useAct } from '../api/act.ts';
import { call } from '../api/client.ts';
import type { EventFinding, GateEvent } from '../api/events.ts';
import { Badge, Problem } from '../ui/parts.tsx';
import { percent } from '../ui/text.ts';

/** What was found, where, how surely; and what a person says about it. */
export function Findings({ event }: { readonly event: GateEvent }): ReactNode {
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('feedback:write') ?? false;
  if (event.findings === undefined || event.findings.length === 0) return null;
  return (
    <section className="stack tight">
      <h2>Findings</h2>
      <div className="table" tabIndex={0} role="region" aria-label="Findings">
        <table>
          <thead>
            <tr>
              <th>What</th>
              <th>Rule</th>
              <th>Where</th>
              <th className="number">Confidence</th>
              {may ? <th>Was it right?</th> : null}
            </tr>
          </thead>
          <tbody>
            {event.findings.map((one, index) => (
              <tr key={index}>
                <td>
                  <Badge tone={one.severity === 'high' || one.severity === 'critical' ? 'deny' : 'warn'}>{one.type}</Badge>
                </td>
                <td className="mono">{one.rule}</td>
                <td className="small">
                  {one.point ?? ''} part {one.part}, {one.start}–{one.end}
                </td>
                <td className="number">{percent(one.confidence)}</td>
                {may ? (
                  <td>
                    <Fine event={event.uid} finding={index} one={one} />
                  </td>
                ) : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
      <button type="button" disabled={act.running} aria-label={`${one.type} was fine`} onClick={say}>
        This was fine
      </button>
      <Problem error={act.error} />
    </>
  );
}
