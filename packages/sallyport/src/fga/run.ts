import type { JsonObject } from '../kernel/index.ts';
import type { CompiledModel, Relation } from './compile.ts';
import { Checks, type Loaded } from './evaluate.ts';
import { expandTree, shownBy } from './expand.ts';
import { ListUsers, type UserFilter } from './list_users.ts';
import type { Evaluation, Step } from './port.ts';
import { FgaError } from './problem.ts';
import type { TupleTable } from './tuple_table.ts';

/** One question of a batch over the same tuples: has the user the relation to the object. */
export type CheckItem = { readonly user: string; readonly relation: Relation; readonly object: string };

/** Answers each question with a boolean or with the error that it failed with; questions of one user share what was found out. */
export function checkEvaluation(model: CompiledModel, items: readonly CheckItem[], context: JsonObject): Evaluation<(boolean | Error)[]> {
  return (table, loaded) => checksOf(model, items, context, table, loaded);
}

// Generators are functions of the module, never closures: V8 makes a hidden class for each closure of a generator, as an old object, which keeps
// all that the closure reaches until the next full collection.
function* checksOf(
  model: CompiledModel,
  items: readonly CheckItem[],
  context: JsonObject,
  table: TupleTable,
  loaded: Loaded | undefined,
): Generator<Step, (boolean | Error)[], void> {
  const answers: (boolean | Error | undefined)[] = items.map(() => undefined);
  const users = Map.groupBy(items.keys(), (i) => items[i]?.user ?? '');
  for (const [user, indexes] of users) {
    if (loaded === undefined) table.fetch([user, ...indexes.map((i) => items[i]?.object ?? '')]);
    const checks = new Checks(model, table, user, context, loaded);
    try {
      for (let open = indexes; open.length > 0;) {
        const again: number[] = [];
        const goals = [];
        for (const i of open) {
          const { object, relation } = items[i] as CheckItem;
          const answer = settled(() => checks.check(object, relation));
          answers[i] = answer;
          if (answer !== undefined) continue;
          again.push(i);
          goals.push(...checks.missing);
        }
        if (goals.length > 0) yield { kind: 'goals', user, goals };
        open = again;
      }
    } finally {
      checks.close();
    }
  }
  return answers.map((answer) => answer ?? false);
}

function settled(check: () => boolean | undefined): boolean | Error | undefined {
  try {
    return check();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Whose users that have the relation are asked for. */
export type ListUsersQuery = {
  readonly object: string;
  readonly relation: Relation;
  readonly filter: UserFilter;
  readonly context: JsonObject;
};

/** The users of the filter that have the relation. */
export const listUsersEvaluation =
  (model: CompiledModel, query: ListUsersQuery): Evaluation<string[]> =>
  (table, loaded) =>
    usersOf(model, query, table, loaded);

function* usersOf(
  model: CompiledModel,
  query: ListUsersQuery,
  table: TupleTable,
  loaded: Loaded | undefined,
): Generator<Step, string[], void> {
  const list = new ListUsers(model, table, query.filter, query.context, loaded);
  try {
    for (;;) {
      const users = list.list(query.object, query.relation);
      if (users !== undefined) return users;
      yield { kind: 'goals', user: '', goals: [...list.missing] };
    }
  } finally {
    list.close();
  }
}

export const expandEvaluation =
  (model: CompiledModel, object: string, relation: Relation): Evaluation<JsonObject> =>
  (table) =>
    treeOf(model, object, relation, table);

function* treeOf(model: CompiledModel, object: string, relation: Relation, table: TupleTable): Generator<Step, JsonObject, void> {
  yield { kind: 'tuples', object, relations: shownBy(relation) };
  return expandTree(model, table, object, relation);
}

/** Runs an evaluation over a table that holds everything. */
export function runWhole<T>(steps: Generator<Step, T, void>, onObject?: (object: string) => boolean, expired?: () => boolean): T {
  for (;;) {
    const { value, done } = steps.next();
    if (done === true) return value;
    if (value.kind === 'object' && onObject?.(value.object) === false) return steps.return(undefined as T).value as T;
    if (expired?.() === true) {
      steps.return(undefined as T);
      throw new FgaError('deadline_exceeded', 'Request Deadline Exceeded');
    }
  }
}
