import type { Readable } from 'node:stream';
import { Agent, request as send, type Dispatcher } from 'undici';
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
      const url = new URL(given);
      // The address is the operator's: metadata of a server must not lead anywhere else.
      if (url.origin !== origin.origin || url.pathname !== origin.pathname) throw fail('MCP_SERVER_FAILED', { detail: 'another address' });
      // A stream that stands open for whatever the server may want to say is not taken: lists are read again in time.
      if ((init.method ?? 'GET') === 'GET') return new Response(null, { status: 405 });
      const asked = Object.fromEntries(init.headers instanceof Headers ? init.headers : new Headers(init.headers));
      const once = (own: CredentialHeaders): Promise<Dispatcher.ResponseData> =>
        send(url, {
          dispatcher: agent,
          method: init.method as Dispatcher.HttpMethod,
          headers: { ...asked, ...own, 'accept-encoding': 'identity' },
          body: typeof init.body === 'string' ? init.body : null,
          signal: init.signal ?? null,
        }).catch((error: unknown) => {
          throw init.signal?.aborted === true ? error : asNetError(error);
        });
      const own = await credential();
      const reply = await once(own);
      if (reply.statusCode !== 401) return responseOf(reply);
      // It has refused the token before it did anything: one more try with a new one does nothing twice.
      const other = await credential(own);
      if (JSON.stringify(other) === JSON.stringify(own)) return responseOf(reply);
      reply.body.resume();
      return responseOf(await once(other));
    },
    close: () => agent.destroy(),
  };
}

async function responseOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Response> {
  const kept = new Headers();
  for (const name of REPLY_HEADERS) {
    const value = headers[name];
    if (typeof value === 'string') kept.set(name, value);
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    body.destroy();
    throw fail('MCP_SERVER_FAILED', { detail: 'an encoding that was not asked for' });
  }
  if (statusCode >= 300 && statusCode < 400) {
    body.destroy();
    throw fail('MCP_SERVER_FAILED', { detail: `redirect ${statusCode}` });
  }
  if (statusCode === 204 || statusCode === 202) {
    body.resume();
    return new Response(null, { status: statusCode, headers: kept });
  }
  if (kept.get('content-type')?.startsWith('text/event-stream') === true)
    return new Response(bounded(body), { status: statusCode, headers: kept });
  return new WholeResponse(statusCode, kept, await whole(body)) as unknown as Response;
}

/** A reply that is there already, as far as the protocol's client reads it: building a `Response` around it costs more than the rest of a call's way. */
class WholeResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly statusText = '';
  readonly headers: Headers;
  readonly body = null;
  readonly #bytes: Buffer;

  constructor(status: number, headers: Headers, bytes: Buffer) {
    this.status = status;
    this.ok = status >= 200 && status < 300;
    this.headers = headers;
    this.#bytes = bytes;
  }

  text(): Promise<string> {
    return Promise.resolve(this.#bytes.toString('utf8'));
  }

  json(): Promise<unknown> {
    return this.text().then((text) => JSON.parse(text) as unknown);
  }
}

async function whole(body: Readable): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPLY) {
      body.destroy();
      throw fail('MCP_REPLY_TOO_LARGE');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The same bytes; the stream ends with an error when there are too many. */
function bounded(body: Readable): ReadableStream<Uint8Array> {
  let size = 0;
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) return controller.close();
      size += value.length;
      if (size <= MAX_REPLY) return controller.enqueue(value);
      body.destroy();
      controller.error(fail('MCP_REPLY_TOO_LARGE'));
    },
    cancel: () => void body.destroy(),
  });
}
