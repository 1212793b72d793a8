import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { DEFAULT_TENANT, reasonOf, type KeyId, type TenantId } from '../kernel/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { Scan } from '../guard/index.ts';
import type { Rate } from '../limits/index.ts';
import type { Api } from '../message/index.ts';
import type { Target } from '../providers/service.ts';
import { accessProblem, hasTwoHosts, presentedKey } from './access.ts';
import { readBody } from './body.ts';
import type { GatewayDeps, TenantState } from './context.ts';
import { endpointOf, shapeOf, type Area, type Endpoint } from './endpoint.ts';
import { ERRORS } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { answerOf, callOf, failure, finish, type Answer } from './forward.ts';
import { StreamDelivery } from './forward_stream.ts';
import { inspectEndpoint } from './inspect_endpoint.ts';
import { inspectRequest } from './inspect_request.ts';
import { VerdictMemory } from './memory.ts';
import { eventEndpoint, modelsEndpoint } from './lookup.ts';
import { openExchange, round } from './open_exchange.ts';
import { sendError, sendJson } from './reply.ts';
import { REVOKED } from './refusal.ts';
import { upstreamFailure } from './upstream_failure.ts';

export type { GatewayDeps } from './context.ts';
export { compileTemplates, templateProblems } from './template.ts';

/** The data plane: one handler for every request of the gateway port. */
export type Gateway = {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Requests under way. */
  inFlight(): number;
  /** Resolves when no request is under way, or after `milliseconds`. */
  drain(milliseconds: number): Promise<void>;
  close(): void;
};

/** A key that was revoked while its request came in is refused within a second, as DESIGN promises; who was faster needs no second look. */
const SLOW_BODY_MS = 500;
/** Failures of guards that are logged for one request; the event names every guard. */
const MAX_LOGGED_FAILURES = 16;
/** What events say of a request whose client left before its reply: nginx's code for it, never sent. */
const CLIENT_GONE = { status: 499, code: 'CLIENT_GONE', aborted: true } as const;

/** What ends an exchange from outside: the client leaves, its key is revoked. */
type Stop = (reason: 'client_gone' | 'revoked') => void;

export function createGateway(deps: GatewayDeps): Gateway {
  const memory: VerdictMemory<Scan> = new VerdictMemory();
  const tenants = new Map<TenantId, TenantState>();
  const running = new Map<KeyId, Set<Stop>>();
  let inFlight = 0;
  let closing = false;
  const stopListening = deps.identity.onRevoke((key) => running.get(key)?.forEach((stop) => stop('revoked')));

  async function tenantState(tenant: TenantId): Promise<TenantState> {
    const keys = await deps.keyring.tenant(tenant);
    const commitKey = keys.macKey('commitment');
    const state: TenantState = {
      memorySecret: keys.macKey('verdict-memory').toString('hex'),
      placeholderKey: keys.macKey('placeholder'),
      feedbackKey: keys.macKey('feedback'),
      commit: (bytes) => createHmac('sha256', commitKey).update(bytes).digest('hex'),
    };
    tenants.set(tenant, state);
    return state;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = request.url ?? '/';
    const shape = shapeOf(target);
    if (hasTwoHosts(request.rawHeaders)) return sendError(response, shape, 'REQUEST_INVALID', { say: 'It has two Host headers.' });
    const access = accessProblem(request.headers, deps.hosts, deps.origins);
    if (access !== undefined) return sendError(response, shape, access);
    const found = endpointOf(target, deps.areas);
    if (found === undefined) return sendError(response, shape, 'ENDPOINT_NOT_GUARDED');
    const { endpoint } = found;
    if (endpoint.kind !== 'area' && request.method !== endpoint.method)
      return sendError(response, shape, 'METHOD_NOT_ALLOWED', { headers: { allow: endpoint.method } });
    if (endpoint.kind === 'health') return sendJson(response, 200, { status: 'ok' });
    if (endpoint.kind === 'ready') return ready(response);
    if (closing || inFlight > deps.config.inFlight) return sendError(response, shape, 'OVERLOADED', { headers: { 'retry-after': '1' } });
    const now = deps.clock();
    const key = authenticate(request, now);
    if (key === undefined && endpoint.kind === 'area') return endpoint.area.refuse(response, 401, ERRORS.UNAUTHENTICATED.message);
    if (key === undefined) return sendError(response, shape, 'UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' } });
    if (!key.gateway) return sendError(response, shape, 'PERMISSION_MISSING', { say: 'It is not made for the gateway port.' });
    if (deps.identity.snapshotAge(now) > deps.config.storeGraceSeconds * 1000)
      return sendError(response, shape, 'STORE_GONE', { headers: { 'retry-after': '5' } });
    const permit = deps.limiter.acquire(key.id, { requestsPerMinute: key.requestsPerMinute, concurrency: key.concurrency }, now);
    if (!permit.ok) {
      return sendError(response, shape, 'RATE_LIMITED', {
        say: permit.limit === 'requests' ? 'Too many requests this minute.' : 'Too many requests at once.',
        headers: { 'retry-after': String(permit.retryAfterSeconds), ...rateHeaders(permit.rate) },
      });
    }
    for (const [name, value] of Object.entries(rateHeaders(permit.rate))) response.setHeader(name, value);
    try {
      await serve(request, response, endpoint, found.id, key, shape);
    } finally {
      permit.release();
    }
  }

  function authenticate(request: IncomingMessage, now: number): KeyRecord | undefined {
    const presented = presentedKey(request.headers);
    return presented === undefined ? undefined : deps.identity.authenticate(presented, now);
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: Endpoint,
    id: string,
    key: KeyRecord,
    shape: Api,
  ): Promise<void> {
    if (endpoint.kind === 'models') return modelsEndpoint(deps, key, response);
    if (endpoint.kind === 'event') return eventEndpoint(deps, key, id, response);
    if (endpoint.kind === 'area') return serveArea(request, response, endpoint.area, key);
    const started = performance.now();
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return sendError(response, shape, 'TYPE_NOT_JSON');
    const body = await readBody(request, deps.config.bodyBytes);
    if (!body.ok) return sendError(response, shape, body.code, body.code === 'BODY_TOO_LARGE' ? { headers: { connection: 'close' } } : {});
    if (performance.now() - started > SLOW_BODY_MS && authenticate(request, deps.clock()) === undefined)
      return sendError(response, shape, 'UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' } });
    const tenant = tenants.get(key.tenant) ?? (await tenantState(key.tenant));
    if (endpoint.kind === 'inspect') return inspectEndpoint(deps, tenant, memory, key, body.bytes, response, started);
    if (endpoint.kind !== 'model') return sendError(response, shape, 'ENDPOINT_NOT_GUARDED');
    const opened = await openExchange(deps, tenant, memory, key, endpoint.api, body.bytes, started);
    if (!opened.ok) return sendError(response, shape, opened.problem.code, { ...opened.problem });
    try {
      await exchange(opened.exchange, request, response);
    } catch (error) {
      await failed(opened.exchange, response, error);
    }
    for (const { guard, error } of opened.exchange.ledger.failures.slice(0, MAX_LOGGED_FAILURES))
      deps.logger.error('guard failed', { event: opened.exchange.uid, guard, reason: error });
  }

  /** The gate itself failed in the middle of an exchange: nothing more is delivered, and the event says so. */
  async function failed(opened: Exchange, response: ServerResponse, error: unknown): Promise<void> {
    deps.logger.error('request failed', {
      event: opened.uid,
      reason: reasonOf(error),
      stack: error instanceof Error ? (error.stack ?? '') : '',
    });
    if (response.headersSent) response.destroy();
    await finish(deps, opened, response, failure(opened, 'INTERNAL', 500));
  }

  async function exchange(opened: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const before = performance.now();
    const refused = inspectRequest(opened, opened.request);
    opened.timings['inspect'] = round(performance.now() - before);
    if (refused !== undefined)
      return finish(deps, opened, response, { status: 403, body: {}, headers: {}, outcome: { status: 403 }, refused });
    if (!opened.request.stream) return forwardWhole(opened, request, response);
    return forwardStream(opened, request, response);
  }

  async function serveArea(request: IncomingMessage, response: ServerResponse, area: Area, key: KeyRecord): Promise<void> {
    const body = await readBody(request, deps.config.bodyBytes);
    if (!body.ok) return area.refuse(response, ERRORS[body.code].status, ERRORS[body.code].message);
    await area.serve(request, (request.url ?? '/').slice(area.prefix.length - 1), body.bytes, key, response);
  }

  function forwardWhole(opened: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let head: { status: number; headers: Record<string, string>; target: Target } | undefined;
      // The provider's callbacks stand on its connection: what throws there must end this exchange, not get lost.
      const settle = (answer: () => Answer | Promise<Answer>): void => {
        if (!done()) return;
        Promise.try(answer)
          .then((made) => finish(deps, opened, response, made))
          .then(resolve, reject);
      };
      const done = watch(opened, response, (reason) => {
        call.abort();
        Promise.try(() => finish(deps, opened, response, stopped(opened, reason))).then(resolve, reject);
      });
      const call = deps.providers.send(callOf(opened, request.headers), {
        head: (status, headers, target) => {
          head = { status, headers, target };
        },
        data: (chunk) => chunks.push(chunk),
        end: () =>
          settle(() => {
            if (head === undefined) return failure(opened, 'PROVIDER_INVALID', 502);
            opened.timings['upstream'] = round(performance.now() - opened.started);
            const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
            return answerOf(deps, opened, head.status, head.headers, bytes, head.target);
          }),
        error: (error) =>
          settle(() => {
            deps.logger.warn('provider failed', { event: opened.uid, provider: error.provider, code: error.code, detail: error.detail });
            return upstreamFailure(opened, error);
          }),
      });
    });
  }

  function stopped(opened: Exchange, reason: 'client_gone' | 'revoked'): Answer {
    if (reason === 'revoked')
      return { status: 403, body: {}, headers: {}, outcome: { status: 403, code: 'KEY_REVOKED' }, refused: REVOKED };
    return { ...failure(opened, 'PROVIDER_FAILED', CLIENT_GONE.status), outcome: CLIENT_GONE };
  }

  function forwardStream(opened: Exchange, request: IncomingMessage, response: ServerResponse): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = watch(opened, response, (reason) => delivery.stop(reason));
      const delivery = new StreamDelivery(deps, opened, response, (error) => {
        done();
        if (error === undefined) resolve();
        else reject(error);
      });
      const call = deps.providers.send(callOf(opened, request.headers), delivery);
      delivery.abort = () => call.abort();
    });
  }

  /** Stops an exchange when its client leaves or its key is revoked; answers a function that ends the watch and says whether it was still on. */
  function watch(opened: Exchange, response: ServerResponse, stop: Stop): () => boolean {
    let active = true;
    const stops = running.get(opened.key.id) ?? new Set<Stop>();
    running.set(opened.key.id, stops);
    const end = (): boolean => {
      if (!active) return false;
      active = false;
      stops.delete(once);
      if (stops.size === 0) running.delete(opened.key.id);
      response.off('close', gone);
      return true;
    };
    const once: Stop = (reason) => {
      if (end()) stop(reason);
    };
    const gone = (): void => {
      if (!response.writableFinished) once('client_gone');
    };
    stops.add(once);
    response.on('close', gone);
    // Who left while the request was read has been announced already; the call that is to be aborted does not exist yet.
    if (response.destroyed) setImmediate(gone);
    return end;
  }

  function ready(response: ServerResponse): void {
    const age = deps.identity.snapshotAge(deps.clock());
    const log = deps.audit.health().state;
    const ok = !closing && log === 'ok' && age <= deps.config.storeGraceSeconds * 1000;
    sendJson(response, ok ? 200 : 503, {
      status: ok ? 'ready' : 'not_ready',
      log,
      store_age_seconds: Math.round(age / 1000),
      guards: deps.guards(DEFAULT_TENANT) === undefined ? 'off' : 'on',
    });
  }

  return {
    handle(request, response) {
      inFlight++;
      response.once('close', () => inFlight--);
      handle(request, response).catch((error: unknown) => {
        deps.logger.error('request failed', { reason: reasonOf(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
        if (response.headersSent) response.destroy();
        else sendError(response, shapeOf(request.url ?? '/'), 'INTERNAL');
      });
    },
    inFlight: () => inFlight,
    async drain(milliseconds) {
      closing = true;
      const until = performance.now() + milliseconds;
      const busy = (): boolean => inFlight > 0;
      while (busy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close() {
      closing = true;
      stopListening();
    },
  };
}

/** The usual rate headers, as OpenAI names them. */
function rateHeaders(rate: Rate | undefined): Record<string, string> {
  if (rate === undefined) return {};
  return {
    'x-ratelimit-limit-requests': String(rate.limit),
    'x-ratelimit-remaining-requests': String(rate.remaining),
    'x-ratelimit-reset-requests': `${rate.resetSeconds}s`,
  };
}
export type { Area } from './endpoint.ts';
export { createGatewayServer } from './server.ts';
export { openRestoreMaps } from './restore_maps.ts';
