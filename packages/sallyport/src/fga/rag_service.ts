import { newId, type Clock, type EventId, type Json, type JsonObject, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { CLASS, SEVERITY_ID, type Event, type EventPart } from '../audit/index.ts';
import type { Fga } from './fga.ts';
import type { Place } from './port.ts';
import { FgaError } from './problem.ts';
import { PREDICATES } from './rag_predicate.ts';
import type { AllowedRequest, FilterRequest } from './rag_request.ts';
import { isUlid } from './ulid.ts';

/** Who asks: the key's tenant and principal. */
export type RagCaller = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly kind: 'user' | 'agent' | 'service';
  readonly key: string;
};

export type RagDeps = {
  readonly fga: Fga;
  readonly record: (event: Event) => Promise<void>;
  /** HMAC-SHA-256 under a key of the tenant, in hex: how an event names a document and a user. */
  readonly commit: (tenant: TenantId) => Promise<(value: string) => string>;
  readonly clock: Clock;
};

/** Documents that an event names, by commitment; beyond it counts only. */
const MAX_NAMED = 200;
/** For how long the store behind a name is believed. */
const NAME_MS = 5_000;

/** `event`: the one that says so in the log. */
export type RagAnswer = JsonObject & { readonly event: string };

type Outcome = 'allowed' | 'denied';
type Counted = { readonly operation: string; readonly store: string; readonly user: string; readonly detail: NonNullable<Event['detail']> };

/** Retrieval by permission: what of a search a user may see, and what to search in. Each answer is an event, on disk before it is given. */
export class Rag {
  readonly #deps: RagDeps;
  readonly #named = new Map<string, { readonly id: string; readonly until: number }>();

  constructor(deps: RagDeps) {
    this.#deps = deps;
  }

  /**
   * The documents that the user has the relation to, in their order: one batch of checks, however often a document comes. One without an id, or
   * whose check fails, is left out. Rejects FgaError.
   */
  async filter(caller: RagCaller, request: FilterRequest): Promise<RagAnswer> {
    const { fga } = this.#deps;
    const place = await this.#place(caller.tenant, request.store);
    const objects = [...new Set(request.objects.filter((object) => object !== undefined))];
    const { question, user, relation } = request;
    const items = objects.map((object) => ({
      key: { user, relation, object },
      contextual: question.contextual,
      context: question.context,
    }));
    const answers = items.length === 0 ? [] : await fga.queries.batch(place, items, question);
    const allowed = new Set(objects.filter((_, i) => isAllowed(answers[i])));
    const failed = answers.filter((answer) => 'code' in answer);
    const [first] = failed;
    // When nothing could be asked at all (no such relation), that is an error and not an empty shelf.
    if (first !== undefined && failed.length === answers.length) throw new FgaError(first.code, first.message);
    const kept = request.objects.map((object) => object !== undefined && allowed.has(object));
    const documents = request.documents.filter((_, i) => kept[i]);
    const counts = {
      asked: request.documents.length,
      allowed: documents.length,
      denied: request.documents.length - documents.length,
      failed: failed.length,
    };
    const shown = request.objects.map((object, i): [string, Outcome] => [object ?? '', kept[i] === true ? 'allowed' : 'denied']);
    const event = await this.#record(caller, { operation: 'rag.filter', store: place.store, user, detail: { relation, ...counts } }, shown);
    return { documents: documents as Json, ...counts, event };
  }

  /** The ids of what the user has the relation to, or a filter for a vector store. `complete` false: there is more than the limit. Rejects FgaError. */
  async allowed(caller: RagCaller, request: AllowedRequest): Promise<RagAnswer> {
    const { user, relation, type, question, limit, format, field } = request;
    const predicate = Object.hasOwn(PREDICATES, format) ? PREDICATES[format] : undefined;
    if (predicate === undefined && format !== 'ids')
      throw new FgaError('validation_error', `invalid format: value must be one of ids, ${Object.keys(PREDICATES).join(', ')}`);
    const place = await this.#place(caller.tenant, request.store);
    const ids: string[] = [];
    const found = await this.#deps.fga.queries.listObjects(place, { type, relation, user }, question, (object) => {
      ids.push(object.slice(type.length + 1));
      return ids.length <= limit;
    });
    const complete = found.complete && ids.length <= limit;
    ids.length = Math.min(ids.length, limit);
    ids.sort();
    const detail = { relation, allowed: ids.length, complete };
    const event = await this.#record(caller, { operation: 'rag.allowed', store: place.store, user, detail }, []);
    const what: JsonObject = predicate === undefined ? { ids } : { predicate: predicate(field, ids) };
    return { ...what, count: ids.length, complete, event };
  }

  async #place(tenant: TenantId, named: string): Promise<Place> {
    if (isUlid(named)) return { tenant, store: named };
    const key = `${tenant} ${named}`;
    const known = this.#named.get(key);
    const now = this.#deps.clock();
    if (known !== undefined && known.until > now) return { tenant, store: known.id };
    const { items } = await this.#deps.fga.store.listStores(tenant, named, { size: 2, after: '' });
    const [only] = items;
    if (only === undefined || items.length > 1)
      throw new FgaError('store_id_not_found', named === '' ? 'Name the store: there is none, or more than one' : 'Store ID not found');
    this.#named.set(key, { id: only.id, until: now + NAME_MS });
    return { tenant, store: only.id };
  }

  async #record(caller: RagCaller, counted: Counted, documents: readonly (readonly [string, Outcome])[]): Promise<string> {
    const { record, commit, clock } = this.#deps;
    const hash = await commit(caller.tenant);
    const time = clock();
    const uid = newId('evt', time) as EventId;
    const parts = documents.slice(0, MAX_NAMED).map(([object, outcome], part): EventPart => ({
      part,
      origin: 'retrieved',
      point: 'retrieval',
      size: 0,
      kind: outcome,
      ...(object === '' ? {} : { commitment: hash(object) }),
    }));
    await record({
      uid,
      tenant: caller.tenant,
      time,
      class_uid: CLASS.apiActivity,
      activity_id: OCSF_READ,
      severity_id: SEVERITY_ID.info,
      status_id: 1,
      kind: counted.operation,
      actor: { principal: caller.principal, kind: caller.kind, key: caller.key, end_user: hash(counted.user) },
      api: { operation: counted.operation },
      target: { kind: 'fga_store', id: counted.store },
      ...(parts.length === 0 ? {} : { parts }),
      detail: { point: 'retrieval', ...counted.detail },
    });
    return uid;
  }
}

/** OCSF API Activity: read. */
const OCSF_READ = 2;

const isAllowed = (answer: { readonly allowed: boolean } | { readonly code: string } | undefined): boolean =>
  answer !== undefined && 'allowed' in answer && answer.allowed;
