import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { Answer, Approver, State } from './approval.ts';
import type { AnswerRow, ApprovalRow, GrantRow } from './record.ts';

/** Told, with tenant and id, after each change of an approval. */
export const APPROVALS_CHANNEL = 'approvals';

/** Rows that one list shows. */
const MAX_LISTED = 500;
/** Approvals that one sweep ends. */
const SWEEP = 500;

/** Requests of one requester come one after another: counting them and adding one is one step. The lock ends with the transaction. */
export async function lockRequester(sql: Sql, lock: bigint): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1::bigint)', [lock]);
}

/** Ends what is over of this action; answers the ids. */
export async function expireBinding(sql: Sql, binding: Buffer, now: number): Promise<string[]> {
  const rows = await sql.query<Row & { id: string }>(
    `update approvals_requests set state = 'expired' where binding = $1 and state in ('waiting', 'approved') and expires <= $2::bigint returning id`,
    [binding, now],
  );
  return rows.map(({ id }) => id);
}

export async function selectOpen(sql: Sql, binding: Buffer, conversation: string | null): Promise<ApprovalRow | undefined> {
  const rows = await sql.query<Row & ApprovalRow>(
    `select * from approvals_requests where binding = $1 and coalesce(conversation, '') = $2 and state in ('waiting', 'approved')`,
    [binding, conversation ?? ''],
  );
  return rows[0];
}

export async function rejectedSince(sql: Sql, binding: Buffer, since: number): Promise<boolean> {
  const rows = await sql.query(
    `select 1 as one from approvals_requests where binding = $1 and state = 'rejected' and decided > $2::bigint limit 1`,
    [binding, since],
  );
  return rows.length > 0;
}

export async function countSince(sql: Sql, requester: string, since: number): Promise<number> {
  const rows = await sql.query<Row & { count: number }>(
    'select count(*)::int as count from approvals_requests where requester = $1 and created > $2::bigint',
    [requester, since],
  );
  return rows[0]?.count ?? 0;
}

export async function insertRequest(
  sql: Sql,
  tenant: TenantId,
  row: Omit<ApprovalRow, 'given' | 'state' | 'decided' | 'used'>,
): Promise<void> {
  await sql.query(
    `insert into approvals_requests (tenant, id, requester, tool, effect, risk, conversation, binding, sealed, approvers, needs, fresh, state, created, expires)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting', $13::bigint, $14::bigint)`,
    [
      ...[tenant, row.id, row.requester, row.tool, row.effect, row.risk, row.conversation, row.binding, row.sealed],
      ...[row.approvers, row.needs, row.fresh, row.created, row.expires],
    ],
  );
}

export async function selectRequest(sql: Sql, id: string): Promise<ApprovalRow | undefined> {
  return (await sql.query<Row & ApprovalRow>('select * from approvals_requests where id = $1', [id]))[0];
}

/** Newest first; of one state, or of all. */
export async function selectRequests(sql: Sql, state: State | undefined): Promise<ApprovalRow[]> {
  return sql.query<Row & ApprovalRow>(
    `select * from approvals_requests where $1::text is null or state = $1 order by created desc, id desc limit ${MAX_LISTED}`,
    [state ?? null],
  );
}

/** Adds an answer; false when this person has answered before. */
export async function insertAnswer(
  sql: Sql,
  tenant: TenantId,
  approval: string,
  { decision, scope }: Answer,
  by: Approver,
  note: Uint8Array | null,
  now: number,
): Promise<boolean> {
  const rows = await sql.query(
    `insert into approvals_answers (tenant, approval, approver, name, decision, scope, note, channel, address, created)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::bigint) on conflict do nothing returning approver`,
    [tenant, approval, by.principal, by.name, decision, scope ?? 'once', note, by.channel, by.address, now],
  );
  return rows.length > 0;
}

export async function selectAnswers(sql: Sql, approval: string): Promise<AnswerRow[]> {
  return sql.query<Row & AnswerRow>('select * from approvals_answers where approval = $1 order by created, approver', [approval]);
}

/** Counts an approval; approved when it was the last one needed, and then to be used before `until`. Undefined when it waits no more. */
export async function countApproval(sql: Sql, id: string, now: number, until: number): Promise<State | undefined> {
  const rows = await sql.query<Row & { state: State }>(
    `update approvals_requests set given = given + 1,
       state = case when given + 1 >= needs then 'approved' else state end,
       decided = case when given + 1 >= needs then $2::bigint end,
       expires = case when given + 1 >= needs then $3::bigint else expires end
     where id = $1 and state = 'waiting' and expires > $2::bigint returning state`,
    [id, now, until],
  );
  return rows[0]?.state;
}

/** False when it waits no more. */
export async function reject(sql: Sql, id: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    `update approvals_requests set state = 'rejected', decided = $2::bigint where id = $1 and state = 'waiting' and expires > $2::bigint returning id`,
    [id, now],
  );
  return rows.length > 0;
}

/** Spends one approval of exactly this action: the row's own condition decides, so that of any number at once one gets it. */
export async function spend(sql: Sql, binding: Buffer, conversation: string | null, now: number): Promise<string | undefined> {
  const rows = await sql.query<Row & { id: string }>(
    `update approvals_requests set state = 'used', used = $3::bigint
     where binding = $1 and coalesce(conversation, '') = $2 and state = 'approved' and expires > $3::bigint returning id`,
    [binding, conversation ?? '', now],
  );
  return rows[0]?.id;
}

/** Ends what nobody answered or used in time, of one tenant. */
export async function expireDue(sql: Sql, now: number): Promise<{ id: string; requester: string; tool: string }[]> {
  return sql.query<Row & { id: string; requester: string; tool: string }>(
    `update approvals_requests set state = 'expired' where id in (
       select id from approvals_requests where state in ('waiting', 'approved') and expires <= $1::bigint order by expires limit ${SWEEP})
     and state in ('waiting', 'approved') returning id, requester, tool`,
    [now],
  );
}

/** Tenants in which something is over; as system. */
export async function tenantsDue(sql: Sql, now: number): Promise<TenantId[]> {
  const rows = await sql.query<Row & { tenant: TenantId }>(
    `select distinct tenant from approvals_requests where state in ('waiting', 'approved') and expires <= $1::bigint`,
    [now],
  );
  return rows.map(({ tenant }) => tenant);
}

export async function insertLink(sql: Sql, tenant: TenantId, id: string, approval: string, now: number, expires: number): Promise<void> {
  await sql.query('insert into approvals_links (tenant, id, approval, created, expires) values ($1, $2, $3, $4::bigint, $5::bigint)', [
    tenant,
    id,
    approval,
    now,
    expires,
  ]);
}

/** The approval that a link in force leads to. */
export async function selectLink(sql: Sql, id: string, now: number): Promise<string | undefined> {
  const rows = await sql.query<Row & { approval: string }>(
    'select approval from approvals_links where id = $1 and used is null and expires > $2::bigint',
    [id, now],
  );
  return rows[0]?.approval;
}

export async function firstLink(sql: Sql, approval: string): Promise<string | undefined> {
  const rows = await sql.query<Row & { id: string }>('select id from approvals_links where approval = $1 order by created, id limit 1', [
    approval,
  ]);
  return rows[0]?.id;
}

/** Uses a link up; false when it was used, has expired or is for another approval. */
export async function useLink(sql: Sql, id: string, approval: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    'update approvals_links set used = $3::bigint where id = $1 and approval = $2 and used is null and expires > $3::bigint returning id',
    [id, approval, now],
  );
  return rows.length > 0;
}

export async function insertGrant(sql: Sql, tenant: TenantId, grant: Omit<GrantRow, 'revoked' | 'uses'>): Promise<void> {
  await sql.query(
    `insert into approvals_grants (tenant, id, approval, requester, tool, scope, binding, conversation, bound, given_by, created, expires)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11::bigint, $12::bigint)`,
    [
      ...[tenant, grant.id, grant.approval, grant.requester, grant.tool, grant.scope, grant.binding, grant.conversation],
      ...[JSON.stringify(grant.bound), grant.given_by, grant.created, grant.expires],
    ],
  );
}

/** What lasts for this requester and tool, the narrowest first. */
export async function selectGrantsFor(sql: Sql, requester: string, tool: string, now: number): Promise<GrantRow[]> {
  return sql.query<Row & GrantRow>(
    `select * from approvals_grants where requester = $1 and tool = $2 and revoked is null and expires > $3::bigint
     order by array_position(array['value', 'conversation', 'always'], scope), created limit ${MAX_LISTED}`,
    [requester, tool, now],
  );
}

export async function selectGrants(sql: Sql, now: number): Promise<GrantRow[]> {
  return sql.query<Row & GrantRow>(
    `select * from approvals_grants where revoked is null and expires > $1::bigint order by created desc, id desc limit ${MAX_LISTED}`,
    [now],
  );
}

/** Counts a use; false when it was revoked or is over. */
export async function countUse(sql: Sql, id: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    'update approvals_grants set uses = uses + 1 where id = $1 and revoked is null and expires > $2::bigint returning id',
    [id, now],
  );
  return rows.length > 0;
}

export async function revokeGrant(sql: Sql, id: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    'update approvals_grants set revoked = $2::bigint where id = $1 and revoked is null and expires > $2::bigint returning id',
    [id, now],
  );
  return rows.length > 0;
}

export async function notifyApproval(sql: Sql, tenant: TenantId, id: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [APPROVALS_CHANNEL, `${tenant} ${id}`]);
}

export type NoticeRow = { readonly approval: string; readonly channel: string; readonly attempts: number };

/** Notices that one look takes, of one tenant. */
const TAKEN = 20;

export async function insertNotice(sql: Sql, tenant: TenantId, approval: string, channel: string, now: number): Promise<void> {
  await sql.query(
    'insert into approvals_notices (tenant, approval, channel, next) values ($1, $2, $3, $4::bigint) on conflict do nothing',
    [tenant, approval, channel, now],
  );
}

/** Tenants in which a notice is due; as system. */
export async function tenantsWithNotices(sql: Sql, now: number): Promise<TenantId[]> {
  const rows = await sql.query<Row & { tenant: TenantId }>('select distinct tenant from approvals_notices where next <= $1::bigint', [now]);
  return rows.map(({ tenant }) => tenant);
}

/** Takes notices that are due until `lease`: two processes never have the same one under way. */
export async function takeNotices(sql: Sql, now: number, lease: number): Promise<NoticeRow[]> {
  return sql.query<Row & NoticeRow>(
    `update approvals_notices n set next = $2::bigint, attempts = attempts + 1
     where (approval, channel) in (
       select approval, channel from approvals_notices where next <= $1::bigint order by next limit ${TAKEN} for update skip locked)
     returning approval, channel, attempts`,
    [now, lease],
  );
}

export async function postponeNotice(sql: Sql, approval: string, channel: string, next: number): Promise<void> {
  await sql.query('update approvals_notices set next = $3::bigint where approval = $1 and channel = $2', [approval, channel, next]);
}

export async function deleteNotice(sql: Sql, approval: string, channel: string): Promise<void> {
  await sql.query('delete from approvals_notices where approval = $1 and channel = $2', [approval, channel]);
}
