import type { Clock, JsonObject } from '../kernel/index.ts';
import { CheckCache } from './check_cache.ts';
import type { CompiledModel } from './compile.ts';
import { ConditionError } from './condition.ts';
import { listObjects } from './list_objects.ts';
import type { UserFilter } from './list_users.ts';
import { relationOf, type Models } from './models.ts';
import type { FgaStore, Place, RunOptions } from './port.ts';
import { FgaError, type Code } from './problem.ts';
import type { Consistency } from './request.ts';
import { checkEvaluation, expandEvaluation, listUsersEvaluation, type CheckItem } from './run.ts';
import { checkContextual, contextProblem, keyProblem, objectProblem, relationProblem, tupleProblem, userProblem } from './tuple_check.ts';
import { whyEvaluation, type Why } from './why.ts';
import { typeOf, type BatchItem, type CheckKey, type TupleKey } from './tuple.ts';

/** What every question has. `model` '' means the newest. */
export type Question = {
  readonly model: string;
  readonly contextual: readonly TupleKey[];
  readonly context: JsonObject;
  readonly consistency: Consistency;
};

/** The answer to one item of a batch, or why there is none. */
export type BatchAnswer = { readonly allowed: boolean } | { readonly code: Code; readonly message: string };

type ModelChoice = Pick<Question, 'model' | 'consistency'>;
/** Whether a model that another process wrote a moment ago must be seen: announcements take their time. */
const mustBeNewest = ({ model, consistency }: ModelChoice): boolean => model === '' && consistency === 'HIGHER_CONSISTENCY';

/** OpenFGA's defaults: results of list-objects and list-users, and the time of a request. */
export const MAX_RESULTS = 1_000;
const DEADLINE_MS = 3_000;

/** The questions that a store of tuples answers. Every one rejects FgaError. */
export class Queries {
  readonly cache = new CheckCache();
  readonly #store: FgaStore;
  readonly #models: Models;
  readonly #clock: Clock;

  constructor(store: FgaStore, models: Models, clock: Clock) {
    this.#store = store;
    this.#models = models;
    this.#clock = clock;
  }

  /** Whether the user has the relation to the object. */
  async check(place: Place, key: CheckKey, question: Question): Promise<{ allowed: boolean; model: string }> {
    const item = { key, contextual: question.contextual, context: question.context };
    return this.#newest(place, question, async (model, seen) => {
      const [answer] = await this.#answer(place, model, [item], question.consistency, seen);
      if (answer === undefined || answer instanceof Error) throw answer ?? new FgaError('internal_error', 'Internal Server Error');
      return { allowed: answer, model: model.id };
    });
  }

  /** As `check`, for many: each has its own answer or error. */
  async batch(place: Place, items: readonly BatchItem[], question: Omit<Question, 'contextual' | 'context'>): Promise<BatchAnswer[]> {
    const answers = await this.#newest(place, question, (model, seen) => this.#answer(place, model, items, question.consistency, seen));
    return answers.map((answer) => {
      if (!(answer instanceof Error)) return { allowed: answer };
      const error = asFgaError(answer);
      return { code: error.code, message: error.message };
    });
  }

  /** As `check`, with the path that makes it true, or what would. */
  async why(place: Place, key: CheckKey, question: Question): Promise<{ why: Why; model: string }> {
    const model = await this.#model(place, question);
    const problem = problemOf(model, { key, contextual: question.contextual, context: question.context });
    if (problem !== undefined) throw problem;
    const query = { ...checkItem(model, key), context: question.context };
    try {
      const why = await this.#store.run(place, model, whyEvaluation(model, query), this.#options(question.contextual));
      return { why, model: model.id };
    } catch (error) {
      throw asFgaError(error);
    }
  }

  async #model(place: Place, question: ModelChoice): Promise<CompiledModel> {
    const fresh = mustBeNewest(question);
    return (fresh ? undefined : this.#models.peek(place, question.model)) ?? this.#models.get(place, question.model, fresh);
  }

  /**
   * Asks with the model that is in memory, and again when another process has written a newer one meanwhile and the question must see it. What
   * the store told on the way (`seen`) spares a statement.
   */
  async #newest<T>(place: Place, question: ModelChoice, ask: (model: CompiledModel, seen: (id: string) => void) => Promise<T>): Promise<T> {
    const known = this.#models.peek(place, question.model);
    if (known === undefined || !mustBeNewest(question)) return ask(await this.#model(place, question), () => {});
    let newest = '';
    const asked = await ask(known, (id) => (newest = id)).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if (newest !== known.id) {
      const model = await this.#models.get(place, '', true);
      if (model !== known) return ask(model, () => {});
    }
    if ('error' in asked) throw asked.error;
    return asked.answer;
  }

  /** Items that nothing is given along with share one run; each of the others has its own. */
  async #answer(
    place: Place,
    model: CompiledModel,
    items: readonly BatchItem[],
    consistency: Consistency,
    onNewestModel: (id: string) => void,
  ): Promise<(boolean | Error)[]> {
    const answers: (boolean | Error | undefined)[] = items.map((item) => problemOf(model, item));
    const cached = consistency === 'MINIMIZE_LATENCY' ? this.cache.at(place, model.id) : undefined;
    const groups = new Map<string, number[]>();
    for (const [i, item] of items.entries()) {
      answers[i] ??= cached?.get(item);
      if (answers[i] !== undefined) continue;
      const alike = item.contextual.length === 0 && Object.keys(item.context).length === 0;
      const group = alike ? '' : JSON.stringify([item.contextual, item.context]);
      const known = groups.get(group);
      if (known === undefined) groups.set(group, [i]);
      else known.push(i);
    }
    const runs = [...groups.values()].map(async (indexes) => {
      const [first = { contextual: [], context: {} }] = indexes.map((i) => items[i] as BatchItem);
      const checks = indexes.map((i) => checkItem(model, (items[i] as BatchItem).key));
      const found = await this.#store.run(place, model, checkEvaluation(model, checks, first.context), {
        ...this.#options(first.contextual),
        onNewestModel,
      });
      for (const [n, i] of indexes.entries()) {
        const answer = found[n] ?? false;
        answers[i] = answer instanceof Error ? asFgaError(answer) : answer;
        if (typeof answer === 'boolean') cached?.set(items[i] as BatchItem, answer);
      }
    });
    await Promise.all(runs);
    return answers.map((answer) => answer ?? false);
  }

  #options(contextual: readonly TupleKey[]): RunOptions {
    return { contextual, deadline: this.#clock() + DEADLINE_MS };
  }

  /**
   * Objects of the type to which the user has the relation, at most `MAX_RESULTS`; with `onObject` each as it is found, without that bound.
   * `complete`: all that there was time for is all that there is.
   */
  async listObjects(
    place: Place,
    query: { readonly type: string; readonly relation: string; readonly user: string },
    question: Question,
    onObject?: (object: string) => boolean,
  ): Promise<{ objects: string[]; complete: boolean; model: string }> {
    const model = await this.#model(place, question);
    checkContextual(model, question.contextual);
    const relation = relationOf(model, query.type, query.relation);
    const problem = userProblem(model, query.user);
    if (problem !== undefined) throw new FgaError('validation_error', `invalid 'user' value: ${problem}`);
    const objects: string[] = [];
    const take = onObject ?? ((object: string): boolean => objects.push(object) < MAX_RESULTS);
    const evaluation = { user: query.user, relation, context: question.context, streamed: onObject !== undefined };
    let complete = true;
    const options = { ...this.#options(question.contextual), onObject: take };
    try {
      await this.#store.run(place, model, (table, loaded) => listObjects(model, table, evaluation, loaded), options);
    } catch (error) {
      const known = asFgaError(error);
      // What was found in time is the answer, as with OpenFGA.
      if (known.code !== 'deadline_exceeded') throw known;
      complete = false;
    }
    return { objects, complete, model: model.id };
  }

  /** Users of the filter that have the relation to the object, as OpenFGA's strings, at most `MAX_RESULTS`. */
  async listUsers(
    place: Place,
    query: { readonly object: string; readonly relation: string; readonly filter: UserFilter },
    question: Question,
  ): Promise<string[]> {
    const model = await this.#model(place, question);
    checkContextual(model, question.contextual);
    const filtered = model.types.get(query.filter.type);
    if (filtered === undefined || query.filter.relation !== '') relationOf(model, query.filter.type, query.filter.relation);
    const relation = relationOf(model, typeOf(query.object), query.relation);
    const evaluation = listUsersEvaluation(model, { object: query.object, relation, filter: query.filter, context: question.context });
    try {
      return (await this.#store.run(place, model, evaluation, this.#options(question.contextual))).slice(0, MAX_RESULTS);
    } catch (error) {
      throw asFgaError(error);
    }
  }

  /** One level of the object's userset. */
  async expand(place: Place, key: { readonly object: string; readonly relation: string }, question: Question): Promise<JsonObject> {
    if (key.object === '' || key.relation === '')
      throw new FgaError('invalid_expand_input', 'Invalid input. Make sure you provide an object and a relation');
    const model = await this.#model(place, question);
    checkContextual(model, question.contextual);
    const problem = objectProblem(model, key.object) ?? relationProblem(model, key.object, key.relation);
    if (problem !== undefined) throw new FgaError('validation_error', problem);
    const relation = relationOf(model, typeOf(key.object), key.relation);
    return this.#store.run(place, model, expandEvaluation(model, key.object, relation), this.#options(question.contextual));
  }
}

/** What is wrong with an item before it is looked at, as the error that a check gives. */
function problemOf(model: CompiledModel, { key, contextual, context }: BatchItem): FgaError | undefined {
  const problem = keyProblem(model, key);
  if (problem !== undefined) return new FgaError('validation_error', `invalid relation: ${problem}`);
  const forbidden = contextProblem(context);
  if (forbidden !== undefined) return new FgaError('validation_error', `invalid context: ${forbidden}`);
  for (const tuple of contextual) {
    const wrong = tupleProblem(model, tuple);
    if (wrong !== undefined) return new FgaError('invalid_tuple', wrong.text);
  }
  return undefined;
}

function checkItem(model: CompiledModel, key: CheckKey): CheckItem {
  return { user: key.user, object: key.object, relation: relationOf(model, typeOf(key.object), key.relation) };
}

/** Any failure of an evaluation as what a client is told. */
export function asFgaError(error: unknown): FgaError {
  if (error instanceof FgaError) return error;
  if (error instanceof ConditionError)
    return new FgaError('validation_error', `failed to evaluate relationship condition: ${error.message}`);
  throw error;
}
