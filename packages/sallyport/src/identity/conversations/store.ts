import type { TenantId } from '../../kernel/index.ts';
import type { Sql } from '../../store/service.ts';

/** Whose it is: a person's, kept by one application. */
export type Owner = { readonly tenant: TenantId; readonly person: string; readonly client: string };
export type ConversationRow = {
  readonly client: string;
  readonly id: string;
  readonly sealed: Buffer;
  readonly created: number;
  readonly updated: number;
};

/** Those in force; of one application, or of all. */
export async function selectConversations(sql: Sql, person: string, client: string | undefined, now: number): Promise<ConversationRow[]> {
  return sql.query<ConversationRow>(
    `select client, id, sealed, created, updated from identity_conversations
     where person = $1 and ($2::text is null or client = $2) and expires > $3 order by updated desc, id limit 10000`,
    [person, client ?? null, now],
  );
}

export async function selectConversation(
  sql: Sql,
  { person, client }: Owner,
  id: string,
  now: number,
): Promise<ConversationRow | undefined> {
  const rows = await sql.query<ConversationRow>(
    'select client, id, sealed, created, updated from identity_conversations where person = $1 and client = $2 and id = $3 and expires > $4',
    [person, client, id, now],
  );
  return rows[0];
}

/** How many there are, and whether this one is among them. */
export async function countConversations(sql: Sql, { person, client }: Owner, id: string): Promise<{ n: number; known: boolean }> {
  const rows = await sql.query<{ n: number; known: boolean }>(
    'select count(*)::int as n, coalesce(bool_or(id = $3), false) as known from identity_conversations where person = $1 and client = $2',
    [person, client, id],
  );
  return rows[0] ?? { n: 0, known: false };
}

export async function upsertConversation(sql: Sql, owner: Owner, id: string, sealed: Buffer, now: number, expires: number): Promise<void> {
  await sql.query('delete from identity_conversations where expires < $1', [now]);
  await sql.query(
    `insert into identity_conversations (tenant, person, client, id, sealed, created, updated, expires) values ($1, $2, $3, $4, $5, $6, $6, $7)
     on conflict (tenant, person, client, id) do update set sealed = excluded.sealed, updated = excluded.updated, expires = excluded.expires`,
    [owner.tenant, owner.person, owner.client, id, sealed, now, expires],
  );
}

/** One, all of an application, or all; answers how many. */
export async function deleteConversations(sql: Sql, person: string, client: string | undefined, id: string | undefined): Promise<number> {
  const rows = await sql.query(
    `delete from identity_conversations where person = $1 and ($2::text is null or client = $2) and ($3::text is null or id = $3) returning id`,
    [person, client ?? null, id ?? null],
  );
  return rows.length;
}
