import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { call } from '../api/client.ts';
import { readEvents, type GateEvent } from '../api/events.ts';
import { follow } from '../api/follow.ts';
import { Decision, reasonOf } from '../ui/decision.tsx';
import { Badge, Foreign, PageHead, Problem, When } from '../ui/parts.tsx';
import { plural } from '../ui/text.ts';
import { FirstRequest } from './first_request.tsx';
import { policyQuery } from './policies.tsx';

const DAY = '24h';

/** What happened, and what needs a person. */
export function Home(): ReactNode {
  const account = useQuery(accountQuery);
  const requests = useQuery({
    queryKey: ['events', 'home'],
    queryFn: () => readEvents({ kind: 'gateway' }, undefined, 20),
    refetchInterval: 10_000,
  });
  const refused = useQuery({
    queryKey: ['events', 'refused'],
    queryFn: () => readEvents({ decision: 'deny', since: DAY }, undefined, 500),
    refetchInterval: 10_000,
  });
  const [live, setLive] = useState<readonly GateEvent[]>([]);
  useEffect(
    () =>
      follow((event) => {
        if (event.kind.startsWith('gateway')) setLive((before) => [event, ...before.filter(({ uid }) => uid !== event.uid)].slice(0, 20));
      }),
    [],
  );
  const seen = new Set(live.map(({ uid }) => uid));
  const events = [...live, ...(requests.data?.events ?? []).filter(({ uid }) => !seen.has(uid))].slice(0, 20);
  const may = account.data?.permissions.includes('keys:write') ?? false;
  const stopped = refused.data?.events.length ?? 0;
  return (
    <div className="stack">
      <PageHead title="Home">What happened, and what needs you.</PageHead>
      <Problem error={requests.error} />
      <div className="grid">
        <Link to="/traffic" search={{ decision: 'deny', since: DAY }} className="card stack tight figure">
          <span className="soft">Refused in a day</span>
          <strong>{stopped >= 500 ? '500+' : stopped}</strong>
        </Link>
        <RollOut />
        <Standing />
      </div>
      {requests.data !== undefined && events.length === 0 ? <FirstRequest may={may} /> : null}
      {events.length > 0 ? <Recent events={events} /> : null}
    </div>
  );
}

function RollOut(): ReactNode {
  const policy = useQuery(policyQuery);
  const observed = (policy.data?.rules ?? []).filter(({ enforced }) => !enforced).length;
  return (
    <Link to="/policies" className="card stack tight figure">
      <span className="soft">Rules that only observe</span>
      <strong>{observed}</strong>
      <span className="small">See what they would have stopped, and enforce them.</span>
    </Link>
  );
}

type Audit = { readonly state: string; readonly size: number; readonly projectionLag: number; readonly missingLogs: readonly string[] };

function Standing(): ReactNode {
  const audit = useQuery({ queryKey: ['audit'], queryFn: () => call<Audit>('GET', '/api/audit'), refetchInterval: 10_000 });
  if (audit.data === undefined) return null;
  const fine = audit.data.state === 'ok' && audit.data.missingLogs.length === 0;
  return (
    <div className="card stack tight figure">
      <span className="soft">The event log</span>
      <strong>
        <Badge tone={fine ? 'fine' : 'deny'}>{fine ? 'writing' : audit.data.state}</Badge>
      </strong>
      <span className="small">
        {plural(audit.data.size, 'record')}
        {audit.data.projectionLag > 0 ? `, ${audit.data.projectionLag} on their way into the list` : ''}
      </span>
    </div>
  );
}

function Recent({ events }: { readonly events: readonly GateEvent[] }): ReactNode {
  return (
    <section className="stack tight" aria-labelledby="recent">
      <h2 id="recent">Latest requests</h2>
      <div className="table" tabIndex={0} role="region" aria-label="Latest requests">
        <table>
          <tbody>
            {events.map((event) => (
              <tr key={event.uid}>
                <td>
                  <Link to="/traffic/$uid" params={{ uid: event.uid }}>
                    <When at={event.time} />
                  </Link>
                </td>
                <td>
                  <Decision event={event} />
                </td>
                <td>
                  <Foreign text={event.api?.model ?? ''} most={80} />
                </td>
                <td className="soft small">
                  <Foreign text={reasonOf(event)} most={160} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
