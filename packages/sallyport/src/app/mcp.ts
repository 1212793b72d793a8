import { resolve } from 'node:path';
import { reasonOf, type Clock, type Logger, type Route, type Secret } from '../kernel/index.ts';
import type { Approvals } from '../approvals/service.ts';
import type { Audit } from '../audit/service.ts';
import type { Area, GatewayDeps } from '../gateway/service.ts';
import type { Identity, KeyRecord } from '../identity/service.ts';
import type { Keyring } from '../keyring/service.ts';
import { readServers } from '../mcp/index.ts';
import { mcpRoutes } from '../mcp/routes.ts';
import type { McpDeps } from '../mcp/service.ts';
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
  readonly routes: readonly Route[];
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
  if (servers.size === 0)
    return {
      areas: [],
      routes: mcpRoutes({ servers, pins: undefined, state: () => undefined }),
      proposed: undefined,
      close: () => Promise.resolve(),
    };
  const { openMcp, Starter } = await import('../mcp/service.ts');
  const starter = new Starter(resolve(dataDir), env, deps.logger);
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
    routes: mcpRoutes({ servers, pins: mcp.pins, state: (tenant, server) => mcp.state(tenant, server) }),
    proposed: (call) => mcp.proposed(call),
    close: () => mcp.close(),
  };
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
