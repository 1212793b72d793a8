import { isObject, type Json, type JsonObject, type TenantId } from '../kernel/index.ts';
import { Fga } from './fga.ts';
import { createMemoryStore } from './memory_store.ts';
import { Names } from './names.ts';
import type { Place } from './port.ts';
import type { Question } from './queries.ts';
import { listOf, objectOf, textOf, tupleOf } from './request.ts';
import type { TupleKey } from './tuple.ts';

/** A store file as OpenFGA's command line has it: model, tuples, tests. Its parts that name other files are read by the caller. */
export type StoreFile = {
  readonly name: string;
  /** The model as JSON. */
  readonly model: JsonObject;
  readonly tuples: readonly JsonObject[];
  readonly tests: readonly JsonObject[];
};

/** One expectation of a test and what came of it. */
export type Assertion = { readonly test: string; readonly what: string; readonly expected: Json; readonly got: Json; readonly ok: boolean };

const TENANT = 'default' as TenantId;
const ACTOR = 'sallyport';

/** Runs the tests of a store file in memory. Rejects FgaError for a wrong model or tuple. */
export async function runStoreFile(file: StoreFile, clock: () => number): Promise<Assertion[]> {
  const results: Assertion[] = [];
  for (const test of file.tests) results.push(...(await runTest(file, test, clock)));
  return results;
}

async function runTest(file: StoreFile, test: JsonObject, clock: () => number): Promise<Assertion[]> {
  const names = new Names();
  const fga = new Fga({ store: createMemoryStore(names, clock), names, clock });
  const place: Place = { tenant: TENANT, store: (await fga.createStore(TENANT, 'store file', ACTOR)).id };
  await fga.writeModel(place, file.model, ACTOR);
  for (const tuple of [...file.tuples, ...listOf(test, 'tuples')])
    await fga.write(place, { writes: [tupleOf(tuple)], deletes: [], onDuplicate: 'ignore', onMissing: 'ignore' }, '', ACTOR);
  const name = textOf(test, 'name');
  const results: Assertion[] = [];
  const add = (what: string, expected: Json, got: Json): void => {
    results.push({ test: name, what, expected, got, ok: JSON.stringify(expected) === JSON.stringify(got) });
  };
  for (const item of listOf(test, 'check'))
    for (const user of oneOrMany(item, 'user', 'users'))
      for (const object of oneOrMany(item, 'object', 'objects'))
        for (const [relation, expected] of Object.entries(objectOf(item, 'assertions') ?? {})) {
          const key = { user, relation, object };
          const got = await fga.queries.check(place, key, questionOf(item)).then(({ allowed }) => allowed, messageOf);
          add(`check ${object}#${relation}@${user}`, expected, got);
        }
  for (const item of listOf(test, 'list_objects')) {
    const [user, type] = [textOf(item, 'user'), textOf(item, 'type')];
    for (const [relation, expected] of Object.entries(objectOf(item, 'assertions') ?? {})) {
      const query = { type, relation, user };
      const got = await fga.queries.listObjects(place, query, questionOf(item)).then(({ objects }) => objects.sort(), messageOf);
      add(`list objects ${type}#${relation}@${user}`, sorted(expected), got);
    }
  }
  for (const item of listOf(test, 'list_users')) {
    const object = textOf(item, 'object');
    const [first = {}] = listOf(item, 'user_filter');
    const filter = { type: textOf(first, 'type'), relation: textOf(first, 'relation') };
    for (const [relation, expected] of Object.entries(objectOf(item, 'assertions') ?? {})) {
      const got = await fga.queries
        .listUsers(place, { object, relation, filter }, questionOf(item))
        .then((users) => users.sort(), messageOf);
      const users = isObject(expected) ? expected['users'] : expected;
      add(`list users ${object}#${relation}`, sorted(users ?? []), got);
    }
  }
  return results;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function questionOf(item: JsonObject): Question {
  return { model: '', contextual: [] as TupleKey[], context: objectOf(item, 'context') ?? {}, consistency: 'HIGHER_CONSISTENCY' };
}

function oneOrMany(item: JsonObject, one: string, many: string): string[] {
  const list = item[many];
  return Array.isArray(list) ? list.filter((value) => typeof value === 'string') : [textOf(item, one)];
}

function sorted(value: Json): Json {
  return Array.isArray(value) ? value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).sort() : value;
}
