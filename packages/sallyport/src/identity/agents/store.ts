import type { JsonObject, PrincipalId, TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import type { ActsFor, AgentChange, AgentRecord, ListedAgent, NewAgent, Workload } from './agent.ts';
import { warningsOf } from './agent.ts';

const MAX_AGENTS = 100_000;

type AgentRow = {
  tenant: string;
  id: string;
  name: string;
  owner: string | null;
  owner_name: string | null;
  purpose: string;
  created: number;
  expires: number | null;
  scopes: string[];
  models: string[];
  tools: string[];
  hosts: string[];
  networks: string[];
  acts_for: ActsFor;
  dpop: boolean;
  quarantined: number | null;
  reason: string | null;
  used: number | null;
};
type KeyRow = { id: string; agent: string; jwk: JsonObject; created: number; expires: number | null };
type WorkloadRow = Workload & { agent: string };

const SELECT = `select a.*, p.name, p.owner, p.created, p.expires, o.name as owner_name from identity_agents a
  join identity_principals p on p.tenant = a.tenant and p.id = a.id
  left join identity_principals o on o.tenant = a.tenant and o.id = p.owner and o.disabled is null`;

/** Every agent that may act now, of all tenants. */
export async function loadAgents(sql: Sql, now: number): Promise<Map<string, AgentRecord>> {
  const rows = await sql.query<AgentRow>(
    `${SELECT} join identity_tenants t on t.tenant = a.tenant
     where p.disabled is null and t.disabled is null and a.quarantined is null and (p.expires is null or p.expires > $1) limit ${MAX_AGENTS}`,
    [now],
  );
  if (rows.length === 0) return new Map();
  const keys = groupBy(await liveKeys(sql, now), (key) => key.agent);
  const workloads = groupBy(await allWorkloads(sql), (one) => one.agent);
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id as PrincipalId,
        tenant: row.tenant as TenantId,
        name: row.name,
        owner: row.owner_name === null ? null : row.owner,
        scopes: row.scopes,
        models: row.models,
        tools: row.tools,
        hosts: row.hosts,
        networks: row.networks,
        actsFor: row.acts_for,
        dpop: row.dpop,
        expires: row.expires,
        jwks: (keys.get(row.id) ?? []).map((key) => key.jwk),
        workloads: workloads.get(row.id) ?? [],
      },
    ]),
  );
}

const liveKeys = (sql: Sql, now: number): Promise<KeyRow[]> =>
  sql.query<KeyRow>(
    'select id, agent, jwk, created, expires from identity_agent_keys where revoked is null and (expires is null or expires > $1) order by created desc',
    [now],
  );
const allWorkloads = (sql: Sql): Promise<WorkloadRow[]> =>
  sql.query<WorkloadRow>('select id, agent, issuer, subject from identity_agent_workloads order by created');

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

export async function listAgents(sql: Sql, now: number): Promise<ListedAgent[]> {
  const rows = await sql.query<AgentRow>(`${SELECT} where p.disabled is null order by p.name limit 1000`);
  const keys = groupBy(await liveKeys(sql, now), (key) => key.agent);
  const workloads = groupBy(await allWorkloads(sql), (one) => one.agent);
  return rows.map((row) => {
    const agent = {
      id: row.id as PrincipalId,
      name: row.name,
      purpose: row.purpose,
      owner: row.owner,
      ownerName: row.owner_name,
      scopes: row.scopes,
      models: row.models,
      tools: row.tools,
      hosts: row.hosts,
      networks: row.networks,
      actsFor: row.acts_for,
      dpop: row.dpop,
      created: row.created,
      expires: row.expires,
      quarantined: row.quarantined,
      reason: row.reason,
      used: row.used,
      keys: (keys.get(row.id) ?? []).map(({ id, created, expires }) => ({ id, created, expires })),
      workloads: (workloads.get(row.id) ?? []).map(({ id, issuer, subject }) => ({ id, issuer, subject })),
    };
    return { ...agent, warnings: warningsOf(agent, now) };
  });
}

/** The agent's principal stands already. */
export async function insertAgent(sql: Sql, tenant: TenantId, id: string, agent: NewAgent): Promise<void> {
  await sql.query(
    `insert into identity_agents (tenant, id, purpose, scopes, models, tools, hosts, acts_for, dpop, networks) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tenant,
      id,
      agent.purpose,
      agent.scopes ?? ['models'],
      agent.models ?? [],
      agent.tools ?? [],
      agent.hosts ?? [],
      agent.actsFor ?? 'nobody',
      agent.dpop ?? false,
      agent.networks ?? [],
    ],
  );
}

/** What is absent stays as it is. */
export async function updateAgent(sql: Sql, id: string, change: AgentChange): Promise<void> {
  await sql.query(
    `update identity_agents set purpose = coalesce($2, purpose), scopes = coalesce($3, scopes), models = coalesce($4, models),
       tools = coalesce($5, tools), hosts = coalesce($6, hosts), networks = coalesce($7, networks), acts_for = coalesce($8, acts_for),
       dpop = coalesce($9, dpop) where id = $1`,
    [
      ...[id, change.purpose ?? null, change.scopes ?? null, change.models ?? null, change.tools ?? null, change.hosts ?? null],
      ...[change.networks ?? null, change.actsFor ?? null, change.dpop ?? null],
    ],
  );
  if (change.expires !== undefined) await sql.query('update identity_principals set expires = $2 where id = $1', [id, change.expires]);
}

export async function setOwner(sql: Sql, id: string, owner: string | null, expires: number | null): Promise<void> {
  await sql.query('update identity_principals set owner = $2, expires = $3 where id = $1', [id, owner, expires]);
}

export async function changeOwner(sql: Sql, id: string, owner: string): Promise<void> {
  await sql.query('update identity_principals set owner = $2 where id = $1', [id, owner]);
}

/** A person by id or name. */
export async function personOf(sql: Sql, named: string): Promise<string | undefined> {
  const rows = await sql.query<{ id: string }>(
    `select p.id from identity_principals p join identity_people q on q.tenant = p.tenant and q.id = p.id
     where p.disabled is null and (p.id = $1 or p.name = $1) order by p.id = $1 desc`,
    [named],
  );
  return rows[0]?.id;
}

/** Whether a key is or was anybody's. */
export async function isKnownKey(sql: Sql, id: string): Promise<boolean> {
  return (await sql.query('select id from identity_agent_keys where id = $1', [id])).length > 0;
}

/** The name of an agent that was not removed. */
export async function agentName(sql: Sql, id: string): Promise<string | undefined> {
  const rows = await sql.query<{ name: string }>(
    'select p.name from identity_agents a join identity_principals p on p.tenant = a.tenant and p.id = a.id where a.id = $1 and p.disabled is null',
    [id],
  );
  return rows[0]?.name;
}

export async function setQuarantine(sql: Sql, id: string, at: number | null, reason: string | null): Promise<void> {
  await sql.query('update identity_agents set quarantined = $2, reason = $3 where id = $1', [id, at, reason]);
}

/** Frees the name, and what it proves itself by is gone at once. */
export async function removeAgent(sql: Sql, id: string, now: number): Promise<void> {
  await sql.query("update identity_principals set disabled = $2, name = name || ' (removed ' || id || ')' where id = $1", [id, now]);
  await sql.query('update identity_agent_keys set revoked = $2 where agent = $1 and revoked is null', [id, now]);
  await sql.query('delete from identity_agent_workloads where agent = $1', [id]);
}

export async function insertAgentKey(
  sql: Sql,
  tenant: TenantId,
  key: { id: string; agent: string; jwk: JsonObject; expires: number | null },
  now: number,
): Promise<void> {
  await sql.query('insert into identity_agent_keys (tenant, id, agent, jwk, created, expires) values ($1, $2, $3, $4, $5, $6)', [
    tenant,
    key.id,
    key.agent,
    key.jwk,
    now,
    key.expires,
  ]);
}

/** The earlier keys go at `at`: until then both are in force. */
export async function endOtherKeys(sql: Sql, agent: string, except: string, at: number): Promise<void> {
  await sql.query(
    'update identity_agent_keys set expires = $3 where agent = $1 and id <> $2 and revoked is null and (expires is null or expires > $3)',
    [agent, except, at],
  );
}

export async function revokeAgentKey(sql: Sql, agent: string, id: string, now: number): Promise<boolean> {
  const rows = await sql.query(
    'update identity_agent_keys set revoked = $3 where agent = $1 and id = $2 and revoked is null returning id',
    [agent, id, now],
  );
  return rows.length > 0;
}

export async function insertWorkload(
  sql: Sql,
  tenant: TenantId,
  workload: { id: string; agent: string; issuer: string; subject: string },
  now: number,
): Promise<void> {
  await sql.query('insert into identity_agent_workloads (tenant, id, agent, issuer, subject, created) values ($1, $2, $3, $4, $5, $6)', [
    tenant,
    workload.id,
    workload.agent,
    workload.issuer,
    workload.subject,
    now,
  ]);
}

export async function removeWorkload(sql: Sql, agent: string, id: string): Promise<boolean> {
  const rows = await sql.query('delete from identity_agent_workloads where agent = $1 and id = $2 returning id', [agent, id]);
  return rows.length > 0;
}

/** When agents were last used; one statement for all that were. */
export async function touchAgents(sql: Sql, used: ReadonlyMap<string, number>): Promise<void> {
  for (const [id, at] of used) await sql.query('update identity_agents set used = greatest(coalesce(used, 0), $2) where id = $1', [id, at]);
}
