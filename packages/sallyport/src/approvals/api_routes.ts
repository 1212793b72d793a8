import type { ServerResponse } from 'node:http';
import { isId, isObject, parser, readJson, Type, type PrincipalId, type TenantId } from '../kernel/index.ts';
import { sendJson } from '../net/index.ts';
import { toolEffect, type Effect } from '../flow/index.ts';
import type { Held, Progress } from './approval.ts';
import type { Approvals } from './approvals_service.ts';

/** One request to the API of the waiting side, as the gateway port hands it on: authenticated, its body bounded. */
export type ApiCall = {
  readonly method: string;
  /** After the prefix, with the query: `/apr_.../?wait=30`. */
  readonly target: string;
  readonly body: Buffer;
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
};

export type ApiDeps = {
  readonly approvals: Pick<Approvals, 'request' | 'use' | 'wait'>;
  /** Effects that the operator declared, by tool. */
  readonly effects: Readonly<Record<string, Effect>>;
};

/** Longest that one request waits: below the idle limit of common front ends. */
const MAX_WAIT_SECONDS = 50;
const MINUTE = 60_000;

const ACTION = {
  tool: Type.String({ minLength: 1, maxLength: 256 }),
  arguments: Type.Unknown(),
  conversation: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
};
const parseAction = parser(Type.Object(ACTION, { additionalProperties: false }));
const parseRequest = parser(
  Type.Object(
    {
      ...ACTION,
      said: Type.Optional(Type.String({ maxLength: 4_000 })),
      waitMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 20_160 })),
      callback: Type.Optional(Type.String({ maxLength: 2_000, pattern: '^https://' })),
    },
    { additionalProperties: false },
  ),
);

type Reply = { readonly status: number; readonly json: object };

/**
 * Answers one request: `POST /request` holds an action of the app's own, `POST /use` spends an approval, `GET /{id}?wait=SECONDS` tells how
 * it stands. Rejects faults only.
 */
export async function serveApprovals(deps: ApiDeps, call: ApiCall, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { status, json } = await answer(deps, call, gone.signal);
  sendJson(response, status, json);
}

/** A refusal in this API's form. */
export function refuseApproval(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, problem(status, status === 401 ? 'unauthenticated' : 'invalid_request', message).json);
}

async function answer(deps: ApiDeps, call: ApiCall, signal: AbortSignal): Promise<Reply> {
  const mark = call.target.indexOf('?');
  const path = mark < 0 ? call.target : call.target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : call.target.slice(mark));
  if (call.method === 'POST' && path === '/request') return hold(deps, call);
  if (call.method === 'POST' && path === '/use') return use(deps, call);
  if (call.method === 'GET' && isId('apr', path.slice(1))) return look(deps, call, path.slice(1), query.get('wait') ?? '0', signal);
  return problem(404, 'approval_unknown', 'There is no such approval.');
}

async function look({ approvals }: ApiDeps, call: ApiCall, id: string, wait: string, signal: AbortSignal): Promise<Reply> {
  if (!/^\d{1,4}$/.test(wait)) return problem(400, 'invalid_request', 'wait is a number of seconds.');
  const milliseconds = Math.min(Number(wait), MAX_WAIT_SECONDS) * 1_000;
  const found = await approvals.wait({ tenant: call.tenant, requester: call.principal }, id, milliseconds, signal);
  return found === undefined ? problem(404, 'approval_unknown', 'There is no such approval.') : { status: 200, json: told(found) };
}

async function hold({ approvals, effects }: ApiDeps, call: ApiCall): Promise<Reply> {
  const read = parseRequest(bodyOf(call.body));
  if (!read.ok) return invalid(read.problems);
  const { tool, conversation, said, waitMinutes, callback } = read.value;
  const effect = toolEffect(tool, effects);
  const held: Held = {
    ...{ tenant: call.tenant, requester: call.principal, tool, arguments: read.value.arguments as Held['arguments'], effect },
    risk: effect === 'destructive' ? 'high' : effect === 'read' ? 'low' : 'medium',
    reasons: [],
    findings: [],
    ...(conversation === undefined ? {} : { conversation }),
    ...(said === undefined ? {} : { said }),
    ...(waitMinutes === undefined ? {} : { waitMs: waitMinutes * MINUTE }),
    ...(callback === undefined ? {} : { callback }),
  };
  const outcome = await approvals.request(held);
  if (outcome.kind === 'refused') return problem(403, outcome.reason, REFUSALS[outcome.reason]);
  const { id, url, expiresAt, state } = outcome;
  return { status: 201, json: { id, state, url, expiresAt: new Date(expiresAt).toISOString() } };
}

const REFUSALS = {
  approval_fatigue: 'You have asked too often in the last hour.',
  approval_rejected: 'A person has rejected exactly this within the last hour.',
  approval_unavailable: 'Nobody may answer this.',
  arguments_too_large: 'Nobody can look through arguments of this size.',
  arguments_invalid: 'No JSON can hold these arguments.',
} as const;

async function use({ approvals }: ApiDeps, call: ApiCall): Promise<Reply> {
  const read = parseAction(bodyOf(call.body));
  if (!read.ok) return invalid(read.problems);
  const { tool, conversation } = read.value;
  const used = await approvals.use({
    ...{ tenant: call.tenant, requester: call.principal, tool, arguments: read.value.arguments as Held['arguments'] },
    ...(conversation === undefined ? {} : { conversation }),
  });
  if (!used.ok) return problem(403, used.reason, 'Nobody has approved exactly this action, or it was done already.');
  return { status: 200, json: { approval: used.approval, scope: used.scope } };
}

function told({ id, state, tool, created, expires, note }: Progress): object {
  const iso = (at: number): string => new Date(at).toISOString();
  return { id, state, tool, created: iso(created), expiresAt: iso(expires), ...(note === undefined ? {} : { note }) };
}

function bodyOf(bytes: Buffer): unknown {
  const read = readJson(bytes);
  return read.ok && isObject(read.value) ? read.value : undefined;
}

function invalid(problems: readonly { readonly pointer: string; readonly message: string }[]): Reply {
  return problem(
    400,
    'invalid_request',
    problems
      .map(({ pointer, message }) => `${pointer} ${message}`.trim().slice(0, 200))
      .join('; ')
      .slice(0, 1_000),
  );
}

function problem(status: number, code: string, message: string): Reply {
  return { status, json: { error: { code, message } } };
}
