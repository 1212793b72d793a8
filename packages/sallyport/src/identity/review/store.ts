import type { TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import type { HolderKind, Review, Uses } from './access.ts';

export type ReviewRow = Review & { readonly kind: HolderKind; readonly id: string };

export async function listReviews(sql: Sql): Promise<ReviewRow[]> {
  return sql.query<ReviewRow>(
    `select r.kind, r.id, r.decision, coalesce(p.name, r.reviewer) as reviewer, r.note, r.at from identity_reviews r
     left join identity_principals p on p.tenant = r.tenant and p.id = r.reviewer limit 100000`,
  );
}

export async function upsertReview(sql: Sql, tenant: TenantId, row: ReviewRow): Promise<void> {
  await sql.query(
    `insert into identity_reviews (tenant, kind, id, decision, reviewer, note, at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant, kind, id) do update set decision = excluded.decision, reviewer = excluded.reviewer, note = excluded.note, at = excluded.at`,
    [tenant, row.kind, row.id, row.decision, row.reviewer, row.note, row.at],
  );
}

/** When each permission was last used, by holder; and since when that is written down. */
export async function selectUses(sql: Sql): Promise<{ uses: Uses; since: number }> {
  const rows = await sql.query<{ holder: string; permission: string; at: number }>(
    'select holder, permission, at from identity_uses limit 1000000',
  );
  const uses = new Map<string, Record<string, number>>();
  for (const { holder, permission, at } of rows) uses.set(holder, { ...uses.get(holder), [permission]: at });
  const [tenant] = await sql.query<{ since: number }>('select uses_since as since from identity_tenants');
  return { uses, since: tenant?.since ?? 0 };
}
