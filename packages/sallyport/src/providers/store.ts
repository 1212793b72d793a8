import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';

/** Told after each change of a sealed key, with the tenant as payload. */
export const KEYS_CHANNEL = 'providers_keys';

export type KeyRow = { readonly name: string; readonly sealed: Uint8Array };
export type KeyNote = { readonly name: string; readonly created: number; readonly updated: number };

/** Every sealed key of the tenant of this transaction. */
export async function selectKeys(sql: Sql): Promise<readonly KeyRow[]> {
  const rows = await sql.query<{ name: string; sealed: Uint8Array }>('select name, sealed from providers_keys order by name');
  return rows.map(({ name, sealed }) => ({ name, sealed }));
}

/** Their names and times, without the keys. */
export async function selectKeyNotes(sql: Sql): Promise<readonly KeyNote[]> {
  const rows = await sql.query<{ name: string; created: number; updated: number }>(
    'select name, created, updated from providers_keys order by name',
  );
  return rows.map(({ name, created, updated }) => ({ name, created, updated }));
}

/** Writes a key; answers whether there was one before. */
export async function upsertKey(sql: Sql, tenant: TenantId, row: KeyRow, now: number): Promise<boolean> {
  const before = await sql.query('select 1 as one from providers_keys where name = $1', [row.name]);
  await sql.query(
    `insert into providers_keys (tenant, name, sealed, created, updated) values ($1, $2, $3, $4, $4)
     on conflict (tenant, name) do update set sealed = excluded.sealed, updated = excluded.updated`,
    [tenant, row.name, row.sealed, now],
  );
  await sql.query('select pg_notify($1, $2)', [KEYS_CHANNEL, tenant]);
  return before.length > 0;
}

/** Deletes a key; false when there was none. */
export async function deleteKey(sql: Sql, tenant: TenantId, name: string): Promise<boolean> {
  const rows = await sql.query('delete from providers_keys where name = $1 returning name', [name]);
  if (rows.length > 0) await sql.query('select pg_notify($1, $2)', [KEYS_CHANNEL, tenant]);
  return rows.length > 0;
}
