import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';
import type { Mode } from './load.ts';

/** Told after each change of a mode or a text. */
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

/** One version of the rules that a tenant's people wrote. Times in milliseconds since 1970. */
export type TextVersion = { readonly version: number; readonly author: string; readonly note: string; readonly created: number };
export type RuleText = TextVersion & { readonly text: string };

/** The text in force of every tenant; for the snapshot, as system. */
export async function loadTexts(sql: Sql): Promise<ReadonlyMap<TenantId, string>> {
  const rows = await sql.query<{ tenant: TenantId; text: string }>(
    'select distinct on (tenant) tenant, text from policy_texts order by tenant, version desc',
  );
  return new Map(rows.map(({ tenant, text }) => [tenant, text]));
}

/** A version of the tenant's text; the newest when none is named. */
export async function readText(sql: Sql, version?: number): Promise<RuleText | undefined> {
  const rows = await sql.query<RuleText>(
    'select version, text, author, note, created from policy_texts where $1::bigint is null or version = $1 order by version desc limit 1',
    [version ?? null],
  );
  return rows[0];
}

/** Versions, newest first. */
export function listTexts(sql: Sql, most: number): Promise<readonly TextVersion[]> {
  return sql.query<TextVersion>('select version, author, note, created from policy_texts order by version desc limit $1', [most]);
}

/** Adds the version after `base`. False when somebody else was faster: there is one already. */
export async function addText(sql: Sql, tenant: TenantId, base: number, text: RuleText): Promise<boolean> {
  const rows = await sql.query(
    `insert into policy_texts (tenant, version, text, author, note, created)
     select $1, $2, $3, $4, $5, $6 where coalesce((select max(version) from policy_texts), 0) = $7
     on conflict do nothing returning version`,
    [tenant, text.version, text.text, text.author, text.note, text.created, base],
  );
  return rows.length > 0;
}

export async function notifyModes(sql: Sql, tenant: TenantId): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [MODES_CHANNEL, tenant]);
}
