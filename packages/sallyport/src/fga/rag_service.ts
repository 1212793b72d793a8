import { newId, type Clock, type EventId, type Json, type JsonObject, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { CLASS, SEVERITY_ID, type Event, type EventPart } from '../audit/index.ts';
import type { Fga } from './fga.ts';
import type { Place } from './port.ts';
import { FgaError } from './problem.ts';
import { PREDICATES } from './rag_predicate.ts';
import { MAX_ALLOWED, type AllowedRequest, type FilterRequest } from './rag_request.ts';
import { screen, type Asked, type HeldTo, type RetrievalGuard, type Screened } from './retrieval.ts';
import { isUlid } from './ulid.ts';

/** Who asks: the key's tenant and principal. */
export type RagCaller = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly kind: 'user' | 'agent' | 'service';
  readonly key: string;
  /** Of the key. */
  readonly name: string;
  /** What caller and reader are held to when this caller asks for `user`. */
  readonly heldFor: (user: string) => HeldTo;
};

export type RagDeps = {
  readonly fga: Fga;
  readonly record: (event: Event) => Promise<void>;
  /** HMAC-SHA-256 under a key of the tenant, in hex: how an event names a document and a user. */
  readonly commit: (tenant: TenantId) => Promise<(value: string) => string>;
  readonly guard: RetrievalGuard;
  readonly clock: Clock;
};

/** Documents that an event names, by commitment; beyond it counts only. */
const MAX_NAMED = 200;
/** For how long the store behind a name is believed. */
const NAME_MS = 5_000;

/** `event`: the one that says so in the log. */
export type RagAnswer = JsonObject & { readonly event: string };

type Outcome = 'allowed' | 'denied' | 'stopped' | 'withheld';
type Counted = {
  readonly operation: string;
  readonly store: string;
  readonly user: string;
  readonly detail: NonNullable<Event['detail']>;
  readonly screened: Screened;
};

/** Retrieval by permission and by the rules of the point `retrieval`: what of a search a user may see, and what to search in. Each answer is an event, on disk before it is given. */
export class Rag {
  readonly #deps: RagDeps;
  readonly #named = new Map<string, { readonly id: string; readonly until: number }>();

  constructor(deps: RagDeps) {
    this.#deps = deps;
  }

  /**
   * The documents that the user has the relation to, of his datasets, and that no rule stops, in their order: one batch of checks, however often a document comes.
   * One without an id, or whose check fails, is left out. Rejects FgaError.
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
    const readable = objects.filter((_, i) => isAllowed(answers[i]));
    const failed = answers.filter((answer) => 'code' in answer);
    const [first] = failed;
    // When nothing could be asked at all (no such relation), that is an error and not an empty shelf.
    if (first !== undefined && failed.length === answers.length) throw new FgaError(first.code, first.message);
    const partOf = (object: string): number | undefined => partOrNone(request.objects.indexOf(object));
    const screened = await screen(this.#deps.guard, askedOf(caller, '/v1/rag/filter', request), readable, partOf);
    const allowed = new Set(given(readable, screened));
    const kept = request.objects.map((object) => object !== undefined && allowed.has(object));
    const documents = request.documents.filter((_, i) => kept[i]);
    const counts = {
      asked: request.documents.length,
      allowed: documents.length,
      denied: request.documents.length - documents.length,
      failed: failed.length,
      stopped: screened.stopped.size,
      withheld: screened.withheld.size,
    };
    const shown = request.objects.map((object, i): [string, Outcome] => [object ?? '', outcomeOf(object, kept[i] === true, screened)]);
    const event = await this.#record(
      caller,
      { operation: 'rag.filter', store: place.store, user, detail: { relation, ...counts }, screened },
      shown,
    );
    return { documents: documents as Json, ...counts, event };
  }

  /** The ids of what the user has the relation to, or a filter for a vector store. `complete` false: there is more than the limit. Rejects FgaError. */
  async allowed(caller: RagCaller, request: AllowedRequest): Promise<RagAnswer> {
    const { user, relation, type, question, limit, format, field } = request;
    const predicate = Object.hasOwn(PREDICATES, format) ? PREDICATES[format] : undefined;
    if (predicate === undefined && format !== 'ids')
      throw new FgaError('validation_error', `invalid format: value must be one of ids, ${Object.keys(PREDICATES).join(', ')}`);
    const place = await this.#place(caller.tenant, request.store);
    const asked = askedOf(caller, '/v1/rag/allowed', request);
    // Who is held to some datasets does not learn from where his list ends how many documents of others lie between.
    const most = asked.held.length === 0 ? limit : MAX_ALLOWED;
    const readable: string[] = [];
    const found = await this.#deps.fga.queries.listObjects(
      place,
      { type, relation, user },
      question,
      (object) => readable.push(object) <= most,
    );
    const whole = found.complete && readable.length <= most;
    readable.length = Math.min(readable.length, most);
    const screened = await screen(this.#deps.guard, asked, readable, () => undefined);
    const ids = given(readable, screened).map((object) => object.slice(type.length + 1));
    const complete = whole && ids.length <= limit;
    ids.length = Math.min(ids.length, limit);
    ids.sort();
    const detail = { relation, allowed: ids.length, stopped: screened.stopped.size, withheld: screened.withheld.size, complete };
    const event = await this.#record(caller, { operation: 'rag.allowed', store: place.store, user, detail, screened }, []);
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
    const { record, commit, clock, guard } = this.#deps;
    const { screened } = counted;
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
      decision: shortened(screened.decision),
      ...(parts.length === 0 ? {} : { parts }),
      detail: { point: 'retrieval', ...counted.detail, ...(screened.unknown ? { unknown: true, on_error: guard.onError } : {}) },
    });
    return uid;
  }
}

/** OCSF API Activity: read. */
const OCSF_READ = 2;

const partOrNone = (part: number): number | undefined => (part < 0 || part >= MAX_NAMED ? undefined : part);

/** Rules of one event; of a thousand documents that one rule stops, the rule is said for as many as the event names. */
const shortened = ({ action, rules, would }: Screened['decision']): Screened['decision'] => ({
  action,
  rules: rules.slice(0, MAX_NAMED),
  would: would.slice(0, MAX_NAMED),
});

const given = (readable: readonly string[], { stopped, withheld }: Screened): string[] =>
  readable.filter((object) => !stopped.has(object) && !withheld.has(object));

function askedOf(caller: RagCaller, endpoint: string, { user, relation }: { readonly user: string; readonly relation: string }): Asked {
  const { principal, kind, name, key } = caller;
  return {
    tenant: caller.tenant,
    principal: { id: principal, kind, name, key },
    endpoint,
    reader: { user, relation },
    held: caller.heldFor(user),
  };
}

function outcomeOf(object: string | undefined, kept: boolean, { stopped, withheld }: Screened): Outcome {
  if (kept) return 'allowed';
  if (object !== undefined && withheld.has(object)) return 'withheld';
  return object !== undefined && stopped.has(object) ? 'stopped' : 'denied';
}

const isAllowed = (answer: { readonly allowed: boolean } | { readonly code: string } | undefined): boolean =>
  answer !== undefined && 'allowed' in answer && answer.allowed;
