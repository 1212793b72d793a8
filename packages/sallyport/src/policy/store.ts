import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';
import type { Mode } from './load.ts';

/** Told after each change of a mode. */
export const MODES_CHANNEL = 'policy_modes';

/** The modes of every tenant; for the snapshot, as system. */
export async function loadModes(sql: Sql): Promise<ReadonlyMap<TenantId, ReadonlyMap<string, Mode>>> {
  const rows = await sql.query<{ tenant: TenantId; rule: string; mode: Mode }>(
    'select tenant, rule, mode from policy_modes order by tenant, rule',
  );
  const tenants = new Map<TenantId, Map<string, Mode>>();
  for (const { tenant, rule, mode } of rows) {
    const modes = tenants.get(tenant) ?? new Map<string, Mode>();
    tenants.set(tenant, modes.set(rule, mode));
  }
  return tenants;
}

/** Sets a rule's mode; undefined gives it back to the policy's source. */
export async function writeMode(sql: Sql, tenant: TenantId, rule: string, mode: Mode | undefined, now: number): Promise<void> {
  if (mode === undefined) await sql.query('delete from policy_modes where rule = $1', [rule]);
  else
    await sql.query(
      `insert into policy_modes (tenant, rule, mode, changed) values ($1, $2, $3, $4)
       on conflict (tenant, rule) do update set mode = excluded.mode, changed = excluded.changed`,
      [tenant, rule, mode, now],
    );
}

export async function notifyModes(sql: Sql, tenant: TenantId): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [MODES_CHANNEL, tenant]);
}
