import { Type, type Caller, type Route } from '../../kernel/index.ts';
import { GATEWAY_SCOPES } from '../access/principal.ts';
import { fail } from '../errors.ts';
import type { ActingReach } from '../roles/reach.ts';
import type { Roles } from '../roles/service.ts';
import { withBody } from '../server/routes.ts';
import { ACTS_FOR, type AgentChange } from './agent.ts';
import type { Agents } from './service.ts';

const DAY = 86_400_000;
const strict = { additionalProperties: false } as const;
const PATTERNS = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 }));
const PURPOSE = Type.String({ minLength: 1, maxLength: 300 });
const CHANGE = {
  owner: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'A person by id or name; who calls when absent.' })),
  scopes: Type.Optional(Type.Array(Type.Enum([...GATEWAY_SCOPES]), { maxItems: GATEWAY_SCOPES.length })),
  models: PATTERNS,
  tools: PATTERNS,
  hosts: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      maxItems: 100,
      description: 'Hosts that it may call by the egress proxy; `*` for any run. All when empty.',
    }),
  ),
  networks: Type.Optional(
    Type.Array(Type.String({ minLength: 2, maxLength: 50 }), {
      maxItems: 100,
      description: 'Where it may call from, such as 10.0.0.0/8. Anywhere when empty.',
    }),
  ),
  actsFor: Type.Optional(Type.Enum([...ACTS_FOR])),
  dpop: Type.Optional(Type.Boolean()),
  expiresDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3_650 })),
};
const NEW_AGENT = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }), purpose: PURPOSE, ...CHANGE }, strict);
const CHANGED_AGENT = Type.Object({ purpose: Type.Optional(PURPOSE), ...CHANGE }, strict);
const KEY = Type.Object(
  {
    jwk: Type.Record(Type.String(), Type.Union([Type.String(), Type.Array(Type.String())])),
    expiresDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3_650 })),
    overlapSeconds: Type.Optional(
      Type.Number({ minimum: 0, maximum: 31_536_000, description: 'How long its other keys stay in force; for ever when absent.' }),
    ),
  },
  strict,
);
const WORKLOAD = Type.Object(
  { issuer: Type.String({ minLength: 8, maxLength: 300 }), subject: Type.String({ minLength: 3, maxLength: 300 }) },
  strict,
);
const QUARANTINE = Type.Object({ reason: Type.String({ minLength: 1, maxLength: 300 }) }, strict);

/** Agents of a tenant. Nobody makes or becomes one that may do more than he. */
export function agentRoutes(agents: Agents, roles: Pick<Roles, 'within'>, clock: () => number): Route[] {
  const write = { permission: 'identity:write' } as const;
  /** Whoever changes an agent, or gets a way to be it, may do all that it may, before and after. Stopping one is anybody's. */
  const within = async (id: string, caller: Caller, change: AgentChange = {}): Promise<void> => {
    const agent = (await agents.list(caller.tenant)).find((one) => one.id === id);
    if (agent === undefined) throw fail('AGENT_UNKNOWN');
    await roles.within(caller.tenant, { acting: reachOf(agent) }, caller);
    const { scopes = agent.scopes, models = agent.models, tools = agent.tools } = change;
    await roles.within(caller.tenant, { acting: reachOf({ scopes, models, tools }) }, caller);
  };
  return [
    {
      method: 'GET',
      path: '/api/agents',
      summary: 'Lists the agents with their limits, keys, workloads, and what their owner should look at.',
      authority: { permission: 'identity:read' },
      handler: async ({ caller }) => ({
        json: {
          agents: (await agents.list(caller.tenant)).map((one) => ({
            ...one,
            scopes: [...one.scopes],
            models: [...one.models],
            tools: [...one.tools],
            hosts: [...one.hosts],
            networks: [...one.networks],
            keys: one.keys.map((key) => ({ ...key })),
            workloads: one.workloads.map((workload) => ({ ...workload })),
            warnings: [...one.warnings],
          })),
        },
      }),
    },
    withBody('POST', '/api/agents', 'Makes an agent.', write, NEW_AGENT, async ({ expiresDays, ...agent }, { caller }) => {
      await roles.within(caller.tenant, { acting: reachOf(agent) }, caller);
      const id = await agents.create(caller.tenant, { ...agent, expires: expiryOf(expiresDays, clock) }, caller.principal);
      return { status: 201, json: { id, name: agent.name } };
    }),
    withBody(
      'PUT',
      '/api/agents/:id',
      'Changes what an agent may do, its owner or its expiry; what is absent stays. It counts at once, for tokens that are out already too.',
      { permission: 'identity:write', fresh: 'what an agent may do' },
      CHANGED_AGENT,
      async ({ expiresDays, ...change }, { caller, params }) => {
        await within(params['id'] ?? '', caller, change);
        await agents.change(caller.tenant, params['id'] ?? '', { ...change, expires: expiryOf(expiresDays, clock) }, caller.principal);
        return { json: { changed: params['id'] ?? '' } };
      },
    ),
    withBody(
      'POST',
      '/api/agents/:id/keys',
      'Adds a public key, and lets the others go after a while.',
      write,
      KEY,
      async (body, { caller, params }) => {
        await within(params['id'] ?? '', caller);
        const key = {
          jwk: body.jwk,
          expires: body.expiresDays === undefined ? undefined : Math.round(clock() + body.expiresDays * DAY),
          overlapMs: body.overlapSeconds === undefined ? undefined : body.overlapSeconds * 1_000,
        };
        return { status: 201, json: { id: await agents.addKey(caller.tenant, params['id'] ?? '', key, caller.principal) } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/agents/:id/keys/:key',
      summary: 'Revokes a key of an agent, and the tokens of that agent.',
      authority: write,
      async handler({ caller, params }) {
        await agents.revokeKey(caller.tenant, params['id'] ?? '', params['key'] ?? '', caller.principal);
        return { json: { revoked: params['key'] ?? '' } };
      },
    },
    withBody(
      'POST',
      '/api/agents/:id/workloads',
      'Lets a workload of Kubernetes, GitHub or another issuer be this agent.',
      write,
      WORKLOAD,
      async (body, { caller, params }) => {
        await within(params['id'] ?? '', caller);
        return { status: 201, json: { id: await agents.addWorkload(caller.tenant, params['id'] ?? '', body, caller.principal) } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/agents/:id/workloads/:workload',
      summary: 'Lets a workload be this agent no longer.',
      authority: write,
      async handler({ caller, params }) {
        await agents.removeWorkload(caller.tenant, params['id'] ?? '', params['workload'] ?? '', caller.principal);
        return { json: { removed: params['workload'] ?? '' } };
      },
    },
    withBody(
      'POST',
      '/api/agents/:id/quarantine',
      'Stops an agent at once, everywhere.',
      write,
      QUARANTINE,
      async ({ reason }, { caller, params }) => {
        await agents.quarantine(caller.tenant, params['id'] ?? '', reason, caller.principal);
        return { json: { quarantined: params['id'] ?? '' } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/agents/:id/quarantine',
      summary: 'Lets an agent act again.',
      authority: { permission: 'identity:write', fresh: 'releasing an agent' },
      async handler({ caller, params }) {
        await within(params['id'] ?? '', caller);
        await agents.release(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { released: params['id'] ?? '' } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/agents/:id',
      summary: 'Removes an agent, its keys and its tokens.',
      authority: write,
      async handler({ caller, params }) {
        await agents.remove(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { removed: params['id'] ?? '' } };
      },
    },
  ];
}

/** How far an agent reaches, with what is changed of it. */
function reachOf({ scopes = ['models'], models = [], tools = [] }: Pick<AgentChange, 'scopes' | 'models' | 'tools'>): ActingReach {
  return { permissions: scopes, models, tools };
}

function expiryOf(days: number | undefined, clock: () => number): number | undefined {
  return days === undefined ? undefined : Math.round(clock() + days * DAY);
}
