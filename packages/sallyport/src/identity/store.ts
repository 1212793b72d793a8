import { PERMISSIONS, type KeyId, type Permission, type PrincipalId, type TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';
import type { KeyRecord, ListedKey, NewKey, PrincipalKind } from './key.ts';

type KeyRow = {
  tenant: string;
  id: string;
  principal: string;
  kind: PrincipalKind;
  name: string;
  hash: Buffer;
  created: number;
  expires: number | null;
  revoked: number | null;
  permissions: string[];
  gateway: boolean;
  detail: 'short' | 'full';
  models: string[];
  tools: string[];
  requests_per_minute: number | null;
  concurrency: number | null;
  tokens_per_minute: number | null;
  micros_per_day: number | null;
  micros_per_month: number | null;
};

/** Keys in the snapshot; more belong into another design than one map. */
const MAX_KEYS = 200_000;

/** Every key that may be used now, of all tenants, by the hex of its hash. */
export async function loadKeys(sql: Sql, now: number): Promise<Map<string, KeyRecord>> {
  const rows = await sql.query<KeyRow>(
    `select k.*, p.kind, least(k.expires, p.expires) as expires
     from identity_keys k
     join identity_principals p on p.tenant = k.tenant and p.id = k.principal
     join identity_tenants t on t.tenant = k.tenant
     where k.revoked is null and p.disabled is null and t.disabled is null
       and (k.expires is null or k.expires > $1) and (p.expires is null or p.expires > $1)
     limit ${MAX_KEYS}`,
    [now],
  );
  return new Map(rows.map((row) => [Buffer.from(row.hash).toString('hex'), recordOf(row)]));
}

function recordOf(row: KeyRow): KeyRecord {
  return {
    id: row.id as KeyId,
    tenant: row.tenant as TenantId,
    principal: row.principal as PrincipalId,
    principalKind: row.kind,
    name: row.name,
    permissions: new Set(row.permissions.filter((p): p is Permission => (PERMISSIONS as readonly string[]).includes(p))),
    gateway: row.gateway,
    useModels: true,
    useTools: true,
    detail: row.detail,
    models: row.models,
    requestsPerMinute: row.requests_per_minute,
    concurrency: row.concurrency,
    tokensPerMinute: row.tokens_per_minute,
    microsPerDay: row.micros_per_day,
    microsPerMonth: row.micros_per_month,
    expires: row.expires,
    handles: [row.id],
    actors: [],
    limits: row.tools.length === 0 ? [] : [{ models: [], tools: row.tools, hosts: [] }],
  };
}

export async function insertTenant(sql: Sql, tenant: TenantId, now: number): Promise<boolean> {
  const rows = await sql.query('insert into identity_tenants (tenant, created) values ($1, $2) on conflict do nothing returning tenant', [
    tenant,
    now,
  ]);
  return rows.length > 0;
}

export async function listTenants(sql: Sql): Promise<TenantId[]> {
  const rows = await sql.query<{ tenant: string }>('select tenant from identity_tenants where disabled is null order by tenant');
  return rows.map((row) => row.tenant as TenantId);
}

/** False when a principal of that name exists. */
export async function insertPrincipal(
  sql: Sql,
  tenant: TenantId,
  principal: { id: PrincipalId; kind: PrincipalKind; name: string },
  now: number,
): Promise<boolean> {
  const rows = await sql.query(
    'insert into identity_principals (tenant, id, kind, name, created) values ($1, $2, $3, $4, $5) on conflict (tenant, name) do nothing returning id',
    [tenant, principal.id, principal.kind, principal.name, now],
  );
  return rows.length > 0;
}

export async function insertKey(
  sql: Sql,
  tenant: TenantId,
  id: KeyId,
  principal: PrincipalId,
  hash: Buffer,
  key: NewKey,
  now: number,
): Promise<void> {
  await sql.query(
    `insert into identity_keys (tenant, id, principal, name, hash, created, expires, permissions, gateway, detail, models, requests_per_minute, concurrency,
       tokens_per_minute, micros_per_day, micros_per_month, tools)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      tenant,
      id,
      principal,
      key.name,
      hash,
      now,
      key.expires ?? null,
      key.permissions ?? [],
      key.gateway ?? true,
      key.detail ?? 'short',
      key.models ?? [],
      key.requestsPerMinute ?? null,
      key.concurrency ?? null,
      key.tokensPerMinute ?? null,
      key.microsPerDay ?? null,
      key.microsPerMonth ?? null,
      key.tools ?? [],
    ],
  );
}

export async function listKeys(sql: Sql): Promise<ListedKey[]> {
  const rows = await sql.query<KeyRow>('select * from identity_keys order by created desc limit 10000');
  return rows.map((row) => ({
    id: row.id as KeyId,
    name: row.name,
    principal: row.principal as PrincipalId,
    created: row.created,
    expires: row.expires,
    revoked: row.revoked,
    permissions: row.permissions,
    models: row.models,
    tools: row.tools,
    requestsPerMinute: row.requests_per_minute,
    concurrency: row.concurrency,
    tokensPerMinute: row.tokens_per_minute,
    microsPerDay: row.micros_per_day,
    microsPerMonth: row.micros_per_month,
    detail: row.detail,
  }));
}

/** Revokes a key and frees its name; answers the name, or undefined when there is no such key in force. */
export async function revokeKey(sql: Sql, id: string, now: number): Promise<string | undefined> {
  const rows = await sql.query<{ name: string; principal: string }>(
    'update identity_keys set revoked = $2 where id = $1 and revoked is null returning name, principal',
    [id, now],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  await sql.query("update identity_principals set disabled = $2, name = name || ' (revoked ' || $3 || ')' where id = $1", [
    row.principal,
    now,
    id,
  ]);
  return row.name;
}

export async function notify(sql: Sql): Promise<void> {
  await sql.query('select pg_notify($1, $2)', ['identity', 'keys']);
}
