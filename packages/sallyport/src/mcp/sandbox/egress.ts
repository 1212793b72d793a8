import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { guardedConnector, type Allow, type Resolve } from '../../net/index.ts';

export type Egress = { readonly refused: readonly string[]; close(): Promise<void> };

/** `as-written` lets private addresses through too, for hosts that the operator wrote down. */
export type EgressOptions = { readonly allow: Allow; readonly resolve?: Resolve };

/** Connections of one program at once. */
const MAX_CONNECTIONS = 64;
/** Refused targets that are kept. */
const MAX_REFUSED = 100;

/**
 * The way out of a sandbox: an HTTP proxy (CONNECT, RFC 9110 section 9.3.6) on a socket file that lets only the named hosts through, each
 * resolved once and checked as every outbound connection of ours. It sees no content: TLS goes through as it is.
 */
export async function openEgress(socket: string, hosts: readonly string[], options: EgressOptions = { allow: 'public' }): Promise<Egress> {
  const refused: string[] = [];
  const open = new Set<Socket>();
  // The program speaks TLS through the tunnel, so the tunnel itself is plain.
  const connect = guardedConnector({ ...options, plaintext: true });
  const server: Server = createServer((_request, response) => {
    response.writeHead(405, { 'content-type': 'text/plain' }).end('Only CONNECT is allowed here.');
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', (connection: Socket) => track(connection, open));
  server.on('connect', (request, client: Socket, head: Buffer) => {
    client.on('error', () => client.destroy());
    const target = targetOf(request.url ?? '');
    if (target === undefined || !allows(hosts, target)) {
      if (refused.length < MAX_REFUSED) refused.push((request.url ?? '').slice(0, 200));
      client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    connect({ hostname: target.host, protocol: 'http:', port: target.port }, (error, remote) => {
      if (error !== null) {
        client.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
        return;
      }
      track(remote, open);
      remote.on('error', () => client.destroy());
      client.on('close', () => remote.destroy());
      remote.on('close', () => client.destroy());
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      remote.write(head);
      client.pipe(remote).pipe(client);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return {
    refused,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of open) connection.destroy();
      }),
  };
}

function track(connection: Socket, open: Set<Socket>): void {
  open.add(connection);
  connection.on('close', () => open.delete(connection));
}

function targetOf(authority: string): { host: string; port: string } | undefined {
  const match = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253}):(\d{1,5})$/i.exec(authority);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { host: match[1].toLowerCase(), port: match[2] };
}

/** Whether a list of hosts names the target: `host`, `*.host` (below it), each with `:port` or for port 443. */
export function allows(hosts: readonly string[], { host, port }: { readonly host: string; readonly port: string }): boolean {
  return hosts.some((entry) => {
    const [, name = '', at = '443'] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry.toLowerCase()) ?? [];
    if (at !== port) return false;
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name;
  });
}
