import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';

/** One budget: of whom, for which day (`2026-11-21`) or month (`2026-11`), and how much, in millionths of a USD. */
export type Cap = { readonly scope: string; readonly period: string; readonly micros: number };

/** Takes up to `want` out of a budget to spend it; answers how much there was. One statement decides, so that two processes never take the same. */
export async function takeOut(sql: Sql, tenant: TenantId, cap: Cap, want: number): Promise<number> {
  const begun = await sql.query(
    'insert into limits_spend (tenant, scope, period) values ($1, $2, $3) on conflict do nothing returning scope',
    [tenant, cap.scope, cap.period],
  );
  // With each new day the days and months of the year before the last are forgotten.
  if (begun.length > 0) {
    const old = String(Number(cap.period.slice(0, 4)) - 1);
    await sql.query('delete from limits_spend where scope = $1 and period < $2', [cap.scope, old]);
  }
  const rows = await sql.query<{ taken: number }>(
    `update limits_spend s set spent = s.spent + o.taken
     from (select greatest(0, least($3::bigint, $4::bigint - spent)) as taken from limits_spend where scope = $1 and period = $2 for update) o
     where s.scope = $1 and s.period = $2 returning o.taken as taken`,
    [cap.scope, cap.period, want, cap.micros],
  );
  return rows[0]?.taken ?? 0;
}

/** Gives back what was taken out and not spent; a negative amount is a debt: more was spent than taken out. */
export async function giveBack(sql: Sql, cap: Cap, micros: number): Promise<void> {
  await sql.query('update limits_spend set spent = greatest(0, spent - $3) where scope = $1 and period = $2', [
    cap.scope,
    cap.period,
    micros,
  ]);
}

/** What counts as spent of each budget of these periods, by `scope period`. */
export async function spentOf(sql: Sql, periods: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ scope: string; period: string; spent: number }>(
    'select scope, period, spent from limits_spend where period = any($1) limit 100000',
    [periods],
  );
  return new Map(rows.map((row) => [`${row.scope} ${row.period}`, row.spent]));
}
