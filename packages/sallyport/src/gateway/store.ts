import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';

export async function upsertPlaceholders(
  sql: Sql,
  tenant: TenantId,
  row: { response: string; principal: string; subject: string; sealed: Uint8Array; created: number; expires: number },
): Promise<void> {
  await sql.query(
    `insert into gateway_placeholders (tenant, response, principal, subject, sealed, created, expires) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant, response) do update set principal = excluded.principal, subject = excluded.subject, sealed = excluded.sealed, created = excluded.created, expires = excluded.expires`,
    [tenant, row.response, row.principal, row.subject, row.sealed, row.created, row.expires],
  );
}

export async function selectPlaceholders(
  sql: Sql,
  response: string,
  principal: string,
  now: number,
): Promise<{ subject: string; sealed: Uint8Array } | undefined> {
  const rows = await sql.query<{ subject: string; sealed: Buffer }>(
    'select subject, sealed from gateway_placeholders where response = $1 and principal = $2 and expires > $3',
    [response, principal, now],
  );
  return rows[0];
}

export async function deleteExpired(sql: Sql, now: number): Promise<void> {
  await sql.query('delete from gateway_placeholders where expires <= $1', [now]);
}
