import type { TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import { HELD_KINDS, type Holds, type OwnRole, type Role } from '../people/person.ts';

export async function listRoles(sql: Sql): Promise<OwnRole[]> {
  return sql.query<OwnRole>('select name, permissions, models, tools, apps, datasets from identity_roles order by name limit 1000');
}

/** How many people in force have each role. */
export async function countRoles(sql: Sql): Promise<Map<string, number>> {
  const rows = await sql.query<{ role: string; n: number }>(
    `select q.role, count(*)::int as n from identity_people q join identity_principals p on p.tenant = q.tenant and p.id = q.id
     where p.disabled is null group by q.role`,
  );
  return new Map(rows.map(({ role, n }) => [role, n]));
}

export async function upsertRole(sql: Sql, tenant: TenantId, role: OwnRole, now: number): Promise<void> {
  await sql.query(
    `insert into identity_roles (tenant, name, permissions, models, tools, apps, datasets, created) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant, name) do update set permissions = excluded.permissions, models = excluded.models, tools = excluded.tools,
       apps = excluded.apps, datasets = excluded.datasets`,
    [tenant, role.name, [...role.permissions], ...HELD_KINDS.map((kind) => [...role[kind]]), now],
  );
}

export async function deleteRole(sql: Sql, name: Role): Promise<boolean> {
  return (await sql.query('delete from identity_roles where name = $1 returning name', [name])).length > 0;
}

/** Whether somebody in force has it, or may join with it. */
export async function isRoleUsed(sql: Sql, name: Role, now: number): Promise<boolean> {
  const rows = await sql.query(
    `select 1 as one from identity_people q join identity_principals p on p.tenant = q.tenant and p.id = q.id where q.role = $1 and p.disabled is null
     union all select 1 from identity_invitations where role = $1 and used is null and expires > $2 limit 1`,
    [name, now],
  );
  return rows.length > 0;
}

export async function roleOf(sql: Sql, person: string): Promise<Role | undefined> {
  const rows = await sql.query<{ role: Role }>(
    `select q.role from identity_people q join identity_principals p on p.tenant = q.tenant and p.id = q.id where q.id = $1 and p.disabled is null`,
    [person],
  );
  return rows[0]?.role;
}

/** What a key in force is held to, by its principal. */
export async function keyHolds(sql: Sql, principal: string): Promise<Pick<Holds, 'models' | 'tools'> | undefined> {
  const rows = await sql.query<{ models: string[]; tools: string[] }>(
    'select models, tools from identity_keys where principal = $1 and revoked is null order by created desc limit 1',
    [principal],
  );
  return rows[0];
}
