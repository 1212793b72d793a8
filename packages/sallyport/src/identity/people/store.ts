import type { PrincipalId, TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';
import {
  permissionsOf,
  type From,
  type Invitation,
  type Person,
  type Purpose,
  type Role,
  type Session,
  type SessionNote,
} from './person.ts';

/** Only one administrator is the first: whoever sets one up holds this lock until the end of the transaction. */
export async function lockSetup(sql: Sql): Promise<void> {
  await sql.query("select pg_advisory_xact_lock(hashtext('identity_setup'))");
}

export async function countAdministrators(sql: Sql): Promise<number> {
  const rows = await sql.query<{ n: number }>(
    `select count(*)::int as n from identity_people q join identity_principals p on p.tenant = q.tenant and p.id = q.id
     where q.role = 'administrator' and p.disabled is null`,
  );
  return rows[0]?.n ?? 0;
}

export type NewPerson = {
  readonly id: PrincipalId;
  readonly role: Role;
  readonly password: string;
  readonly recovery: Buffer;
};

export async function insertPerson(sql: Sql, tenant: TenantId, person: NewPerson, now: number): Promise<void> {
  await sql.query('insert into identity_people (tenant, id, role, password, recovery, changed) values ($1, $2, $3, $4, $5, $6)', [
    tenant,
    person.id,
    person.role,
    person.password,
    person.recovery,
    now,
  ]);
}

export type Credentials = {
  readonly id: PrincipalId;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
  readonly recovery: Buffer;
};

export async function selectCredentials(
  sql: Sql,
  by: { readonly name: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const [column, value] = 'name' in by ? ['name', by.name] : ['id', by.id];
  const rows = await sql.query<Credentials>(
    `select q.id, p.name, q.role, q.password, q.recovery from identity_people q
     join identity_principals p on p.tenant = q.tenant and p.id = q.id where p.disabled is null and p.${column} = $1`,
    [value],
  );
  return rows[0];
}

/** False when it was used already. The new one is written in the same transaction. */
export async function takeRecovery(sql: Sql, id: string, recovery: Buffer): Promise<boolean> {
  const rows = await sql.query("update identity_people set recovery = '\\x' where id = $1 and recovery = $2 returning id", [id, recovery]);
  return rows.length > 0;
}

export async function setPassword(sql: Sql, id: string, password: string, recovery: Buffer, now: number): Promise<void> {
  await sql.query('update identity_people set password = $2, recovery = $3, changed = $4 where id = $1', [id, password, recovery, now]);
}

export async function setRole(sql: Sql, id: string, role: Role): Promise<void> {
  await sql.query('update identity_people set role = $2 where id = $1', [id, role]);
}

/** Frees the name, as for a revoked key, and the accounts elsewhere. */
export async function disablePerson(sql: Sql, id: string, now: number): Promise<void> {
  await sql.query('delete from identity_upstream_links where person = $1', [id]);
  await sql.query("update identity_principals set disabled = $2, name = name || ' (removed ' || id || ')' where id = $1", [id, now]);
}

export async function listPeople(sql: Sql): Promise<Person[]> {
  const rows = await sql.query<Omit<Person, 'permissions'> & { own: string[] | null }>(
    `select q.id, p.name, q.role, r.permissions as own, p.created, p.disabled, (select max(seen) from identity_sessions s where s.person = q.id) as seen
     from identity_people q join identity_principals p on p.tenant = q.tenant and p.id = q.id
     left join identity_roles r on r.tenant = q.tenant and r.name = q.role
     where p.disabled is null order by p.name limit 1000`,
  );
  return rows.map(({ own, ...person }) => ({ ...person, permissions: [...permissionsOf(person.role, own)] }));
}

export type NewSession = {
  readonly id: string;
  readonly person: string;
  readonly hash: Buffer;
  readonly expires: number;
  readonly from: From;
  readonly methods: readonly string[];
};

export async function insertSession(sql: Sql, tenant: TenantId, session: NewSession, now: number): Promise<void> {
  await sql.query(
    `insert into identity_sessions (tenant, id, person, hash, created, seen, expires, proved, agent, address, methods)
     values ($1, $2, $3, $4, $5, $5, $6, $5, $7, $8, $9)`,
    [tenant, session.id, session.person, session.hash, now, session.expires, session.from.agent, session.from.address, session.methods],
  );
}

/** The session of a token, of whichever tenant: the token alone says whose it is. `idle`: since when it must have been used. */
export async function selectSession(sql: Sql, hash: Buffer, now: number, idle: number): Promise<(Session & { seen: number }) | undefined> {
  const rows = await sql.query<
    Omit<Session, 'permissions' | 'datasets'> & { seen: number; own: string[] | null; datasets: string[] | null }
  >(
    `select s.id, s.tenant, s.person, p.name, q.role, r.permissions as own, r.datasets, s.expires, s.proved, s.methods, s.seen
     from identity_sessions s
     join identity_people q on q.tenant = s.tenant and q.id = s.person
     join identity_principals p on p.tenant = s.tenant and p.id = s.person
     join identity_tenants t on t.tenant = s.tenant
     left join identity_roles r on r.tenant = q.tenant and r.name = q.role
     where s.hash = $1 and s.ended is null and s.expires > $2 and s.seen > $3 and p.disabled is null and t.disabled is null`,
    [hash, now, idle],
  );
  if (rows[0] === undefined) return undefined;
  const { own, datasets, ...session } = rows[0];
  return { ...session, permissions: permissionsOf(session.role, own), datasets: datasets ?? [] };
}

export async function touchSession(sql: Sql, id: string, now: number): Promise<void> {
  await sql.query('update identity_sessions set seen = $2 where id = $1', [id, now]);
}

export async function proveSession(sql: Sql, id: string, now: number, methods: readonly string[]): Promise<void> {
  await sql.query('update identity_sessions set proved = $2, methods = $3 where id = $1', [id, now, methods]);
}

/** Ends one session, or all of a person (but for one); answers the ended ones. */
export async function endSessions(
  sql: Sql,
  which: { readonly id: string } | { readonly person: string; readonly except?: string },
  now: number,
): Promise<{ id: string; person: string }[]> {
  const [condition, value, except] =
    'id' in which
      ? ['id = $2 and $3::text is null', which.id, null]
      : ['person = $2 and id is distinct from $3', which.person, which.except ?? null];
  return sql.query<{ id: string; person: string }>(
    `update identity_sessions set ended = $1 where ended is null and expires > $1 and ${condition} returning id, person`,
    [now, value, except],
  );
}

/** Those in force, the last used first. */
export async function listSessions(sql: Sql, now: number, idle: number): Promise<SessionNote[]> {
  return sql.query<SessionNote>(`${SESSION} where s.ended is null and s.expires > $1 and s.seen > $2 order by s.seen desc limit 1000`, [
    now,
    idle,
  ]);
}

/** All that began lately, the ended ones too: what a session is compared with. */
export async function recentSessions(sql: Sql, since: number): Promise<SessionNote[]> {
  return sql.query<SessionNote>(`${SESSION} where s.created > $1 order by s.created desc limit 20000`, [since]);
}

const SESSION = `select s.id, s.person, p.name, s.created, s.seen, s.expires, s.agent, s.address, s.methods
     from identity_sessions s join identity_principals p on p.tenant = s.tenant and p.id = s.person`;

/** Sessions and links that ended long ago. */
export async function forgetOld(sql: Sql, before: number): Promise<void> {
  await sql.query('delete from identity_sessions where expires < $1', [before]);
  await sql.query('delete from identity_invitations where expires < $1', [before]);
}

export type NewInvitation = {
  readonly id: string;
  readonly hash: Buffer;
  readonly purpose: Purpose;
  readonly role: Role;
  readonly person: string | null;
  /** In lower case. */
  readonly email?: string | null;
  readonly expires: number;
};

export async function insertInvitation(sql: Sql, tenant: TenantId, invitation: NewInvitation, now: number): Promise<void> {
  await sql.query(
    'insert into identity_invitations (tenant, id, hash, purpose, role, person, created, expires, email) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [
      ...[tenant, invitation.id, invitation.hash, invitation.purpose, invitation.role, invitation.person, now, invitation.expires],
      invitation.email ?? null,
    ],
  );
}

/** A link for a new password counts while the person has the role for which somebody could make it. */
export async function selectInvitation(sql: Sql, hash: Buffer, now: number): Promise<Invitation | undefined> {
  const rows = await sql.query<Invitation>(
    `select i.tenant, i.id, i.purpose, i.role, i.person, p.name, i.expires
     from identity_invitations i
     left join identity_principals p on p.tenant = i.tenant and p.id = i.person
     left join identity_people q on q.tenant = i.tenant and q.id = i.person
     where i.hash = $1 and i.used is null and i.expires > $2 and (i.person is null or (p.disabled is null and q.role = i.role))`,
    [hash, now],
  );
  return rows[0];
}

/** False when somebody else has used it in the meantime. */
export async function useInvitation(sql: Sql, id: string, now: number): Promise<boolean> {
  const rows = await sql.query('update identity_invitations set used = $2 where id = $1 and used is null and expires > $2 returning id', [
    id,
    now,
  ]);
  return rows.length > 0;
}

export type TotpRow = { readonly sealed: Buffer; readonly confirmed: number | null; readonly step: number };

/** False when there is one in force; one that was begun and not confirmed is replaced. */
export async function beginTotp(sql: Sql, tenant: TenantId, person: string, sealed: Buffer, now: number): Promise<boolean> {
  const rows = await sql.query(
    `insert into identity_totp as t (tenant, person, sealed, created, step) values ($1, $2, $3, $4, 0)
     on conflict (tenant, person) do update set sealed = excluded.sealed, created = excluded.created, step = 0 where t.confirmed is null
     returning person`,
    [tenant, person, sealed, now],
  );
  return rows.length > 0;
}

export async function selectTotp(sql: Sql, person: string): Promise<TotpRow | undefined> {
  const rows = await sql.query<TotpRow>('select sealed, confirmed, step from identity_totp where person = $1', [person]);
  return rows[0];
}

/** Takes a step, if it is later than the last one that was used. */
export async function takeTotpStep(sql: Sql, person: string, step: number): Promise<boolean> {
  const rows = await sql.query('update identity_totp set step = $2 where person = $1 and step < $2 returning person', [person, step]);
  return rows.length > 0;
}

export async function confirmTotp(sql: Sql, person: string, now: number): Promise<void> {
  await sql.query('update identity_totp set confirmed = $2 where person = $1', [person, now]);
}

export async function deleteTotp(sql: Sql, person: string): Promise<boolean> {
  return (await sql.query('delete from identity_totp where person = $1 returning person', [person])).length > 0;
}

/** Every way in but the password. */
export async function deleteFactors(sql: Sql, person: string): Promise<void> {
  await deleteTotp(sql, person);
  await deletePasskeys(sql, person);
  await sql.query('delete from identity_upstream_links where person = $1', [person]);
}

/** A passkey in a list. Times in milliseconds since 1970. */
export type ListedPasskey = { readonly id: string; readonly name: string; readonly created: number; readonly used: number | null };

export type PasskeyRow = { readonly id: string; readonly person: string; readonly public_key: Buffer; readonly counter: number };

export async function insertPasskey(
  sql: Sql,
  tenant: TenantId,
  passkey: { id: string; person: string; name: string; publicKey: Uint8Array; counter: number },
  now: number,
): Promise<boolean> {
  const rows = await sql.query(
    `insert into identity_passkeys (tenant, id, person, name, public_key, counter, created) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict do nothing returning id`,
    [tenant, passkey.id, passkey.person, passkey.name, Buffer.from(passkey.publicKey), passkey.counter, now],
  );
  return rows.length > 0;
}

export async function listPasskeys(sql: Sql, person: string): Promise<ListedPasskey[]> {
  return sql.query<ListedPasskey>('select id, name, created, used from identity_passkeys where person = $1 order by created limit 100', [
    person,
  ]);
}

/** A passkey of somebody in force. */
export async function selectPasskey(sql: Sql, id: string): Promise<PasskeyRow | undefined> {
  const rows = await sql.query<PasskeyRow>(
    `select k.id, k.person, k.public_key, k.counter from identity_passkeys k
     join identity_principals p on p.tenant = k.tenant and p.id = k.person where k.id = $1 and p.disabled is null`,
    [id],
  );
  return rows[0];
}

export async function usePasskey(sql: Sql, id: string, counter: number, now: number): Promise<void> {
  await sql.query('update identity_passkeys set counter = $2, used = $3 where id = $1', [id, counter, now]);
}

/** One of a person, or all. */
export async function deletePasskeys(sql: Sql, person: string, id?: string): Promise<boolean> {
  const rows = await sql.query('delete from identity_passkeys where person = $1 and ($2::text is null or id = $2) returning id', [
    person,
    id ?? null,
  ]);
  return rows.length > 0;
}

export async function insertChallenge(
  sql: Sql,
  tenant: TenantId,
  challenge: { challenge: string; person: string | null; expires: number },
  now: number,
): Promise<void> {
  await sql.query('delete from identity_challenges where expires < $1', [now]);
  await sql.query('insert into identity_challenges (tenant, challenge, person, expires) values ($1, $2, $3, $4)', [
    tenant,
    challenge.challenge,
    challenge.person,
    challenge.expires,
  ]);
}

/** Takes a challenge out, for whom it was made; of two with the same one wins. */
export async function takeChallenge(sql: Sql, challenge: string, person: string | null, now: number): Promise<boolean> {
  const rows = await sql.query(
    'delete from identity_challenges where challenge = $1 and person is not distinct from $2 and expires > $3 returning challenge',
    [challenge, person, now],
  );
  return rows.length > 0;
}
