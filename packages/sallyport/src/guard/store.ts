import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';
import type { GuardChoice } from './choice.ts';

/** Told after each decision. */
export const CHOICES_CHANNEL = 'guard_choices';

/** One decision about a detector. Times in milliseconds since 1970. */
export type ChoiceVersion = GuardChoice & {
  readonly version: number;
  readonly detector: string;
  readonly author: string;
  readonly created: number;
};

type Row = Omit<ChoiceVersion, 'on'> & { readonly switched: boolean | null };
const COLUMNS = 'version, detector, switched, threshold, author, created';
const parse = ({ switched, ...row }: Row): ChoiceVersion => ({ ...row, on: switched });

/** What is in force in every tenant, by detector; for the snapshot, as system. */
export async function loadChoices(sql: Sql): Promise<ReadonlyMap<TenantId, ReadonlyMap<string, GuardChoice>>> {
  const rows = await sql.query<Row & { tenant: TenantId }>(
    `select distinct on (tenant, detector) tenant, ${COLUMNS} from guard_choices order by tenant, detector, version desc`,
  );
  const tenants = new Map<TenantId, Map<string, GuardChoice>>();
  for (const { tenant, detector, switched: on, threshold } of rows) {
    const choices = tenants.get(tenant) ?? new Map<string, GuardChoice>();
    if (on !== null || threshold !== null) tenants.set(tenant, choices.set(detector, { on, threshold }));
  }
  return tenants;
}

/** Decisions, newest first. */
export async function listChoices(sql: Sql, most: number): Promise<readonly ChoiceVersion[]> {
  return (await sql.query<Row>(`select ${COLUMNS} from guard_choices order by version desc limit $1`, [most])).map(parse);
}

/** Adds a decision after `base`, the newest version of that detector that was read (0: none). Undefined when another has come in between. */
export async function addChoice(
  sql: Sql,
  tenant: TenantId,
  base: number,
  { detector, on, threshold, author, created }: Omit<ChoiceVersion, 'version'>,
): Promise<number | undefined> {
  const rows = await sql.query<{ version: number }>(
    `insert into guard_choices (tenant, version, detector, switched, threshold, author, created)
     select $1, coalesce((select max(version) from guard_choices), 0) + 1, $2, $3::boolean, $4::double precision, $5, $6::bigint
     where coalesce((select max(version) from guard_choices where detector = $2), 0) = $7::bigint
     on conflict do nothing returning version`,
    [tenant, detector, on, threshold, author, created, base],
  );
  return rows[0]?.version;
}

export async function notifyChoices(sql: Sql, tenant: TenantId): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [CHOICES_CHANNEL, tenant]);
}
