import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { passes, readEvents, type EventFilters, type GateEvent } from '../api/events.ts';
import { follow } from '../api/follow.ts';
import { Decision, reasonOf } from '../ui/decision.tsx';
import { Choice, Empty, Field, Foreign, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { ago, moment } from '../ui/text.ts';

/** Live events that are kept in the list; older ones are read from the server again. */
const MAX_LIVE = 2_000;
const ROW = 58;

/** Every event of the gate, live; the filters stand in the address, so that a list can be sent to somebody. */
export function Traffic(): ReactNode {
  const filters: EventFilters = useSearch({ strict: false });
  const stored = useInfiniteQuery({
    queryKey: ['events', filters],
    queryFn: ({ pageParam }) => readEvents(filters, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  const live = useLive(filters);
  const events = useMemo(() => {
    const seen = new Set(live.events.map(({ uid }) => uid));
    return [...live.events, ...(stored.data?.pages.flatMap((page) => page.events) ?? []).filter(({ uid }) => !seen.has(uid))];
  }, [live.events, stored.data]);
  return (
    <div className="stack">
      <PageHead
        title="Traffic"
        actions={
          <button type="button" aria-pressed={live.on} onClick={live.toggle}>
            {live.on ? 'Pause' : 'Go live'}
          </button>
        }
      >
        Every request and every change, newest first{live.on ? ', as they happen' : ''}.
      </PageHead>
      <Filters filters={filters} />
      <Problem error={stored.error} />
      {stored.data !== undefined && events.length === 0 ? (
        <Empty action={<Link to="/">How to send the first request</Link>}>Nothing here yet that passes the filters.</Empty>
      ) : (
        <List events={events} onEnd={() => void (stored.hasNextPage && !stored.isFetchingNextPage && stored.fetchNextPage())} />
      )}
      <SameByApi
        commands={[
          'sallyport events list --decision deny --since 24h',
          'sallyport events follow',
          'GET /api/events?decision=deny&since=24h',
        ]}
      />
    </div>
  );
}

function Filters({ filters }: { readonly filters: EventFilters }): ReactNode {
  const navigate = useNavigate();
  const set = (name: keyof EventFilters, value: string): void => {
    void navigate({ to: '/traffic', search: { ...filters, [name]: value === '' ? undefined : value }, replace: true });
  };
  return (
    <search className="row">
      <Choice label="Decision" value={filters.decision ?? ''} onChange={(event) => set('decision', event.target.value)}>
        <option value="">any</option>
        <option value="allow">allowed</option>
        <option value="deny">refused</option>
        <option value="ask">held</option>
      </Choice>
      <Choice label="Kind" value={filters.kind ?? ''} onChange={(event) => set('kind', event.target.value)}>
        <option value="">any</option>
        <option value="gateway">requests</option>
        <option value="key">keys</option>
        <option value="session">sessions</option>
        <option value="policy">policy</option>
        <option value="content">texts</option>
      </Choice>
      <Choice label="Since" value={filters.since ?? ''} onChange={(event) => set('since', event.target.value)}>
        <option value="">ever</option>
        <option value="15m">15 minutes</option>
        <option value="24h">a day</option>
        <option value="7d">a week</option>
      </Choice>
      <Field label="Model" defaultValue={filters.model ?? ''} onBlur={(event) => set('model', event.target.value)} />
    </search>
  );
}

/** Only the rows in sight exist, however long the list is. */
function List({ events, onEnd }: { readonly events: readonly GateEvent[]; readonly onEnd: () => void }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({ count: events.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 12 });
  const visible = rows.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (events.length > 0 && last >= events.length - 20) onEnd();
  }, [last, events.length, onEnd]);
  return (
    <div ref={scroller} className="table list" tabIndex={0} role="region" aria-label="Events">
      <ul style={{ height: rows.getTotalSize() }}>
        {visible.map(({ index, start }) => {
          const event = events[index];
          return event === undefined ? null : (
            <li key={event.uid} style={{ transform: `translateY(${start}px)` }}>
              <Row event={event} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Row({ event }: { readonly event: GateEvent }): ReactNode {
  const what = event.api?.model ?? event.target?.name ?? event.target?.id ?? '';
  return (
    <Link to="/traffic/$uid" params={{ uid: event.uid }} className="event">
      <time dateTime={new Date(event.time).toISOString()} title={moment(event.time)} className="soft small">
        {ago(event.time)}
      </time>
      <span className="decision">
        <Decision event={event} />
      </span>
      <span className="what">
        <span className="mono">{event.kind}</span> <Foreign text={what} most={80} />
      </span>
      <span className="why soft small">
        <Foreign text={reasonOf(event)} most={160} />
      </span>
    </Link>
  );
}

/** Events as they happen. They are drawn once a frame at most, so that a thousand a second do not stop the page. */
function useLive(filters: EventFilters): { events: readonly GateEvent[]; on: boolean; toggle: () => void } {
  const [on, setOn] = useState(true);
  const [events, setEvents] = useState<readonly GateEvent[]>([]);
  const key = JSON.stringify(filters);
  useEffect(() => {
    setEvents([]);
    if (!on) return;
    const wanted = JSON.parse(key) as EventFilters;
    let waiting: GateEvent[] = [];
    let frame = 0;
    const draw = (): void => {
      frame = 0;
      const arrived = waiting.reverse();
      waiting = [];
      setEvents((before) => {
        const ids = new Set(arrived.map(({ uid }) => uid));
        return [...arrived, ...before.filter(({ uid }) => !ids.has(uid))].slice(0, MAX_LIVE);
      });
    };
    const stop = follow((event) => {
      if (!passes(event, wanted)) return;
      // A stream's start and end carry one id: the later replaces the earlier.
      waiting = waiting.filter(({ uid }) => uid !== event.uid).slice(1 - MAX_LIVE);
      waiting.push(event);
      if (frame === 0) frame = requestAnimationFrame(draw);
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [on, key]);
  return { events, on, toggle: () => setOn(!on) };
}
