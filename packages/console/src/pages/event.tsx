import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState, type ReactNode } from 'react';
import { call } from '../api/client.ts';
import { isDemo } from '../api/demo.ts';
import type { EventRule, GateEvent } from '../api/events.ts';
import { Decision } from '../ui/decision.tsx';
import { Badge, Copy, Foreign, PageHead, Problem, When } from '../ui/parts.tsx';
import { moment } from '../ui/text.ts';
import { Conversation } from './conversation.tsx';
import { Findings } from './findings.tsx';
import { Calls } from './run_call.tsx';

type Place = { readonly log: string; readonly index: number } | null;

/** One event: what was decided and why, where each finding stands, how long each step took, and the proof. */
export function EventPage(): ReactNode {
  const uid = useParams({ strict: false, select: (params): string => String(Reflect.get(params, 'uid') ?? '') });
  const event = useQuery({
    queryKey: ['event', uid],
    queryFn: () => call<{ event: GateEvent; place: Place }>('GET', `/api/events/${encodeURIComponent(uid)}`),
  });
  if (event.data === undefined) return <Problem error={event.error} />;
  return <Details event={event.data.event} place={event.data.place} />;
}

function Details({ event, place }: { readonly event: GateEvent; readonly place: Place }): ReactNode {
  return (
    <div className="stack">
      <PageHead
        title="Event"
        actions={
          <Link to="/traffic" search={isDemo(event.uid) ? { source: 'demo' } : {}}>
            All traffic
          </Link>
        }
      >
        <span className="mono">{event.uid}</span>
      </PageHead>
      {isDemo(event.uid) ? (
        <p className="notice">
          <Badge tone="mask">demo</Badge> This never happened: the company, its people and the text are made up. What was found in it is
          what this gate finds.
        </p>
      ) : null}
      <section className="card stack" aria-label="What happened">
        <div className="row">
          <Decision event={event} />
          <span className="mono">{event.kind}</span>
          <span className="soft">
            <When at={event.time} /> · {moment(event.time)}
          </span>
        </div>
        <Facts event={event} />
        {event.conversation === undefined ? null : (
          <p className="small">
            <Link to="/runs/$id" params={{ id: event.conversation }} search={isDemo(event.uid) ? { source: 'demo' } : {}}>
              The run that it belongs to
            </Link>
          </p>
        )}
      </section>
      {event.calls === undefined ? null : (
        <section className="stack tight">
          <h2>Tool calls</h2>
          <div className="card">
            <Calls event={event} />
          </div>
        </section>
      )}
      <Rules title="Rules that held" rules={event.decision?.rules ?? []} />
      <Rules title="Rules in roll-out that would have held" rules={event.decision?.would ?? []} would />
      <Findings event={event} />
      {event.parts === undefined ? null : <Conversation uid={event.uid} />}
      <Timings timings={event.timings} />
      {isDemo(event.uid) ? null : <Proof uid={event.uid} place={place} />}
      <div className="row">
        <Copy text={`sallyport events show ${event.uid}`}>Copy as command</Copy>
        <Copy text={`curl -H "authorization: Bearer $KEY" ${location.origin}/api/events/${event.uid}`}>Copy as API call</Copy>
      </div>
    </div>
  );
}

function Facts({ event }: { readonly event: GateEvent }): ReactNode {
  const facts: [string, string | number | boolean | null | undefined][] = [
    ['Model', event.api?.model],
    ['Provider', event.api?.provider],
    ['Operation', event.api?.operation],
    ['Streamed', event.api === undefined ? undefined : event.api.stream === true ? 'yes' : 'no'],
    ['Who', event.actor.name],
    [event.actor.name === undefined ? 'Who' : 'Principal', event.actor.principal],
    ['Key', event.actor.key],
    ['What', event.target === undefined ? undefined : `${event.target.kind} ${event.target.name ?? event.target.id}`],
    ['Status', event.http?.status],
    ['Code', event.status_code],
    ['Message', event.message],
    ['Tokens', event.usage === undefined ? undefined : `${event.usage.input} in, ${event.usage.output} out`],
    [
      'Masked',
      event.masked === undefined
        ? undefined
        : Object.entries(event.masked)
            .map(([type, count]) => `${count} × ${type}`)
            .join(', '),
    ],
    ...Object.entries(event.detail ?? {}),
  ];
  return (
    <dl className="facts">
      {facts.map(([name, value]) =>
        value === undefined || value === null || value === '' ? null : (
          <div key={name}>
            <dt>
              <Foreign text={name} />
            </dt>
            <dd>
              <Foreign text={String(value)} most={400} />
            </dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Rules({
  title,
  rules,
  would = false,
}: {
  readonly title: string;
  readonly rules: readonly EventRule[];
  readonly would?: boolean;
}): ReactNode {
  if (rules.length === 0) return null;
  return (
    <section className="stack tight">
      <h2>{title}</h2>
      {rules.map((rule, index) => (
        <div key={`${rule.id} ${index}`} className={`notice ${rule.action === 'deny' && !would ? 'deny' : 'warn'}`}>
          <p className="row">
            <Badge tone={rule.action === 'mask' ? 'mask' : would ? 'warn' : 'deny'}>{rule.action}</Badge>
            <Link to="/policies" hash={rule.id} className="mono">
              {rule.id}
            </Link>
            {rule.point === undefined ? null : (
              <span className="soft small">
                at {rule.point}
                {rule.part === undefined ? '' : `, part ${rule.part}`}
              </span>
            )}
          </p>
          {rule.why === undefined ? null : (
            <p>
              <Foreign text={rule.why} />
            </p>
          )}
        </div>
      ))}
    </section>
  );
}

/** Each step as a bar of its share of the whole. */
function Timings({ timings }: { readonly timings: Readonly<Record<string, number>> | undefined }): ReactNode {
  if (timings === undefined) return null;
  const total = Math.max(timings['total'] ?? 0, ...Object.values(timings), 0.001);
  return (
    <section className="stack tight">
      <h2>Time of each step</h2>
      <dl className="card bars">
        {Object.entries(timings)
          .sort(([a], [b]) => Number(a === 'total') - Number(b === 'total'))
          .map(([step, ms]) => (
            <div key={step}>
              <dt>{step}</dt>
              <dd>
                <meter min={0} max={total} value={ms} aria-label={`${step}: ${ms} ms`} />
                <span className="mono">{ms.toLocaleString()} ms</span>
              </dd>
            </div>
          ))}
      </dl>
    </section>
  );
}

function Proof({ uid, place }: { readonly uid: string; readonly place: Place }): ReactNode {
  const [open, setOpen] = useState(false);
  const proof = useQuery({ queryKey: ['proof', uid], queryFn: () => call('GET', `/api/events/${uid}/proof`), enabled: open });
  return (
    <details className="card" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <strong>Proof</strong>{' '}
        <span className="soft small">{place === null ? 'not in a log of this machine' : `record ${place.index} of log ${place.log}`}</span>
      </summary>
      <div className="stack">
        <p className="soft small">
          The path from this record to a signed head of the log (RFC 6962). <code>sallyport audit verify</code> checks the whole log
          offline.
        </p>
        <Problem error={proof.error} />
        {proof.data === undefined ? null : (
          <pre tabIndex={0} aria-label="Proof">
            {JSON.stringify(proof.data, null, 2)}
          </pre>
        )}
      </div>
    </details>
  );
}
