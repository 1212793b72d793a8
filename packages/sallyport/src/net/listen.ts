import type { Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import { fail } from './errors.ts';

/** Something that listens until it is closed. */
export type Listening = { readonly port: number; close(): Promise<void> };

/** How long requests under way may take to end when a server closes. */
const CLOSE_MS = 2_000;

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

/** Whether only this machine reaches these hosts. */
export function isLoopback(hosts: readonly string[]): boolean {
  return hosts.every((host) => LOOPBACK.has(host));
}

/**
 * Listens on one port of several hosts, one server each, so that `localhost` reaches us by either address family; port 0 takes a free one.
 * A host whose family this machine lacks is left out. Rejects NET_PORT_TAKEN, NET_PORT_FORBIDDEN and NET_NO_ADDRESS.
 */
export async function listenOnHosts(make: () => Server, hosts: readonly string[], port: number): Promise<Listening> {
  const open: Listening[] = [];
  let chosen = port;
  try {
    for (const host of hosts) {
      const listening = await listenOn(make(), { host, port: chosen, ipv6Only: true });
      if (listening === undefined) continue;
      open.push(listening);
      chosen = listening.port;
    }
  } catch (thrown) {
    await Promise.all(open.map((listening) => listening.close()));
    throw thrown;
  }
  if (open.length === 0) throw fail('NET_NO_ADDRESS', { detail: hosts.join(', ') });
  return { port: chosen, close: async () => void (await Promise.all(open.map((listening) => listening.close()))) };
}

/** Listens in one place (a port or a socket file); undefined where this machine does not have the address. */
export function listenOn(server: Server, where: ListenOptions): Promise<Listening | undefined> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(undefined);
      else if (error.code === 'EADDRINUSE') reject(fail('NET_PORT_TAKEN', { cause: error, ...named(where) }));
      else if (error.code === 'EACCES' && where.port !== undefined) reject(fail('NET_PORT_FORBIDDEN', { cause: error, ...named(where) }));
      else reject(error);
    });
    server.listen(where, () => {
      const address = server.address();
      resolve({ port: typeof address === 'object' && address !== null ? address.port : 0, close: () => close(server) });
    });
  });
}

function named({ port }: ListenOptions): { say?: string } {
  return port === undefined ? {} : { say: `It is ${port}.` };
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
