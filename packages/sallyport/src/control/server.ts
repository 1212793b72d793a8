import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { parser, readJson, type Caller, type Permission, type Json, type Logger, type Route, type RouteRequest } from '../kernel/index.ts';
import { authorise, type Identify } from './caller.ts';
import { cookiesOf, setCookie } from './cookie.ts';
import type { Admission } from '../limits/index.ts';
import type { AddressOf } from '../net/index.ts';
import { fail } from './errors.ts';
import type { Origins } from './origin.ts';
import { asAppError, errorReply, logFault, ndjson } from './reply.ts';
import { compileRoute, MAX_PARAM_LENGTH, type Validate } from './validate.ts';

/** What one listening side (socket or console port) is made of. */
export type ServerOptions = {
  readonly identify: Identify;
  /** The local socket: no browser reaches it, so that Host and Origin say nothing. */
  readonly local: boolean;
  /** Told of each use of a permission. */
  readonly used: (caller: Caller, permission: Permission) => void;
  readonly origins: Origins;
  readonly addressOf: AddressOf;
  readonly admission: Admission;
  /** Whether browsers reach it over TLS, here or in front of it. */
  readonly secure: boolean;
  readonly logger: Logger;
  readonly bodyLimit: number;
  /** Compare each reply with the schema that its route declares, and fail when it differs: for tests. */
  readonly checkReplies: boolean;
};

const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** A Fastify server of the given routes. It never listens itself: `port.ts` and `socket.ts` hand requests to its `routing`, so that one server answers on several addresses. Routes were checked by `checkRoutes`. */
export function createServer(routes: readonly Route[], options: ServerOptions): FastifyInstance {
  const server = Fastify({
    bodyLimit: options.bodyLimit,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    exposeHeadRoutes: false,
    // Routes are checked by their own schemas. Fastify's compilers would be loaded all the same, as some hundred modules.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    frameworkErrors: (error, _request, reply) => void sendError(reply, error, 'unread', options.logger),
  });
  readOnlyJson(server);
  server.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!options.local) refuseForeign(request, options.origins);
  });
  server.setErrorHandler((error, request, reply) => sendError(reply, error, request.routeOptions.url ?? 'unknown', options.logger));
  server.setNotFoundHandler((_request, reply) => sendError(reply, fail('CONTROL_NOT_FOUND'), 'unknown', options.logger));
  for (const route of routes) addRoute(server, route, options);
  return server;
}

function noCompiler(): never {
  throw new Error("a route has a schema of Fastify's, which nothing checks");
}

/** One media type, read by the one strict reader. Forms and plain text, which a foreign page may send unasked, are refused. */
function readOnlyJson(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes.length === 0) return done(null, undefined);
    const read = readJson(bytes);
    return read.ok
      ? done(null, read.value)
      : done(fail('CONTROL_BAD_REQUEST', { say: `The body is not acceptable JSON: ${read.problem}.` }));
  });
}

function refuseForeign(request: FastifyRequest, origins: Origins): void {
  const { host, origin } = request.headers;
  if (!origins.host(host)) throw fail('CONTROL_HOST_REFUSED');
  const site = request.headers['sec-fetch-site'];
  const mode = request.headers['sec-fetch-mode'];
  const page = {
    method: request.method,
    host,
    origin,
    site: typeof site === 'string' ? site : undefined,
    mode: typeof mode === 'string' ? mode : undefined,
    path: request.url.split('?', 1)[0] as string,
  };
  if (!origins.page(page)) throw fail('CONTROL_ORIGIN_REFUSED');
}

function addRoute(server: FastifyInstance, route: Route, options: ServerOptions): void {
  const validate = compileRoute(route);
  const callers = new WeakMap<FastifyRequest, Caller>();
  const checkReply = options.checkReplies && route.reply !== undefined ? parser(route.reply) : undefined;
  server.route({
    method: route.method,
    url: route.path,
    ...(route.bodyBytes === undefined ? {} : { bodyLimit: route.bodyBytes }),
    // Before the body is read: who may not call does not make the server read a megabyte.
    onRequest: async (request, reply) => {
      admitted(route, request, reply, options);
      callers.set(request, await authorise(route, options.identify, request.headers, options.local, options.used));
      if (!options.local && !('public' in route.authority)) options.admission.known(options.addressOf(request.raw));
    },
    handler: async (request, reply) => {
      const answer = await route.handler(readRequest(validate, callers.get(request), request, reply, options));
      if ('lines' in answer) return sendLines(reply, answer.lines, route, options.logger);
      if (answer.cookie !== undefined) void reply.header('set-cookie', setCookie(request.headers.host, options.secure, answer.cookie));
      const checked = checkReply?.(answer.json);
      if (checked?.ok === false) throw new TypeError(`${route.path} answered ${JSON.stringify(checked.problems)}`);
      return sendJson(reply, answer.status ?? 200, answer.json);
    },
  });
}

/** Whoever has proved nothing makes us store so much only. */
function admitted(route: Route, request: FastifyRequest, reply: FastifyReply, { local, admission, addressOf }: ServerOptions): void {
  if (local || !('public' in route.authority) || route.method === 'GET') return;
  const seconds = admission.admit(addressOf(request.raw));
  if (seconds === 0) return;
  void reply.header('retry-after', String(seconds));
  throw fail('CONTROL_ADMISSION', { say: `Try again in ${seconds} seconds.` });
}

/** What the handler gets: who calls, and the checked parts of the request. */
function readRequest(
  validate: Validate,
  caller: Caller | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
  options: Pick<ServerOptions, 'addressOf'>,
): RouteRequest {
  if (caller === undefined) throw fail('CONTROL_UNAUTHENTICATED');
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    caller,
    from: { address: options.addressOf(request.raw), agent: request.headers['user-agent'] ?? '' },
    params: validate.params(request.params),
    query: validate.query(request.query),
    body: validate.body(request.body),
    cookies: cookiesOf(request.headers),
    signal: gone.signal,
  };
}

function sendJson(reply: FastifyReply, status: number, json: Json): FastifyReply {
  return reply.code(status).type('application/json; charset=utf-8').serializer(JSON.stringify).send(json);
}

function sendLines(reply: FastifyReply, lines: AsyncIterable<Json>, route: Route, logger: Logger): FastifyReply {
  const stream = ndjson(lines, (error) => logFault(logger, error, route.path));
  return reply.type('application/x-ndjson').send(stream);
}

/** The console's own pages and other plugins get the same error form. */
function sendError(reply: FastifyReply, thrown: unknown, route: string, logger: Logger): FastifyReply {
  const error = asAppError(thrown);
  logFault(logger, error, route);
  if (error.status === 401) void reply.header('www-authenticate', 'Bearer');
  return sendJson(reply.headers(HEADERS), error.status, errorReply(error));
}
