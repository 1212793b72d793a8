import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  isInitializeRequest,
  WebStandardStreamableHTTPServerTransport,
  type AuthInfo,
  type McpHttpHandler,
} from '@modelcontextprotocol/server';
import { Bag, isObject, readJson, reasonOf, type Json, type JsonObject } from '../../kernel/index.ts';
import { challengeOf, type Area } from '../../gateway/service.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { ERRORS } from '../errors.ts';
import { mayUseServer } from './access.ts';
import type { Scope } from './catalogue.ts';
import type { McpDeps } from './context.ts';
import { Exchange, STATELESS, statelessRequest } from './exchange.ts';
import { headerText, paramsAgree } from './param_headers.ts';
import type { Request as McpRequest, Servers } from './serve.ts';
import { ownerOf, Sessions } from './sessions.ts';

/** A request holds arguments of one tool; files go as resources. */
const MAX_BODY = 4 * 1024 * 1024;
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const HEADER_MISMATCH = -32_020;
const SERVER_ERROR = -32_000;
/** Headers of a request that the protocol's library reads; it sees no other, and no credential. */
const READ = ['accept', 'content-type', 'mcp-protocol-version', 'mcp-session-id', 'mcp-method', 'mcp-name', 'last-event-id'] as const;

/** `/mcp` and `/mcp/{server}` of the gateway port: streamable HTTP of the versions 2025-06-18 to 2026-07-28. */
export class McpEndpoint {
  readonly area: Area;
  readonly #deps: McpDeps;
  readonly #servers: Servers;
  readonly #sessions: Sessions;
  readonly #handler: McpHttpHandler;
  readonly #running = new Bag<{ readonly key: KeyRecord; readonly abort: AbortController }>();

  constructor(deps: McpDeps, servers: Servers) {
    this.#deps = deps;
    this.#servers = servers;
    this.#sessions = new Sessions(deps.clock);
    this.#handler = createMcpHandler(
      ({ authInfo }) => {
        if (authInfo === undefined) throw new TypeError('a request without its caller');
        const { request, greeting } = authInfo.extra as Extra;
        return servers.server(request, greeting);
      },
      { onerror: (error) => deps.logger.warn('MCP request refused', { reason: reasonOf(error) }) },
    );
    this.area = {
      prefix: '/mcp/',
      uses: 'tools',
      bare: true,
      serve: (request, target, body, key, response) => this.#serve(request, target.split('?', 1)[0] ?? '', body, key, response),
      refuse: (response, status, message) => refuse(response, status, SERVER_ERROR, message),
    };
  }

  /** Ends what runs for whoever proved himself by a handle that is revoked now. */
  revoke(tenant: KeyRecord['tenant'], handle: string): void {
    this.#sessions.revoke(tenant, handle);
    for (const { key, abort } of this.#running.values()) if (key.tenant === tenant && key.handles.includes(handle)) abort.abort();
  }

  async close(): Promise<void> {
    this.#sessions.close();
    for (const { abort } of this.#running.values()) abort.abort();
    await this.#handler.close();
  }

  async #serve(request: IncomingMessage, path: string, body: Buffer, key: KeyRecord, response: ServerResponse): Promise<void> {
    const scope = this.#scope(path, key);
    if (scope === undefined) return refuse(response, 404, SERVER_ERROR, ERRORS.MCP_SERVER_UNKNOWN.message);
    if (!key.useTools) {
      response.setHeader('www-authenticate', challengeOf(this.#deps, request.url ?? '', 'It lacks the scope tools.', 'tools'));
      return refuse(response, 403, SERVER_ERROR, 'The token lacks the scope tools.');
    }
    const { method = 'GET', headers } = request;
    if (method !== 'POST' && method !== 'DELETE') {
      // No stream stands open for what a server might want to say: lists are read again by whoever uses them.
      response.setHeader('allow', 'POST, DELETE');
      return refuse(response, 405, SERVER_ERROR, 'Method not allowed.');
    }
    const owner = ownerOf(key, path);
    const id = headers['mcp-session-id'];
    if (method === 'DELETE') {
      const own = typeof id === 'string' && this.#sessions.get(id, owner) !== undefined;
      if (!own) return refuse(response, 404, SERVER_ERROR, 'Session not found');
      this.#sessions.end(id);
      response.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    if (!/^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? ''))
      return refuse(response, 415, INVALID_REQUEST, 'The content type must be application/json.');
    if (body.length > MAX_BODY) return refuse(response, 413, INVALID_REQUEST, 'The request is too large.');
    const read = readJson(body);
    if (!read.ok) return refuse(response, 400, PARSE_ERROR, `Parse error (${read.problem})`);
    if (!isObject(read.value)) return refuse(response, 400, INVALID_REQUEST, 'One message a request, and no batches.');
    if (mismatch(headers, read.value)) return refuse(response, 400, HEADER_MISMATCH, 'Header and body name different things.');
    if (headers['mcp-protocol-version'] === STATELESS && !(await this.#paramsAgree({ key, scope }, headers, read.value)))
      return refuse(response, 400, HEADER_MISMATCH, 'Header and body name different things.', read.value['id']);
    // A stream that stands open for news of lists is not offered, and not given to who asks all the same.
    if (read.value['method'] === 'subscriptions/listen')
      return refuse(response, 404, METHOD_NOT_FOUND, 'Method not found', read.value['id']);
    const given: McpRequest = { key, scope };
    if (id !== undefined) {
      const session = typeof id === 'string' ? this.#sessions.get(id, owner) : undefined;
      if (session === undefined) return refuse(response, 404, SERVER_ERROR, 'Session not found');
      const transport = session.transport;
      const cancelled = cancelledBy(read.value);
      return this.#answer(request, response, given, read.value, async (web, options) => {
        const reply = await transport.handleRequest(web, options);
        // What is cancelled is not answered: its stream would stand open as long as its client does not close it.
        if (cancelled !== undefined) transport.closeSSEStream(cancelled);
        return reply;
      });
    }
    if (read.value['method'] === 'initialize' && isInitializeRequest(read.value))
      return this.#begin(request, response, given, owner, read.value);
    const stateless = statelessRequest(headers, read.value);
    if (stateless !== undefined) {
      const server = await this.#servers.forOne(given);
      return this.#run(response, given, (signal, authInfo) => new Exchange(stateless, response).serve(server, authInfo, signal));
    }
    return this.#answer(request, response, given, read.value, (web, options) => this.#handler.fetch(web, options));
  }

  /** A session for a client that begins with a handshake: only in one can it be asked to show its user where to decide. */
  async #begin(request: IncomingMessage, response: ServerResponse, given: McpRequest, owner: string, message: Json): Promise<void> {
    const { key } = given;
    const server = await this.#servers.server(given, true);
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) =>
        this.#sessions.add(id, { server, transport, tenant: key.tenant, owner, handles: key.handles, used: this.#deps.clock() }),
    });
    await server.connect(transport);
    await this.#answer(request, response, given, message, (web, options) => transport.handleRequest(web, options));
    if (transport.sessionId === undefined) await server.close();
  }

  #answer(
    request: IncomingMessage,
    response: ServerResponse,
    given: McpRequest,
    message: Json,
    act: (web: Request, options: { parsedBody: unknown; authInfo: AuthInfo }) => Promise<Response>,
  ): Promise<void> {
    const greeting = isObject(message) && (message['method'] === 'initialize' || message['method'] === 'server/discover');
    return this.#run(
      response,
      given,
      async (signal, authInfo) => {
        const headers = new Headers();
        for (const name of READ) {
          const value = request.headers[name];
          if (typeof value === 'string') headers.set(name, value);
        }
        const web = new Request(`http://gate${request.url ?? ''}`, { method: 'POST', headers, signal });
        await write(response, await act(web, { parsedBody: message, authInfo }));
      },
      greeting,
    );
  }

  /** Has a request end when its caller goes, or is revoked. */
  async #run(
    response: ServerResponse,
    given: McpRequest,
    act: (signal: AbortSignal, authInfo: AuthInfo) => Promise<void>,
    greeting = false,
  ): Promise<void> {
    const abort = new AbortController();
    const over = this.#running.add({ key: given.key, abort });
    const gone = (): void => abort.abort();
    response.once('close', gone);
    const extra: Extra = { request: given, greeting };
    try {
      await act(abort.signal, { token: '', clientId: given.key.id, scopes: [], extra });
    } catch (error) {
      if (!abort.signal.aborted) throw error;
      response.destroy();
    } finally {
      response.off('close', gone);
      over();
    }
  }

  /** Of a tool that cannot be found here nothing is said: the handler says it. */
  async #paramsAgree({ key, scope }: McpRequest, headers: IncomingMessage['headers'], message: JsonObject): Promise<boolean> {
    const params = isObject(message['params']) ? message['params'] : {};
    const { name } = params;
    if (message['method'] !== 'tools/call' || typeof name !== 'string') return true;
    const found = await this.#servers.catalogue.tool(scope, key, name).catch(() => undefined);
    const schema = found?.definition?.inputSchema;
    return schema === undefined || paramsAgree(schema, isObject(params['arguments']) ? params['arguments'] : {}, headers);
  }

  /** What an endpoint serves to a caller; a server that he may not use does not exist for him. */
  #scope(path: string, key: KeyRecord): Scope | undefined {
    if (path === '' || path === '/') return { server: undefined };
    const server = this.#deps.servers.get(path.slice(1));
    return server === undefined || !mayUseServer(server, key) ? undefined : { server };
  }
}

type Extra = { readonly request: McpRequest; readonly greeting: boolean } & Record<string, unknown>;

/** What a proxy before us may have decided by (`Mcp-Method`, `Mcp-Name`) must be what the body says; of every version, since anybody may send them. */
function mismatch(headers: IncomingMessage['headers'], message: { readonly [name: string]: Json }): boolean {
  const method = headers['mcp-method'];
  if (method !== undefined && method !== message['method']) return true;
  const name = headers['mcp-name'];
  if (name === undefined) return false;
  const params = isObject(message['params']) ? message['params'] : {};
  const meant = message['method'] === 'resources/read' ? params['uri'] : params['name'];
  if (typeof name !== 'string') return true;
  return headerText(name) !== meant;
}

/** The request that a notification ends. */
function cancelledBy({ method, params }: JsonObject): string | number | undefined {
  const id = method === 'notifications/cancelled' && isObject(params) ? params['requestId'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}

async function write(response: ServerResponse, reply: Response): Promise<void> {
  if (response.headersSent || response.destroyed) return;
  const headers: Record<string, string> = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  for (const name of ['content-type', 'mcp-session-id', 'allow']) {
    const value = reply.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  if (reply.body === null || headers['content-type']?.startsWith('text/event-stream') !== true) {
    const text = await reply.text();
    response.writeHead(reply.status, { ...headers, 'content-length': Buffer.byteLength(text) });
    response.end(text);
    return;
  }
  response.writeHead(reply.status, headers);
  for await (const piece of reply.body as AsyncIterable<Uint8Array>) {
    if (response.destroyed) return;
    if (!response.write(piece)) await new Promise<void>((resolve) => response.once('drain', resolve).once('close', resolve));
  }
  response.end();
}

/** An error in the protocol's own form. */
function refuse(response: ServerResponse, status: number, code: number, message: string, id: Json = null): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } });
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
