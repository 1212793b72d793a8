import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { call } from '../api/client.ts';
import type { EventMessage, GateEvent } from '../api/events.ts';
import type { RunEvents } from '../api/runs.ts';
import { withQuery } from '../api/tools.ts';
import { Decision } from '../ui/decision.tsx';
import { Origin, ORIGIN_NAMES } from '../ui/flow.tsx';
import { Badge, Foreign, PageHead, Problem, SameByApi, When, type Tone } from '../ui/parts.tsx';
import { Principal } from '../ui/principal.tsx';
import { moment, plural } from '../ui/text.ts';
import { Calls } from './run_call.tsx';
import { MadeUp, of, useSource } from './tools_demo.tsx';

/** One run of an agent from its first turn to its last. */
export function RunPage(): ReactNode {
  const { id = '' }: { id?: string } = useParams({ strict: false });
  const source = useSource();
  const found = useQuery({
    queryKey: ['run', source, id],
    queryFn: () => call<RunEvents>('GET', withQuery(`/api/runs/${encodeURIComponent(id)}`, { source })),
    refetchInterval: 10_000,
  });
  const run = found.data;
  const turns = run?.events.filter(({ kind }) => kind === 'gateway.request') ?? [];
  const [first] = turns;
  return (
    <div className="stack">
      <PageHead
        title="Run"
        actions={
          <Link to="/runs" search={of(source)}>
            All runs
          </Link>
        }
      >
        {first === undefined ? (
          <span className="mono">{id}</span>
        ) : (
          <>
            <Principal id={first.actor.principal} source={source} />, {plural(turns.length, 'turn')}, {moment(first.time)}
          </>
        )}
      </PageHead>
      <MadeUp source={source} to="/runs" />
      {run === undefined ? found.error === null ? <div aria-busy="true" /> : <Problem error={found.error} /> : null}
      {run === undefined ? null : (
        <>
          <Legend />
          {run.shortened ? <p className="notice warn">The run has more events than are shown here: these are the newest.</p> : null}
          <ol className="timeline plain">
            {entriesOf(run, turns).map((entry) =>
              entry.turn === undefined ? (
                <li key={entry.event.uid} className="beside">
                  <ToolCall event={entry.event} alone />
                </li>
              ) : (
                <Turn key={entry.event.uid} number={entry.turn} event={entry.event} made={madeBy(run, entry.event)} />
              ),
            )}
          </ol>
        </>
      )}
      <SameByApi
        commands={[
          `GET /api/runs/${id}`,
          'GET /api/events/UID',
          'GET /api/events/UID/content     # the text, as far as it was kept; reading it is recorded',
        ]}
      />
    </div>
  );
}

type Entry = { readonly event: GateEvent; readonly turn: number | undefined };

/** Turns, and between them the calls that no reply proposed, by time. */
function entriesOf({ beside, events }: RunEvents, turns: readonly GateEvent[]): Entry[] {
  const known = new Set(turns.map(({ uid }) => uid));
  // Calls whose turn is not among the events that are shown stand by themselves.
  const alone = events.filter(({ kind, cause }) => kind === 'mcp.request' && (cause === undefined || !known.has(cause)));
  return [
    ...turns.map((event, at) => ({ event, turn: at + 1 })),
    ...[...alone, ...beside].map((event) => ({ event, turn: undefined })),
  ].sort((a, b) => a.event.time - b.event.time);
}

const madeBy = ({ events }: RunEvents, turn: GateEvent): GateEvent[] =>
  events.filter(({ kind, cause }) => kind === 'mcp.request' && cause === turn.uid);

/** What the colours mean, in words. */
function Legend(): ReactNode {
  return (
    <p className="row small soft">
      <span>A value comes from:</span>
      {ORIGIN_NAMES.map((origin) => (
        <Origin key={origin} origin={origin} />
      ))}
    </p>
  );
}

function Turn({
  number,
  event,
  made,
}: {
  readonly number: number;
  readonly event: GateEvent;
  readonly made: readonly GateEvent[];
}): ReactNode {
  const { uid, time, api, messages = [], calls = [] } = event;
  return (
    <li>
      <article className="card stack" aria-labelledby={`turn-${number}`}>
        <header className="row spread">
          <div className="row">
            <h2 id={`turn-${number}`}>Turn {number}</h2>
            <Decision event={event} />
          </div>
          <span className="small soft">
            <When at={time} /> · {api?.model ?? ''} ·{' '}
            <Link to="/traffic/$uid" params={{ uid }} aria-label={`Event of turn ${number}`}>
              event
            </Link>
          </span>
        </header>
        <Messages messages={messages} />
        {calls.length === 0 ? <p className="soft">The model calls no tool.</p> : <Calls event={event} />}
        <Approvals event={event} />
        {made.length === 0 ? null : (
          <ul className="plain" aria-label={`What became of the calls of turn ${number}`}>
            {made.map((one) => (
              <li key={one.uid}>
                <ToolCall event={one} />
              </li>
            ))}
          </ul>
        )}
      </article>
    </li>
  );
}

const WHO: Readonly<Record<string, readonly [string, Tone]>> = {
  system: ['the operator', 'fine'],
  user: ['the user', 'fine'],
  tool: ['a tool’s result', 'mask'],
  retrieved: ['retrieved content', 'deny'],
  assistant: ['the model', 'warn'],
  unknown: ['unknown', 'warn'],
};

/** What is new in the request since the turn before: who said it, how long it is, never what. */
function Messages({ messages }: { readonly messages: readonly EventMessage[] }): ReactNode {
  if (messages.length === 0) return null;
  return (
    <ul className="row small plain-row" aria-label="New in the request">
      {messages.map(({ message, origin, tool, size }, at) => {
        const [said, tone] = WHO[origin] ?? [origin, 'none'];
        return (
          <li key={at} className="row">
            <span className="soft">{message < 0 ? 'before' : `message ${message}`}</span>
            <Badge tone={tone}>{said}</Badge>
            <span className="soft">
              {tool === undefined ? null : (
                <span className="mono">
                  <Foreign text={tool} most={80} />{' '}
                </span>
              )}
              {plural(size, 'character')}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The approvals that were asked for or used in a turn. */
function Approvals({ event }: { readonly event: GateEvent }): ReactNode {
  const said = event.detail?.['approvals'];
  if (typeof said !== 'string') return null;
  return (
    <p className="small row">
      {said.split(',').map((id) => (
        <Link key={id} to="/approvals/$id" params={{ id }}>
          Approval {id}
        </Link>
      ))}
    </p>
  );
}

const CODES: Readonly<Record<string, string>> = {
  BLOCKED_BY_POLICY: 'refused by the policy',
  APPROVAL_NEEDED: 'waits for a person',
  SERVER_FAILED: 'the server failed',
  SERVER_ERROR: 'the server answered an error',
};

/** A call as it reached the MCP gateway. */
function ToolCall({ event, alone = false }: { readonly event: GateEvent; readonly alone?: boolean }): ReactNode {
  const { uid, target, time, status_code: code, timings } = event;
  return (
    <div className={alone ? 'notice warn stack tight' : 'stack tight small'}>
      <p className="row">
        <span aria-hidden="true">↳</span>
        <span className="mono">
          <Foreign text={target?.name ?? target?.id ?? ''} most={120} />
        </span>
        {code === undefined ? <Badge tone="fine">answered</Badge> : <Badge tone="deny">{CODES[code] ?? code.toLowerCase()}</Badge>}
        <span className="soft">
          <When at={time} />
          {timings?.['total'] === undefined ? null : `, ${timings['total'].toLocaleString()} ms`} ·{' '}
          <Link to="/traffic/$uid" params={{ uid }} aria-label={`Event of the call of ${target?.name ?? ''}`}>
            event
          </Link>
        </span>
      </p>
      {alone ? (
        <p className="small">No reply of a model that passed this gate proposed it: nobody knows where its values come from.</p>
      ) : null}
      <Approvals event={event} />
    </div>
  );
}
