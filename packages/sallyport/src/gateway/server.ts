import { createServer as createHttpServer, STATUS_CODES, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { errorBody } from '../message/index.ts';
import type { ServerTls } from '../net/index.ts';
import { ERRORS } from './errors.ts';

/** How long a client may take, in milliseconds. */
export type ServerTimes = {
  /** For the head of a request: slower is an attack (Slowloris). */
  readonly head: number;
  /** For a whole request; a body of 32 MiB needs 4 Mbit/s. */
  readonly request: number;
  /** Between two looks at who is late. */
  readonly check: number;
};

const TIMES: ServerTimes = { head: 10_000, request: 60_000, check: 2_000 };
/** Idle time of a kept connection: longer than a usual load balancer's 60 s, so that it is the one who closes. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 32 * 1024;
/** How long, and how much, a refused client may go on sending before its connection is cut. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 256 * 1024;
/** Connections at once; beyond it new ones are dropped by the kernel's queue. */
const MAX_CONNECTIONS = 10_000;

/**
 * The HTTP server of the gateway port: Node's strict parser (two framings are 400: RFC 9112 section 6.3), bounded heads, slow clients cut.
 * Its own errors are answered in a shape that both vendors' SDKs read: nobody knows yet which of them is asking.
 */
export function createGatewayServer(handler: RequestListener, tls: ServerTls | undefined, times: ServerTimes = TIMES): Server {
  const options: ServerOptions = {
    headersTimeout: times.head,
    requestTimeout: times.request,
    connectionsCheckingInterval: times.check,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: false,
    noDelay: true,
  };
  const server = tls === undefined ? createHttpServer(options, handler) : createHttpsServer({ ...options, ...tls.options() }, handler);
  if (server instanceof HttpsServer) tls?.attach(server);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuseConnection(error, socket));
  return server;
}

/**
 * Whether a part of an answer has gone out on this connection and the rest has not: an error would end up inside of it. Node keeps the answer
 * under this name and asks the same before it writes its own 400.
 */
function isAnswering(socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null }): boolean {
  return socket._httpMessage?.headersSent === true;
}

function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET' || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const message =
    status === 408
      ? 'The request came too slowly.'
      : status === 431
        ? 'The request headers are too large.'
        : 'The request is not valid HTTP/1.1.';
  const body = JSON.stringify(errorBody('messages', { status, code: 'http_invalid', message: `${message} ${ERRORS.REQUEST_INVALID.fix}` }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
  linger(socket);
}

/**
 * Closes without losing what was answered (RFC 9112 section 9.6): a client that is still sending would get a reset, and its system would throw the
 * answer away before it was read. What comes is dropped, for a moment.
 */
function linger(socket: Duplex): void {
  // The parser has given up, and would report each further piece as another error.
  socket.removeAllListeners('data');
  let left = LINGER_BYTES;
  socket.on('data', (chunk: Buffer) => {
    if ((left -= chunk.length) < 0) socket.destroy();
  });
  socket.on('end', () => socket.destroy());
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
