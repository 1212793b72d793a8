import {
  Client,
  isCallToolResult,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  StreamableHTTPClientTransport,
  type CallToolResult,
  type RequestOptions,
  type StandardSchemaV1,
  type Transport,
} from '@modelcontextprotocol/client';
import { Bag, isObject, reasonOf, type Json, type JsonObject } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { guardedFetchFor, type Credential, type GuardedFetch } from './guarded_fetch.ts';
import { AskRefused } from './ask.ts';
import type { Ask } from './asking.ts';
import { ListReader, type Lists } from './lists.ts';
import type { Notice } from './notices.ts';
import { Patience } from './patience.ts';
import type { ServerSpec } from './server_spec.ts';
import { StdioTransport, type ServerProcess } from './stdio_transport.ts';

/** How a connection to a server is made, by its kind. */
export type UpstreamPorts = {
  /** The headers that carry the credential, anew for each request. */
  readonly credential: Credential;
  /** Starts the server's program. */
  start(spec: ServerSpec): Promise<ServerProcess>;
  readonly version: string;
};

type Sent = Pick<RequestOptions, 'signal' | 'timeout' | 'maxTotalTimeout' | 'onprogress' | 'allowInputRequired'>;
type Under = Pick<CallOptions, 'ask' | 'notice'>;

export type CallOptions = {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Passes a question of the server to the caller; absent where nobody can be asked. Rejects AskRefused. */
  readonly ask?: ((ask: Ask) => Promise<JsonObject>) | undefined;
  readonly notice?: ((notice: Notice) => void) | undefined;
  /** Whether the caller wants to hear of progress. */
  readonly progress?: boolean;
  /** From which level on the caller wants to hear what the server logs (2026-07-28). */
  readonly logLevel?: string | undefined;
};

/** A call, the time that people take over answers included. */
const MAX_CALL_MS = 2 * 60 * 60_000;
/** Times that a server may come back with questions in one request. */
const MAX_ROUNDS = 8;
/** "User rejected" in the specification's examples. */
const REJECTED = -1;
/** Until a server has said what it speaks. */
const CONNECT_MS = 15_000;
/** Notifications and answers that nobody asked for: a server that sends more in this time is cut off. Progress of a busy call comes some ten times a second. */
const MAX_STRAY = 1_000;
const STRAY_MS = 10_000;
const CLOSE_MS = 2_000;

/**
 * One connection to one server, for one caller. Speaks 2026-07-28 where the server does, else 2025-11-25 or what it knows. Offers the server
 * what its entry in the configuration allows (`mayAsk`), nothing without. A server that breaks a bound loses this connection and nothing else.
 */
export class Upstream {
  readonly #client: Client;
  readonly #transport: Transport;
  readonly #fetch: GuardedFetch | undefined;
  readonly #over = new AbortController();
  /** Calls under way. */
  readonly #calls = new Bag<Under>();
  #stray = 0;
  #since = 0;

  private constructor(client: Client, transport: Transport, fetch: GuardedFetch | undefined) {
    this.#client = client;
    this.#transport = transport;
    this.#fetch = fetch;
  }

  static async connect(spec: ServerSpec, ports: UpstreamPorts, onChanged: () => void): Promise<Upstream> {
    const client = new Client(
      { name: 'sallyport', version: ports.version },
      {
        capabilities: {
          ...(spec.mayAsk.includes('elicitation') ? { elicitation: { form: {}, url: {} } } : {}),
          ...(spec.mayAsk.includes('sampling') ? { sampling: {} } : {}),
          ...(spec.mayAsk.includes('roots') ? { roots: {} } : {}),
        },
        versionNegotiation: { mode: 'auto', probe: { timeoutMs: CONNECT_MS } },
        inputRequired: { autoFulfill: false },
        // What a schema of the server says about results is the caller's to check: its patterns are not run here.
        jsonSchemaValidator: { getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }) },
      },
    );
    const fetch = spec.reach.kind === 'http' ? guardedFetchFor(spec.reach.url, ports.credential) : undefined;
    const transport =
      spec.reach.kind === 'http'
        ? new StreamableHTTPClientTransport(spec.reach.url, {
            ...(fetch === undefined ? {} : { fetch: (url, init) => fetch.fetch(url, init) }),
            reconnectionOptions: {
              maxRetries: 0,
              initialReconnectionDelay: 1_000,
              maxReconnectionDelay: 1_000,
              reconnectionDelayGrowFactor: 1,
            },
          })
        : new StdioTransport(await ports.start(spec));
    const made = new Upstream(client, transport, fetch);
    made.#watch(onChanged);
    made.#listen(spec);
    try {
      await client.connect(transport, { timeout: CONNECT_MS, maxTotalTimeout: CONNECT_MS });
    } catch (error) {
      await made.close();
      throw fail('MCP_SERVER_FAILED', { cause: error, detail: reasonOf(error) });
    }
    return made;
  }

  /** Aborts when the connection is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }

  /** Everything that the server defines now. Rejects MCP_DEFINITIONS_REFUSED, MCP_SERVER_FAILED. */
  async lists(signal: AbortSignal): Promise<Lists> {
    const capabilities = this.#client.getServerCapabilities() ?? {};
    const reader = new ListReader(
      (method, params) =>
        this.#run(() => this.#client.request({ method, params }, ANYTHING, { timeout: CONNECT_MS, signal: this.#either(signal) })),
      this.#client.getProtocolEra() === 'modern',
    );
    return {
      instructions: this.instructions,
      tools: capabilities.tools === undefined ? [] : await reader.read('tools/list', 'tools'),
      prompts: capabilities.prompts === undefined ? [] : await reader.read('prompts/list', 'prompts'),
      resources:
        capabilities.resources === undefined
          ? []
          : [
              ...(await reader.read('resources/list', 'resources')),
              // Servers without templates often do not know the method.
              ...(await reader.read('resources/templates/list', 'resourceTemplates').catch(() => [])),
            ],
    };
  }

  async call(name: string, args: JsonObject, definition: JsonObject | undefined, options: CallOptions): Promise<CallToolResult> {
    const result = await this.#rounds({ name, arguments: args }, options, (params, sent) =>
      definition !== undefined && hasHeaders(definition)
        ? this.#client.callTool(params as { name: string }, {
            ...sent,
            toolDefinition: { ...definition, outputSchema: undefined } as never,
          })
        : this.#client.request({ method: 'tools/call', params }, ANYTHING, sent),
    );
    // Tasks were not offered: what is no result is no answer. Of the versions since 2026 the library has looked already.
    if (this.#client.getProtocolEra() !== 'modern' && !isCallToolResult(result))
      throw fail('MCP_SERVER_FAILED', { detail: 'no result of a tool' });
    return result as CallToolResult;
  }

  /** A request whose answer is handed on after it was checked: `prompts/get`, `resources/read`. */
  async request(method: string, params: JsonObject, options: CallOptions): Promise<JsonObject> {
    return this.#rounds(params, options, (given, sent) => this.#client.request({ method, params: given }, ANYTHING, sent));
  }

  /** Sends a request, and again with the answers as long as the server wants to know something (2026-07-28, `input_required`). */
  async #rounds(params: JsonObject, options: CallOptions, send: (params: JsonObject, sent: Sent) => Promise<unknown>): Promise<JsonObject> {
    const patience = new Patience(options.timeoutMs, [options.signal, this.#over.signal]);
    const under: Under = { ...options, ask: options.ask === undefined ? undefined : (ask) => patience.during(this.#ask(options, ask)) };
    const sent = this.#sent(options, patience);
    const meta = options.logLevel === undefined ? {} : { _meta: { [LOG_LEVEL_META_KEY]: options.logLevel } };
    const over = this.#calls.add(under);
    try {
      let given: JsonObject = { ...params, ...meta };
      for (let round = 0; round <= MAX_ROUNDS; round++) {
        const asking = given;
        const result = await this.#run(() => send(asking, sent));
        if (!isObject(result)) throw fail('MCP_SERVER_FAILED', { detail: 'no result' });
        if (result['resultType'] !== 'input_required') return result;
        const asks = Object.entries(isObject(result['inputRequests']) ? result['inputRequests'] : {});
        const replies = await Promise.all(asks.map(async ([name, ask]) => [name, await this.#answer(under, ask)] as const));
        const state = result['requestState'];
        given = {
          ...params,
          ...meta,
          inputResponses: Object.fromEntries(replies),
          ...(typeof state === 'string' ? { requestState: state } : {}),
        };
      }
      throw fail('MCP_SERVER_FAILED', { detail: 'it asks without end' });
    } finally {
      patience.end();
      over();
    }
  }

  async #answer(under: Under, ask: Json): Promise<JsonObject> {
    if (under.ask === undefined || !isObject(ask) || typeof ask['method'] !== 'string')
      throw fail('MCP_SERVER_FAILED', { detail: 'it asks for what it may not ask' });
    return under.ask({ method: ask['method'], params: isObject(ask['params']) ? ask['params'] : undefined });
  }

  /** Refused input of the user is an answer of its own kind; anything else that is refused ends the request. */
  async #ask({ ask }: CallOptions, asked: Ask): Promise<JsonObject> {
    if (ask === undefined) throw new AskRefused('Refused by the gate: nobody can be asked.');
    try {
      return await ask(asked);
    } catch (error) {
      if (error instanceof AskRefused && asked.method === 'elicitation/create') return { action: 'decline' };
      throw error;
    }
  }

  /** What a server of a version before 2026 asks or tells comes without the call that it belongs to: it counts for the only one under way, else it is refused. */
  #listen(spec: ServerSpec): void {
    const client = this.#client;
    const methods = { elicitation: 'elicitation/create', sampling: 'sampling/createMessage', roots: 'roots/list' } as const;
    for (const kind of spec.mayAsk)
      client.setRequestHandler(methods[kind], (async ({ params }: { params?: JsonObject }) => {
        const [only, another] = this.#calls.values();
        if (only?.ask === undefined || another !== undefined)
          throw new ProtocolError(REJECTED, 'No single call is under way that this could belong to.');
        return only.ask({ method: methods[kind], params }).catch((error: unknown) => {
          throw new ProtocolError(REJECTED, error instanceof AskRefused ? error.message : 'The client did not answer.');
        });
      }) as never);
    client.setNotificationHandler('notifications/message', ({ params: { level, logger, data } }) => {
      const [only, another] = this.#calls.values();
      if (another === undefined) only?.notice?.({ kind: 'log', level, logger, data: (data ?? null) as Json });
    });
  }

  async close(): Promise<void> {
    this.#over.abort();
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, CLOSE_MS);
    const ended = async (): Promise<void> => {
      if (this.#transport instanceof StreamableHTTPClientTransport && this.#transport.sessionId !== undefined)
        await this.#transport.terminateSession().catch(() => undefined);
      await this.#client.close().catch(() => undefined);
      await this.#transport.close().catch(() => undefined);
    };
    await Promise.race([ended(), late]);
    clearTimeout(timer);
    await this.#fetch?.close().catch(() => undefined);
  }

  #sent({ notice, progress }: CallOptions, patience: Patience): Sent {
    return {
      signal: patience.signal,
      // The time that people take over answers does not count.
      timeout: MAX_CALL_MS,
      maxTotalTimeout: MAX_CALL_MS,
      allowInputRequired: true,
      ...(progress === true && notice !== undefined
        ? { onprogress: (told) => notice({ kind: 'progress', progress: told.progress, total: told.total, message: told.message }) }
        : {}),
    };
  }

  #either(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#over.signal]);
  }

  async #run<T>(act: () => Promise<T>): Promise<T> {
    if (this.#over.signal.aborted) throw fail('MCP_SERVER_FAILED', { detail: 'the connection is over' });
    return act();
  }

  /** Counts what the server sends unasked. */
  #watch(onChanged: () => void): void {
    const client = this.#client;
    for (const method of [
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
    ] as const)
      client.setNotificationHandler(method, () => onChanged());
    Object.assign(client, { onclose: () => this.#over.abort(), onerror: () => this.#strayed() });
    const transport = this.#transport;
    let handler: Transport['onmessage'];
    const counted: Transport['onmessage'] = (message, extra) => {
      if ('method' in message) this.#strayed();
      if (!this.#over.signal.aborted) handler?.(message, extra);
    };
    Object.defineProperty(transport, 'onmessage', {
      configurable: true,
      get: () => (handler === undefined ? undefined : counted),
      set: (given: Transport['onmessage']) => {
        if (given !== counted) handler = given;
      },
    });
  }

  #strayed(): void {
    const now = performance.now();
    if (now - this.#since > STRAY_MS) [this.#since, this.#stray] = [now, 0];
    if (++this.#stray <= MAX_STRAY || this.#over.signal.aborted) return;
    void this.close();
  }
}

/** Takes any object: what the protocol's own types would drop is to be seen. */
const ANYTHING: StandardSchemaV1<unknown, JsonObject> = {
  '~standard': {
    version: 1 as const,
    vendor: 'sallyport',
    validate: (value: unknown): { value: JsonObject } | { issues: { message: string }[] } =>
      isObject(value) ? { value } : { issues: [{ message: 'no object' }] },
  },
};

const headed = new WeakMap<JsonObject, boolean>();

/** Whether a tool wants arguments repeated in headers (2026-07-28, `x-mcp-header`), which only the library's own call does. */
function hasHeaders(definition: JsonObject): boolean {
  let known = headed.get(definition);
  if (known === undefined) headed.set(definition, (known = JSON.stringify(definition['inputSchema'] ?? null).includes('"x-mcp-header"')));
  return known;
}
