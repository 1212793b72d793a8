import type { TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import type { HolderKind, Review } from './access.ts';

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
