import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { ListenOptions } from 'node:net';
import type { Secret } from '../kernel/index.ts';
import { fail } from './errors.ts';

export type Tls = { readonly cert: string; readonly key: Secret };

/** Something that listens until it is closed. */
export type Listening = { readonly port: number; close(): Promise<void> };

/** Time for the head and the body of a request; a client that sends slower holds a connection for nothing. */
const REQUEST_MS = 30_000;
/** Idle time of a kept connection. */
const KEEP_ALIVE_MS = 10_000;
/** All headers together: a key and a few more; Node's own default is the same. */
const MAX_HEADER_BYTES = 16 * 1024;
/** Connections at once: the console opens six for each tab. */
const MAX_CONNECTIONS = 512;
/** How long requests under way may take to end when the server closes; lines that are followed never end by themselves. */
const CLOSE_MS = 2_000;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Listens on one port of several hosts, so that `localhost` reaches us by either address family. A host whose family this machine lacks is left out.
 * Throws CONTROL_PORT_TAKEN, or CONTROL_PLAIN_ADDRESS for an address that others can reach, without TLS and without `plain`.
 */
export async function listenOnHosts(
  handler: RequestListener,
  where: { readonly hosts: readonly string[]; readonly port: number; readonly tls: Tls | undefined; readonly plain: boolean },
): Promise<Listening> {
  const exposed = where.hosts.find((host) => !LOOPBACK.has(host));
  if (exposed !== undefined && where.tls === undefined && !where.plain) throw fail('CONTROL_PLAIN_ADDRESS');
  const open: Listening[] = [];
  let { port } = where;
  try {
    for (const host of where.hosts) {
      const listening = await listen(handler, { host, port, ipv6Only: true }, where.tls);
      if (listening === undefined) continue;
      open.push(listening);
      port = listening.port;
    }
  } catch (thrown) {
    await closeAll(open);
    throw thrown;
  }
  if (open.length === 0) throw fail('CONTROL_PORT_TAKEN', { detail: `none of ${where.hosts.join(', ')} is an address of this machine` });
  return { port, close: () => closeAll(open) };
}

/** Listens on a socket file. */
export async function listenOnPath(handler: RequestListener, path: string): Promise<Listening> {
  const listening = await listen(handler, { path }, undefined);
  if (listening === undefined) throw fail('CONTROL_SOCKET_PATH');
  return listening;
}

/** Undefined where this machine does not have the address. */
function listen(handler: RequestListener, where: ListenOptions, tls: Tls | undefined): Promise<Listening | undefined> {
  const options = {
    requestTimeout: REQUEST_MS,
    headersTimeout: KEEP_ALIVE_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server: Server =
    tls === undefined
      ? createHttpServer(options, handler)
      : createHttpsServer({ ...options, cert: tls.cert, key: tls.key.reveal(), minVersion: 'TLSv1.2' }, handler);
  server.maxConnections = MAX_CONNECTIONS;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(undefined);
      else if (error.code === 'EADDRINUSE') reject(fail('CONTROL_PORT_TAKEN', { cause: error }));
      else reject(error);
    });
    server.listen(where, () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close: () => close(server) });
    });
  });
}

async function closeAll(open: readonly Listening[]): Promise<void> {
  await Promise.all(open.map((listening) => listening.close()));
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
