import type { EventId, TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { Event } from './event.ts';
import type { RunEvent } from './run.ts';

/** Which events to list; all conditions hold together. */
export type EventQuery = {
  /** Milliseconds since 1970, inclusive. */
  readonly since?: number;
  /** Exclusive. */
  readonly until?: number;
  readonly decision?: string;
  readonly kind?: string;
  /** Kinds of events, each as it is. */
  readonly kinds?: readonly string[];
  readonly model?: string;
  readonly principal?: string;
  /** Id of the thing that the events are about. */
  readonly target?: string;
  /** Of one run of an agent. */
  readonly conversation?: string;
  /** 1 to 500; default 50. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
};

/** Newest first. `next` is there when more follow. */
export type EventPage = { readonly events: readonly Event[]; readonly next?: string };

/** Events in one page: what one reply may carry (about 1.5 KB each). */
export const MAX_PAGE = 500;
const DEFAULT_PAGE = 50;

/** Where the projection of a log stands: the next record's number, its segment and its offset there. */
export type Position = { readonly size: number; readonly segment: number; readonly offset: number };

type EventRow = Row & { event: Event; time: number; uid: string };

/** One page of a tenant's events, newest first. */
export async function selectEvents(sql: Sql, query: EventQuery): Promise<EventPage> {
  const limit = Math.min(MAX_PAGE, Math.max(1, query.limit ?? DEFAULT_PAGE));
  const conditions: string[] = [];
  const params: unknown[] = [];
  const where = (condition: string, ...values: unknown[]): void => {
    conditions.push(condition.replace(/\?/g, () => `$${params.push(values.shift())}`));
  };
  if (query.since !== undefined) where('time >= ?::bigint', query.since);
  if (query.until !== undefined) where('time < ?::bigint', query.until);
  if (query.decision !== undefined) where('decision = ?', query.decision);
  if (query.kind !== undefined) where("(kind = ? or kind like ? || '.%')", query.kind, query.kind.replace(/[\\%_]/g, '\\$&'));
  if (query.kinds !== undefined) where('kind = any(?::text[])', query.kinds);
  if (query.model !== undefined) where('model = ?', query.model);
  if (query.principal !== undefined) where('principal = ?', query.principal);
  if (query.target !== undefined) where("event -> 'target' ->> 'id' = ?", query.target);
  if (query.conversation !== undefined) where("event ->> 'conversation' = ?", query.conversation);
  const after = parseCursor(query.after);
  if (after !== undefined) where('(time, uid) < (?::bigint, ?)', after.time, after.uid);
  const filter = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const rows = await sql.query<EventRow>(
    `select time, uid, event from audit_events ${filter} order by time desc, uid desc limit ${limit + 1}`,
    params,
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const events = page.map((row) => row.event);
  return rows.length > limit && last !== undefined ? { events, next: `${last.time}.${last.uid}` } : { events };
}

/** Events of runs that one list of runs is made from. */
const MAX_RUN_EVENTS = 2_000;

/** What a list of runs needs of their newest events. */
export async function selectRunEvents(sql: Sql, { since, principal }: Pick<EventQuery, 'since' | 'principal'>): Promise<RunEvent[]> {
  return sql.query<Row & RunEvent>(
    `select uid, time, kind, principal, model, decision, event ->> 'conversation' as conversation, event #>> '{actor,kind}' as who,
       event #>> '{detail,would}' as would, event -> 'calls' as calls, event #>> '{target,name}' as target
     from audit_events where event ->> 'conversation' is not null and ($1::bigint is null or time >= $1::bigint)
       and ($2::text is null or principal = $2)
     order by time desc, uid desc limit ${MAX_RUN_EVENTS}`,
    [since ?? null, principal ?? null],
  );
}

/** Reads a page's `next`; undefined when it is none. */
export function parseCursor(text: string | undefined): { time: number; uid: string } | undefined {
  const match = /^(\d{1,15})\.(\w{1,64})$/.exec(text ?? '');
  return match?.[1] === undefined || match[2] === undefined ? undefined : { time: Number(match[1]), uid: match[2] };
}

export async function selectEvent(sql: Sql, uid: EventId): Promise<Event | undefined> {
  const rows = await sql.query<EventRow>('select time, uid, event from audit_events where uid = $1', [uid]);
  return rows[0]?.event;
}

/** In which log an event is, and as which record. */
export async function selectPlace(sql: Sql, uid: EventId): Promise<{ log: string; seq: number } | undefined> {
  const rows = await sql.query<{ log: string; seq: number }>('select log, seq from audit_events where uid = $1', [uid]);
  return rows[0];
}

/**
 * Projects records `from`, `from + 1`, … of a log, given as their JSON texts. The database takes the columns out of the JSON, so that this process
 * need not parse what it wrote. Of two records with one uid the later stays, a started one never replaces an ended one.
 */
export async function projectEvents(sql: Sql, log: string, from: number, payloads: readonly string[]): Promise<void> {
  await sql.query(
    `insert into audit_events (tenant, uid, log, seq, time, kind, principal, decision, severity, model, event)
     select distinct on (e->>'tenant', e->>'uid')
       e->>'tenant', e->>'uid', $1, $2::bigint + n - 1, (e->>'time')::bigint, e->>'kind', e#>>'{actor,principal}',
       e#>>'{decision,action}', (e->>'severity_id')::smallint, e#>>'{api,model}', e
     from jsonb_array_elements($3::jsonb) with ordinality as t(e, n)
     order by e->>'tenant', e->>'uid', coalesce(e->>'phase', '') = 'started', n desc
     on conflict (tenant, uid) do update set
       log = excluded.log, seq = excluded.seq, time = excluded.time, kind = excluded.kind, principal = excluded.principal,
       decision = excluded.decision, severity = excluded.severity, model = excluded.model, event = excluded.event
     where coalesce(excluded.event->>'phase', '') <> 'started'`,
    [log, from, `[${payloads.join(',')}]`],
  );
}

/** The events of records `from` to `to - 1` of a log. */
export async function selectRecords(sql: Sql, log: string, from: number, to: number): Promise<Event[]> {
  const rows = await sql.query<EventRow>(
    'select time, uid, event from audit_events where log = $1 and seq >= $2::bigint and seq < $3::bigint order by seq',
    [log, from, to],
  );
  return rows.map((row) => row.event);
}

export async function deleteProjection(sql: Sql, log: string): Promise<void> {
  await sql.query('delete from audit_events where log = $1', [log]);
  await sql.query('delete from audit_positions where log = $1', [log]);
}

export async function selectPosition(sql: Sql, log: string): Promise<Position | undefined> {
  const rows = await sql.query<{ size: number; segment: number; at: number }>(
    'select size, segment, at from audit_positions where log = $1',
    [log],
  );
  const row = rows[0];
  return row === undefined ? undefined : { size: row.size, segment: row.segment, offset: row.at };
}

export async function upsertPosition(sql: Sql, log: string, position: Position): Promise<void> {
  await sql.query(
    `insert into audit_positions (log, size, segment, at) values ($1, $2::bigint, $3::bigint, $4::bigint)
     on conflict (log) do update set size = excluded.size, segment = excluded.segment, at = excluded.at`,
    [log, position.size, position.segment, position.offset],
  );
}

/** Tells other processes that records of this log can be read. */
export async function notifyRecords(sql: Sql, log: string, from: number, to: number): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [RECORDS_CHANNEL, `${log}:${from}:${to}`]);
}
export const RECORDS_CHANNEL = 'audit_events';

export type OutboxRow = { readonly tenant: TenantId; readonly uid: EventId; readonly event: string };

export async function insertOutbox(sql: Sql, row: OutboxRow, log: string, created: number): Promise<void> {
  await sql.query('insert into audit_outbox (tenant, uid, log, created, event) values ($1, $2, $3, $4::bigint, $5)', [
    row.tenant,
    row.uid,
    log,
    created,
    row.event,
  ]);
}

export async function deleteOutbox(sql: Sql, uids: readonly string[]): Promise<void> {
  await sql.query('delete from audit_outbox where uid = any($1::text[])', [uids]);
}

/** Rows that wait: those of the given logs, and any that is older than `before` (its process is gone). `logged` when the projection has the event. */
export async function selectOutbox(
  sql: Sql,
  logs: readonly string[],
  before: number,
  most: number,
): Promise<(OutboxRow & { logged: boolean })[]> {
  return await sql.query<Row & OutboxRow & { logged: boolean }>(
    `select o.tenant, o.uid, o.event, exists (select 1 from audit_events e where e.tenant = o.tenant and e.uid = o.uid) as logged
     from audit_outbox o where o.log = any($1::text[]) or o.created < $2::bigint order by o.created, o.uid limit $3::int`,
    [logs, before, most],
  );
}

/** Keeps the newest head of each segment; an older one never replaces it. */
export async function upsertCheckpoint(
  sql: Sql,
  head: { log: string; segment: number; size: number; time: number },
  line: string,
): Promise<void> {
  await sql.query(
    `insert into audit_checkpoints (log, segment, size, time, line) values ($1, $2::bigint, $3::bigint, $4::bigint, $5)
     on conflict (log, segment) do update set size = excluded.size, time = excluded.time, line = excluded.line
     where audit_checkpoints.size <= excluded.size`,
    [head.log, head.segment, head.size, head.time, line],
  );
}

/** Every head that the database knows, oldest first. */
export async function selectCheckpoints(sql: Sql): Promise<string[]> {
  const rows = await sql.query<{ line: string }>('select line from audit_checkpoints order by log, segment');
  return rows.map((row) => row.line);
}

export type ContentRow = {
  readonly event: string;
  readonly subject: string;
  readonly mode: 'findings' | 'full';
  readonly sealed: Uint8Array;
  readonly created: number;
  readonly expires: number;
};

/** In one statement: each would be a message to the embedded database and back. */
export async function insertContents(sql: Sql, tenant: TenantId, rows: readonly ContentRow[]): Promise<void> {
  // One row an event: a statement may not write the same one twice.
  const last = new Map(rows.map((row) => [row.event, { ...row, sealed: Buffer.from(row.sealed).toString('base64') }]));
  if (last.size === 0) return;
  await sql.query(
    `insert into audit_content (tenant, event, subject, mode, sealed, created, expires)
     select $1, event, subject, mode, decode(sealed, 'base64'), created, expires
     from json_to_recordset($2::text::json) as r (event text, subject text, mode text, sealed text, created bigint, expires bigint)
     on conflict (tenant, event) do update set subject = excluded.subject, mode = excluded.mode, sealed = excluded.sealed, expires = excluded.expires`,
    [tenant, JSON.stringify([...last.values()])],
  );
}

export async function selectContent(sql: Sql, event: EventId): Promise<ContentRow | undefined> {
  const rows = await sql.query<Row & ContentRow>(
    'select event, subject, mode, sealed, created, expires from audit_content where event = $1',
    [event],
  );
  return rows[0];
}

export async function deleteContentOf(sql: Sql, subject: string): Promise<number> {
  const rows = await sql.query('delete from audit_content where subject = $1 returning event', [subject]);
  return rows.length;
}

export async function deleteExpired(sql: Sql, now: number): Promise<number> {
  const rows = await sql.query('delete from audit_content where expires <= $1::bigint returning event', [now]);
  return rows.length;
}

/** Principals in one answer: more belong into a report of their own. */
const MAX_USES = 100_000;

/** When each principal was last seen, by the kind of event. */
export async function selectUses(sql: Sql, since: number): Promise<Map<string, Map<string, number>>> {
  const rows = await sql.query<Row & { principal: string; kind: string; last: number }>(
    `select principal, kind, max(time) as last from audit_events where time >= $1::bigint group by principal, kind limit ${MAX_USES}`,
    [since],
  );
  const uses = new Map<string, Map<string, number>>();
  for (const { principal, kind, last } of rows) {
    const known = uses.get(principal);
    if (known === undefined) uses.set(principal, new Map([[kind, last]]));
    else known.set(kind, last);
  }
  return uses;
}
