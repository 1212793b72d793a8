import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import { isObject, reasonOf, readJson, type JsonObject } from '../kernel/index.ts';
import { errorBody, readError, readReply, withhold, type ReadReply, type ToolCall } from '../message/index.ts';
import type { ProviderCall, ProviderError, Target } from '../providers/service.ts';
import { settle, type HeldCall } from './approvals.ts';
import type { GatewayDeps } from './context.ts';
import type { GatewayErrorCode } from './errors.ts';
import { decisionFor, exchangeEvent, type Outcome } from './event.ts';
import type { Exchange } from './exchange.ts';
import { inspectReply, prepareReply } from './inspect_reply.ts';
import { round } from './open_exchange.ts';
import type { Refused } from './refusal.ts';
import { sendError, sendJson, sendRefusal } from './reply.ts';

/** Headers of the client that a provider may see; credentials, cookies and forwarding headers never pass. */
const FORWARDED = ['anthropic-version', 'anthropic-beta', 'openai-beta'] as const;
const IDEMPOTENCY = 'idempotency-key';

/** What the client gets at the end of an exchange: written only after its event is on disk. */
export type Answer = {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Record<string, string>;
  readonly outcome: Outcome;
  readonly refused?: Refused;
  readonly code?: GatewayErrorCode;
};

/** The call to the provider: our own serialisation of the checked (and masked) request, never the client's bytes. */
export function callOf(exchange: Exchange, headers: Readonly<Record<string, unknown>>): ProviderCall {
  const forwarded: Record<string, string> = {};
  for (const name of FORWARDED) if (typeof headers[name] === 'string') forwarded[name] = headers[name];
  const { [IDEMPOTENCY]: repeat } = headers;
  // At the provider all callers are one account: whoever names another's request must not be given its reply.
  if (typeof repeat === 'string') forwarded[IDEMPOTENCY] = hash('sha256', `${exchange.tenant}\n${exchange.key.principal}\n${repeat}`);
  return {
    api: exchange.api,
    targets: exchange.targets,
    stream: exchange.request.stream,
    headers: forwarded,
    lost: () => exchange.charge?.lost(),
    body(target: Target): Buffer {
      exchange.charge?.sent();
      exchange.request.setModel(target.model);
      return Buffer.from(JSON.stringify(exchange.request.body));
    },
  };
}

/** What to answer when the provider gave no reply. */
export function upstreamCode(error: ProviderError): GatewayErrorCode {
  if (error.code === 'UPSTREAM_TIMEOUT') return 'PROVIDER_TIMEOUT';
  return error.code === 'UPSTREAM_PROTOCOL' || error.code === 'UPSTREAM_ENCODING' || error.code === 'UPSTREAM_TOO_LARGE'
    ? 'PROVIDER_INVALID'
    : 'PROVIDER_FAILED';
}

/** Judges a complete upstream reply and makes the client's answer of it. */
export async function answerOf(
  deps: Pick<GatewayDeps, 'logger'>,
  exchange: Exchange,
  status: number,
  headers: Record<string, string>,
  bytes: Buffer,
  target: Target,
): Promise<Answer> {
  const started = performance.now();
  const json = readJson(bytes);
  if (!json.ok || !isObject(json.value))
    return status >= 400 ? upstreamError(exchange, isOurs(status) ? 502 : status, headers) : invalid(exchange, 'not JSON');
  const reply: ReadReply = status >= 400 ? errorReply(exchange, json.value) : readReply(exchange.api, json.value);
  if (reply.malformed !== undefined) return invalid(exchange, reply.malformed);
  const preparing = prepareReply(exchange, reply);
  if (preparing !== undefined) await preparing;
  const inspected = inspectReply(exchange, reply);
  const refused = inspected.refused ?? (inspected.held.size === 0 ? undefined : await askPeople(deps, exchange, reply, inspected.held));
  exchange.timings['reply'] = round(performance.now() - started);
  // The provider refused the gate's own credential: the client's key is not at fault, and must not seem to be.
  if (isOurs(status)) return upstreamError(exchange, 502, {});
  if (refused !== undefined) return { status: 403, body: {}, headers: {}, outcome: outcomeOf(reply, 403, target), refused };
  for (const [call, asked] of inspected.asked) if (!inspected.held.has(call)) exchange.propose?.(asked, call.arguments, false);
  if (status < 400 && exchange.ledger.action !== 'deny')
    return { status, body: labelled(exchange, reply.body), headers, outcome: outcomeOf(reply, status, target) };
  return { status, body: reply.body, headers, outcome: { ...outcomeOf(reply, status, target), code: 'UPSTREAM_ERROR' } };
}

/** Settles the calls that wait for a person: a text stands in the place of each that may not run yet. */
async function askPeople(
  deps: Pick<GatewayDeps, 'logger'>,
  exchange: Exchange,
  reply: ReadReply,
  held: ReadonlyMap<ToolCall, HeldCall>,
): Promise<Refused | undefined> {
  const texts = new Map<string, string>();
  for (const [call, one] of held) {
    const settled = await settle(exchange, one, deps.logger);
    if (settled.kind === 'refused') return settled.refused;
    if (settled.kind === 'withheld') texts.set(call.where, settled.text);
    else exchange.propose?.({ name: call.name, arguments: call.arguments }, call.arguments, true);
  }
  withhold(reply.body, texts);
  return undefined;
}

/** What only the gate's own credential at the provider can have brought about: it is wrong, or may not do this. */
const isOurs = (status: number): boolean => status === 401 || status === 403;

/** An error body has texts too: a provider may echo the prompt or its own key in one. */
function errorReply(exchange: Exchange, body: JsonObject): ReadReply {
  return { api: exchange.api, parts: readError(exchange.api, body), toolCalls: [], finish: [], body };
}

/** The reply's own decision stands in the body when there is something to say: masked values, late findings. */
function labelled(exchange: Exchange, body: JsonObject): JsonObject {
  const { ledger, key } = exchange;
  if (key.detail !== 'full' && Object.keys(ledger.masked).length === 0) return body;
  return { ...body, sallyport: decisionFor(exchange) };
}

function outcomeOf(reply: ReadReply, status: number, target: Target): Outcome {
  return {
    status,
    provider: target.provider,
    ...(reply.usage === undefined ? {} : { usage: reply.usage }),
    ...(reply.id === undefined ? {} : { response: reply.id }),
  };
}

function invalid(exchange: Exchange, why: string): Answer {
  return {
    ...failure(exchange, 'PROVIDER_INVALID', 502),
    outcome: { status: 502, code: why === 'not JSON' ? 'PROVIDER_NOT_JSON' : 'PROVIDER_UNREADABLE' },
  };
}

function upstreamError(exchange: Exchange, status: number, headers: Record<string, string>): Answer {
  return { ...failure(exchange, 'PROVIDER_FAILED', status), headers };
}

/** An answer that is an error of ours. */
export function failure(exchange: Exchange, code: GatewayErrorCode, status: number): Answer {
  const body = errorBody(exchange.api, {
    status,
    code: code.toLowerCase(),
    message: 'The model provider did not give a reply that can be delivered.',
    event: exchange.uid,
  });
  return { status, body, headers: {}, outcome: { status, code }, code };
}

/** Puts the event on disk, then answers: nothing is delivered that is not recorded. */
export async function finish(deps: GatewayDeps, exchange: Exchange, response: ServerResponse, answer: Answer): Promise<void> {
  const headers = { ...answer.headers, ...exchangeHeaders(exchange) };
  // The limits of the client's own key are what it can act on, not those of the gate's account at the provider.
  for (const name of Object.keys(headers)) if (response.hasHeader(name)) delete headers[name];
  // Serialised before the record is awaited, so that the work is done while the disk is busy.
  const body = answer.refused === undefined ? JSON.stringify(answer.body) : undefined;
  if (!(await recorded(deps, exchange, response, answer.outcome))) return;
  if (answer.refused !== undefined) sendRefusal(response, exchange.api, exchange.uid, answer.refused, headers);
  else if (body !== undefined) sendJson(response, answer.status, body, headers);
  keepContent(deps, exchange);
}

/** Records the exchange; a log that cannot be written refuses the request instead. */
export async function recorded(deps: GatewayDeps, exchange: Exchange, response: ServerResponse, outcome: Outcome): Promise<boolean> {
  const cost = exchange.charge?.settle(outcome.partial === true ? undefined : outcome.usage);
  exchange.timings['total'] = round(performance.now() - exchange.started);
  const event = exchangeEvent(
    exchange,
    { ...outcome, ...(cost === undefined ? {} : { cost }) },
    deps.clock(),
    exchange.request.stream ? 'ended' : undefined,
  );
  try {
    await deps.audit.record(event);
  } catch (error) {
    deps.logger.error('event not recorded', { event: exchange.uid, reason: reasonOf(error) });
    sendError(response, exchange.api, 'NOT_RECORDED', { event: exchange.uid, headers: { 'retry-after': '5' } });
    return false;
  }
  deps.observe?.(event);
  exchange.flow?.remember(exchange.api === 'responses' ? outcome.response : undefined);
  if (exchange.api === 'responses' && outcome.response !== undefined && exchange.placeholders.masked.size > 0) {
    const whose = { principal: exchange.key.principal, subject: subjectOf(exchange) };
    deps.restoreMaps.put(exchange.tenant, whose, outcome.response, exchange.placeholders.seal());
  }
  return true;
}

/** `x-sallyport-decision` is the request's; the reply's own stands in its body. */
export function exchangeHeaders(exchange: Exchange): Record<string, string> {
  return { 'x-sallyport-event': exchange.uid, 'x-sallyport-decision': exchange.ledger.action };
}

/** Whose text it is: what erasure is asked for by. */
function subjectOf(exchange: Exchange): string {
  return exchange.request.user ?? exchange.key.principal;
}

/** Hands the text to the content store, off the reply's path. */
export function keepContent(deps: GatewayDeps, exchange: Exchange): void {
  const { ledger, content } = exchange;
  if (content === 'none' || ledger.content.length === 0) return;
  deps.audit.content.put(exchange.tenant, {
    event: exchange.uid,
    subject: subjectOf(exchange),
    mode: content,
    practice: exchange.practice,
    items: ledger.content,
  });
}
