import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql } from '../store/service.ts';
import { KINDS, type Known, type Prints } from './alike.ts';
import type { Version } from './dataset.ts';
import type { KnowledgeDocument, Reason, State } from './document.ts';
import type { Signature } from './signature.ts';

const COLUMNS =
  'id, name, source, object, format, size, hash, label, verdict, state, reasons, actor, created, changed, content is not null as kept';
/** Alike documents that one is compared with; the newest. */
const MAX_ALIKE = 500;

type DocumentRow = Row & KnowledgeDocument;
/** What a source must be like (one of them); null for every source. */
type Sources = readonly string[] | null;
export type Sealed = { readonly excerpts: Uint8Array | null; readonly content: Uint8Array | null };

/** Inserts the document with its keys; false when the same bytes are there under that name already. */
export async function insertDocument(
  sql: Sql,
  tenant: TenantId,
  one: KnowledgeDocument,
  prints: Prints,
  keys: readonly string[],
  sealed: Sealed,
): Promise<boolean> {
  const rows = await sql.query(
    `insert into knowledge_documents (tenant, id, name, source, object, format, size, hash, label, verdict, state, reasons, actor, created, changed,
       copy_print, claim_print, question_print, excerpts, content)
     values ($1, $2, $3, $4, $5, $6, $7::bigint, $8, $9, $10, $11, $12::jsonb, $13, $14::bigint, $14::bigint, $15, $16, $17, $18, $19)
     on conflict do nothing returning id`,
    [
      ...[tenant, one.id, one.name, one.source, one.object, one.format, one.size, one.hash, one.label, one.verdict, one.state],
      ...[JSON.stringify(one.reasons), one.actor, one.created],
      ...KINDS.map((kind) => bytesOf(prints[kind])),
      ...[sealed.excerpts, sealed.content],
    ],
  );
  if (rows.length === 0) return false;
  if (keys.length > 0)
    await sql.query(
      'insert into knowledge_keys (tenant, key, document) select $1, key, $2 from unnest($3::text[]) as key on conflict do nothing',
      [tenant, one.id, keys],
    );
  return true;
}

export async function selectByHash(sql: Sql, hash: string, name: string, source: string): Promise<KnowledgeDocument | undefined> {
  const rows = await sql.query<DocumentRow>(`select ${COLUMNS} from knowledge_documents where hash = $1 and name = $2 and source = $3`, [
    hash,
    name,
    source,
  ]);
  return rows[0];
}

/** Documents that share a key; rejected and erased ones count too, because a flood is no smaller for having been stopped. */
export async function selectAlike(sql: Sql, keys: readonly string[], sources: Sources): Promise<Known[]> {
  if (keys.length === 0) return [];
  const rows = await sql.query<
    Row & {
      id: string;
      name: string;
      source: string;
      actor: string;
      created: number;
      copy_print: Buffer | null;
      claim_print: Buffer | null;
      question_print: Buffer | null;
    }
  >(
    `select id, name, source, actor, created, copy_print, claim_print, question_print from knowledge_documents
     where id in (select document from knowledge_keys where key = any($1::text[])) and state <> 'released'
       and ($2::text[] is null or source like any($2))
     order by created desc limit ${MAX_ALIKE}`,
    [keys, sources],
  );
  return rows.map(({ id, name, source, actor, created, copy_print, claim_print, question_print }) => ({
    ...{ id, name, source, actor, created },
    prints: { ...printOf('copy', copy_print), ...printOf('claim', claim_print), ...printOf('question', question_print) },
  }));
}

/** Newest first, a page at a time. */
export async function selectDocuments(
  sql: Sql,
  state: State | undefined,
  after: string | undefined,
  limit: number,
  sources: Sources,
): Promise<KnowledgeDocument[]> {
  return await sql.query<DocumentRow>(
    `select ${COLUMNS} from knowledge_documents
     where ($1::text is null or state = $1) and ($2::text is null or (created, id) < (
         select created, id from knowledge_documents where id = $2 and ($4::text[] is null or source like any($4))))
       and ($4::text[] is null or source like any($4))
     order by created desc, id desc limit $3::bigint`,
    [state ?? null, after ?? null, limit, sources],
  );
}

/**
 * How documents stand that are found by these names: by their object, by their own id, or, of those without an object, by their name: of each
 * source the newest version, an erased one only when there is no other.
 */
export async function selectStates(sql: Sql, objects: readonly string[]): Promise<(Row & KnownRow)[]> {
  const columns = 'asked.object, one.source as dataset, one.state, one.label, one.reasons, one.created, one.id';
  return await sql.query<Row & KnownRow>(
    `with asked as (select * from unnest($1::text[], $2::text[]) as asked(object, name)),
       found as (
         select ${columns} from asked join knowledge_documents as one on one.object = asked.object and one.object <> ''
         union all select ${columns} from asked join knowledge_documents as one on one.id = asked.name
         union all select ${columns} from asked join knowledge_documents as one on one.name = asked.name and one.object = '')
     select distinct on (object, dataset) object, dataset, state, label, reasons from found
     order by object, dataset, state = 'erased', created desc, id desc`,
    [objects, objects.map((object) => object.slice(object.indexOf(':') + 1))],
  );
}

type KnownRow = Version & { readonly object: string };

/** Documents in use that name their object, for the report of over-sharing. */
export async function selectShared(sql: Sql, limit: number, sources: Sources): Promise<KnowledgeDocument[]> {
  return await sql.query<DocumentRow>(
    `select ${COLUMNS} from knowledge_documents
     where object <> '' and label <> 'public' and state in ('accepted', 'released') and ($2::text[] is null or source like any($2))
     order by created desc limit $1::bigint`,
    [limit, sources],
  );
}

export async function countStates(sql: Sql, sources: Sources): Promise<Record<string, number>> {
  const rows = await sql.query<Row & { state: string; count: number }>(
    'select state, count(*) as count from knowledge_documents where $1::text[] is null or source like any($1) group by state',
    [sources],
  );
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

export async function selectDocument(sql: Sql, id: string): Promise<KnowledgeDocument | undefined> {
  return (await sql.query<DocumentRow>(`select ${COLUMNS} from knowledge_documents where id = $1`, [id]))[0];
}

/** Those of the ids whose documents have such a source. */
export async function selectOf(sql: Sql, ids: readonly string[], sources: Sources): Promise<Set<string>> {
  const rows = await sql.query<Row & { id: string }>(
    'select id from knowledge_documents where id = any($1::text[]) and ($2::text[] is null or source like any($2))',
    [ids, sources],
  );
  return new Set(rows.map(({ id }) => id));
}

export async function selectSealed(sql: Sql, id: string): Promise<Sealed | undefined> {
  return (
    await sql.query<Row & { excerpts: Buffer | null; content: Buffer | null }>(
      'select excerpts, content from knowledge_documents where id = $1',
      [id],
    )
  )[0];
}

/** Changes the state; false when it was not in one of `from`. */
export async function updateState(sql: Sql, id: string, from: readonly State[], to: State, now: number): Promise<boolean> {
  const rows = await sql.query(
    'update knowledge_documents set state = $2, changed = $3::bigint where id = $1 and state = any($4::text[]) returning id',
    [id, to, now, from],
  );
  return rows.length > 0;
}

export async function addReason(sql: Sql, id: string, reason: Reason): Promise<void> {
  await sql.query('update knowledge_documents set reasons = reasons || $2::jsonb where id = $1', [id, JSON.stringify([reason])]);
}

/** Takes every text and print away; what is left says that there was a document. */
export async function eraseDocument(sql: Sql, id: string): Promise<void> {
  // The hash, too: the same bytes may come again as another document.

  await sql.query('delete from knowledge_keys where document = $1', [id]);
  await sql.query(
    'update knowledge_documents set excerpts = null, content = null, copy_print = null, claim_print = null, question_print = null, hash = id where id = $1',
    [id],
  );
}

/** Notes that an answer was made from these documents; those of other tenants, or of nobody, are left out. */
export async function insertUses(sql: Sql, tenant: TenantId, documents: readonly string[], event: string, time: number): Promise<void> {
  await sql.query(
    `insert into knowledge_uses (tenant, document, event, time)
     select $1, id, $3, $4::bigint from knowledge_documents where id = any($2::text[]) on conflict do nothing`,
    [tenant, documents, event, time],
  );
}

export async function selectUses(sql: Sql, document: string, limit: number): Promise<{ event: string; time: number }[]> {
  return await sql.query<Row & { event: string; time: number }>(
    'select event, time from knowledge_uses where document = $1 order by time desc limit $2::bigint',
    [document, limit],
  );
}

function bytesOf(print: Signature | undefined): Uint8Array | null {
  return print === undefined ? null : Buffer.from(print.buffer, print.byteOffset, print.byteLength);
}

function printOf(kind: keyof Prints, bytes: Buffer | null): Prints {
  return bytes === null ? {} : { [kind]: new Uint32Array(Uint8Array.from(bytes).buffer) };
}
