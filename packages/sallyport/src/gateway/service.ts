import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { DEFAULT_TENANT, reasonOf, type TenantId } from '../kernel/index.ts';
import type { Identified, KeyRecord } from '../identity/service.ts';
import type { Scan } from '../guard/index.ts';
import type { Api } from '../message/index.ts';
import type { Target } from '../providers/service.ts';
import { errorBody } from '../message/index.ts';
import { Charge, chargeOf, type Refusal } from './charge.ts';
import { accessProblem, hasTwoHosts, presentedCredential } from './access.ts';
import { readBody } from './body.ts';
import type { GatewayDeps, TenantState } from './context.ts';
import { ENDPOINT_PATHS, endpointOf, shapeOf, type Area, type Endpoint } from './endpoint.ts';
import { ERRORS, type GatewayErrorCode } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { answerOf, callOf, failure, finish, type Answer } from './forward.ts';
import { StreamDelivery } from './forward_stream.ts';
import { documentsNamed, readAttachments } from './attachments.ts';
import { inspectEndpoint } from './inspect_endpoint.ts';
import { inspectRequest, prepareRequest } from './inspect_request.ts';
import { VerdictMemory } from './memory.ts';
import { eventEndpoint, modelsEndpoint } from './lookup.ts';
import { openExchange, round } from './open_exchange.ts';
import { challengeOf, resourceMetadata } from './protected_resource.ts';
import { Running, type Stop } from './running.ts';
import { rateHeaders, sendError, sendJson, type SendOptions } from './reply.ts';
import { REVOKED } from './refusal.ts';
import { TurnedAway } from './turned_away.ts';
import { upstreamFailure } from './upstream_failure.ts';

export type { GatewayDeps, ProposedCall } from './context.ts';
export { actorOf } from './event.ts';
export { RequestFlow, type AskedCall } from './flow.ts';
export { Judge, type CallFlow, type Judgement } from './judge.ts';
export { Ledger, type PartFacts } from './ledger.ts';
export { VerdictMemory } from './memory.ts';
export { challengeOf } from './protected_resource.ts';
export { failureOf, refusalOf, type Refused } from './refusal.ts';
export { maskOf, maskSpans, QUARANTINE_NOTICE, replaceSpans } from './rewrite.ts';
export type { ApprovalPort } from './approval_port.ts';
export type { Budgets } from './charge.ts';
export { compileTemplates, templateProblems } from './template.ts';

/** The data plane: one handler for every request of the gateway port. */
export type Gateway = {
  /** `as`: who asks, where that is proved already (the console's playground); otherwise the key that the request presents. */
  handle(request: IncomingMessage, response: ServerResponse, as?: KeyRecord): void;
  /** Every path that is answered: fixed ones with their method, and what areas answer below a prefix that ends with a slash. */
  readonly paths: readonly string[];
  /** Requests under way. */
  inFlight(): number;
  /** Resolves when no request is under way, or after `milliseconds`. */
  drain(milliseconds: number): Promise<void>;
  close(): void;
};

/** Without news of what was revoked for this long, what could do the most harm waits; the rest goes on for `gateway.storeGraceSeconds`. */
const DEGRADED_MS = 5_000;
/** Failures of guards that are logged for one request; the event names every guard. */
const MAX_LOGGED_FAILURES = 16;
/** What events say of a request whose client left before its reply: nginx's code for it, never sent. */
const CLIENT_GONE = { status: 499, code: 'CLIENT_GONE', aborted: true } as const;

export function createGateway(deps: GatewayDeps): Gateway {
  const memory: VerdictMemory<Scan> = new VerdictMemory();
  const tenants = new Map<TenantId, TenantState>();
  const running = new Running();
  let inFlight = 0;
  let closing = false;
  const away = new TurnedAway({
    record: (event) => deps.audit.record(event),
    clock: deps.clock,
    newEventId: () => deps.newEventId(),
    logger: deps.logger,
  });
  const stopListening = deps.identity.onRevoke((tenant, handle) => running.stop(tenant, handle));

  async function tenantState(tenant: TenantId): Promise<TenantState> {
    const keys = await deps.keyring.tenant(tenant);
    const commitKey = keys.macKey('commitment');
    const state: TenantState = {
      memorySecret: keys.macKey('verdict-memory'),
      placeholderKey: keys.macKey('placeholder'),
      feedbackKey: keys.macKey('feedback'),
      commit: (bytes) => createHmac('sha256', commitKey).update(bytes).digest('hex'),
    };
    tenants.set(tenant, state);
    return state;
  }

  async function handle(request: IncomingMessage, response: ServerResponse, as: KeyRecord | undefined): Promise<void> {
    const target = request.url ?? '/';
    const shape = shapeOf(target);
    const turnAway = (code: GatewayErrorCode, who?: KeyRecord, options: SendOptions = {}): void => {
      away.count(code, who, deps.addressOf(request));
      sendError(response, shape, code, options);
    };
    if (hasTwoHosts(request.rawHeaders)) return turnAway('REQUEST_INVALID', undefined, { say: 'It has two Host headers.' });
    const access = accessProblem(request.headers, deps.hosts, deps.origins);
    if (access !== undefined) return turnAway(access);
    const found = endpointOf(target, deps.areas);
    if (found === undefined) return turnAway('ENDPOINT_NOT_GUARDED');
    const { endpoint } = found;
    if (endpoint.kind !== 'area' && request.method !== endpoint.method)
      return turnAway('METHOD_NOT_ALLOWED', undefined, { headers: { allow: endpoint.method } });
    if (endpoint.kind === 'health') return sendJson(response, 200, { status: 'ok' });
    if (endpoint.kind === 'ready') return ready(response);
    if (endpoint.kind === 'resource') return resourceMetadata(deps, found.id, response);
    if (closing || inFlight > deps.config.inFlight) return turnAway('OVERLOADED', undefined, { headers: { 'retry-after': '1' } });
    const now = deps.clock();
    const asking = as === undefined ? identify(request, now) : { ok: true as const, key: as };
    const who: Identified = asking instanceof Promise ? await asking : asking;
    if (!who.ok) return refuse(request, response, endpoint, who, shape);
    const { key } = who;
    if (!key.gateway) return turnAway('PERMISSION_MISSING', key, { say: 'It is not made for the gateway port.' });
    const age = deps.identity.snapshotAge(now);
    if (age > deps.config.storeGraceSeconds * 1000) return turnAway('STORE_GONE', key, { headers: { 'retry-after': '5' } });
    // As long as it cannot be found out whether a proof was used elsewhere, either.
    if ((age > DEGRADED_MS || who.unsure === true) && isHighRisk(endpoint, key))
      return turnAway('DEGRADED', key, { headers: { 'retry-after': '2' } });
    if (deps.fairness.refuses(key.tenant, now)) return turnAway('OVERLOADED', key, { headers: { 'retry-after': '1' } });
    const permit = deps.limiter.acquire(key.id, { requestsPerMinute: key.requestsPerMinute, concurrency: key.concurrency }, now);
    if (!permit.ok) {
      return turnAway('RATE_LIMITED', key, {
        say: permit.limit === 'requests' ? 'Too many requests this minute.' : 'Too many requests at once.',
        headers: { 'retry-after': String(permit.retryAfterSeconds), ...rateHeaders(permit.rate) },
      });
    }
    for (const [name, value] of Object.entries(rateHeaders(permit.rate))) response.setHeader(name, value);
    try {
      await serve(request, response, endpoint, found.id, key, (code, options) => turnAway(code, key, options));
    } finally {
      permit.release();
    }
  }

  function identify(request: IncomingMessage, now: number): Identified | Promise<Identified> {
    const presented = presentedCredential(request.headers);
    if (presented === undefined) return { ok: false };
    const path = (request.url ?? '/').split('?', 1)[0] as string;
    const address = deps.addressOf(request);
    return deps.identity.identify({ ...presented, method: request.method ?? '', path, address }, now);
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: Endpoint,
    { say }: { readonly say?: string },
    shape: Api,
  ): void {
    const headers = { 'www-authenticate': challengeOf(deps, request.url ?? '/', say) };
    const code = say === undefined ? 'UNAUTHENTICATED' : 'TOKEN_REFUSED';
    away.count(code, undefined, deps.addressOf(request));
    if (endpoint.kind !== 'area') return sendError(response, shape, code, { ...(say === undefined ? {} : { say }), headers });
    response.setHeader('www-authenticate', headers['www-authenticate']);
    endpoint.area.refuse(response, 401, [ERRORS[code].message, say].filter((one) => one !== undefined).join(' '));
  }

  async function serve(
    request: IncomingMessage,
    response: ServerResponse,
    endpoint: Endpoint,
    id: string,
    key: KeyRecord,
    turnAway: (code: GatewayErrorCode, options?: SendOptions) => void,
  ): Promise<void> {
    if (endpoint.kind === 'models') return modelsEndpoint(deps, key, response);
    if (endpoint.kind === 'event') return eventEndpoint(deps, key, id, response);
    if (endpoint.kind === 'area') return serveArea(request, response, endpoint.area, key);
    if (endpoint.kind === 'model' && !key.useModels) {
      const insufficient = challengeOf(deps, request.url ?? '/', undefined, 'models');
      return turnAway('PERMISSION_MISSING', {
        say: 'It lacks the scope models.',
        headers: { 'www-authenticate': insufficient },
      });
    }
    if (endpoint.kind === 'model') deps.identity.uses(key, 'models');
    const started = performance.now();
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return turnAway('TYPE_NOT_JSON');
    // Who is revoked while the request comes in is refused as if it had come afterwards.
    const still = { inForce: true };
    const arrived = running.watch(key, () => (still.inForce = false));
    const body = await readBody(request, deps.config.bodyBytes).finally(arrived);
    if (!body.ok) return turnAway(body.code, body.code === 'BODY_TOO_LARGE' ? { headers: { connection: 'close' } } : {});
    if (!still.inForce) return turnAway('UNAUTHENTICATED', { headers: { 'www-authenticate': 'Bearer' } });
    const tenant = tenants.get(key.tenant) ?? (await tenantState(key.tenant));
    if (endpoint.kind === 'inspect') return inspectEndpoint(deps, tenant, memory, key, body.bytes, response, started);
    if (endpoint.kind !== 'model') return turnAway('ENDPOINT_NOT_GUARDED');
    const opened = await openExchange(deps, tenant, memory, key, endpoint.api, body.bytes, started, documentsNamed(request.headers));
    if (!opened.ok) return turnAway(opened.problem.code, { ...opened.problem });
    try {
      const refusal = await charge(opened.exchange, body.bytes.length);
      if (refusal === undefined) await exchange(opened.exchange, request, response);
      else await unaffordable(opened.exchange, response, refusal);
    } catch (error) {
      await failed(opened.exchange, response, error);
    } finally {
      opened.exchange.charge?.settle(undefined);
      deps.fairness.spent(key.tenant, opened.exchange.timings['inspect'] ?? 0, deps.clock());
    }
    for (const { guard, error } of opened.exchange.ledger.failures.slice(0, MAX_LOGGED_FAILURES))
      deps.logger.error('guard failed', { event: opened.exchange.uid, guard, reason: error });
  }

  /** Sets aside what the exchange may cost; answers why it may not be made. */
  function charge(opened: Exchange, bytes: number): Refusal | undefined | Promise<Refusal | undefined> {
    const { tenant, key, request, targets, commitment } = opened;
    const keep = (made: Charge | Refusal): Refusal | undefined => {
      if (!(made instanceof Charge)) return made;
      opened.charge = made;
      return undefined;
    };
    const made = chargeOf(deps.budgets(), tenant, key, request, bytes, targets, commitment, deps.clock());
    return made instanceof Promise ? made.then(keep) : keep(made);
  }

  function unaffordable(opened: Exchange, response: ServerResponse, refusal: Refusal): Promise<void> {
    const { status, message, fix } = ERRORS[refusal.code];
    const text = [message, refusal.say, fix].filter((part) => part !== '').join(' ');
    const headers: Record<string, string> =
      refusal.retryAfterSeconds === undefined ? {} : { 'retry-after': String(refusal.retryAfterSeconds) };
    const body = errorBody(opened.api, { status, code: refusal.code.toLowerCase(), message: text, event: opened.uid });
    return finish(deps, opened, response, { status, body, headers, outcome: { status, code: refusal.code } });
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
    const asked = performance.now();
    const attachments = await readAttachments(opened.request, deps.documents);
    if (attachments.size > 0) opened.timings['documents'] = round(performance.now() - asked);
    const preparing = prepareRequest(opened, opened.request, attachments);
    if (preparing !== undefined) {
      const began = performance.now();
      await preparing;
      opened.timings['second_stage'] = round(performance.now() - began);
    }
    // This process's own time only: other requests went on while documents were read.
    const before = performance.now();
    const refused = inspectRequest(opened, opened.request, attachments);
    opened.timings['inspect'] = round(performance.now() - before);
    if (opened.documents.length > 0) deps.used(opened.tenant, opened.documents, opened.uid);
    if (refused !== undefined)
      return finish(deps, opened, response, { status: 403, body: {}, headers: {}, outcome: { status: 403 }, refused });
    if (!opened.request.stream) return forwardWhole(opened, request, response);
    return forwardStream(opened, request, response);
  }

  async function serveArea(request: IncomingMessage, response: ServerResponse, area: Area, key: KeyRecord): Promise<void> {
    // Whoever is revoked meanwhile loses the connection, whatever the area is doing: it waits for a person, or a tool.
    const over = running.watch(key, () => response.destroy());
    try {
      const body = await readBody(request, deps.config.bodyBytes);
      if (!body.ok) return area.refuse(response, ERRORS[body.code].status, ERRORS[body.code].message);
      if (response.destroyed) return;
      if (area.uses === 'tools' && key.useTools) deps.identity.uses(key, 'tools');
      await area.serve(request, (request.url ?? '/').slice(area.prefix.length - 1), body.bytes, key, response);
    } finally {
      over();
    }
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
          if (status >= 400) opened.charge?.failed();
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
        error: (error) => {
          opened.charge?.failed();
          settle(() => {
            deps.logger.warn('provider failed', { event: opened.uid, provider: error.provider, code: error.code, detail: error.detail });
            return upstreamFailure(opened, error);
          });
        },
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
      // Not by a function set to a member here: V8 makes those old at once, and what they reach with them.
      delivery.upstream = deps.providers.send(callOf(opened, request.headers), delivery);
    });
  }

  /** Stops an exchange when its client leaves or its key is revoked; answers a function that ends the watch and says whether it was still on. */
  function watch(opened: Exchange, response: ServerResponse, stop: Stop): () => boolean {
    let active = true;
    const end = (): boolean => {
      if (!active) return false;
      active = false;
      unwatch();
      response.off('close', gone);
      return true;
    };
    const once: Stop = (reason) => {
      if (end()) stop(reason);
    };
    const gone = (): void => {
      if (!response.writableFinished) once('client_gone');
    };
    const unwatch = running.watch(opened.key, () => once('revoked'));
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
    handle(request, response, as) {
      inFlight++;
      response.once('close', () => inFlight--);
      handle(request, response, as).catch((error: unknown) => {
        deps.logger.error('request failed', { reason: reasonOf(error), stack: error instanceof Error ? (error.stack ?? '') : '' });
        if (response.headersSent) response.destroy();
        else sendError(response, shapeOf(request.url ?? '/'), 'INTERNAL');
      });
    },
    paths: [...ENDPOINT_PATHS, ...(deps.areas ?? []).map(({ prefix }) => prefix)],
    inFlight: () => inFlight,
    async drain(milliseconds) {
      closing = true;
      const until = performance.now() + milliseconds;
      const busy = (): boolean => inFlight > 0;
      while (busy() && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    close() {
      closing = true;
      away.flush();
      stopListening();
    },
  };
}

/** What would do the most harm if a revocation were missed: agents, and who may read what. */
function isHighRisk(endpoint: Endpoint, key: KeyRecord): boolean {
  return endpoint.kind === 'area' || key.principalKind === 'agent' || key.actors.length > 0;
}

export type { Area } from './endpoint.ts';
export { createGatewayServer } from './server.ts';
export { openRestoreMaps } from './restore_maps.ts';
