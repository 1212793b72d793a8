import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import {
  classifyInboundRequest,
  isJSONRPCErrorResponse,
  PerRequestHTTPServerTransport,
  type AuthInfo,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageClassification,
  type Server,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import type { JsonObject } from '../../kernel/index.ts';

/** The version that knows no sessions: each request is an exchange of its own. */
export const STATELESS = '2026-07-28';
/** The requests that reach a server; all others of this version are the library's own handler's. */
const METHODS: ReadonlySet<unknown> = new Set(['tools/call', 'prompts/get', 'resources/read']);
/** "MissingRequiredClientCapability": the one error of a handler that has a status of its own (2026-07-28, Streamable HTTP). */
const MISSING_CAPABILITY = -32_021;
/** Between two signs of life on a stream that says nothing, as the library has it. */
const ALIVE_MS = 15_000;
const BASE = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

export type Stateless = { readonly message: JSONRPCRequest; readonly classification: MessageClassification };

/**
 * A request of 2026-07-28 that reaches a server, when nothing about it is to be refused; undefined for everything else, which the library's
 * handler answers. That the headers say what the body says was checked before.
 */
export function statelessRequest(headers: IncomingHttpHeaders, message: JsonObject): Stateless | undefined {
  const protocolVersionHeader = headers['mcp-protocol-version'];
  const [mcpMethodHeader, mcpNameHeader] = [headers['mcp-method'], headers['mcp-name']];
  if (protocolVersionHeader !== STATELESS || !METHODS.has(message['method'])) return undefined;
  if (typeof mcpMethodHeader !== 'string' || typeof mcpNameHeader !== 'string') return undefined;
  const outcome = classifyInboundRequest({ httpMethod: 'POST', protocolVersionHeader, mcpMethodHeader, mcpNameHeader, body: message });
  return outcome.kind === 'modern' && outcome.messageKind === 'request' && outcome.classification.revision === STATELESS
    ? { message: outcome.message, classification: outcome.classification }
    : undefined;
}

/**
 * One request of 2026-07-28 on Node's own response: what the protocol's library sends is written as it comes, with no web `Request`,
 * `Response` or stream around it (they cost as much as the rest of the protocol). It is one of the library's transports so that its server
 * binds itself to the version.
 */
export class Exchange extends PerRequestHTTPServerTransport {
  readonly #given: Stateless;
  readonly #response: ServerResponse;
  readonly #over = Promise.withResolvers<void>();
  #alive: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(given: Stateless, response: ServerResponse) {
    super({ classification: given.classification });
    this.#given = given;
    this.#response = response;
  }

  /** Resolves when the answer is written, or nobody waits for it any more. */
  async serve(server: Server, authInfo: AuthInfo, signal: AbortSignal): Promise<void> {
    await server.connect(this);
    if (signal.aborted) return this.close();
    signal.addEventListener('abort', () => void this.close(), { once: true });
    this.onmessage?.(this.#given.message, { classification: this.#given.classification, authInfo });
    return this.#over.promise;
  }

  override send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const { id } = this.#given.message;
    const answers = 'id' in message && !('method' in message);
    // Nothing that belongs to another request can be said here, and nothing after the answer.
    if (this.#ended || (answers ? message.id : options?.relatedRequestId) !== id) return Promise.resolve();
    if (answers) this.#answer(message);
    else this.#stream(message);
    return Promise.resolve();
  }

  /** Ends it without an answer: what runs for it is aborted. */
  override close(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#end();
    this.#response.destroy();
    this.onclose?.();
    return Promise.resolve();
  }

  #answer(message: JSONRPCMessage): void {
    const text = JSON.stringify(message);
    const response = this.#response;
    if (response.headersSent) response.end(frame(text));
    else {
      const status = isJSONRPCErrorResponse(message) && message.error.code === MISSING_CAPABILITY ? 400 : 200;
      response.writeHead(status, { ...BASE, 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
    }
    this.#end();
  }

  #stream(message: JSONRPCMessage): void {
    const response = this.#response;
    if (!response.headersSent) {
      response.writeHead(200, { ...BASE, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
      this.#alive = setInterval(() => response.write(': keepalive\n\n'), ALIVE_MS).unref();
    }
    response.write(frame(JSON.stringify(message)));
  }

  #end(): void {
    this.#ended = true;
    clearInterval(this.#alive);
    this.#over.resolve();
  }
}

function frame(text: string): string {
  return `event: message\ndata: ${text}\n\n`;
}
