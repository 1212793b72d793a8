import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import type { AccountRow } from './record.ts';

/** Accounts that one list or one rotation takes. */
const MAX_LISTED = 10_000;

type Named = { readonly connection: string; readonly user: string };

export async function selectAccount(sql: Sql, { connection, user }: Named): Promise<AccountRow | undefined> {
  return (await sql.query<Row & AccountRow>('select * from vault_accounts where connection = $1 and user_id = $2', [connection, user]))[0];
}

export async function selectAccountsOf(sql: Sql, user: string): Promise<AccountRow[]> {
  return sql.query<Row & AccountRow>('select * from vault_accounts where user_id = $1 order by connection', [user]);
}

export async function selectAccounts(sql: Sql): Promise<AccountRow[]> {
  return sql.query<Row & AccountRow>(`select * from vault_accounts order by connection, user_id limit ${MAX_LISTED}`);
}

/** Makes the account, or gives it a new credential. */
export async function upsertAccount(
  sql: Sql,
  tenant: TenantId,
  { connection, user }: Named,
  given: Pick<AccountRow, 'sealed' | 'scopes' | 'expires'>,
  now: number,
): Promise<void> {
  await sql.query(
    `insert into vault_accounts (tenant, connection, user_id, sealed, scopes, expires, state, created, changed)
     values ($1, $2, $3, $4, $5, $6::bigint, 'ready', $7::bigint, $7::bigint)
     on conflict (tenant, connection, user_id) do update set sealed = excluded.sealed, scopes = excluded.scopes, expires = excluded.expires,
       state = 'ready', version = vault_accounts.version + 1, lease = null, changed = excluded.changed`,
    [tenant, connection, user, given.sealed, given.scopes, given.expires, now],
  );
}

/** The right to refresh this version until `until`; false when another has it, or has done it. */
export async function takeLease(sql: Sql, { connection, user }: Named, version: number, now: number, until: number): Promise<boolean> {
  const rows = await sql.query(
    `update vault_accounts set lease = $5::bigint where connection = $1 and user_id = $2 and version = $3::bigint and state = 'ready'
       and (lease is null or lease < $4::bigint) returning version`,
    [connection, user, version, now, until],
  );
  return rows.length > 0;
}

/** The refreshed credential; false when the account was changed in the meantime. */
export async function updateAccount(
  sql: Sql,
  { connection, user }: Named,
  version: number,
  given: Pick<AccountRow, 'sealed' | 'scopes' | 'expires'>,
  now: number,
): Promise<boolean> {
  const rows = await sql.query(
    `update vault_accounts set sealed = $4, scopes = $5, expires = $6::bigint, version = version + 1, lease = null, changed = $7::bigint
     where connection = $1 and user_id = $2 and version = $3::bigint returning version`,
    [connection, user, version, given.sealed, given.scopes, given.expires, now],
  );
  return rows.length > 0;
}

/** Gives the lease back; `reconsent`: the service has ended the consent. */
export async function endLease(sql: Sql, { connection, user }: Named, version: number, reconsent: boolean, now: number): Promise<boolean> {
  const rows = await sql.query(
    `update vault_accounts set lease = null, state = case when $4::boolean then 'reconsent' else state end, changed = $5::bigint
     where connection = $1 and user_id = $2 and version = $3::bigint returning version`,
    [connection, user, version, reconsent, now],
  );
  return rows.length > 0;
}

/** The same credential under another key; false when it was changed in the meantime. */
export async function reseal(sql: Sql, { connection, user }: Named, version: number, sealed: Uint8Array): Promise<boolean> {
  const rows = await sql.query(
    'update vault_accounts set sealed = $4 where connection = $1 and user_id = $2 and version = $3::bigint returning version',
    [connection, user, version, sealed],
  );
  return rows.length > 0;
}

export async function deleteAccount(sql: Sql, { connection, user }: Named): Promise<boolean> {
  return (
    (await sql.query('delete from vault_accounts where connection = $1 and user_id = $2 returning version', [connection, user])).length > 0
  );
}

export async function selectAgents(sql: Sql, { connection, user }: Named): Promise<string[]> {
  const rows = await sql.query<Row & { agent: string }>(
    'select agent from vault_grants where connection = $1 and user_id = $2 order by agent',
    [connection, user],
  );
  return rows.map(({ agent }) => agent);
}

/** The agents that may use an account, all of them at once. */
export async function replaceAgents(
  sql: Sql,
  tenant: TenantId,
  { connection, user }: Named,
  agents: readonly string[],
  now: number,
): Promise<void> {
  await sql.query('delete from vault_grants where connection = $1 and user_id = $2', [connection, user]);
  await sql.query(
    `insert into vault_grants (tenant, connection, user_id, agent, created)
     select $1::text, $2::text, $3::text, agent, $5::bigint from unnest($4::text[]) as agent on conflict do nothing`,
    [tenant, connection, user, agents, now],
  );
}

/** Whose accounts at a connection an agent may use: those that were given to it, and its own. */
export async function selectUsersFor(sql: Sql, connection: string, agent: string): Promise<string[]> {
  const rows = await sql.query<Row & { user_id: string }>(
    `select a.user_id from vault_accounts a where a.connection = $1 and (a.user_id = $2 or exists (
       select 1 from vault_grants g where g.tenant = a.tenant and g.connection = a.connection and g.user_id = a.user_id and g.agent = $2))
     order by a.user_id limit 100`,
    [connection, agent],
  );
  return rows.map(({ user_id }) => user_id);
}

export async function insertFlow(
  sql: Sql,
  tenant: TenantId,
  flow: {
    readonly state: Buffer;
    readonly connection: string;
    readonly user: string;
    readonly sealed: Uint8Array;
    readonly expires: number;
  },
  now: number,
): Promise<void> {
  await sql.query('delete from vault_flows where expires <= $1::bigint', [now]);
  await sql.query('insert into vault_flows (tenant, state, connection, user_id, sealed, expires) values ($1, $2, $3, $4, $5, $6::bigint)', [
    tenant,
    flow.state,
    flow.connection,
    flow.user,
    flow.sealed,
    flow.expires,
  ]);
}

/** Takes a consent that this person started; it is gone with that. */
export async function takeFlow(
  sql: Sql,
  state: Buffer,
  user: string,
  now: number,
): Promise<{ readonly connection: string; readonly sealed: Buffer } | undefined> {
  const rows = await sql.query<Row & { connection: string; sealed: Buffer }>(
    'delete from vault_flows where state = $1 and user_id = $2 and expires > $3::bigint returning connection, sealed',
    [state, user, now],
  );
  return rows[0];
}
