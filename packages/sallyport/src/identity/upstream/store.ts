import type { PrincipalId, TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import type { Role } from '../people/person.ts';
import type { Upstream, UpstreamPurpose } from './upstream.ts';

export type UpstreamRow = Upstream & { readonly sealed: Buffer | null };

const COLUMNS = 'id, name, issuer, client_id as "clientId", domains, created';

export async function listUpstreams(sql: Sql): Promise<Upstream[]> {
  return sql.query<Upstream>(`select ${COLUMNS} from identity_upstreams order by name limit 100`);
}

export async function selectUpstream(sql: Sql, id: string): Promise<UpstreamRow | undefined> {
  return (await sql.query<UpstreamRow>(`select ${COLUMNS}, sealed from identity_upstreams where id = $1`, [id]))[0];
}

/** False when there is one of this name. */
export async function insertUpstream(sql: Sql, tenant: TenantId, row: UpstreamRow): Promise<boolean> {
  const rows = await sql.query(
    `insert into identity_upstreams (tenant, id, name, issuer, client_id, sealed, domains, created) values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (tenant, name) do nothing returning id`,
    [tenant, row.id, row.name, row.issuer, row.clientId, row.sealed, [...row.domains], row.created],
  );
  return rows.length > 0;
}

/** Its name; undefined when there is none. */
export async function deleteUpstream(sql: Sql, id: string): Promise<string | undefined> {
  return (await sql.query<{ name: string }>('delete from identity_upstreams where id = $1 returning name', [id]))[0]?.name;
}

export type Flow = {
  readonly upstream: string;
  readonly binding: Buffer;
  readonly purpose: UpstreamPurpose;
  readonly session: string | null;
  readonly expires: number;
};

export async function insertFlow(sql: Sql, tenant: TenantId, hash: Buffer, flow: Flow, now: number): Promise<void> {
  await sql.query('delete from identity_upstream_flows where expires < $1', [now]);
  await sql.query(
    'insert into identity_upstream_flows (tenant, hash, upstream, binding, purpose, session, expires) values ($1, $2, $3, $4, $5, $6, $7)',
    [tenant, hash, flow.upstream, flow.binding, flow.purpose, flow.session, flow.expires],
  );
}

/** Takes a flow out: of any number with the same state one gets it. */
export async function takeFlow(sql: Sql, hash: Buffer): Promise<Flow | undefined> {
  const rows = await sql.query<Flow>(
    'delete from identity_upstream_flows where hash = $1 returning upstream, binding, purpose, session, expires',
    [hash],
  );
  return rows[0];
}

export type LinkedPerson = { readonly id: PrincipalId; readonly name: string; readonly role: Role };

/** Who an account is; marks it as used. */
export async function useLinked(sql: Sql, issuer: string, sub: string, now: number): Promise<LinkedPerson | undefined> {
  const rows = await sql.query<LinkedPerson>(
    `select q.id, p.name, q.role from identity_upstream_links l
     join identity_people q on q.tenant = l.tenant and q.id = l.person
     join identity_principals p on p.tenant = l.tenant and p.id = l.person
     where l.issuer = $1 and l.sub = $2 and p.disabled is null`,
    [issuer, sub],
  );
  if (rows[0] !== undefined)
    await sql.query('update identity_upstream_links set used = $3 where issuer = $1 and sub = $2', [issuer, sub, now]);
  return rows[0];
}

/** Whose it is afterwards: of any number at once the first keeps it. */
export async function insertLinked(
  sql: Sql,
  tenant: TenantId,
  link: { readonly id: string; readonly issuer: string; readonly sub: string; readonly person: string; readonly shown: string },
  now: number,
): Promise<string | undefined> {
  await sql.query(
    `insert into identity_upstream_links (tenant, issuer, sub, person, shown, created, used, id) values ($1, $2, $3, $4, $5, $6, $6, $7)
     on conflict (tenant, issuer, sub) do nothing`,
    [tenant, link.issuer, link.sub, link.person, link.shown, now, link.id],
  );
  const rows = await sql.query<{ person: string }>('select person from identity_upstream_links where issuer = $1 and sub = $2', [
    link.issuer,
    link.sub,
  ]);
  return rows[0]?.person;
}

/** An account in the list of the person whose it is. */
export type LinkedAccount = {
  readonly id: string;
  readonly issuer: string;
  readonly shown: string;
  readonly created: number;
  readonly used: number;
};

export async function linkedAccounts(sql: Sql, person: string): Promise<LinkedAccount[]> {
  return sql.query<LinkedAccount>(
    'select id, issuer, shown, created, used from identity_upstream_links where person = $1 order by created limit 100',
    [person],
  );
}

/** False when this person has no such account. */
export async function deleteLinked(sql: Sql, person: string, id: string): Promise<boolean> {
  const rows = await sql.query('delete from identity_upstream_links where person = $1 and id = $2 returning sub', [person, id]);
  return rows.length > 0;
}

/** Uses the oldest invitation in force for this address up; its role, or undefined. */
export async function useInvitationFor(sql: Sql, email: string, now: number): Promise<Role | undefined> {
  const rows = await sql.query<{ role: Role }>(
    `update identity_invitations set used = $2 where id = (
       select id from identity_invitations where email = $1 and purpose = 'invite' and used is null and expires > $2 order by created, id limit 1)
     and used is null returning role`,
    [email, now],
  );
  return rows[0]?.role;
}
