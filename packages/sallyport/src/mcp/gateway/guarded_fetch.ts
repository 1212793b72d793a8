import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher } from 'undici';
import { asNetError, guardedConnector } from '../../net/index.ts';
import { fail } from '../errors.ts';

/** A server's reply, whole: ten times the largest list of definitions that is taken. */
export const MAX_REPLY = 10 * 1024 * 1024;
/** Until a server's connection is there. */
const CONNECT_MS = 10_000;
/** Idle connections are closed before a usual server does it. */
const KEEP_ALIVE_MS = 4_000;
/** Connections to one server. */
const MAX_CONNECTIONS = 64;
/** Of a reply the protocol needs no others. */
const REPLY_HEADERS = ['content-type', 'mcp-session-id', 'retry-after'] as const;

type CredentialHeaders = Readonly<Record<string, string>>;
/** The headers that carry the credential of one request. `refused`: those that the server has just answered with 401; the same again means that there are no others. */
export type Credential = (refused?: CredentialHeaders) => Promise<CredentialHeaders>;

/** `fetch` for the protocol's client, behind the address guard and with bounds. Only this origin, no redirects, no cookies; the credential goes in here and nowhere else. */
export type GuardedFetch = {
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
};

export function guardedFetchFor(origin: URL, credential: Credential): GuardedFetch {
  const agent = new Agent({
    connect: guardedConnector({ allow: 'as-written', timeoutMs: CONNECT_MS }),
    pipelining: 1,
    connections: MAX_CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    async fetch(given, init = {}) {
      const url = given instanceof URL ? given : new URL(given);
      // The address is the operator's: metadata of a server must not lead anywhere else.
      if (url.origin !== origin.origin || url.pathname !== origin.pathname) throw fail('MCP_SERVER_FAILED', { detail: 'another address' });
      // A stream that stands open for whatever the server may want to say is not taken: lists are read again in time.
      if ((init.method ?? 'GET') === 'GET') return new Response(null, { status: 405 });
      const asked = Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers));
      const once = (own: CredentialHeaders): Promise<Reply> =>
        exchange(agent, url, init, { ...asked, ...own, 'accept-encoding': 'identity' });
      const own = await credential();
      const reply = await once(own);
      if (reply.status !== 401) return reply as unknown as Response;
      // It has refused the token before it did anything: one more try with a new one does nothing twice.
      const other = await credential(own);
      if (JSON.stringify(other) === JSON.stringify(own)) return reply as unknown as Response;
      reply.body?.cancel().catch(() => undefined);
      return (await once(other)) as unknown as Response;
    },
    close: () => agent.destroy(),
  };
}

/** A reply as far as the protocol's client reads it: building a `Response` around it, and streams below it, cost more than the rest of a call's way. */
class Reply {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText = '';
  readonly headers: Headers;
  /** Only of a reply that comes as a stream of events; any other is there already. */
  readonly body: ReadableStream<Uint8Array> | null;
  readonly #bytes: Buffer;

  constructor(status: number, headers: Headers, content: Buffer | ReadableStream<Uint8Array>) {
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.headers = headers;
    [this.#bytes, this.body] = Buffer.isBuffer(content) ? [content, null] : [EMPTY, content];
  }

  text(): Promise<string> {
    return Promise.resolve(this.#bytes.toString('utf8'));
  }

  json(): Promise<unknown> {
    return this.text().then((text) => JSON.parse(text) as unknown);
  }
}

const EMPTY = Buffer.alloc(0);

/** One request: resolves with the whole reply, or with the head of a stream of events. Rejects net errors, MCP_REPLY_TOO_LARGE, MCP_SERVER_FAILED. */
function exchange(agent: Agent, url: URL, { method, body, signal }: RequestInit, headers: Record<string, string>): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const content = typeof body === 'string' ? body : null;
    const sink = new ReplySink(resolve, reject, signal ?? undefined);
    agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method: method as Dispatcher.HttpMethod, headers, body: content },
      sink,
    );
  });
}

/** Gathers a reply, within its bounds. */
class ReplySink implements Dispatcher.DispatchHandler {
  readonly #resolve: (reply: Reply) => void;
  readonly #reject: (error: unknown) => void;
  readonly #signal: AbortSignal | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #status = 0;
  #headers = new Headers();
  #controller: Dispatcher.DispatchController | undefined;
  /** Of a stream of events. */
  #events: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #gone = (): void => {
    // At once: a connection that is still being made reports nothing before its own limit.
    this.#fail(this.#signal?.reason);
    this.#controller?.abort(fail('MCP_SERVER_FAILED', { detail: 'nobody waits for it' }));
  };

  constructor(resolve: (reply: Reply) => void, reject: (error: unknown) => void, signal: AbortSignal | undefined) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#signal = signal;
    if (signal?.aborted === true) reject(signal.reason);
    else signal?.addEventListener('abort', this.#gone, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted === true) this.#gone();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (status < 200) return;
    this.#status = status;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity')
      return controller.abort(fail('MCP_SERVER_FAILED', { detail: 'an encoding that was not asked for' }));
    if (status >= 300 && status < 400) return controller.abort(fail('MCP_SERVER_FAILED', { detail: `redirect ${status}` }));
    for (const name of REPLY_HEADERS) {
      const value = headers[name];
      if (typeof value === 'string') this.#headers.set(name, value);
    }
    const empty = status === 202 || status === 204;
    if (!empty && this.#headers.get('content-type')?.startsWith('text/event-stream') === true)
      this.#resolve(new Reply(status, this.#headers, this.#stream(controller)));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    // What was paused goes on with an empty chunk: to be paused by that again would never end.
    if (chunk.length === 0) return;
    this.#size += chunk.length;
    if (this.#size > MAX_REPLY) controller.abort(fail('MCP_REPLY_TOO_LARGE'));
    else if (this.#events === undefined) this.#chunks.push(chunk);
    else {
      this.#events.enqueue(new Uint8Array(chunk));
      if ((this.#events.desiredSize ?? 1) <= 0) controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#gone);
    if (this.#events !== undefined) return this.#events.close();
    const [first, ...more] = this.#chunks;
    this.#resolve(
      new Reply(this.#status, this.#headers, first === undefined ? EMPTY : more.length === 0 ? first : Buffer.concat(this.#chunks)),
    );
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#signal?.removeEventListener('abort', this.#gone);
    this.#fail(asNetError(error));
  }

  #stream(controller: Dispatcher.DispatchController): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (events) => void (this.#events = events),
      pull: () => controller.resume(),
      cancel: () => controller.abort(fail('MCP_SERVER_FAILED', { detail: 'nobody waits for it' })),
    });
  }

  #fail(error: unknown): void {
    this.#reject(error);
    this.#events?.error(error);
  }
}
