import type { TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';

/** Since when a tenant looks at demo data, in milliseconds since 1970; undefined when it does not. The events themselves are stored nowhere. */
export async function selectLoaded(sql: Sql): Promise<number | undefined> {
  const rows = await sql.query<{ since: number }>('select since from demo_loaded');
  return rows[0]?.since;
}

/** Answers whether it was not there before. */
export async function insertLoaded(sql: Sql, tenant: TenantId, since: number): Promise<boolean> {
  const rows = await sql.query('insert into demo_loaded (tenant, since) values ($1, $2) on conflict do nothing returning since', [
    tenant,
    since,
  ]);
  return rows.length > 0;
}

export async function deleteLoaded(sql: Sql): Promise<boolean> {
  return (await sql.query('delete from demo_loaded returning since')).length > 0;
}
