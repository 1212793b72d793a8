import type { ServerResponse } from 'node:http';
import { matchesGlob, reasonOf, type EventId, type Secret } from '../kernel/index.ts';
import type { Audit } from '../audit/service.ts';
import type { Approvals } from '../approvals/service.ts';
import type { Area } from '../gateway/service.ts';
import { buildConnections, egress, refusalReply, type Connection, type EgressDeps } from '../vault/service.ts';
import { resolveReference, type Config } from './config.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The connections of a configuration; those with a problem are left out (the configuration was checked when it was read). */
export function connectionsOf(config: Config, env: Env): ReadonlyMap<string, Connection> {
  return buildConnections(config.connections ?? [], (reference) => resolved(reference, env)).connections;
}

function resolved(reference: string, env: Env): Secret | string {
  try {
    return resolveReference(reference, env);
  } catch (error) {
    return reasonOf(error);
  }
}

/** A held call of the egress proxy becomes an approval like any other. */
export function holdByApproval(approvals: Pick<Approvals, 'request' | 'use'>): EgressDeps['hold'] {
  return async ({ tenant, principal }, { tool, arguments: args, destructive, rule, why }) => {
    const action = { tenant, requester: principal, tool, arguments: args };
    if ((await approvals.use(action)).ok) return { ok: true };
    const outcome = await approvals.request({
      ...action,
      effect: destructive ? 'destructive' : 'egress',
      risk: destructive ? 'high' : 'medium',
      reasons: [{ rule, why }],
      findings: [],
    });
    return outcome.kind === 'refused'
      ? { ok: false, reason: outcome.reason }
      : { ok: false, reason: 'approval_needed', id: outcome.id, url: outcome.url };
  };
}

/** `/proxy/` of the gateway port. */
export function proxyArea(deps: Omit<EgressDeps, 'record'> & { readonly audit: Pick<Audit, 'record'>; newEventId(): EventId }): Area {
  return {
    prefix: '/proxy/',
    uses: 'tools',
    async serve(request, target, body, key, response) {
      const { method = 'GET', headers } = request;
      const { tenant, principal, principalKind: kind, id, actors } = key;
      const tool = `proxy.${target.split(/[/?]/)[1] ?? ''}`;
      if (!key.useTools || !key.limits.every(({ tools }) => tools.length === 0 || tools.some((pattern) => matchesGlob(pattern, tool))))
        return write(
          response,
          refusalReply({ status: 403, code: 'tool_not_allowed', message: 'This key may not use the connection.' }),
          method,
        );
      const actor = { principal, kind, key: id, ...(actors.length === 0 ? {} : { actors }) };
      const call = {
        method,
        target,
        headers,
        body,
        tenant,
        actor,
        mayCall: (host: string) =>
          key.limits.every(({ hosts }) => hosts.length === 0 || hosts.some((pattern) => matchesGlob(pattern, host))),
        ...(actors[0] === undefined ? { principal } : { principal: actors[0], behalf: principal }),
      };
      write(response, await egress({ ...deps, record: (event) => deps.audit.record(event) }, call), method);
    },
    refuse: (response, status, message) =>
      write(response, refusalReply({ status, code: status === 401 ? 'unauthenticated' : 'invalid_request', message }), 'GET'),
  };
}

function write(response: ServerResponse, reply: ReturnType<typeof refusalReply>, method: string): void {
  if (response.headersSent || response.destroyed) return;
  // What a service says is never a page of ours: no script of it runs in a browser that is sent here.
  response.writeHead(reply.status, {
    ...reply.headers,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    ...(method === 'HEAD' || reply.status === 204 || reply.status === 304 ? {} : { 'content-length': reply.body.length }),
  });
  response.end(method === 'HEAD' || reply.status === 204 || reply.status === 304 ? undefined : reply.body);
}
