import { Client, type Dispatcher } from 'undici';
import { AppError } from '../kernel/index.ts';
import { guardedConnector, type Allow, type ConnectOptions } from './connect.ts';
import { fail } from './errors.ts';
import { outboundUrl } from './url.ts';

export type GuardedRequest = ConnectOptions & {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  /** Lower case. `accept-encoding` is always `identity`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Milliseconds for everything, redirects included. */
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** How often a redirect is followed; default none. */
  readonly maxRedirects?: number;
};

export type GuardedReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** The address that answered, after redirects. */
  readonly url: string;
};

/** Enough for a webhook's answer, a key set, a model list. */
const MAX_BYTES = 1_048_576;
const TIMEOUT = 15_000;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Headers that belong to one origin and never follow a redirect to another. */
const BOUND_TO_ORIGIN = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key', 'api-key']);

/**
 * One bounded request behind the address guard, for webhooks, key sets, lists: never for model traffic. Each redirect is checked like a
 * first request, and only as `public`: what was written down was the first address, not where it points. Credentials stay with their
 * origin, https never turns into http.
 * @throws NET_URL_REFUSED NET_ADDRESS_REFUSED NET_PLAINTEXT_REFUSED NET_UNREACHABLE NET_TIMEOUT NET_TOO_LARGE NET_TOO_MANY_REDIRECTS NET_ENCODING
 */
export async function guardedFetch(address: string, request: GuardedRequest): Promise<GuardedReply> {
  const signal = AbortSignal.timeout(request.timeoutMs ?? TIMEOUT);
  let url = outboundUrl(address);
  let hop: GuardedRequest = request;
  for (let followed = 0; ; followed++) {
    const reply = await exchange(url, hop, signal);
    const location = reply.headers['location'];
    if (!REDIRECTS.has(reply.status) || location === undefined || (request.maxRedirects ?? 0) === 0) return { ...reply, url: url.href };
    if (followed >= (request.maxRedirects ?? 0)) throw fail('NET_TOO_MANY_REDIRECTS');
    const next = redirectTarget(location, url);
    hop = nextHop(hop, reply.status, next.origin === url.origin);
    url = next;
  }
}

function redirectTarget(location: string, from: URL): URL {
  const next = URL.parse(location, from);
  if (next === null) throw fail('NET_URL_REFUSED', { detail: 'redirect to no address' });
  if (from.protocol === 'https:' && next.protocol !== 'https:')
    throw fail('NET_PLAINTEXT_REFUSED', { detail: 'redirect from https to http' });
  return outboundUrl(next.href);
}

/** RFC 9110 section 15.4: 303 asks for GET, 301 and 302 turn POST into GET in practice; 307 and 308 repeat the request as it was. */
function nextHop(hop: GuardedRequest, status: number, sameOrigin: boolean): GuardedRequest {
  const again = status === 307 || status === 308;
  const headers = Object.entries(hop.headers ?? {}).filter(
    ([name]) => (sameOrigin || !BOUND_TO_ORIGIN.has(name.toLowerCase())) && (again || !name.toLowerCase().startsWith('content-')),
  );
  const { body, ...rest } = hop;
  const allow: Allow = sameOrigin ? hop.allow : 'public';
  return {
    ...rest,
    allow,
    method: again || hop.method === 'HEAD' ? (hop.method ?? 'GET') : 'GET',
    headers: Object.fromEntries(headers),
    ...(again && body !== undefined ? { body } : {}),
  };
}

async function exchange(url: URL, request: GuardedRequest, signal: AbortSignal): Promise<GuardedReply> {
  const client = new Client(url.origin, { connect: guardedConnector(request), pipelining: 1, allowH2: false, useMilo: false });
  try {
    return await collect(client, url, request, signal);
  } finally {
    void client.destroy().catch(() => undefined);
  }
}

function collect(client: Client, url: URL, request: GuardedRequest, signal: AbortSignal): Promise<GuardedReply> {
  const limit = request.maxBytes ?? MAX_BYTES;
  return new Promise((resolve, reject) => {
    let status = 0;
    let headers: Record<string, string> = {};
    let size = 0;
    const chunks: Buffer[] = [];
    const late = (): void => {
      // Rejected here, not by the abort: a connection that is still being made reports nothing until its own limit.
      reject(fail('NET_TIMEOUT'));
      void client.destroy().catch(() => undefined);
    };
    if (signal.aborted) return late();
    signal.addEventListener('abort', late, { once: true });
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', late);
      act();
    };
    client.dispatch(
      {
        path: `${url.pathname}${url.search}`,
        method: request.method ?? 'GET',
        headers: { ...request.headers, 'accept-encoding': 'identity' },
        body: request.body ?? null,
      },
      {
        onRequestStart() {},
        onResponseStart(controller, code, fields) {
          if (code < 200) return;
          status = code;
          headers = flat(fields);
          const encoding = headers['content-encoding'];
          if (encoding !== undefined && encoding !== 'identity') controller.abort(fail('NET_ENCODING'));
          else if (Number(headers['content-length'] ?? 0) > limit && request.method !== 'HEAD') controller.abort(fail('NET_TOO_LARGE'));
        },
        onResponseData(controller, chunk) {
          size += chunk.length;
          if (size > limit) controller.abort(fail('NET_TOO_LARGE'));
          else chunks.push(chunk);
        },
        onResponseEnd: () => settle(() => resolve({ status, headers, body: Buffer.concat(chunks, size), url: url.href })),
        onResponseError: (_controller, error) => settle(() => reject(asNetError(error))),
      } satisfies Dispatcher.DispatchHandler,
    );
  });
}

function flat(fields: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) out[name] = Array.isArray(value) ? value.join(', ') : value;
  return out;
}

/** Our own errors travel through undici as they are; all others are told apart by undici's code only. */
export function asNetError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const detail = `${code} ${error instanceof Error ? error.message : ''}`.trim();
  return fail(code.includes('TIMEOUT') || code === 'ETIMEDOUT' ? 'NET_TIMEOUT' : 'NET_UNREACHABLE', { cause: error, detail });
}
