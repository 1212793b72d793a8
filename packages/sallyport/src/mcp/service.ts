import type { Area, ProposedCall } from '../gateway/service.ts';
import type { TenantId } from '../kernel/index.ts';
import type { ServerState } from './gateway/connections.ts';
import type { McpDeps } from './gateway/context.ts';
import { McpEndpoint } from './gateway/endpoint.ts';
import { openPins, type Pins } from './gateway/pins.ts';
import { Servers } from './gateway/serve.ts';

export type { McpDeps } from './gateway/context.ts';
export { Starter } from './gateway/start.ts';
export { readMachine } from './sandbox/index.ts';

/** The MCP gateway of one process. */
export type Mcp = {
  readonly area: Area;
  readonly pins: Pins;
  /** Told of each tool call that a judged reply proposed. */
  proposed(call: ProposedCall): void;
  state(tenant: TenantId, server: string): ServerState;
  close(): Promise<void>;
};

/** Opens the gateway over the servers of the configuration; nothing is started or called before somebody asks for it. */
export async function openMcp(deps: McpDeps): Promise<Mcp> {
  const pins = await openPins(deps, deps);
  const servers = new Servers(deps, pins);
  const endpoint = new McpEndpoint(deps, servers);
  const stop = deps.identity.onRevoke((tenant, handle) => {
    endpoint.revoke(tenant, handle);
    servers.revoke(tenant, handle);
  });
  return {
    area: endpoint.area,
    pins,
    proposed: (call) => servers.proposals.add(call),
    state: (tenant, server) => servers.connections.state(tenant, server),
    async close() {
      stop();
      await endpoint.close();
      await servers.close();
      await pins.close();
    },
  };
}
