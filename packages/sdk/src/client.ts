/** What the gate answered when it did not do what was asked. `status` 0: it could not be reached. */
export class SallyportError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'SallyportError';
    this.status = status;
    this.code = code;
  }
}

/** Why the gate did not make a call to a third-party API. */
export type ConnectionRefusal = {
  /** Where the person connects the account: for `consent_required`, `scope_missing`, `reconsent_required`. */
  readonly connect?: string;
  readonly missing?: readonly string[];
  /** The approval that the call waits for, and where to answer it: for `approval_needed`. */
  readonly approval?: string;
  readonly url?: string;
};

/** The gate did not make the call. `code`: `consent_required`, `scope_missing`, `reconsent_required`, `provider_down`, `client_misconfigured`, `denied_by_rule`, `approval_needed`, ... */
export class ConnectionError extends SallyportError {
  readonly refusal: ConnectionRefusal;

  constructor(status: number, code: string, message: string, refusal: ConnectionRefusal) {
    super(status, code, message);
    this.name = 'ConnectionError';
    this.refusal = refusal;
  }
}

/** What is to be approved, exactly. */
export type Action = { readonly tool: string; readonly arguments: unknown; readonly conversation?: string };
export type ApprovalState = {
  readonly id: string;
  readonly state: 'waiting' | 'approved' | 'rejected' | 'expired' | 'used';
  readonly expiresAt: string;
  /** What the person said. */
  readonly note?: string;
};

export type ProxyInit = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Whose account, when there are several. */
  readonly user?: string;
};

export type SallyportOptions = {
  /** Where the gateway port is: `http://127.0.0.1:8100`. */
  readonly url: string;
  readonly key: string;
  /** Milliseconds for one request; default 10,000. */
  readonly timeout?: number;
  readonly fetch?: typeof globalThis.fetch;
};

/** Who asks, and about what. Names without a type are users and documents: `anne` is `user:anne`. */
export type Asking = {
  readonly user: string;
  /** Default `viewer`. */
  readonly relation?: string;
  /** Type of the documents; default `document`. */
  readonly type?: string;
  /** Id or name of the permission store; needless when there is one only. */
  readonly store?: string;
  /** For conditions. */
  readonly context?: Readonly<Record<string, unknown>>;
};

export type Filtered<D> = {
  /** The allowed ones, in their order. */
  readonly documents: D[];
  readonly asked: number;
  readonly allowed: number;
  readonly denied: number;
  /** Checks that failed; their documents are denied. */
  readonly failed: number;
  /** Documents that the user may read and that a rule stopped (unsafe, erased, your own rules); they count as denied, too. */
  readonly stopped: number;
  /** Documents that the user may read and that are not known to be of the datasets that his role holds him to; they count as denied, too. */
  readonly withheld: number;
  /** The event that says so in the log. */
  readonly event: string;
};

/** Vector stores whose filters `allowed` can give. */
export type VectorStore =
  | 'pinecone'
  | 'chroma'
  | 'mongodb'
  | 'qdrant'
  | 'weaviate'
  | 'elasticsearch'
  | 'opensearch'
  | 'milvus'
  | 'pgvector';

type Allowed = {
  readonly count: number;
  /** False: there are more than the limit, and the list is not all that the user may read. */
  readonly complete: boolean;
  readonly event: string;
};
export type AllowedIds = Allowed & { readonly ids: string[] };
export type AllowedPredicate = Allowed & { readonly predicate: unknown };

export type CheckKey = { readonly user: string; readonly relation: string; readonly object: string };
export type Tuple = CheckKey & { readonly condition?: { readonly name: string; readonly context?: Readonly<Record<string, unknown>> } };
export type WhyAnswer = {
  readonly allowed: boolean;
  /** The path that makes it true, as lines and as tuples. */
  readonly lines?: readonly string[];
  readonly tuples?: readonly Tuple[];
  /** What would make it true, the nearest first. */
  readonly nearest?: readonly { readonly tuples: readonly Tuple[]; readonly hops: number }[];
};

/** Calls the gate. Every method rejects SallyportError; nothing is ever answered from here when the gate does not. */
export class Sallyport {
  readonly #url: string;
  readonly #key: string;
  readonly #timeout: number;
  readonly #fetch: typeof globalThis.fetch;

  constructor({ url, key, timeout = 10_000, fetch = globalThis.fetch }: SallyportOptions) {
    this.#url = url.replace(/\/+$/, '');
    this.#key = key;
    this.#timeout = timeout;
    this.#fetch = fetch;
  }

  /**
   * Of these documents, those that the user may read, in their order. A document is its id or an object; `id` is the path to the id in the
   * object (`metadata.source`). One without an id is left out. More than 1,000 are asked in several requests.
   */
  async filter<D>(
    documents: readonly D[],
    asking: Asking & { readonly id?: string | ((document: D) => string | undefined) },
  ): Promise<Filtered<D>> {
    const { id, ...rest } = asking;
    const ids = documents.map((document) => (typeof id === 'function' ? id(document) : idAt(document, id ?? 'id')));
    let all: Filtered<D> = { documents: [], asked: 0, allowed: 0, denied: 0, failed: 0, stopped: 0, withheld: 0, event: '' };
    // The ids alone go over the wire: the texts are none of the gate's business here.
    for (let at = 0; at === 0 || at < documents.length; at += BATCH) {
      const sent = ids.slice(at, at + BATCH).map((value, i) => ({ id: value ?? null, at: at + i }));
      const reply = (await this.#call('POST', '/v1/rag/filter', { ...rest, documents: sent })) as Filtered<{ at: number }>;
      all = {
        documents: [...all.documents, ...reply.documents.map((kept) => documents[kept.at] as D)],
        asked: all.asked + reply.asked,
        allowed: all.allowed + reply.allowed,
        denied: all.denied + reply.denied,
        failed: all.failed + reply.failed,
        stopped: all.stopped + reply.stopped,
        withheld: all.withheld + reply.withheld,
        event: reply.event,
      };
    }
    return all;
  }

  /** The ids of what the user may read (1,000 unless `limit` says otherwise, 10,000 at most). Look at `complete`. */
  async allowed(asking: Asking & { readonly limit?: number }): Promise<AllowedIds> {
    return (await this.#call('GET', `/v1/rag/allowed?${queryOf(asking)}`)) as AllowedIds;
  }

  /** The same as a filter on the metadata field `field`, to push into the query of a vector store. */
  async predicate(
    asking: Asking & { readonly limit?: number; readonly format: VectorStore; readonly field: string },
  ): Promise<AllowedPredicate> {
    return (await this.#call('GET', `/v1/rag/allowed?${queryOf(asking)}`)) as AllowedPredicate;
  }

  /** Whether a user has a relation to an object, by the permission store's id. */
  async check(store: string, key: CheckKey, context: Readonly<Record<string, unknown>> = {}): Promise<boolean> {
    const reply = (await this.#call('POST', `/fga/stores/${encodeURIComponent(store)}/check`, { tuple_key: key, context })) as {
      allowed?: boolean;
    };
    return reply.allowed === true;
  }

  /** A check with its reason. */
  async why(store: string, key: CheckKey, context: Readonly<Record<string, unknown>> = {}): Promise<WhyAnswer> {
    return (await this.#call('POST', `/fga/stores/${encodeURIComponent(store)}/why`, { tuple_key: key, context })) as WhyAnswer;
  }

  /** What the gate finds in a text, without sending it anywhere: `{decision, findings, ...}`. */
  async inspect(input: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return (await this.#call('POST', '/v1/inspect', input)) as Readonly<Record<string, unknown>>;
  }

  /** Asks people to approve an action. The same question while it waits is one question. Rejects `approval_rejected`, `approval_fatigue`, ... */
  async requestApproval(
    action: Action & { readonly said?: string; readonly waitMinutes?: number },
  ): Promise<ApprovalState & { readonly url: string }> {
    return (await this.#call('POST', '/v1/approvals/request', action)) as ApprovalState & { readonly url: string };
  }

  /** How an approval of one's own stands; waits up to `seconds` for an answer, less than the timeout of requests. */
  async approval(id: string, seconds: number = 0): Promise<ApprovalState> {
    const wait = Math.max(0, Math.min(Math.floor(seconds), Math.floor(this.#timeout / 1_000) - 2));
    return (await this.#call('GET', `/v1/approvals/${encodeURIComponent(id)}?wait=${wait}`)) as ApprovalState;
  }

  /** Spends the approval of exactly this action: true once. */
  async useApproval(action: Action): Promise<boolean> {
    try {
      await this.#call('POST', '/v1/approvals/use', action);
      return true;
    } catch (error) {
      if (error instanceof SallyportError && error.code === 'not_approved') return false;
      throw error;
    }
  }

  /**
   * Calls a third-party API through the gate, which puts the credential in. Answers the service's own reply, whatever its status; a refusal of
   * the gate rejects ConnectionError. `path` begins with a slash.
   */
  async proxy(connection: string, path: string, init: ProxyInit = {}): Promise<Response> {
    const { method = 'GET', headers = {}, body, user } = init;
    const reply = await this.#fetchOrFail(`/proxy/${encodeURIComponent(connection)}${path}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${this.#key}`, ...(user === undefined ? {} : { 'x-sallyport-user': user }) },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
    });
    if (!reply.headers.has('x-sallyport-error')) return reply;
    const value = readJson(await reply.text());
    const { status, code, message } = errorOf(reply.status, value);
    const told =
      (value as { error?: { connect?: unknown; missing?: unknown; approval?: unknown; url?: unknown } } | undefined)?.error ?? {};
    throw new ConnectionError(status, code, message, {
      ...(typeof told.connect === 'string' ? { connect: told.connect } : {}),
      ...(Array.isArray(told.missing) ? { missing: told.missing.filter((one) => typeof one === 'string') } : {}),
      ...(typeof told.approval === 'string' ? { approval: told.approval } : {}),
      ...(typeof told.url === 'string' ? { url: told.url } : {}),
    });
  }

  async #call(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    const reply = await this.#send(method, path, body);
    const text = await reply.text();
    const value = readJson(text);
    if (!reply.ok) throw errorOf(reply.status, value);
    if (value === undefined) throw new SallyportError(reply.status, 'unreadable', 'The answer is no JSON.');
    return value;
  }

  #send(method: 'GET' | 'POST', path: string, body: unknown): Promise<Response> {
    return this.#fetchOrFail(path, {
      method,
      headers: { authorization: `Bearer ${this.#key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
    });
  }

  async #fetchOrFail(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.#fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(this.#timeout) });
    } catch (cause) {
      throw new SallyportError(0, 'unreachable', 'The gate does not answer.', { cause });
    }
  }
}

/** Documents of one request. */
const BATCH = 1_000;

/** The id at a path of names through objects and maps' plain members. */
function idAt(document: unknown, path: string): string | undefined {
  let value: unknown = document;
  if (typeof value === 'object')
    for (const name of path.split('.'))
      value =
        typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function queryOf(asking: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asking))
    if (value !== undefined)
      query.set(name, typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value));
  return query.toString();
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The gate's refusals have `{code, message}` themselves or under `error`. */
function errorOf(status: number, value: unknown): SallyportError {
  const outer = (typeof value === 'object' && value !== null ? value : {}) as { error?: unknown };
  const { code, message } = (typeof outer.error === 'object' && outer.error !== null ? outer.error : outer) as {
    code?: unknown;
    message?: unknown;
  };
  return new SallyportError(
    status,
    typeof code === 'string' ? code : `http_${status}`,
    typeof message === 'string' ? message : `The gate answered ${status}.`,
  );
}
