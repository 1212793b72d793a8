import type { IncomingHttpHeaders } from 'node:http';
import { AppError, type Clock, type EventId, type JsonObject, type Logger, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { CLASS, type Event, type EventActor } from '../audit/index.ts';
import { guardedFetch, type GuardedReply } from '../net/index.ts';
import type { Connection } from './connection.ts';
import { forwardedHeaders, meantHeaders, replyHeaders } from './headers.ts';
import { decideCall, type EgressVerdict } from './rules.ts';
import { stripperFor } from './strip.ts';
import { canonicalTarget } from './target.ts';
import type { Lent, Vault, VaultProblem } from './vault_service.ts';

/** One call of an agent, as the gateway port hands it on: authenticated, its body bounded. */
export type EgressCall = {
  readonly method: string;
  /** After the prefix: `/{connection}/{path}?{query}`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly tenant: TenantId;
  /** Who calls: the agent itself, also where it acts for a person. */
  readonly principal: PrincipalId;
  /** The person that it acts for: then no other account than that person's. */
  readonly behalf?: PrincipalId;
  readonly actor: EventActor;
  /** Whether everybody who acts in it may call this host. */
  mayCall(host: string): boolean;
};

export type EgressReply = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Buffer };

/** Whether a call that a rule holds for a person may run now. */
export type Hold = (
  call: Pick<EgressCall, 'tenant' | 'principal'>,
  held: {
    readonly tool: string;
    readonly arguments: JsonObject;
    readonly destructive: boolean;
    readonly rule: string;
    readonly why: string;
  },
) => Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string; readonly id?: string; readonly url?: string }>;

export type EgressDeps = {
  readonly vault: Pick<Vault, 'connection' | 'lend' | 'usersFor'>;
  readonly record: (event: Event) => Promise<void>;
  readonly hold: Hold;
  /** The console's address, where people connect their accounts. */
  url(): string;
  newEventId(): EventId;
  readonly logger: Logger;
  readonly clock: Clock;
};

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
const METHODS: ReadonlySet<string> = new Set<Method>(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']);
/** A reply is read whole: what comes in pieces could hide a credential between two of them. */
const MAX_REPLY = 10 * 1024 * 1024;
const TIMEOUT = 60_000;

/** A refusal of ours, which is no reply of the service. */
type Refusal = { readonly status: number; readonly code: string; readonly message: string; readonly more?: JsonObject };

const PROBLEMS: Readonly<Record<VaultProblem, Omit<Refusal, 'code'>>> = {
  consent_required: { status: 403, message: 'Nobody has connected an account that you may use.' },
  scope_missing: { status: 403, message: 'The account was connected without the scopes that this needs.' },
  reconsent_required: { status: 403, message: 'The service has ended the consent; its owner must connect the account again.' },
  provider_down: { status: 502, message: 'The service gives no token at this moment; try again later.' },
  client_misconfigured: { status: 502, message: 'The service does not accept this gate as its client; its operator must look at it.' },
};

type Outcome = {
  readonly reply: EgressReply;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly code?: string;
};

/**
 * One call through the egress proxy: rules first, then the credential goes in on the way out, and out of everything that comes back. The event
 * is on disk before the reply is given. Rejects faults only.
 */
export async function egress(deps: EgressDeps, call: EgressCall): Promise<EgressReply> {
  const name = /^\/([a-z][a-z0-9-]{0,31})(?=\/|\?|$)/.exec(call.target)?.[1] ?? '';
  const connection = deps.vault.connection(name);
  if (connection === undefined) return refusalReply({ status: 404, code: 'connection_unknown', message: 'There is no such connection.' });
  const uid = deps.newEventId();
  const decided: { verdict?: EgressVerdict } = {};
  const outcome = await run(deps, connection, call, decided);
  await deps.record(eventOf(uid, connection, call, decided.verdict, outcome, deps.clock()));
  return { ...outcome.reply, headers: { ...outcome.reply.headers, 'x-sallyport-event': uid } };
}

async function run(deps: EgressDeps, connection: Connection, call: EgressCall, decided: { verdict?: EgressVerdict }): Promise<Outcome> {
  if (!METHODS.has(call.method))
    return refused({ status: 405, code: 'method_not_allowed', message: 'The proxy does not forward this method.' });
  const url = addressOf(connection, call);
  if (typeof url === 'string') return refused({ status: 400, code: 'target_invalid', message: url });
  if (!call.mayCall(url.host))
    return refused({ status: 403, code: 'host_not_allowed', message: `The agent that calls may not call ${url.host}.` });
  const user = await userOf(deps, connection, call);
  if (typeof user !== 'string') return refused(user);
  const facts = { method: call.method, host: url.host, path: url.pathname, agent: call.principal, user };
  const verdict = decideCall(connection.rules, facts);
  decided.verdict = verdict;
  if (verdict.action === 'deny')
    return refused({
      status: 403,
      code: 'denied_by_rule',
      message: verdict.why || 'A rule of this connection denies it.',
      more: { rule: verdict.rule },
    });
  if (verdict.action === 'ask') {
    const held = await deps.hold(call, heldAction(connection, call, url, user, verdict));
    if (!held.ok)
      return refused({
        status: 403,
        code: held.reason,
        message: 'A person has to approve exactly this call; make it again once it is approved.',
        more: {
          rule: verdict.rule,
          ...(held.id === undefined ? {} : { approval: held.id }),
          ...(held.url === undefined ? {} : { url: held.url }),
        },
      });
  }
  return forward(deps, connection, call, { url, user, scopes: verdict.scopes });
}

type Place = { readonly url: URL; readonly user: string; readonly scopes: readonly string[] };

async function forward(deps: EgressDeps, connection: Connection, call: EgressCall, { url, user, scopes }: Place): Promise<Outcome> {
  const lend = (not?: string): Promise<Lent> =>
    deps.vault.lend(call.tenant, user, connection.name, { scopes, ...(not === undefined ? {} : { not }) });
  let lent = await lend();
  if (!lent.ok) return refused(lentProblem(deps, connection, lent));
  const secrets = lent.secrets.map((secret) => secret.reveal());
  try {
    let reply = await send(connection, call, url, lent.credential.reveal());
    // The service has refused it before it did anything: one more try with a new token does nothing twice.
    if (reply.status === 401 && connection.oauth !== undefined) {
      lent = await lend(lent.credential.reveal());
      if (!lent.ok && lent.problem !== 'reconsent_required') return refused(lentProblem(deps, connection, lent));
      if (lent.ok) {
        secrets.push(...lent.secrets.map((secret) => secret.reveal()));
        reply = await send(connection, call, url, lent.credential.reveal());
      }
    }
    return stripped(connection, reply, secrets, user);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    deps.logger.warn('egress failed', { connection: connection.name, code: error.code });
    // Its own sentence, never its detail: what is wrong with the connection is for the operator.
    return refused({
      status: error.status === 504 ? 504 : 502,
      code: error.code.toLowerCase(),
      message: 'The service could not be reached, or its reply not be read.',
    });
  }
}

async function send(connection: Connection, call: EgressCall, url: URL, credential: string): Promise<GuardedReply> {
  const to = new URL(url);
  const headers: Record<string, string> = forwardedHeaders(call.headers, connection.headers);
  const { put } = connection;
  if ('query' in put) to.searchParams.append(put.query, credential);
  else headers[put.header] = `${put.prefix}${credential}`;
  return guardedFetch(to.href, {
    method: call.method as Method,
    headers,
    ...(call.body.length === 0 ? {} : { body: call.body }),
    allow: 'as-written',
    timeoutMs: TIMEOUT,
    maxBytes: MAX_REPLY,
  });
}

function stripped(connection: Connection, reply: GuardedReply, secrets: readonly string[], user: string): Outcome {
  const stripper = stripperFor(secrets);
  let found = 0;
  const clean = (text: string): string => {
    const result = stripper.strip(text);
    found += result.found;
    return result.text;
  };
  const headers = replyHeaders(reply.headers, connection, clean);
  const body = Buffer.from(clean(reply.body.toString('latin1')), 'latin1');
  return { reply: { status: reply.status, headers, body }, facts: { user, stripped: found } };
}

/** The address that is called, in canonical form; a text says why there is none. */
function addressOf(connection: Connection, call: EgressCall): URL | string {
  const target = canonicalTarget(call.target.slice(connection.name.length + 1) || '/');
  if (target === undefined) return 'The path or the query can be read in more than one way.';
  const host = call.headers['x-sallyport-host'];
  const base = new URL(connection.api);
  if (host !== undefined && (typeof host !== 'string' || !connection.hosts.includes(host))) return 'The connection has no such host.';
  const origin = host === undefined || host === base.host ? connection.api : `${base.protocol}//${host}`;
  const root = new URL(origin).pathname === '/';
  const text = `${origin}${target.path === '/' && !root ? '' : target.path}${target.query}`;
  const url = URL.parse(text);
  // What the rules see is what is sent: the parser must not have changed a thing.
  if (url === null || url.href !== text) return 'The path or the query can be read in more than one way.';
  if ('query' in connection.put && url.searchParams.has(connection.put.query)) return 'The credential is put in by the gate.';
  return url;
}

/** Whose account is used: the one that is named, or the only one that there is. An account that is not given to the agent does not exist for it. */
async function userOf(deps: EgressDeps, connection: Connection, call: EgressCall): Promise<string | Refusal> {
  const given = await deps.vault.usersFor(call.tenant, connection.name, call.principal);
  const users = call.behalf === undefined ? given : given.filter((user) => user === call.behalf);
  const asked = call.headers['x-sallyport-user'];
  const found = asked === undefined ? users[0] : users.find((user) => user === asked);
  if (found === undefined) return lentProblem(deps, connection, { ok: false, problem: 'consent_required' });
  if (asked === undefined && users.length > 1)
    return { status: 400, code: 'user_needed', message: 'You may use several accounts: name the person in x-sallyport-user.' };
  return found;
}

function heldAction(connection: Connection, call: EgressCall, url: URL, user: string, { rule, why }: EgressVerdict): Parameters<Hold>[1] {
  const text = call.body.toString('utf8');
  const body =
    call.body.length === 0 ? {} : Buffer.from(text).equals(call.body) ? { body: text } : { bodyBase64: call.body.toString('base64') };
  const meant = meantHeaders(call.headers, connection.headers);
  const headers = Object.keys(meant).length === 0 ? {} : { headers: meant };
  return {
    tool: `proxy.${connection.name}`,
    arguments: { method: call.method, host: url.host, path: url.pathname, query: url.search, user, ...headers, ...body },
    destructive: call.method === 'DELETE',
    rule,
    why: why || 'A rule of this connection asks for it.',
  };
}

function lentProblem(deps: EgressDeps, connection: Connection, lent: Exclude<Lent, { ok: true }>): Refusal {
  const { status, message } = PROBLEMS[lent.problem];
  return {
    status,
    code: lent.problem,
    message,
    more: {
      connect: `${deps.url()}/connections#${connection.name}`,
      ...(lent.missing === undefined ? {} : { missing: [...lent.missing] }),
    },
  };
}

function refused(refusal: Refusal): Outcome {
  return { reply: refusalReply(refusal), facts: {}, code: refusal.code };
}

/** A refusal in the form of this endpoint; the header tells it from an error of the service. */
export function refusalReply({ status, code, message, more }: Refusal): EgressReply {
  const body = Buffer.from(JSON.stringify({ error: { code, message, ...more } }));
  return { status, headers: { 'content-type': 'application/json', 'x-sallyport-error': code }, body };
}

/** OCSF API Activity: create, read, update, delete, by method. No path: it holds what the agent wrote. */
const ACTIVITIES: Readonly<Record<string, number>> = { POST: 1, GET: 2, HEAD: 2, PUT: 3, PATCH: 3, DELETE: 4 };

function eventOf(
  uid: EventId,
  connection: Connection,
  call: EgressCall,
  verdict: EgressVerdict | undefined,
  { reply, facts, code }: Outcome,
  time: number,
): Event {
  const rules =
    verdict === undefined ? [] : [{ id: verdict.rule, action: verdict.action, ...(verdict.why === '' ? {} : { why: verdict.why }) }];
  return {
    ...{ uid, tenant: call.tenant, time, class_uid: CLASS.apiActivity, activity_id: ACTIVITIES[call.method] ?? 99, severity_id: 1 },
    status_id: reply.status < 400 ? 1 : 2,
    kind: 'connection.called',
    actor: call.actor,
    target: { kind: 'connection', id: connection.name },
    decision: { action: verdict?.action ?? 'deny', rules, would: [] },
    http: { status: reply.status, ...(METHODS.has(call.method) ? { method: call.method } : {}) },
    ...(code === undefined ? {} : { status_code: code }),
    detail: facts,
  };
}
