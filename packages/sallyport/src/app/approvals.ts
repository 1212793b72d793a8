import type { TenantId } from '../kernel/index.ts';
import {
  isNamed,
  openApprovals,
  openChannels,
  refuseApproval,
  serveApprovals,
  type Approvals,
  type ApprovalsOptions,
} from '../approvals/service.ts';
import type { ApprovalsConfig } from '../approvals/config.ts';
import type { Effect } from '../flow/index.ts';
import type { ApprovalPort, Area } from '../gateway/service.ts';
import type { Agents, Identity, People } from '../identity/service.ts';
import type { Clock, Logger } from '../kernel/index.ts';
import { resolveReference } from './config.ts';

export type ApprovalsWiring = Pick<ApprovalsOptions, 'store' | 'keyring' | 'change' | 'url'> & {
  readonly identity: Pick<Identity, 'listKeys'>;
  readonly people: Pick<People, 'list'>;
  readonly agents: Pick<Agents, 'list'>;
  config(): ApprovalsConfig;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** The approvals of this process: who there is to answer comes from identity, how people hear of it from the configuration. */
export async function wireApprovals(
  { identity, people, agents, env, ...given }: ApprovalsWiring,
  deps: { readonly logger: Logger; readonly clock: Clock },
): Promise<Approvals> {
  // An approver sees who asks by name, and of an agent who answers for it; never an id alone.
  const names = async (tenant: TenantId): Promise<ReadonlyMap<string, string>> => {
    const [keys, known, persons] = await Promise.all([identity.listKeys(tenant), agents.list(tenant), people.list(tenant)]);
    return new Map<string, string>([
      ...keys.map(({ principal, name }) => [principal, name] as const),
      ...persons.map(({ id, name }) => [id, name] as const),
      ...known.map(({ id, name, ownerName }) => [id, `${name} (agent ${ownerName === null ? 'of nobody' : `of ${ownerName}`})`] as const),
    ]);
  };
  const channels = openChannels({
    config: () => given.config(),
    resolve: (reference) => resolveReference(reference, env),
    name: async (tenant, principal) => (await names(tenant)).get(principal) ?? principal,
  });
  return openApprovals(
    {
      ...given,
      names,
      channels,
      async someone(tenant, { approvers, needs }, requester) {
        const [persons, keys] = await Promise.all([people.list(tenant), identity.listKeys(tenant)]);
        const able = [
          // Whoever owns this machine may answer at its socket.
          { principal: 'operator', name: 'operator' },
          ...persons
            .filter(({ disabled, permissions }) => disabled === null && permissions.includes('approvals:answer'))
            .map(({ id, name, role }) => ({ principal: id, name, role })),
          ...keys
            .filter(({ revoked, permissions }) => revoked === null && permissions.includes('approvals:answer'))
            .map(({ principal }) => ({ principal, name: principal })),
        ];
        return able.filter((one) => one.principal !== requester && isNamed(approvers, one)).length >= needs;
      },
    },
    deps,
  );
}

/** What the gate asks of the approvals: to hold a call, and whether exactly this one may run now. */
export function approvalPort(approvals: Pick<Approvals, 'request' | 'use'>): ApprovalPort {
  return {
    async request(held) {
      const asked = await approvals.request(held);
      return asked.kind === 'held' ? { id: asked.id, url: asked.url } : { refused: asked.reason };
    },
    async use(action) {
      const used = await approvals.use(action);
      return used.ok ? used.approval : undefined;
    },
  };
}

/** `/v1/approvals/` of the gateway port: the waiting side asks, polls and uses with its own key. */
export function approvalsArea(approvals: Approvals, effects: Readonly<Record<string, Effect>>): Area {
  return {
    prefix: '/v1/approvals/',
    uses: 'tools',
    async serve(request, target, body, key, response) {
      if (!key.useTools) return refuseApproval(response, 403, 'This token is not for tools.');
      // An agent that acts for a person asks for itself: that person may answer, the agent never.
      const principal = key.actors[0] ?? key.principal;
      await serveApprovals(
        { approvals, effects },
        { method: request.method ?? 'GET', target, body, tenant: key.tenant, principal },
        response,
      );
    },
    refuse: refuseApproval,
  };
}
