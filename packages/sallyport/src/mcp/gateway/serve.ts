import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  LOG_LEVEL_META_KEY,
  ProtocolError,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type ClientCapabilities,
  type InputRequiredResult,
  type RequestStateCodec,
  type ServerContext,
  type ServerOptions,
} from '@modelcontextprotocol/server';
import { isObject, type Json, type JsonObject, type TenantId } from '../../kernel/index.ts';
import type { KeyRecord } from '../../identity/service.ts';
import { mayUseServer } from './access.ts';
import { accountProblem } from './account.ts';
import { AskRefused } from './ask.ts';
import type { Ask } from './asking.ts';
import { STATELESS } from './exchange.ts';
import { Catalogue, type Found, type Scope } from './catalogue.ts';
import { Connections } from './connections.ts';
import type { McpDeps } from './context.ts';
import { Inspections } from './inspection.ts';
import type { Notice } from './notices.ts';
import { perform, refuseEarly, type Asked, type Outcome } from './perform.ts';
import type { Pins } from './pins.ts';
import { Proposals } from './proposals.ts';
import { Run, Runs } from './runs.ts';
import type { CallOptions } from './upstream.ts';

/** Who makes a request, and of what: goes with each message, so that a session never acts by what was true when it began. */
export type Request = { readonly key: KeyRecord; readonly scope: Scope };

/** Definitions of one page of a list. */
const PAGE = 500;
const INVALID_PARAMS = -32_602;
const SERVER_ERROR = -32_000;
/** Times that a client is asked for something in one call. */
const MAX_ROUNDS = 12;
const STATE_SECONDS = 600;
const VERSIONS = [STATELESS, ...SUPPORTED_PROTOCOL_VERSIONS];
/** What a form's answer must look like is the server's to check that asked for it: its patterns are not run here. */
const UNCHECKED: NonNullable<ServerOptions['jsonSchemaValidator']> = {
  getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
};

/** Builds the protocol's server for one request or session. */
export class Servers {
  readonly proposals: Proposals;
  readonly connections: Connections;
  readonly catalogue: Catalogue;
  readonly #deps: McpDeps;
  readonly #inspections: Inspections;
  readonly #runs = new Runs();
  readonly #codecs = new Map<TenantId, RequestStateCodec<State>>();

  constructor(deps: McpDeps, pins: Pins) {
    this.#deps = deps;
    this.proposals = new Proposals(deps.clock);
    this.connections = new Connections(deps, pins);
    this.catalogue = new Catalogue(deps, this.connections);
    this.#inspections = new Inspections(deps);
  }

  /** For one request of 2026-07-28 that reaches a server. */
  async forOne(given: Request): Promise<Server> {
    const server = await this.#server(given, { supportedProtocolVersions: VERSIONS });
    this.#serveRequests(server);
    return server;
  }

  /** For a session, or a request of any kind. `greeting`: the client is about to learn what the server says of itself. */
  async server(given: Request, greeting: boolean): Promise<Server> {
    const instructions = greeting ? await this.catalogue.instructions(given.scope, given.key).catch(() => undefined) : undefined;
    const server = await this.#server(given, instructions === undefined ? {} : { instructions });
    this.#serveLists(server);
    this.#serveRequests(server);
    return server;
  }

  async #server({ key, scope }: Request, options: ServerOptions): Promise<Server> {
    const codec = await this.#codec(key.tenant);
    return new Server(
      { name: scope.server?.name ?? 'sallyport', version: this.#deps.version },
      {
        capabilities: { tools: {}, prompts: {}, resources: {}, logging: {} },
        inputRequired: { maxRounds: MAX_ROUNDS },
        requestState: { verify: (state, ctx) => codec.verify(state, ctx) },
        jsonSchemaValidator: UNCHECKED,
        ...options,
      },
    );
  }

  #serveLists(server: Server): void {
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
  }

  #serveRequests(server: Server): void {
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
  }

  /** Ends what waits for callers who proved themselves by a handle that is revoked now. */
  revoke(tenant: TenantId, handle: string): void {
    this.#runs.revoke(tenant, handle);
    this.connections.revoke(tenant, handle);
  }

  async close(): Promise<void> {
    this.#runs.close();
    await this.connections.close();
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
    const outcome = await this.#perform(
      server,
      ctx,
      found,
      'tools/call',
      (params.arguments ?? {}) as JsonObject,
      (args, options) => connection.upstream.call(tool.name, args, definition, options) as unknown as Promise<JsonObject>,
    );
    if ('resultType' in outcome) return outcome;
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
    const outcome = await this.#perform(server, ctx, found, method, args, (_, options) =>
      connection.upstream.request(method, paramsOf(tool.name), options),
    );
    if ('resultType' in outcome) return outcome;
    if (outcome.kind === 'answer') return outcome.value;
    const asked = outcome.kind === 'held' ? await this.#ask(server, ctx, outcome) : undefined;
    if (asked !== undefined) return asked;
    throw new ProtocolError(SERVER_ERROR, outcome.text);
  }

  /** Begins a request, or goes on with one whose server has asked its caller something. */
  async #perform(
    server: Server,
    ctx: ServerContext,
    { tool, problem }: Found,
    operation: Asked['operation'],
    args: JsonObject,
    send: (args: JsonObject, options: CallOptions) => Promise<JsonObject>,
  ): Promise<Outcome | InputRequiredResult> {
    const { key } = requestOf(ctx);
    const owner = [key.tenant, key.principal, key.actors.join(' '), operation, tool.full].join('\n');
    const state = ctx.mcpReq.inputResponses === undefined ? undefined : ctx.mcpReq.requestState<State>();
    if (state?.run !== undefined) {
      const run = this.#runs.take(state.run, owner);
      if (run === undefined) throw new ProtocolError(INVALID_PARAMS, 'This call is not under way any more.');
      run.answer((ctx.mcpReq.inputResponses ?? {}) as JsonObject);
      return this.#goOn(ctx, run);
    }
    const services = { deps: this.#deps, inspections: this.#inspections, proposals: this.proposals };
    if (problem !== undefined) return refuseEarly(services, { key, operation, tool }, { rule: 'mcp-pin', why: problem });
    const { name, callsPerMinute, timeoutMs } = tool.server;
    const permit = this.#deps.limiter.acquire(
      `mcp ${key.tenant} ${name} ${key.principal}`,
      { requestsPerMinute: callsPerMinute, concurrency: null },
      this.#deps.clock(),
    );
    if (!permit.ok) {
      const why = `More than ${callsPerMinute} calls of ${name} a minute; try again in ${permit.retryAfterSeconds} s.`;
      return refuseEarly(services, { key, operation, tool }, { rule: 'mcp-rate', why });
    }
    const shown = wasShown(ctx) ? state?.approval : undefined;
    const run = new Run(owner, key);
    const { wanted } = tellerOf(ctx);
    const able = ableOf(capabilitiesOf(server, ctx));
    const asked: Asked = {
      ...{ key, operation, tool, arguments: args, shown, signal: run.signal },
      ask:
        tool.server.mayAsk.length === 0
          ? undefined
          : (ask) => (able(ask) ? run.ask(ask) : Promise.reject(new AskRefused('The client cannot answer that.'))),
      notice: (notice) => run.tell?.(notice),
      send: (given, meanwhile) => send(given, { ...meanwhile, ...wanted, signal: run.signal, timeoutMs }),
    };
    run.begin(perform(services, asked).finally(() => permit.release()));
    return this.#goOn(ctx, run);
  }

  /** Waits for a request's end, or hands its server's questions to the client, which comes back with the answers. */
  async #goOn(ctx: ServerContext, run: Run): Promise<Outcome | InputRequiredResult> {
    run.tell = tellerOf(ctx).tell;
    const step = await run.step(ctx.mcpReq.signal).finally(() => (run.tell = undefined));
    if (step.kind === 'done') return step.outcome;
    this.#runs.park(run);
    const codec = await this.#codec(requestOf(ctx).key.tenant);
    return inputRequired({ inputRequests: Object.fromEntries(step.asks) as never, requestState: await codec.mint({ run: run.id }, ctx) });
  }

  /** Has the client show its user where to decide, when it can open addresses; undefined when it cannot, or the user does not want to. */
  async #ask(server: Server, ctx: ServerContext, held: Extract<Outcome, { kind: 'held' }>): Promise<unknown> {
    const declined = ctx.mcpReq.inputResponses !== undefined && !wasShown(ctx);
    const able = capabilitiesOf(server, ctx).elicitation?.url !== undefined;
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

type State = { readonly approval?: string; readonly run?: string };

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

/** What a client said that it can do: with each request since 2026-07-28, once in a session before. */
function capabilitiesOf(server: Server, { mcpReq }: ServerContext): ClientCapabilities {
  const said = (mcpReq.envelope as JsonObject | undefined)?.[CLIENT_CAPABILITIES_META_KEY] as ClientCapabilities | undefined;
  // oxlint-disable-next-line typescript/no-deprecated -- of clients before 2026-07-28 nothing else knows
  return said ?? server.getClientCapabilities() ?? {};
}

/** What the client of a request can be asked. */
function ableOf({ elicitation, sampling, roots }: ClientCapabilities): (ask: Ask) => boolean {
  return ({ method, params }) => {
    if (method === 'sampling/createMessage') return sampling !== undefined;
    if (method === 'roots/list') return roots !== undefined;
    if (elicitation === undefined) return false;
    // No mode named: forms, as the versions before there were two.
    return params?.['mode'] === 'url' ? elicitation.url !== undefined : elicitation.form !== undefined || elicitation.url === undefined;
  };
}

/** Tells a client what a server tells, as far as the client wants to hear it. */
function tellerOf(ctx: ServerContext): {
  readonly wanted: Pick<CallOptions, 'progress' | 'logLevel'>;
  readonly tell: (notice: Notice) => void;
} {
  const { _meta: meta, envelope } = ctx.mcpReq;
  const token = meta?.progressToken;
  const logLevel = (envelope as JsonObject | undefined)?.[LOG_LEVEL_META_KEY];
  const told = (notification: Parameters<typeof ctx.mcpReq.notify>[0]): void => void ctx.mcpReq.notify(notification).catch(() => undefined);
  return {
    wanted: { progress: token !== undefined, logLevel: typeof logLevel === 'string' ? logLevel : undefined },
    tell(notice) {
      if (notice.kind === 'log') {
        const { level, logger, data } = notice;
        // oxlint-disable-next-line typescript/no-deprecated -- clients that still want to hear what servers log hear it
        void ctx.mcpReq.log(level as never, data, logger).catch(() => undefined);
      } else if (token !== undefined) {
        const { progress, total, message } = notice;
        const rest = { ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) };
        told({ method: 'notifications/progress', params: { progressToken: token, progress, ...rest } });
      }
    },
  };
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
    const account = accountProblem(error);
    throw new ProtocolError(SERVER_ERROR, say, account === undefined ? undefined : { code: account.code, connect: account.url });
  }
}
