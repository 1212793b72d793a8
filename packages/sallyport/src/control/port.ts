import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { AppError } from '../kernel/index.ts';
import { isLoopback, listenOnHosts, type Listening, type ServerTls } from '../net/index.ts';
import { fail } from './errors.ts';

/** Time for the head and the body of a request; a client that sends slower holds a connection for nothing. */
const REQUEST_MS = 30_000;
/** Idle time of a kept connection. */
const KEEP_ALIVE_MS = 10_000;
/** All headers together: a key and a few more; Node's own default is the same. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Connections at once: the console opens six for each tab. */
const MAX_CONNECTIONS = 512;

/**
 * Listens on the console port of every host. Throws CONTROL_PORT_TAKEN, or CONTROL_PLAIN_ADDRESS for an address that others can reach,
 * without TLS and without `plain`.
 */
export async function listenOnPort(
  handler: RequestListener,
  where: { readonly hosts: readonly string[]; readonly port: number; readonly tls: ServerTls | undefined; readonly plain: boolean },
): Promise<Listening> {
  if (!isLoopback(where.hosts) && where.tls === undefined && !where.plain) throw fail('CONTROL_PLAIN_ADDRESS');
  try {
    return await listenOnHosts(() => createBareServer(handler, where.tls), where.hosts, where.port);
  } catch (thrown) {
    throw thrown instanceof AppError && thrown.code === 'NET_PORT_TAKEN'
      ? fail('CONTROL_PORT_TAKEN', { say: `It is ${where.port}.`, cause: thrown })
      : thrown;
  }
}

/** A server with the limits that both sides of the control API have. It does not listen yet. */
export function createBareServer(handler: RequestListener, tls?: ServerTls): Server {
  const options = {
    requestTimeout: REQUEST_MS,
    headersTimeout: KEEP_ALIVE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = tls === undefined ? createHttpServer(options, handler) : createHttpsServer({ ...options, ...tls.options() }, handler);
  if (server instanceof HttpsServer) tls?.attach(server);
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}
