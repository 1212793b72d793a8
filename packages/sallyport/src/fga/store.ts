import type { SearchPlan } from './search_plan.ts';
import type { JsonObject } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';
import type { ModelRecord, PageRequest, ReadFilter, StoreRecord } from './port.ts';
import { splitUser, typeOf, type TupleKey } from './tuple.ts';

// All SQL of this module. Every statement runs in a transaction of one tenant; row-level security adds the tenant to each.

const STORE_COLUMNS = 'id, name, created, updated';

export async function insertStore(sql: Sql, tenant: string, { id, name, created, updated }: StoreRecord): Promise<void> {
  await sql.query('insert into fga_stores (tenant, id, name, created, updated) values ($1, $2, $3, $4, $5)', [
    tenant,
    id,
    name,
    created,
    updated,
  ]);
}

export async function selectStore(sql: Sql, id: string): Promise<StoreRecord | undefined> {
  const [record] = await sql.query<StoreRecord>(`select ${STORE_COLUMNS} from fga_stores where id = $1`, [id]);
  return record;
}

/** One more than the page holds, so that the caller sees whether there are more. */
export async function selectStores(sql: Sql, name: string, { after, size }: PageRequest): Promise<StoreRecord[]> {
  return sql.query<StoreRecord>(`select ${STORE_COLUMNS} from fga_stores where id > $1 and ($2 = '' or name = $2) order by id limit $3`, [
    after,
    name,
    size + 1,
  ]);
}

export async function deleteStore(sql: Sql, id: string): Promise<void> {
  await sql.query('delete from fga_assertions where store = $1', [id]);
  await sql.query('delete from fga_changes where store = $1', [id]);
  await sql.query('delete from fga_tuples where store = $1', [id]);
  await sql.query('delete from fga_stores where id = $1', [id]);
}

type ModelRow = { id: string; model: string };
const modelOf = ({ id, model }: ModelRow): ModelRecord => ({ id, json: JSON.parse(model) as JsonObject });

/** False when there is no such store. */
export async function insertModel(sql: Sql, tenant: string, store: string, { id, json }: ModelRecord): Promise<boolean> {
  const rows = await sql.query(
    'insert into fga_models (tenant, store, id, model) select $1, id, $3, $4 from fga_stores where id = $2 returning id',
    [tenant, store, id, JSON.stringify(json)],
  );
  return rows.length > 0;
}

export async function selectModel(sql: Sql, store: string, id: string): Promise<ModelRecord | undefined> {
  const [row] = await sql.query<ModelRow>('select id, model from fga_models where store = $1 and id = $2', [store, id]);
  return row === undefined ? undefined : modelOf(row);
}

/** The newest first. */
export async function selectModels(sql: Sql, store: string, { after, size }: PageRequest): Promise<ModelRecord[]> {
  const rows = await sql.query<ModelRow>(
    "select id, model from fga_models where store = $1 and ($2 = '' or id < $2) order by id desc limit $3",
    [store, after, size],
  );
  return rows.map(modelOf);
}

export async function upsertAssertions(
  sql: Sql,
  tenant: string,
  store: string,
  model: string,
  assertions: readonly JsonObject[],
): Promise<void> {
  await sql.query(
    `insert into fga_assertions (tenant, store, model, assertions) values ($1, $2, $3, $4)
     on conflict (tenant, store, model) do update set assertions = excluded.assertions`,
    [tenant, store, model, JSON.stringify(assertions)],
  );
}

export async function selectAssertions(sql: Sql, store: string, model: string): Promise<readonly JsonObject[]> {
  const [row] = await sql.query<{ assertions: string }>('select assertions from fga_assertions where store = $1 and model = $2', [
    store,
    model,
  ]);
  return row === undefined ? [] : (JSON.parse(row.assertions) as JsonObject[]);
}

/** Takes the store for this transaction's write: its number and its time, which never go back. `undefined` without such a store. */
export async function lockStore(sql: Sql, store: string, time: number): Promise<{ version: number; changed: number } | undefined> {
  const [row] = await sql.query<{ version: number; changed: number }>(
    'update fga_stores set version = version + 1, changed = greatest(changed, $2::bigint) where id = $1 returning version, changed',
    [store, time],
  );
  return row;
}

export type TupleRow = {
  object: string;
  relation: string;
  subject: string;
  subject_relation: string;
  condition: string | null;
  context: string | null;
};

/** A row as a tuple. */
export function keyOf(row: TupleRow): TupleKey {
  const { object, relation, subject, subject_relation: userRelation, condition, context } = row;
  const user = userRelation === '' ? subject : `${subject}#${userRelation}`;
  if (condition === null) return { user, relation, object };
  return { user, relation, object, condition: { name: condition, context: context === null ? {} : (JSON.parse(context) as JsonObject) } };
}

const columns = (keys: readonly TupleKey[]): [string[], string[], string[], string[]] => {
  const users = keys.map(({ user }) => splitUser(user));
  return [
    keys.map(({ object }) => object),
    keys.map(({ relation }) => relation),
    users.map(({ relation }) => relation),
    users.map(({ object }) => object),
  ];
};

const KEYS = 'unnest($2::text[], $3::text[], $4::text[], $5::text[]) as k (object, relation, subject_relation, subject)';
const SAME = 't.object = k.object and t.relation = k.relation and t.subject_relation = k.subject_relation and t.subject = k.subject';

export async function selectTuples(sql: Sql, store: string, keys: readonly TupleKey[]): Promise<TupleRow[]> {
  return sql.query<TupleRow>(
    `select t.object, t.relation, t.subject, t.subject_relation, t.condition, t.context from ${KEYS} join fga_tuples t on t.store = $1 and ${SAME}`,
    [store, ...columns(keys)],
  );
}

export async function deleteTuples(sql: Sql, store: string, keys: readonly TupleKey[]): Promise<void> {
  await sql.query(`delete from fga_tuples t using ${KEYS} where t.store = $1 and ${SAME}`, [store, ...columns(keys)]);
}

export async function insertTuples(sql: Sql, tenant: string, store: string, keys: readonly TupleKey[], time: number): Promise<void> {
  await sql.query(
    `insert into fga_tuples (tenant, store, object, relation, subject_relation, subject, object_type, condition, context, written)
     select $6, $1, k.*, $10::bigint from unnest($2::text[], $3::text[], $4::text[], $5::text[], $7::text[], $8::text[], $9::text[])
       as k (object, relation, subject_relation, subject, object_type, condition, context)`,
    [
      store,
      ...columns(keys),
      tenant,
      keys.map(({ object }) => typeOf(object)),
      keys.map(({ condition }) => condition?.name ?? null),
      keys.map(({ condition }) => (condition === undefined ? null : JSON.stringify(condition.context ?? {}))),
      time,
    ],
  );
}

export async function insertChanges(
  sql: Sql,
  tenant: string,
  store: string,
  changes: readonly { readonly key: TupleKey; readonly ulid: string; readonly deleted: boolean }[],
  time: number,
): Promise<void> {
  await sql.query(
    `insert into fga_changes (tenant, store, written, ulid, object_type, deleted, tuple)
     select $1, $2, $3::bigint, k.* from unnest($4::text[], $5::text[], $6::boolean[], $7::text[]) as k`,
    [
      tenant,
      store,
      time,
      changes.map(({ ulid }) => ulid),
      changes.map(({ key }) => typeOf(key.object)),
      changes.map(({ deleted }) => deleted),
      changes.map(({ key }) => JSON.stringify(key)),
    ],
  );
}

export async function notifyChange(sql: Sql, payload: string): Promise<void> {
  await sql.query('select pg_notify($1, $2)', ['fga', payload]);
}

/** Tuples of a filter in the order of their keys, one more than the page holds. `after`: the key where the page before ended. */
export async function selectPage(
  sql: Sql,
  store: string,
  filter: ReadFilter,
  after: TupleKey | undefined,
  size: number,
): Promise<(TupleRow & { written: number })[]> {
  const user = splitUser(filter.user);
  const where = ['store = $1'];
  const params: unknown[] = [store, size + 1];
  const add = (condition: (place: string) => string, value: string): void => void where.push(condition(`$${params.push(value)}`));
  if (after !== undefined) {
    const places = columns([after]).map(([value]) => `$${params.push(value)}`);
    where.push(`(object, relation, subject_relation, subject) > (${places.join(', ')})`);
  }
  if (filter.relation !== '') add((at) => `relation = ${at}`, filter.relation);
  if (filter.object.endsWith(':')) add((at) => `object_type = ${at}`, filter.object.slice(0, -1));
  else if (filter.object !== '') add((at) => `object = ${at}`, filter.object);
  if (filter.user.endsWith(':')) add((at) => `starts_with(subject, ${at}) and subject_relation = ''`, filter.user);
  else if (filter.user !== '') {
    add((at) => `subject = ${at}`, user.object);
    add((at) => `subject_relation = ${at}`, user.relation);
  }
  return sql.query(
    `select object, relation, subject, subject_relation, condition, context, written from fga_tuples where ${where.join(' and ')}
     order by object, relation, subject_relation, subject limit $2`,
    params,
  );
}

export type ChangeRow = { ulid: string; written: number; deleted: boolean; tuple: string };

export async function selectChanges(sql: Sql, store: string, type: string, since: number, page: PageRequest): Promise<ChangeRow[]> {
  const params: unknown[] = [store, page.after, since, page.size];
  const typed = type === '' ? '' : `and object_type = $${params.push(type)}`;
  return sql.query<ChangeRow>(
    `select ulid, written, deleted, tuple from fga_changes where store = $1 and ulid > $2 and written >= $3::bigint ${typed} order by ulid limit $4`,
    params,
  );
}

export type Seeds = { readonly run: number[]; readonly object: string[]; readonly relation: string[] };
export type Subjects = { readonly run: number[]; readonly subject: string[]; readonly relation: string[] };

/** A tuple that a search found. `level` > 0: it leads to the goal `goal_object#goal_relation`, that many hops from the seed; 0: a direct user. */
export type FoundRow = TupleRow & { run: number; level: number; goal_object: string; goal_relation: string };

/** The `run` of the row that names the store's newest model (as its `object`), so that who must know needs no statement of its own. */
export const NEWEST_MODEL = -1;

const T = 't.object, t.relation, t.subject, t.subject_relation, t.condition, t.context';

/**
 * Everything that the seeds' goals can reach over usersets and parents, `depth` hops far, and the subjects' own tuples at every goal on the way;
 * at most `limit` hops in all. For runs in `everyone` all direct users instead. One statement for all runs. The laterals (`offset 0` keeps them)
 * make each step an index look-up, whatever the planner thinks of the arrays.
 */
export async function searchGoals(
  sql: Sql,
  store: string,
  plan: SearchPlan,
  seeds: Seeds,
  subjects: Subjects,
  everyone: readonly number[],
  depth: number,
  limit: number,
): Promise<FoundRow[]> {
  return sql.query<FoundRow>(SEARCH, [
    store,
    ...plan.sets,
    ...plan.parents,
    ...plan.direct,
    seeds.run,
    seeds.object,
    seeds.relation,
    subjects.run,
    subjects.subject,
    subjects.relation,
    everyone,
    depth,
    limit,
  ]);
}

const SEARCH = `
  with recursive
    sets as (select * from unnest($2::text[], $3::text[], $4::text[]) as s (type, goal, relation)),
    parents as (select * from unnest($5::text[], $6::text[], $7::text[], $8::text[]) as s (type, goal, relation, computed)),
    direct as (select * from unnest($9::text[], $10::text[], $11::text[]) as s (type, goal, relation)),
    reached (run, level, goal_object, goal_relation, object, relation, subject, subject_relation, condition, context) as (
      select s.run, 0, s.object, s.relation, '' collate "C", '' collate "C", '' collate "C", '' collate "C", null::text collate "C", null::text collate "C"
        from unnest($12::int[], $13::text[] collate "C", $14::text[] collate "C") as s (run, object, relation)
      union
      select g.run, g.level + 1, n.goal_object collate "C", n.goal_relation collate "C", n.object, n.relation, n.subject, n.subject_relation, n.condition collate "C", n.context collate "C"
        from reached g cross join lateral (
          select t.subject as goal_object, t.subject_relation as goal_relation, ${T}
            from sets s cross join lateral (
              select * from fga_tuples t where t.store = $1 and t.object = g.goal_object and t.relation = s.relation and t.subject_relation > '' offset 0) t
            where s.type = split_part(g.goal_object, ':', 1) and s.goal = g.goal_relation
          union all
          select t.subject, p.computed, ${T}
            from parents p cross join lateral (
              select * from fga_tuples t where t.store = $1 and t.object = g.goal_object and t.relation = p.relation and t.subject_relation = '' offset 0) t
            where p.type = split_part(g.goal_object, ':', 1) and p.goal = g.goal_relation
        ) n
        where g.level < $19
    ),
    bounded as (select * from reached limit $20),
    goals as (
      select distinct b.run, b.goal_object, d.relation from bounded b
        join direct d on d.type = split_part(b.goal_object, ':', 1) and d.goal = b.goal_relation)
  select run, level, goal_object, goal_relation, object, relation, subject, subject_relation, condition, context from bounded where level > 0
  union all
  select g.run, 0, '', '', ${T} from goals g
    join unnest($15::int[], $16::text[], $17::text[]) as u (run, subject, subject_relation) on u.run = g.run
    cross join lateral (
      select * from fga_tuples t where t.store = $1 and t.object = g.goal_object and t.relation = g.relation
        and t.subject_relation = u.subject_relation and t.subject = u.subject offset 0) t
  union all
  select g.run, 0, '', '', ${T} from goals g join unnest($18::int[]) as e (run) on e.run = g.run
    cross join lateral (
      select * from fga_tuples t where t.store = $1 and t.object = g.goal_object and t.relation = g.relation and t.subject_relation = '' offset 0) t
  union all
  (select ${NEWEST_MODEL}, 0, '', '', m.id, '', '', '', null, null from fga_models m where m.store = $1 order by m.id desc limit 1)`;

/** Tuples in which these subjects stand in these relations to objects of these types, `limit` at most. */
export async function searchSubjects(
  sql: Sql,
  store: string,
  reads: { subject: string[]; subjectRelation: string[]; relation: string[]; type: string[] },
  limit: number,
): Promise<TupleRow[]> {
  return sql.query<TupleRow>(
    `select ${T} from unnest($2::text[], $3::text[], $4::text[], $5::text[]) as r (subject, subject_relation, relation, type)
       cross join lateral (
         select * from fga_tuples t where t.store = $1 and t.subject = r.subject and t.subject_relation = r.subject_relation
           and t.relation = r.relation and t.object_type = r.type offset 0) t
       limit $6`,
    [store, reads.subject, reads.subjectRelation, reads.relation, reads.type, limit],
  );
}

/** All tuples of one object in these relations. */
export async function selectObject(
  sql: Sql,
  store: string,
  object: string,
  relations: readonly string[],
  limit: number,
): Promise<TupleRow[]> {
  return sql.query<TupleRow>(
    'select object, relation, subject, subject_relation, condition, context from fga_tuples where store = $1 and object = $2 and relation = any ($3::text[]) limit $4',
    [store, object, relations, limit],
  );
}
