import { Pool } from 'undici';
import { guardedConnector, type ConnectOptions } from './connect.ts';
import { outboundUrl } from './url.ts';

export type PoolLimits = {
  /** Connections to this origin at most. */
  readonly connections?: number;
  /** Milliseconds to the reply's head, and between two chunks of its body; 0 = none. A request may set its own. */
  readonly headersTimeoutMs?: number;
  readonly bodyTimeoutMs?: number;
};

/** Requests to one provider that run at once; above it they wait, and a provider would answer 429 long before. */
const CONNECTIONS = 256;
/** Just below the idle limit of common front ends (60 s and more), so that a connection is rarely closed under a request. */
const KEEP_ALIVE = 30_000;
/** Longest life of an idle connection, whatever the server's hint says: after it the name is resolved and checked anew. */
const KEEP_ALIVE_MAX = 300_000;
/** Bytes of a reply's head; OpenAI and Anthropic stay below 4 KiB. */
const MAX_HEADER = 32_768;

/**
 * A pool of connections to one origin behind the address guard. Redirects are not followed: a 3xx reply is handed on as it is.
 * One request at a time on a connection (`pipelining: 1`): more would hold short replies up behind long streams.
 * @throws NET_URL_REFUSED
 */
export function guardedPool(origin: string, options: ConnectOptions & PoolLimits): Pool {
  return new Pool(outboundUrl(origin).origin, {
    connect: guardedConnector(options),
    connections: options.connections ?? CONNECTIONS,
    pipelining: 1,
    allowH2: false,
    useMilo: false,
    keepAliveTimeout: KEEP_ALIVE,
    keepAliveMaxTimeout: KEEP_ALIVE_MAX,
    maxHeaderSize: MAX_HEADER,
    ...(options.headersTimeoutMs === undefined ? {} : { headersTimeout: options.headersTimeoutMs }),
    ...(options.bodyTimeoutMs === undefined ? {} : { bodyTimeout: options.bodyTimeoutMs }),
  });
}
