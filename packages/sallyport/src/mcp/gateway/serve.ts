import {
  createRequestStateCodec,
  inputRequired,
  ProtocolError,
  Server,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isObject, type Json, type JsonObject, type TenantId } from '../../kernel/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { mayUseServer } from './access.ts';
import { Catalogue, type Found, type Scope } from './catalogue.ts';
import { Connections } from './connections.ts';
import type { McpDeps } from './context.ts';
import { Inspections } from './inspection.ts';
import { perform, refuseEarly, type Asked, type Outcome } from './perform.ts';
import type { Pins } from './pins.ts';
import { Proposals } from './proposals.ts';

/** Who makes a request, and of what: goes with each message, so that a session never acts by what was true when it began. */
export type Request = { readonly key: KeyRecord; readonly scope: Scope };

/** Definitions of one page of a list. */
const PAGE = 500;
const INVALID_PARAMS = -32_602;
const SERVER_ERROR = -32_000;
/** Times that a client is asked to show the question in one call. */
const MAX_ROUNDS = 4;
const STATE_SECONDS = 600;

/** Builds the protocol's server for one request or session. */
export class Servers {
  readonly proposals: Proposals;
  readonly connections: Connections;
  readonly catalogue: Catalogue;
  readonly #deps: McpDeps;
  readonly #inspections: Inspections;
  readonly #codecs = new Map<TenantId, RequestStateCodec<State>>();

  constructor(deps: McpDeps, pins: Pins) {
    this.#deps = deps;
    this.proposals = new Proposals(deps.clock);
    this.connections = new Connections(deps, pins);
    this.catalogue = new Catalogue(deps, this.connections);
    this.#inspections = new Inspections(deps);
  }

  /** `greeting`: the client is about to learn what the server says of itself. */
  async server(given: Request, greeting: boolean): Promise<Server> {
    const instructions = greeting ? await this.catalogue.instructions(given.scope, given.key).catch(() => undefined) : undefined;
    const codec = await this.#codec(given.key.tenant);
    const name = given.scope.server?.name ?? 'sallyport';
    const server = new Server(
      { name, version: this.#deps.version },
      {
        capabilities: { tools: {}, prompts: {}, resources: {} },
        ...(instructions === undefined ? {} : { instructions }),
        inputRequired: { maxRounds: MAX_ROUNDS },
        requestState: { verify: (state, ctx) => codec.verify(state, ctx) },
      },
    );
    const page = async <T>(ctx: ServerContext, cursor: string | undefined, list: (request: Request) => Promise<T[]>) =>
      pageOf(await orProblem(list(requestOf(ctx))), cursor);
    server.setRequestHandler('tools/list', async ({ params }, ctx) => {
      const { items, next } = await page(ctx, params?.cursor, ({ scope, key }) => this.catalogue.tools(scope, key));
      return { tools: items as never, ...next };
    });
    server.setRequestHandler('prompts/list', async ({ params }, ctx) => {
      const { items, next } = await page(ctx, params?.cursor, ({ scope, key }) => this.catalogue.prompts(scope, key));
      return { prompts: items as never, ...next };
    });
    server.setRequestHandler('resources/list', async ({ params }, ctx) => {
      const { items, next } = await page(ctx, params?.cursor, ({ scope, key }) => this.catalogue.resources(scope, key));
      return { resources: items as never, ...next };
    });
    server.setRequestHandler('resources/templates/list', async ({ params }, ctx) => {
      const { items, next } = await page(ctx, params?.cursor, ({ scope, key }) => this.catalogue.templates(scope, key));
      return { resourceTemplates: items as never, ...next };
    });
    server.setRequestHandler('tools/call', async ({ params }, ctx) => (await this.#call(server, params, ctx)) as never);
    server.setRequestHandler('prompts/get', async ({ params }, ctx) => {
      const { scope, key } = requestOf(ctx);
      const found = await orProblem(this.catalogue.prompt(scope, key, params.name));
      const args = (params.arguments ?? {}) as JsonObject;
      return (await this.#read(server, ctx, 'prompts/get', found, args, (name) => ({ name, arguments: args }))) as never;
    });
    server.setRequestHandler('resources/read', async ({ params: { uri } }, ctx) => {
      const { scope, key } = requestOf(ctx);
      const found = await orProblem(this.catalogue.resource(scope, key, uri));
      return (await this.#read(server, ctx, 'resources/read', found, { uri }, () => ({ uri }))) as never;
    });
    return server;
  }

  async #call(
    server: Server,
    params: { name: string; arguments?: Record<string, unknown> | undefined },
    ctx: ServerContext,
  ): Promise<unknown> {
    const { scope, key } = requestOf(ctx);
    const found = await orProblem(this.catalogue.tool(scope, key, params.name));
    if (found === undefined) throw new ProtocolError(INVALID_PARAMS, 'There is no such tool for you.');
    const { connection, tool, definition } = found;
    const token = ctx.mcpReq._meta?.progressToken;
    const outcome = await this.#perform(
      ctx,
      found,
      'tools/call',
      (params.arguments ?? {}) as JsonObject,
      (args, signal) =>
        connection.upstream.call(tool.name, args, definition, {
          signal,
          timeoutMs: tool.server.timeoutMs,
          // Numbers only: what a server says while it works was not looked at.
          onprogress:
            token === undefined
              ? undefined
              : ({ progress, total }) =>
                  void ctx.mcpReq
                    .notify({
                      method: 'notifications/progress',
                      params: { progressToken: token, progress, ...(total === undefined ? {} : { total }) },
                    })
                    .catch(() => undefined),
        }) as unknown as Promise<JsonObject>,
    );
    if (outcome.kind === 'answer') return { ...outcome.value, _meta: { 'sallyport/event': outcome.event } };
    if (outcome.kind === 'held') {
      const asked = await this.#ask(server, ctx, outcome);
      if (asked !== undefined) return asked;
    }
    return { content: [{ type: 'text', text: outcome.text }], isError: true, _meta: { 'sallyport/event': outcome.event } };
  }

  /** A prompt or a resource: what is refused is an error, since nothing else can stand in its place. */
  async #read(
    server: Server,
    ctx: ServerContext,
    method: 'prompts/get' | 'resources/read',
    found: Found | undefined,
    args: JsonObject,
    paramsOf: (name: string) => JsonObject,
  ): Promise<unknown> {
    if (found === undefined)
      throw new ProtocolError(INVALID_PARAMS, method === 'prompts/get' ? 'There is no such prompt for you.' : 'Resource not found');
    const { connection, tool } = found;
    const outcome = await this.#perform(ctx, found, method, args, (_, signal) =>
      connection.upstream.request(method, paramsOf(tool.name), { signal, timeoutMs: tool.server.timeoutMs }),
    );
    if (outcome.kind === 'answer') return outcome.value;
    const asked = outcome.kind === 'held' ? await this.#ask(server, ctx, outcome) : undefined;
    if (asked !== undefined) return asked;
    throw new ProtocolError(SERVER_ERROR, outcome.text);
  }

  async #perform(
    ctx: ServerContext,
    { tool, problem }: Found,
    operation: Asked['operation'],
    args: JsonObject,
    send: (args: JsonObject, signal: AbortSignal) => Promise<JsonObject>,
  ): Promise<Outcome> {
    const { key } = requestOf(ctx);
    const services = { deps: this.#deps, inspections: this.#inspections, proposals: this.proposals };
    const { signal } = ctx.mcpReq;
    if (problem !== undefined) return refuseEarly(services, { key, operation, tool }, { rule: 'mcp-pin', why: problem });
    const { name, callsPerMinute } = tool.server;
    const permit = this.#deps.limiter.acquire(
      `mcp ${key.tenant} ${name} ${key.principal}`,
      { requestsPerMinute: callsPerMinute, concurrency: null },
      this.#deps.clock(),
    );
    if (!permit.ok) {
      const why = `More than ${callsPerMinute} calls of ${name} a minute; try again in ${permit.retryAfterSeconds} s.`;
      return refuseEarly(services, { key, operation, tool }, { rule: 'mcp-rate', why });
    }
    try {
      const shown = wasShown(ctx) ? ctx.mcpReq.requestState<State>()?.approval : undefined;
      return await perform(services, { key, operation, tool, arguments: args, shown, signal, send: (given) => send(given, signal) });
    } finally {
      permit.release();
    }
  }

  /** Has the client show its user where to decide, when it can open addresses; undefined when it cannot, or the user does not want to. */
  async #ask(server: Server, ctx: ServerContext, held: Extract<Outcome, { kind: 'held' }>): Promise<unknown> {
    const declined = ctx.mcpReq.inputResponses !== undefined && !wasShown(ctx);
    // oxlint-disable-next-line typescript/no-deprecated -- of old and new clients alike, this knows what they can do
    const able = server.getClientCapabilities()?.elicitation?.url !== undefined;
    if (!able || declined) return undefined;
    const codec = await this.#codec(requestOf(ctx).key.tenant);
    return inputRequired({
      inputRequests: { approval: inputRequired.elicitUrl({ message: held.text.split(' Decide here:')[0] ?? '', url: held.url }) },
      requestState: await codec.mint({ approval: held.approval }, ctx),
    });
  }

  /** What goes through the client and comes back is signed and bound to who it was given to. What it says decides nothing by itself: the approval is looked up. */
  async #codec(tenant: TenantId): Promise<RequestStateCodec<State>> {
    const known = this.#codecs.get(tenant);
    if (known !== undefined) return known;
    const key = (await this.#deps.keyring.tenant(tenant)).macKey('mcp request state');
    const codec = createRequestStateCodec<State>({
      key,
      ttlSeconds: STATE_SECONDS,
      bind: (ctx) => `${ctx.mcpReq.method}\0${requestOf(ctx).key.principal}\0${requestOf(ctx).key.actors.join(' ')}`,
    });
    this.#codecs.set(tenant, codec);
    return codec;
  }
}

type State = { readonly approval: string };

/** The user of the client has been to the question, by the client's word; whether it is answered is looked up. */
function wasShown(ctx: ServerContext): boolean {
  const response = ctx.mcpReq.inputResponses?.['approval'] as Json | undefined;
  return response !== undefined && isObject(response) && response['action'] === 'accept';
}

/** The edge has put it there: `authInfo` is what the library hands through unseen. */
export function requestOf(ctx: ServerContext): Request {
  const given = ctx.http?.authInfo?.extra?.['request'] as Request | undefined;
  if (given === undefined || (given.scope.server !== undefined && !mayUseServer(given.scope.server, given.key)))
    throw new ProtocolError(SERVER_ERROR, 'There is no such MCP server for you.');
  return given;
}

function pageOf<T>(all: readonly T[], cursor: string | undefined): { items: T[]; next: { nextCursor?: string } } {
  const from = cursor === undefined ? 0 : Number(cursor);
  if (!Number.isInteger(from) || from < 0 || from > all.length) throw new ProtocolError(INVALID_PARAMS, 'There is no such page.');
  const next = from + PAGE;
  return { items: all.slice(from, next), next: next < all.length ? { nextCursor: String(next) } : {} };
}

/** Errors of ours say what they may; everything else says nothing. */
async function orProblem<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const say =
      error instanceof Error && 'fix' in error ? error.message : 'The MCP server could not be reached, or its answer not be read.';
    throw new ProtocolError(SERVER_ERROR, say);
  }
}
