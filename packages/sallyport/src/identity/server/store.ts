import type { JsonObject, TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import { insertRevocation } from '../access/store.ts';
import type { From } from '../people/person.ts';

/** What a person allowed an application or agent. Times in milliseconds since 1970. */
export type GrantNote = {
  readonly id: string;
  readonly person: string;
  readonly name: string;
  readonly client: string;
  readonly clientName: string;
  readonly scope: string;
  readonly resource: string | null;
  readonly offline: boolean;
  readonly created: number;
  readonly expires: number;
  readonly agent: string;
  readonly address: string;
};

export type NewGrant = Omit<GrantNote, 'name' | 'agent' | 'address' | 'created'> & { readonly session: string | null; readonly from: From };

/** Longer than any access token lives: then there is nothing left to refuse. */
const TOKENS_GONE_MS = 15 * 60_000;
/** As long as a browser stays signed in for other applications. */
const SIGNED_IN_MS = 13 * 3_600_000;

export async function insertGrant(sql: Sql, tenant: TenantId, grant: NewGrant, now: number): Promise<void> {
  await sql.query(
    `insert into identity_grants (tenant, id, person, session, client, client_name, scope, resource, offline, created, expires, agent, address)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      ...[tenant, grant.id, grant.person, grant.session, grant.client, grant.clientName, grant.scope, grant.resource, grant.offline],
      ...[now, grant.expires, grant.from.agent, grant.from.address],
    ],
  );
  await sql.query('delete from identity_grants where expires < $1', [now - 30 * 86_400_000]);
}

/** Those in force, of one person or of everybody. */
export async function listGrants(sql: Sql, now: number, person?: string): Promise<GrantNote[]> {
  return sql.query<GrantNote>(
    `select g.id, g.person, p.name, g.client, g.client_name as "clientName", g.scope, g.resource, g.offline, g.created, g.expires, g.agent, g.address
     from identity_grants g join identity_principals p on p.tenant = g.tenant and p.id = g.person
     where g.ended is null and g.expires > $1 and ($2::text is null or g.person = $2) order by g.created desc limit 1000`,
    [now, person ?? null],
  );
}

type Which = { readonly id: string } | { readonly person: string } | { readonly client: string };

/** Ends grants and refuses their tokens. Answers what ended. */
export async function endGrants(
  sql: Sql,
  tenant: TenantId,
  which: Which,
  now: number,
): Promise<{ id: string; person: string; clientName: string }[]> {
  const [[column, value]] = Object.entries(which) as [[string, string]];
  const ended = await sql.query<{ id: string; person: string; clientName: string }>(
    `update identity_grants set ended = $2 where ${column === 'id' ? 'id' : column === 'person' ? 'person' : 'client'} = $1 and ended is null
     returning id, person, client_name as "clientName"`,
    [value, now],
  );
  for (const { id } of ended) await revoke(sql, tenant, id, now);
  return ended;
}

/** The sessions at the console in which these were given. */
export async function sessionsOfGrants(sql: Sql, grants: readonly string[]): Promise<string[]> {
  const rows = await sql.query<{ session: string }>(
    'select distinct session from identity_grants where id = any($1::text[]) and session is not null',
    [grants],
  );
  return rows.map(({ session }) => session);
}

/** What a session's end takes along: grants that were given in it and not for longer, and the sign-ins of that person elsewhere. */
export async function endWithSessions(
  sql: Sql,
  tenant: TenantId,
  sessions: readonly { readonly id: string; readonly person: string }[],
  now: number,
): Promise<void> {
  if (sessions.length === 0) return;
  const ended = await sql.query<{ id: string }>(
    'update identity_grants set ended = $2 where session = any($1::text[]) and not offline and ended is null returning id',
    [sessions.map(({ id }) => id), now],
  );
  for (const { id } of [...ended, ...sessions]) await revoke(sql, tenant, id, now);
  for (const person of new Set(sessions.map((session) => session.person)))
    await insertRevocation(sql, tenant, signedInHandle(person), now, now + SIGNED_IN_MS);
}

/** Refuses the tokens that were issued under a handle up to now. */
export async function revoke(sql: Sql, tenant: TenantId, handle: string, now: number): Promise<void> {
  await insertRevocation(sql, tenant, handle, now, now + TOKENS_GONE_MS);
}

/** What is revoked when a person's session at the console ends: sign-ins up to then count no more for other applications. */
export function signedInHandle(person: string): string {
  return `signed-in:${person}`;
}

/** Tells every process that what is in force has changed. */
export async function notify(sql: Sql): Promise<void> {
  await sql.query('select pg_notify($1, $2)', ['identity', 'server']);
}

export type NewSigningKey = { readonly id: string; readonly jwk: JsonObject; readonly sealed: Uint8Array; readonly active: number };

/** The others go out of force at `retireOthers`, if they have not yet. */
export async function insertSigningKey(sql: Sql, key: NewSigningKey, retireOthers: number, now: number): Promise<void> {
  await sql.query('update identity_signing_keys set retired = $1 where retired is null or retired > $1', [retireOthers]);
  await sql.query('insert into identity_signing_keys (id, public, sealed, created, active) values ($1, $2, $3, $4, $5)', [
    key.id,
    key.jwk,
    Buffer.from(key.sealed),
    now,
    key.active,
  ]);
  await notify(sql);
}

export type ListedClient = { readonly id: string; readonly name: string; readonly created: number; readonly metadata: JsonObject };

/** False when there is one of this name. */
export async function insertClient(sql: Sql, tenant: TenantId, client: ListedClient): Promise<boolean> {
  const rows = await sql.query(
    `insert into identity_clients (tenant, id, name, metadata, created) values ($1, $2, $3, $4, $5)
     on conflict (tenant, name) where revoked is null do nothing returning id`,
    [tenant, client.id, client.name, client.metadata, client.created],
  );
  return rows.length > 0;
}

export async function listClients(sql: Sql): Promise<ListedClient[]> {
  return sql.query<ListedClient>('select id, name, created, metadata from identity_clients where revoked is null order by name limit 1000');
}

/** Its name; undefined when there is none in force. */
export async function removeClient(sql: Sql, id: string, now: number): Promise<string | undefined> {
  const rows = await sql.query<{ name: string }>(
    'update identity_clients set revoked = $2 where id = $1 and revoked is null returning name',
    [id, now],
  );
  return rows[0]?.name;
}

/** What the library keeps of an artifact. */
export type Artifact = { [name: string]: unknown };

export type ArtifactRow = { id: string; payload: Artifact; consumed: number | null };

/** A grant that a person or an administrator has ended is as one that never was. */
export async function selectArtifact(
  sql: Sql,
  model: string,
  column: 'id' | 'user_code' | 'uid',
  value: string,
): Promise<ArtifactRow | undefined> {
  const ended = model === 'Grant' ? 'and not exists (select from identity_grants g where g.id = o.id and g.ended is not null)' : '';
  const rows = await sql.query<ArtifactRow>(
    `select id, payload, consumed from identity_oidc o where model = $1 and ${column} = $2 ${ended}`,
    [model, value],
  );
  return rows[0];
}

/** The model of which each id may be used once: whoever is second is refused, also at the same moment. */
const ONCE = 'ReplayDetection';

/** False when it may be used once and was. */
export async function upsertArtifact(
  sql: Sql,
  model: string,
  id: string,
  payload: Artifact,
  expiresIn: number | undefined,
  now: number,
): Promise<boolean> {
  const text = (name: string): string | null => (typeof payload[name] === 'string' ? payload[name] : null);
  const rows = await sql.query(
    `insert into identity_oidc as o (model, id, payload, expires, grant_id, user_code, uid, account) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (model, id) do update set payload = excluded.payload, expires = excluded.expires, grant_id = excluded.grant_id,
       user_code = excluded.user_code, uid = excluded.uid, account = excluded.account
     where $9 or o.expires < $10 returning id`,
    [
      model,
      id,
      payload,
      expiresIn === undefined ? null : now + expiresIn * 1_000,
      text('grantId'),
      text('userCode'),
      text('uid'),
      text('accountId'),
      model !== ONCE,
      now,
    ],
  );
  return rows.length > 0;
}

/** False when it was used already, also at this very moment. */
export async function consumeArtifact(sql: Sql, model: string, id: string, now: number): Promise<boolean> {
  const rows = await sql.query('update identity_oidc set consumed = $3 where model = $1 and id = $2 and consumed is null returning id', [
    model,
    id,
    Math.floor(now / 1_000),
  ]);
  return rows.length > 0;
}

export async function deleteArtifacts(
  sql: Sql,
  which: { model: string; id: string } | { model: string; grant: string } | { before: number },
): Promise<void> {
  if ('before' in which) await sql.query('delete from identity_oidc where expires < $1', [which.before]);
  else if ('id' in which) await sql.query('delete from identity_oidc where model = $1 and id = $2', [which.model, which.id]);
  else await sql.query('delete from identity_oidc where grant_id = $1 and model = $2', [which.grant, which.model]);
}

/** Those of an account that are not used yet, the newest first. */
export async function artifactsOf(sql: Sql, model: string, account: string, now: number): Promise<ArtifactRow[]> {
  return sql.query<ArtifactRow>(
    'select id, payload, consumed from identity_oidc where model = $1 and account = $2 and consumed is null and expires > $3 order by expires desc limit 100',
    [model, account, now],
  );
}
