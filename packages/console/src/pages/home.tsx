import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { call } from '../api/client.ts';
import { readEvents, type GateEvent } from '../api/events.ts';
import { follow } from '../api/follow.ts';
import { Decision, reasonOf } from '../ui/decision.tsx';
import { Badge, Foreign, PageHead, Problem, SameByApi, When } from '../ui/parts.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { plural } from '../ui/text.ts';
import { DemoCard } from './demo.tsx';
import { FirstRequest } from './first_request.tsx';
import { RollOut } from './roll_out.tsx';

const DAY = '24h';
const MOST = 20;
/** Refusals that are counted; the list has the others. */
const COUNTED = 100;
/** Rows are drawn together: a busy gate records more than anybody reads. */
const DRAW_MS = 200;

/** What happened, and what needs a person. */
export function Home(): ReactNode {
  const account = useQuery(accountQuery);
  const requests = useQuery({
    queryKey: ['events', 'home'],
    queryFn: () => readEvents({ kind: 'gateway' }, undefined, MOST),
    refetchInterval: 10_000,
  });
  const refused = useQuery({
    queryKey: ['events', 'refused'],
    queryFn: () => readEvents({ decision: 'deny', since: DAY }, undefined, COUNTED + 1),
    refetchInterval: 10_000,
  });
  const live = useLatest();
  const seen = new Set(live.map(({ uid }) => uid));
  const events = [...live, ...(requests.data?.events ?? []).filter(({ uid }) => !seen.has(uid))].slice(0, MOST);
  const may = (permission: string): boolean => account.data?.permissions.includes(permission) ?? false;
  const stopped = refused.data?.events.length ?? 0;
  const none = requests.data !== undefined && events.length === 0;
  return (
    <div className="stack">
      <PageHead title="Home">What happened, and what needs you.</PageHead>
      <Problem error={requests.error} />
      <div className="grid">
        <Link to="/traffic" search={{ decision: 'deny', since: DAY }} className="card stack tight figure">
          <span className="soft">Refused in a day</span>
          <strong>{stopped > COUNTED ? `${COUNTED}+` : stopped}</strong>
        </Link>
        {may('approvals:read') ? <Held /> : null}
        {may('health:read') ? <Standing /> : null}
      </div>
      {none ? <FirstRequest may={may('keys:write')} /> : null}
      {may('policy:read') ? <RollOut may={may('policy:write')} /> : null}
      {events.length > 0 ? <Recent events={events} /> : null}
      {requests.data === undefined ? null : <DemoCard may={may('policy:write')} offer={none} />}
      <SameByApi
        commands={[
          'sallyport events list --decision deny --since 24h',
          'GET /api/policy/rollout',
          'sallyport demo load',
          'sallyport doctor',
        ]}
      />
    </div>
  );
}

/** The newest requests as they are recorded. */
function useLatest(): readonly GateEvent[] {
  const [live, setLive] = useState<readonly GateEvent[]>([]);
  useEffect(() => {
    const latest = new Map<string, GateEvent>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = follow((event) => {
      if (!event.kind.startsWith('gateway')) return;
      latest.delete(event.uid);
      latest.set(event.uid, event);
      if (latest.size > MOST) latest.delete(latest.keys().next().value ?? '');
      timer ??= setTimeout(() => {
        timer = undefined;
        setLive([...latest.values()].reverse());
      }, DRAW_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return live;
}

/** Actions that wait for a person. */
function Held(): ReactNode {
  const waiting = useQuery({
    queryKey: ['approvals', 'waiting'],
    queryFn: () => call<{ approvals: readonly unknown[] }>('GET', '/api/approvals?state=waiting'),
    refetchInterval: 10_000,
  });
  const count = waiting.data?.approvals.length ?? 0;
  return (
    <Link to="/approvals" className="card stack tight figure">
      <span className="soft">Wait for a person</span>
      <strong>{count}</strong>
      <span className="small">{count === 0 ? 'No action of an agent is held.' : 'Look at them, and answer.'}</span>
    </Link>
  );
}

type AuditState = { readonly size: number; readonly projectionLag: number; readonly state: string };

function Standing(): ReactNode {
  const audit = useQuery({ queryKey: ['audit'], queryFn: () => call<AuditState>('GET', '/api/audit'), refetchInterval: 10_000 });
  if (audit.data === undefined) return null;
  const fine = audit.data.state === 'ok';
  return (
    <Link to="/traffic" className="card stack tight figure">
      <span className="soft">Event log</span>
      <strong>
        <Badge tone={fine ? 'fine' : 'deny'}>{fine ? 'writing' : audit.data.state}</Badge>
      </strong>
      <span className="small">
        {plural(audit.data.size, 'record')}
        {audit.data.projectionLag > 0 ? `, ${audit.data.projectionLag} on their way into the list` : ''}
      </span>
    </Link>
  );
}

const COLUMNS: readonly Column<GateEvent>[] = [
  {
    title: 'Time',
    cell: (event) => (
      <Link to="/traffic/$uid" params={{ uid: event.uid }}>
        <When at={event.time} />
      </Link>
    ),
  },
  { title: 'Decision', cell: (event) => <Decision event={event} /> },
  { title: 'Model', cell: (event) => <Foreign text={event.api?.model ?? ''} most={80} /> },
  { title: 'Who', cell: (event) => <Foreign text={event.actor.name ?? event.actor.principal} most={60} /> },
  { title: 'Why', style: 'soft small', cell: (event) => <Foreign text={reasonOf(event)} most={160} /> },
];

function Recent({ events }: { readonly events: readonly GateEvent[] }): ReactNode {
  return (
    <section className="stack tight" aria-labelledby="recent">
      <h2 id="recent">Latest requests</h2>
      <Table label="Latest requests" columns={COLUMNS} rows={events} id={({ uid }) => uid} headless />
    </section>
  );
}
