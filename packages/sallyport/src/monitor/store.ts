import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { Feedback } from './feedback.ts';

/** Told after feedback was applied or undone. */
export const FEEDBACK_CHANNEL = 'monitor_feedback';

type FeedbackRow = Row & Omit<Feedback, 'givenBy'> & { tenant: TenantId; given_by: string };

/** Feedback that one list shows; more is read by a person only through its events. */
const MAX_LISTED = 500;
/** Applied feedback of all tenants that is kept in memory. */
const MAX_APPLIED = 100_000;

function feedbackOf({ id, event, verdict, rule, confidence, value, state, given_by, created, changed }: FeedbackRow): Feedback {
  return { id, event, verdict, rule, confidence, value, state, givenBy: given_by, created, changed };
}

export async function insertFeedback(sql: Sql, tenant: TenantId, one: Feedback): Promise<void> {
  await sql.query(
    `insert into monitor_feedback (tenant, id, event, verdict, rule, confidence, value, state, given_by, created, changed)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bigint, $11::bigint)`,
    [tenant, one.id, one.event, one.verdict, one.rule, one.confidence, one.value, one.state, one.givenBy, one.created, one.changed],
  );
}

/** Newest first. */
export async function selectFeedback(sql: Sql): Promise<Feedback[]> {
  const rows = await sql.query<FeedbackRow>(`select * from monitor_feedback order by created desc, id desc limit ${MAX_LISTED}`);
  return rows.map(feedbackOf);
}

export async function selectOne(sql: Sql, id: string): Promise<Feedback | undefined> {
  const rows = await sql.query<FeedbackRow>('select * from monitor_feedback where id = $1', [id]);
  return rows[0] === undefined ? undefined : feedbackOf(rows[0]);
}

/** Changes the state; false when it was not in one of `from`. */
export async function updateState(
  sql: Sql,
  id: string,
  from: readonly Feedback['state'][],
  to: Feedback['state'],
  now: number,
): Promise<boolean> {
  const rows = await sql.query(
    'update monitor_feedback set state = $2, changed = $3::bigint where id = $1 and state = any($4::text[]) returning id',
    [id, to, now, from],
  );
  return rows.length > 0;
}

/** What is applied, of all tenants; for the snapshot, as system. */
export async function loadApplied(sql: Sql): Promise<ReadonlyMap<TenantId, readonly Feedback[]>> {
  const rows = await sql.query<FeedbackRow>(
    `select * from monitor_feedback where state = 'applied' order by tenant, created limit ${MAX_APPLIED}`,
  );
  const tenants = new Map<TenantId, Feedback[]>();
  for (const row of rows) tenants.set(row.tenant, [...(tenants.get(row.tenant) ?? []), feedbackOf(row)]);
  return tenants;
}

export async function notifyFeedback(sql: Sql, tenant: TenantId): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [FEEDBACK_CHANNEL, tenant]);
}
