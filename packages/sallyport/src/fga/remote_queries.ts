import { isObject, type Clock, type Json, type JsonObject } from '../kernel/index.ts';
import type { UserFilter } from './list_users.ts';
import type { Models } from './models.ts';
import type { FgaStore, Place } from './port.ts';
import { FgaError, isCode } from './problem.ts';
import { MAX_RESULTS, Queries, type BatchAnswer, type Question } from './queries.ts';
import type { RemoteClient } from './remote_client.ts';
import { keyJson, remotePath, type RemoteDeps } from './remote_store.ts';
import { splitUser, typeOf, type BatchItem, type CheckKey } from './tuple.ts';

/** Checks of one request to the server: OpenFGA's own limit. */
const BATCH = 50;
/** Requests of one batch that are under way at once. */
const AT_ONCE = 4;

/** Questions that an OpenFGA server answers. `why` stays ours: it reads the server's tuples. */
export class RemoteQueries extends Queries {
  readonly #client: RemoteClient;
  readonly #stores: RemoteDeps['stores'];

  constructor(client: RemoteClient, stores: RemoteDeps['stores'], store: FgaStore, models: Models, clock: Clock) {
    super(store, models, clock);
    this.#client = client;
    this.#stores = stores;
  }

  override async check(place: Place, key: CheckKey, question: Question): Promise<{ allowed: boolean; model: string }> {
    const reply = await this.#ask(place, 'check', { tuple_key: { ...key }, ...bodyOf(question) });
    return { allowed: reply['allowed'] === true, model: question.model };
  }

  override async batch(
    place: Place,
    items: readonly BatchItem[],
    question: Omit<Question, 'contextual' | 'context'>,
  ): Promise<BatchAnswer[]> {
    const answers: BatchAnswer[] = [];
    const ask = async (at: number): Promise<void> => {
      const part = items.slice(at, at + BATCH);
      const checks = part.map(({ key, contextual, context }, i) => ({
        tuple_key: { ...key },
        context,
        correlation_id: String(i),
        ...(contextual.length === 0 ? {} : { contextual_tuples: { tuple_keys: contextual.map(keyJson) } }),
      }));
      const reply = await this.#ask(place, 'batch-check', { checks, ...choiceOf(question) });
      const result = isObject(reply['result']) ? reply['result'] : {};
      for (const i of part.keys()) answers[at + i] = answerOf(result[String(i)]);
    };
    const starts = Array.from({ length: Math.ceil(items.length / BATCH) }, (_, i) => i * BATCH);
    for (let i = 0; i < starts.length; i += AT_ONCE) await Promise.all(starts.slice(i, i + AT_ONCE).map(ask));
    return answers;
  }

  override async listObjects(
    place: Place,
    { type, relation, user }: { readonly type: string; readonly relation: string; readonly user: string },
    question: Question,
    onObject?: (object: string) => boolean,
  ): Promise<{ objects: string[]; complete: boolean; model: string }> {
    const body = { type, relation, user, ...bodyOf(question) };
    if (onObject === undefined) {
      const { objects } = await this.#ask(place, 'list-objects', body);
      const found = Array.isArray(objects) ? objects.filter((object) => typeof object === 'string') : [];
      // The server does not say whether it stopped at its limit.
      return { objects: found, complete: found.length < MAX_RESULTS, model: question.model };
    }
    const path = `${remotePath(place, this.#stores)}/streamed-list-objects`;
    await this.#client.lines(path, body, (line) => {
      const object = isObject(line['result']) ? line['result']['object'] : undefined;
      return typeof object !== 'string' || onObject(object);
    });
    return { objects: [], complete: true, model: question.model };
  }

  override async listUsers(
    place: Place,
    { object, relation, filter }: { readonly object: string; readonly relation: string; readonly filter: UserFilter },
    question: Question,
  ): Promise<string[]> {
    const type = typeOf(object);
    const reply = await this.#ask(place, 'list-users', {
      object: { type, id: object.slice(type.length + 1) },
      relation,
      user_filters: [filter.relation === '' ? { type: filter.type } : { ...filter }],
      context: question.context,
      contextual_tuples: question.contextual.map(keyJson),
      ...choiceOf(question),
    });
    const { users } = reply;
    return Array.isArray(users) ? users.filter(isObject).map(userText) : [];
  }

  #ask(place: Place, operation: string, body: JsonObject): Promise<JsonObject> {
    return this.#client.call('POST', `${remotePath(place, this.#stores)}/${operation}`, body);
  }
}

const choiceOf = ({ model, consistency }: Pick<Question, 'model' | 'consistency'>): JsonObject => ({
  ...(model === '' ? {} : { authorization_model_id: model }),
  consistency,
});

const bodyOf = (question: Question): JsonObject => ({
  context: question.context,
  ...(question.contextual.length === 0 ? {} : { contextual_tuples: { tuple_keys: question.contextual.map(keyJson) } }),
  ...choiceOf(question),
});

/** One answer of a batch; what is none is an error, never a permission. */
function answerOf(value: Json | undefined): BatchAnswer {
  if (isObject(value) && typeof value['allowed'] === 'boolean' && value['error'] === undefined) return { allowed: value['allowed'] };
  const error = isObject(value) && isObject(value['error']) ? value['error'] : {};
  const code = error['input_error'] ?? error['internal_error'];
  const known = typeof code === 'string' && isCode(code) ? code : new FgaError('internal_error', '').code;
  return { code: known, message: typeof error['message'] === 'string' ? error['message'] : 'The OpenFGA server gave no answer' };
}

function userText(user: JsonObject): string {
  const part = (name: string): JsonObject | undefined => (isObject(user[name]) ? user[name] : undefined);
  const [object, set, everyone] = [part('object'), part('userset'), part('wildcard')];
  const text = (value: JsonObject | undefined, name: string): string => (typeof value?.[name] === 'string' ? value[name] : '');
  if (everyone !== undefined) return `${text(everyone, 'type')}:*`;
  if (set !== undefined) return `${text(set, 'type')}:${text(set, 'id')}#${text(set, 'relation')}`;
  return splitUser(`${text(object, 'type')}:${text(object, 'id')}`).object;
}
