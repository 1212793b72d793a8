import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useCallback, useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import { accountQuery } from '../api/account.ts';
import { demoQuery } from '../api/demo.ts';
import { EventRows } from '../api/event_rows.ts';
import type { EventFilters, GateEvent } from '../api/events.ts';
import { Decision, reasonOf } from '../ui/decision.tsx';
import { Badge, Choice, Empty, Field, Foreign, PageHead, Problem, SameByApi } from '../ui/parts.tsx';
import { ago, moment, plural } from '../ui/text.ts';
import { RemoveDemo } from './demo.tsx';

/** Most events are of this kind; what they say is their model. */
const REQUEST = 'gateway.request';
const ROW = 58;
/** Places that rows take in turn: more than are in sight. A row that comes into sight takes the place of one that left, which costs a third of a new one. */
const PLACES = 64;
/** Rows before the end of what was read at which more is read. */
const AHEAD = 200;

/** Every event of the gate, live; the filters stand in the address, so that a list can be sent to somebody. */
export function Traffic(): ReactNode {
  const filters: EventFilters = useSearch({ strict: false });
  const [live, setLive] = useState(true);
  const rows = useRows(filters, live);
  const demo = filters.source === 'demo';
  return (
    <div className="stack">
      <PageHead
        title="Traffic"
        actions={
          demo ? undefined : (
            <button type="button" aria-pressed={live} onClick={() => setLive(!live)}>
              {live ? 'Pause' : 'Go live'}
            </button>
          )
        }
      >
        {demo ? 'Made-up events, newest first.' : `Every request and every change, newest first${live ? ', as they happen' : ''}.`}
      </PageHead>
      {demo ? <DemoNotice /> : null}
      <Filters filters={filters} />
      <Problem error={rows?.error} />
      {rows === undefined || !rows.ready ? (
        <div className="table list" aria-busy="true" />
      ) : rows.count === 0 && rows.waiting === 0 ? (
        <Empty action={<Link to="/">How to send the first request</Link>}>Nothing here yet that passes the filters.</Empty>
      ) : (
        <List rows={rows} />
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

function DemoNotice(): ReactNode {
  const demo = useQuery(demoQuery);
  const account = useQuery(accountQuery);
  const may = account.data?.permissions.includes('policy:write') ?? false;
  return (
    <div className="notice row spread">
      <p>
        <Badge tone="mask">demo</Badge>{' '}
        {demo.data?.since === null ? 'There is no demo data.' : `None of this happened: ${demo.data?.company ?? ''} is made up.`}{' '}
        <Link to="/traffic">What is real</Link>
      </p>
      {may && demo.data !== undefined && demo.data.since !== null ? <RemoveDemo /> : null}
    </div>
  );
}

/** The rows for these filters, read and followed anew when they change. */
function useRows(filters: EventFilters, live: boolean): EventRows | undefined {
  const key = JSON.stringify(filters);
  const demo = useQuery(demoQuery);
  // Demo data that goes away takes its rows along.
  const since = filters.source === 'demo' ? demo.data?.since : undefined;
  const [current, setCurrent] = useState<{ readonly rows: EventRows; readonly drawn: number }>();
  useEffect(() => {
    const rows = new EventRows(JSON.parse(key) as EventFilters, () => setCurrent((before) => ({ rows, drawn: (before?.drawn ?? 0) + 1 })));
    rows.open(live);
    return () => rows.close();
  }, [key, live, since]);
  return current?.rows;
}

function Filters({ filters }: { readonly filters: EventFilters }): ReactNode {
  const navigate = useNavigate();
  const demo = useQuery(demoQuery);
  const set = (name: keyof EventFilters, value: string): void => {
    void navigate({ to: '/traffic', search: { ...filters, [name]: value === '' ? undefined : value }, replace: true });
  };
  const typed = (name: 'model' | 'principal', label: string): ReactNode => (
    <Field
      key={`${name} ${filters[name] ?? ''}`}
      label={label}
      defaultValue={filters[name] ?? ''}
      onBlur={(event) => set(name, event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') set(name, event.currentTarget.value);
      }}
    />
  );
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
        <option value="request.refused">refused unread</option>
        <option value="approval">approvals</option>
        <option value="key">keys</option>
        <option value="session">sessions</option>
        <option value="policy">policy</option>
        <option value="guard">guards</option>
        <option value="content">texts</option>
      </Choice>
      <Choice label="Since" value={filters.since ?? ''} onChange={(event) => set('since', event.target.value)}>
        <option value="">ever</option>
        <option value="15m">15 minutes</option>
        <option value="24h">a day</option>
        <option value="7d">a week</option>
      </Choice>
      {typed('model', 'Model')}
      {typed('principal', 'Who')}
      {(demo.data === undefined || demo.data.since === null) && filters.source === undefined ? null : (
        <Choice label="Of" value={filters.source ?? ''} onChange={(event) => set('source', event.target.value)}>
          <option value="">this gate</option>
          <option value="demo">demo data</option>
        </Choice>
      )}
    </search>
  );
}

/** Only the rows in sight exist, however long the list is. It stands still for who has scrolled down. */
function List({ rows }: { readonly rows: EventRows }): ReactNode {
  const scroller = useRef<HTMLDivElement>(null);
  const navigate = useNavigate();
  const virtual = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 8,
    useFlushSync: false,
  });
  const visible = virtual.getVirtualItems();
  const last = visible.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.count - AHEAD) void rows.more();
  }, [last, rows, rows.count]);
  // One listener for all rows: they come and go by the hundred.
  const open = useCallback(
    (event: MouseEvent<HTMLElement>) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (link === null || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      void navigate({ to: '/traffic/$uid', params: { uid: link.dataset['uid'] ?? '' } });
    },
    [navigate],
  );
  const toTop = (): void => {
    scroller.current?.scrollTo({ top: 0 });
    rows.show();
    scroller.current?.focus();
  };
  return (
    <div className="stack tight">
      {rows.waiting > 0 ? (
        <button type="button" className="newer" onClick={toTop}>
          {plural(rows.waiting, 'new event')}: show
        </button>
      ) : null}
      <div
        ref={scroller}
        className="table list"
        tabIndex={0}
        role="region"
        aria-label="Events"
        onScroll={(event) => {
          const top = event.currentTarget.scrollTop < ROW;
          if (top && !rows.following) rows.show();
          rows.following = top;
        }}
        // Nothing moves under who stands on a row.
        onFocus={(event) => {
          if (event.target !== event.currentTarget) rows.following = false;
        }}
        onClick={open}
      >
        <ul style={{ height: virtual.getTotalSize() }}>
          {visible.map(({ index, start }) => {
            const event = rows.at(index);
            return event === undefined ? null : (
              <li key={index % PLACES} style={{ transform: `translateY(${start}px)` }}>
                <Row event={event} />
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

const Row = memo(function Row({ event }: { readonly event: GateEvent }): ReactNode {
  const what = event.api?.model ?? event.target?.name ?? event.target?.id ?? '';
  return (
    <a href={`/traffic/${encodeURIComponent(event.uid)}`} data-uid={event.uid} className="event">
      <time dateTime={new Date(event.time).toISOString()} title={moment(event.time)} className="soft small">
        {ago(event.time)}
      </time>
      <span className="decision">
        <Decision event={event} />
      </span>
      <span className="what">
        {event.kind === REQUEST ? null : <span className="mono">{event.kind} </span>}
        <Foreign text={what} most={80} />
      </span>
      <span className="by small">
        <Foreign text={event.actor.name ?? event.actor.principal} most={60} />
      </span>
      <span className="why soft small">
        <Foreign text={reasonOf(event)} most={160} />
      </span>
    </a>
  );
});
