import { createPublicKey } from 'node:crypto';
import type { JsonObject, PrincipalId, TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import { loadAgents } from '../agents/store.ts';
import { permissionsOf, ROLE_NAMES, type Holds, type Role } from '../people/person.ts';
import { listTenants, loadKeys } from '../store.ts';
import { readersOf, type Held, type HeldReader } from './reader.ts';
import type { Use } from './uses.ts';
import { revocationKey, type ClientRecord, type PersonRecord, type SigningKeyRecord, type Snapshot } from './snapshot.ts';

/** Rows of one kind in the snapshot; more belong into another design than one map. */
const MAX_ROWS = 200_000;

/** Reads everything anew; `now` decides what is in force. */
export async function loadSnapshot(sql: Sql, now: number): Promise<Snapshot> {
  const signing = await loadSigningKeys(sql, now);
  const agents = await loadAgents(sql, now);
  const keys = await loadKeys(sql, now);
  // A key of an agent has the agent's limits, and ends with it.
  for (const [hash, key] of keys) {
    if (key.principalKind !== 'agent') continue;
    const agent = agents.get(key.principal);
    if (agent === undefined) keys.delete(hash);
    else
      keys.set(hash, {
        ...key,
        handles: [key.id, agent.id],
        limits: [...key.limits, agent],
        permissions: within(key.permissions, agent.scopes),
      });
  }
  return {
    keys,
    tenants: await listTenants(sql),
    people: await loadPeople(sql),
    agents,
    clients: await loadClients(sql),
    readers: await loadReaders(sql),
    revocations: await loadRevocations(sql, now),
    signing,
    verification: new Map(signing.map((one) => [one.id, one.key])),
  };
}

function within<T extends string>(permissions: ReadonlySet<T>, scopes: readonly string[]): ReadonlySet<T> {
  return new Set([...permissions].filter((one) => scopes.includes(one)));
}

async function loadPeople(sql: Sql): Promise<Map<string, PersonRecord>> {
  const rows = await sql.query<{ id: string; tenant: string; name: string; role: Role } & Record<'own' | keyof Holds, string[] | null>>(
    `select q.id, q.tenant, p.name, q.role, r.permissions as own, r.models, r.tools, r.apps, r.datasets from identity_people q
     join identity_principals p on p.tenant = q.tenant and p.id = q.id
     join identity_tenants t on t.tenant = q.tenant
     left join identity_roles r on r.tenant = q.tenant and r.name = q.role
     where p.disabled is null and t.disabled is null limit ${MAX_ROWS}`,
  );
  return new Map(
    rows.map(({ id, tenant, name, role, own, models, tools, apps, datasets }) => {
      const permissions = permissionsOf(role, own);
      const held = { models: models ?? [], tools: tools ?? [], hosts: [], apps: apps ?? [], datasets: datasets ?? [] };
      const limits = own === null ? {} : { limits: held };
      return [id, { id: id as PrincipalId, tenant: tenant as TenantId, name, role, permissions, ...limits }];
    }),
  );
}

/** Removed people stay held under their id: an application may ask for them still. Whose role is gone finds nothing. */
async function loadReaders(sql: Sql): Promise<Map<string, Held>> {
  const rows = await sql.query<HeldReader>(
    `select q.tenant, q.id, case when p.disabled is null then p.name end as name, coalesce(r.datasets, '{}') as datasets,
       array(select l.sub from identity_upstream_links l where l.tenant = q.tenant and l.person = q.id) as accounts
     from identity_people q
     join identity_principals p on p.tenant = q.tenant and p.id = q.id
     left join identity_roles r on r.tenant = q.tenant and r.name = q.role
     where r.datasets <> '{}' or (r.name is null and q.role <> all($1::text[])) limit ${MAX_ROWS}`,
    [ROLE_NAMES],
  );
  return readersOf(rows);
}

async function loadClients(sql: Sql): Promise<Map<string, ClientRecord>> {
  const rows = await sql.query<{ id: string; tenant: string; name: string; metadata: JsonObject }>(
    `select c.id, c.tenant, c.name, c.metadata from identity_clients c join identity_tenants t on t.tenant = c.tenant
     where c.revoked is null and t.disabled is null limit ${MAX_ROWS}`,
  );
  return new Map(rows.map((row) => [row.id, { ...row, tenant: row.tenant as TenantId }]));
}

async function loadRevocations(sql: Sql, now: number): Promise<Map<string, number>> {
  const rows = await sql.query<{ tenant: string; handle: string; at: number }>(
    `select tenant, handle, at from identity_revocations where expires > $1 limit ${MAX_ROWS}`,
    [now],
  );
  return new Map(rows.map((row) => [revocationKey(row.tenant, row.handle), row.at]));
}

/** Keys whose tokens may still be in force, newest first. Reading a key's text costs, and it never changes. */
async function loadSigningKeys(sql: Sql, now: number): Promise<SigningKeyRecord[]> {
  const rows = await sql.query<{ id: string; public: JsonObject; sealed: Buffer; active: number }>(
    'select id, public, sealed, active from identity_signing_keys where retired is null or retired > $1 order by active desc, id',
    [now],
  );
  return rows.map((row) => ({
    id: row.id,
    jwk: row.public,
    key: createPublicKey({ key: row.public, format: 'jwk' }),
    sealed: Buffer.from(row.sealed),
    active: row.active,
  }));
}

/** Refuses what was issued at or before `at` under `handle`, everywhere, until `expires`. */
export async function insertRevocation(sql: Sql, tenant: TenantId, handle: string, at: number, expires: number): Promise<void> {
  await sql.query(
    `insert into identity_revocations (tenant, handle, at, expires) values ($1, $2, $3, $4)
     on conflict (tenant, handle) do update set at = greatest(identity_revocations.at, excluded.at), expires = greatest(identity_revocations.expires, excluded.expires)`,
    [tenant, handle, at, expires],
  );
  await sql.query('delete from identity_revocations where expires < $1', [at]);
}

/** Takes proofs that nobody has taken, and answers them: also of two processes at the same moment one. Sorted, so that two never wait for each other. */
export async function takeProofs(sql: Sql, ids: readonly string[], now: number): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    'insert into identity_proofs (id, at) select id, $2 from unnest($1::text[]) id on conflict (id) do nothing returning id',
    [[...ids].sort(), now],
  );
  return rows.map(({ id }) => id);
}

export async function forgetProofs(sql: Sql, before: number): Promise<void> {
  await sql.query('delete from identity_proofs where at < $1', [before]);
}

export async function upsertUses(sql: Sql, uses: readonly Use[]): Promise<void> {
  await sql.query(
    `insert into identity_uses as u (tenant, holder, permission, at)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
     on conflict (tenant, holder, permission) do update set at = greatest(u.at, excluded.at)`,
    [uses.map((one) => one.tenant), uses.map((one) => one.holder), uses.map((one) => one.permission), uses.map((one) => one.at)],
  );
}
