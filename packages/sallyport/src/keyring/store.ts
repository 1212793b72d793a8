import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';

export type KeyRow = { tenant: string; id: string; use: 'seal' | 'mac'; subject: string; kek: string; wrapped: Buffer; created: number };

export async function anyKey(sql: Sql): Promise<KeyRow | undefined> {
  return (await sql.query<KeyRow>('select * from keyring_keys limit 1'))[0];
}

export async function everyKey(sql: Sql): Promise<KeyRow[]> {
  return sql.query<KeyRow>('select * from keyring_keys order by tenant, created');
}

/** The keys of a use and subject, oldest first. */
export async function keysOf(sql: Sql, use: 'seal' | 'mac', subject: string): Promise<KeyRow[]> {
  return sql.query<KeyRow>('select * from keyring_keys where use = $1 and subject = $2 order by created, id', [use, subject]);
}

export async function keyById(sql: Sql, id: string): Promise<KeyRow | undefined> {
  return (await sql.query<KeyRow>('select * from keyring_keys where id = $1', [id]))[0];
}

/** False when another process was first (a tenant has one mac key). */
export async function insertKey(sql: Sql, tenant: TenantId, row: Omit<KeyRow, 'tenant'>): Promise<boolean> {
  const rows = await sql.query(
    'insert into keyring_keys (tenant, id, use, subject, kek, wrapped, created) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id',
    [tenant, row.id, row.use, row.subject, row.kek, row.wrapped, row.created],
  );
  return rows.length > 0;
}

export async function rewrap(sql: Sql, row: KeyRow, kek: string, wrapped: Uint8Array): Promise<void> {
  await sql.query('update keyring_keys set kek = $3, wrapped = $4 where tenant = $1 and id = $2', [row.tenant, row.id, kek, wrapped]);
}

export async function deleteSubject(sql: Sql, subject: string): Promise<number> {
  return (await sql.query('delete from keyring_keys where subject = $1 returning id', [subject])).length;
}
