import { resolve } from 'node:path';
import { reasonOf, type Clock, type Logger, type Secret, type TenantId } from '../kernel/index.ts';
import type { Approvals } from '../approvals/service.ts';
import type { Audit } from '../audit/service.ts';
import type { Area, GatewayDeps } from '../gateway/service.ts';
import type { Identity, KeyRecord } from '../identity/service.ts';
import type { Keyring } from '../keyring/service.ts';
import { HISTORY_KINDS, readServers, type McpControl, type Principal, type ServerFacts, type ServerSpec } from '../mcp/index.ts';
import type { McpDeps, Starter } from '../mcp/service.ts';
import type { Store } from '../store/service.ts';
import type { Vault } from '../vault/service.ts';
import { approvalPort } from './approvals.ts';
import { resolveReference, type Config } from './config.ts';
import { connectionsOf } from './vault.ts';
import { VERSION } from './version.ts';

type Env = Readonly<Record<string, string | undefined>>;

type Services = {
  readonly config: Config;
  readonly env: Env;
  readonly dataDir: string;
  readonly store: Store;
  readonly audit: Audit;
  readonly identity: Identity;
  readonly keyring: Keyring;
  readonly vault: Pick<Vault, 'connection' | 'usersFor' | 'lend'>;
  readonly approvals: Pick<Approvals, 'request' | 'use' | 'wait'>;
  readonly limiter: McpDeps['limiter'];
  /** The console's address, where people connect their accounts. */
  consoleUrl(): string;
};

/** The MCP gateway as the rest of the process sees it. */
export type WiredMcp = {
  readonly areas: readonly Area[];
  /** What the control routes read and answer. */
  readonly control: Omit<McpControl, 'demo'>;
  readonly proposed: GatewayDeps['proposed'];
  close(): Promise<void>;
};

/** Opens the MCP gateway when servers are configured; without any, the protocol's libraries are not even loaded. */
export async function wireMcp(
  services: Services,
  ports: Pick<McpDeps, 'policy' | 'guards' | 'corrections' | 'content' | 'flow' | 'newEventId'>,
  deps: { readonly logger: Logger; readonly clock: Clock },
): Promise<WiredMcp> {
  const { config, env, dataDir, store, audit, identity, keyring, approvals, limiter } = services;
  const connections = connectionsOf(config, env);
  const { servers } = readServers(config.mcp ?? {}, {
    resolve: (reference) => resolved(reference, env),
    connection: (name) => connections.get(name),
  });
  const known = {
    principals: (tenant: TenantId) => principalsOf(identity, tenant, deps.clock()),
    history: async (tenant: TenantId, target: string) =>
      (await audit.list(tenant, { target, kinds: HISTORY_KINDS, limit: MAX_HISTORY })).events,
    manifest: ports.flow.manifest,
  };
  if (servers.size === 0)
    return {
      areas: [],
      control: { real: { ...known, servers: async () => [], pins: async () => [] }, answer: undefined },
      proposed: undefined,
      close: () => Promise.resolve(),
    };
  const { openMcp, Starter: SandboxStarter } = await import('../mcp/service.ts');
  const starter = new SandboxStarter(resolve(dataDir), env, deps.logger);
  const mcp = await openMcp({
    ...ports,
    ...deps,
    ...{ servers, pin: config.mcp?.pin ?? 'first_use', store, change: audit.change, audit, identity, keyring, limiter },
    approvals: {
      ...approvalPort(approvals),
      wait: async (who, id, milliseconds, signal) => void (await approvals.wait(who, id, milliseconds, signal)),
    },
    lend: (connection, key, not) => lend(services, connection, key, not),
    start: (spec, tenant) => starter.start(spec, tenant),
    version: VERSION,
  });
  return {
    areas: [mcp.area],
    control: {
      real: {
        ...known,
        servers: (tenant) =>
          Promise.all(
            [...servers.values()].map(async (spec) => ({
              spec,
              state: mcp.state(tenant, spec.name),
              sandbox: await sandboxOf(starter, spec, tenant),
            })),
          ),
        pins: (tenant, server) => mcp.pins.list(tenant, server),
      },
      answer: (tenant, decision, pins, { actor, why }) => mcp.pins.answer(tenant, decision, pins, actor, why),
    },
    proposed: (call) => mcp.proposed(call),
    close: () => mcp.close(),
  };
}

/** Events about the definitions of a server that one answer tells. */
const MAX_HISTORY = 100;

async function sandboxOf(starter: Starter, spec: ServerSpec, tenant: TenantId): Promise<ServerFacts['sandbox']> {
  const plan = await starter.plan(spec, tenant);
  return plan === undefined || 'refused' in plan ? plan : { kind: plan.kind, enforced: plan.enforced };
}

/** Keys that may use tools, and agents that act for themselves; by name. */
function principalsOf(identity: Pick<Identity, 'snapshot'>, tenant: TenantId, now: number): Principal[] {
  const { keys, agents } = identity.snapshot();
  const inForce = ({ expires }: { readonly expires: number | null }): boolean => expires === null || expires > now;
  const found: Principal[] = [];
  for (const key of keys.values())
    if (key.tenant === tenant && key.gateway && key.useTools && inForce(key)) found.push({ ...key, kind: key.principalKind });
  for (const agent of agents.values())
    if (agent.tenant === tenant && agent.scopes.includes('tools') && inForce(agent))
      found.push({ principal: agent.id, principalKind: 'agent', name: agent.name, kind: 'agent', actors: [agent.id], limits: [agent] });
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The account at a connection that belongs to who asks: the person's that an agent acts for, or the only one that was given to it. */
async function lend(
  { vault, consoleUrl }: Pick<Services, 'vault' | 'consoleUrl'>,
  name: string,
  { tenant, principal, actors }: KeyRecord,
  not?: Readonly<Record<string, string>>,
): ReturnType<McpDeps['lend']> {
  const refused = (problem: string) => ({ ok: false as const, problem, url: `${consoleUrl()}/connections#${name}` });
  const agent = actors[0];
  const given = await vault.usersFor(tenant, name, agent ?? principal);
  const users = agent === undefined ? given : given.filter((user) => user === principal);
  const user = users.find((one) => one === principal) ?? users[0];
  const put = vault.connection(name)?.put;
  if (user === undefined || put === undefined || 'query' in put || (users.length > 1 && user !== principal))
    return refused('consent_required');
  const lent = await vault.lend(tenant, user, name, {
    scopes: [],
    ...(not === undefined ? {} : { not: (not[put.header] ?? '').slice(put.prefix.length) }),
  });
  if (!lent.ok) return refused(lent.problem);
  const headers = { [put.header]: `${put.prefix}${lent.credential.reveal()}` };
  // A key that does not change has no other: it is the account that is refused.
  return not !== undefined && not[put.header] === headers[put.header] ? refused('reconsent_required') : { ok: true, headers };
}

function resolved(reference: string, env: Env): Secret | string {
  try {
    return resolveReference(reference, env);
  } catch (error) {
    return reasonOf(error);
  }
}
