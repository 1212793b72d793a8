import { parser, PERMISSIONS, Type, type Route } from '../kernel/index.ts';
import type { Roles } from './roles/service.ts';
import type { Identity } from './service.ts';

const DAY = 86_400_000;
/** Budgets are kept in millionths of a USD. */
const MICROS = 1_000_000;

const PATTERNS = Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 }));
const NEW_KEY = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    permissions: Type.Optional(Type.Array(Type.Enum([...PERMISSIONS]), { maxItems: PERMISSIONS.length })),
    detail: Type.Optional(Type.Enum(['short', 'full'])),
    models: PATTERNS,
    tools: PATTERNS,
    requestsPerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
    concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    tokensPerMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000_000 })),
    usdPerDay: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000 })),
    usdPerMonth: Type.Optional(Type.Number({ minimum: 0, maximum: 1_000_000_000 })),
    expiresDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 3_650 })),
  },
  { additionalProperties: false },
);
const parseNewKey = parser(NEW_KEY);

export { agentRoutes } from './agents/routes.ts';
export { peopleRoutes } from './people/routes.ts';
export { authorizationRoutes } from './server/routes.ts';
export { conversationRoutes } from './conversations/routes.ts';
export { reviewRoutes } from './review/routes.ts';
export { upstreamRoutes } from './upstream/routes.ts';

/** The keys of a tenant. Nobody makes one that may do more than he. */
export function identityRoutes(identity: Identity, roles: Pick<Roles, 'within'>, clock: () => number): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/keys',
      summary: 'Lists the keys, without the keys themselves.',
      authority: { permission: 'keys:read' },
      async handler({ caller }) {
        return {
          json: {
            keys: (await identity.listKeys(caller.tenant)).map((key) => ({
              ...key,
              permissions: [...key.permissions],
              models: [...key.models],
              tools: [...key.tools],
            })),
          },
        };
      },
    },
    {
      method: 'POST',
      path: '/api/keys',
      summary: 'Makes a key; it is shown in this answer and never again.',
      authority: { permission: 'keys:write' },
      body: NEW_KEY,
      async handler({ caller, body }) {
        const parsed = parseNewKey(body);
        if (!parsed.ok)
          return {
            status: 400,
            json: { error: { code: 'KEY_INVALID', message: 'The key cannot be made like this.', fix: 'Correct what is named.' } },
          };
        const { expiresDays, usdPerDay, usdPerMonth, ...rest } = parsed.value;
        const { permissions = [], models = [], tools = [] } = rest;
        await roles.within(caller.tenant, { acting: { permissions, models, tools } }, caller);
        const made = await identity.createKey(
          caller.tenant,
          {
            ...rest,
            ...(usdPerDay === undefined ? {} : { microsPerDay: Math.round(usdPerDay * MICROS) }),
            ...(usdPerMonth === undefined ? {} : { microsPerMonth: Math.round(usdPerMonth * MICROS) }),
            ...(expiresDays === undefined ? {} : { expires: Math.round(clock() + expiresDays * DAY) }),
          },
          caller.principal,
        );
        return { status: 201, json: { id: made.id, name: made.name, key: made.key.reveal() } };
      },
    },
    {
      method: 'DELETE',
      path: '/api/keys/:id',
      summary: 'Revokes a key: refused everywhere within a second, running streams end.',
      authority: { permission: 'keys:write' },
      async handler({ caller, params }) {
        await identity.revokeKey(caller.tenant, params['id'] ?? '', caller.principal);
        return { json: { revoked: params['id'] ?? '' } };
      },
    },
  ];
}
