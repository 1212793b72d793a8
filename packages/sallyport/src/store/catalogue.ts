import { fail } from './errors.ts';
import type { Sql } from './sql.ts';
import { SCHEMA } from './statement.ts';

/** A table as a copy needs it. */
export type Table = {
  readonly name: string;
  /** Columns that are stored, not computed. */
  readonly columns: readonly string[];
  readonly rows: number;
  /** Tables that its foreign keys name. */
  readonly needs: readonly string[];
};

export type Catalogue = {
  readonly migrations: { number: number; name: string; sha256: string }[];
  /** In an order in which each table comes after those that its foreign keys name. */
  readonly tables: readonly Table[];
  readonly sequences: { name: string; value: number | string }[];
};

/** Rows of one batch: with rows of 100 KB still a message of 20 MB. */
const BATCH_ROWS = 200;
/** Copied by the migrations themselves. */
const HISTORY = 'store_migrations';

const TABLES = `
  select c.relname as name,
    (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
    coalesce((select array_agg(distinct f.relname::text) from pg_constraint k join pg_class f on f.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid), '{}') as needs
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relkind = 'r' and c.relname <> $2 order by c.relname`;

/** What the store holds, counted; run in the transaction that copies it. */
export async function readCatalogue(sql: Sql): Promise<Catalogue> {
  const migrations = await sql.query<Catalogue['migrations'][number]>(`select number, name, sha256 from ${HISTORY} order by number`);
  const found = await sql.query<{ name: string; columns: string[]; needs: string[] }>(TABLES, [SCHEMA, HISTORY]);
  const tables: Table[] = [];
  for (const table of found) {
    const [count] = await sql.query<{ rows: number }>(`select count(*) as rows from ${quote(table.name)}`);
    tables.push({ ...table, rows: count?.rows ?? 0 });
  }
  const sequences = await sql.query<Catalogue['sequences'][number]>(
    'select sequencename as name, last_value as value from pg_sequences where schemaname = $1 and last_value is not null order by 1',
    [SCHEMA],
  );
  return { migrations, tables: sortByNeed(tables), sequences };
}

/** All rows as PostgreSQL's JSON text, in batches, through a cursor: a table need not fit into memory. */
export async function* readRows(sql: Sql, table: Table): AsyncGenerator<string[]> {
  await sql.query(`declare copied no scroll cursor for select row_to_json(t)::text as row from ${quote(table.name)} t`);
  for (;;) {
    const batch = await sql.query<{ row: string }>(`fetch ${BATCH_ROWS} from copied`);
    if (batch.length === 0) break;
    // A line feed in JSON text is white space between tokens (in a string it is escaped): a row stays one line.
    yield batch.map(({ row }) => row.replaceAll('\n', ' '));
  }
  await sql.query('close copied');
}

/** Inserts rows from their JSON text; PostgreSQL parses it, so no number passes through a double. */
export async function writeRows(sql: Sql, table: Table, rows: readonly string[]): Promise<void> {
  const columns = table.columns.map(quote).join(', ');
  const text = `insert into ${quote(table.name)} (${columns}) overriding system value
    select ${columns} from json_populate_recordset(null::${SCHEMA}.${quote(table.name)}, $1::json)`;
  await sql.query(text, [`[${rows.join(',')}]`]);
}

export async function writeSequences(sql: Sql, sequences: Catalogue['sequences']): Promise<void> {
  for (const { name, value } of sequences) await sql.query('select setval($1::regclass, $2::bigint)', [`${SCHEMA}.${quote(name)}`, value]);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Depth first; a circle of foreign keys could not be filled row by row and is a fault of a migration. */
function sortByNeed(tables: readonly Table[]): Table[] {
  const sorted: Table[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (table: Table): void => {
    if (state.get(table.name) === 'done') return;
    if (state.get(table.name) === 'visiting') throw fail('STORE_QUERY_FAILED', { detail: `foreign keys of ${table.name} form a circle` });
    state.set(table.name, 'visiting');
    for (const need of table.needs) {
      const found = tables.find(({ name }) => name === need);
      if (found !== undefined) visit(found);
    }
    state.set(table.name, 'done');
    sorted.push(table);
  };
  tables.forEach(visit);
  return sorted;
}
