import { PERMISSIONS, Type, type Json, type Route } from '../../kernel/index.ts';
import { withBody } from '../server/routes.ts';
import { UNHELD } from '../people/person.ts';
import type { Roles } from './service.ts';

const PATTERNS = Type.Optional(
  Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
    maxItems: 100,
    description: 'Patterns, * for any run of characters; all when absent.',
  }),
);
const ROLE = Type.Object(
  {
    permissions: Type.Array(Type.Enum([...PERMISSIONS]), { maxItems: PERMISSIONS.length, uniqueItems: true }),
    models: PATTERNS,
    tools: PATTERNS,
    apps: PATTERNS,
    datasets: PATTERNS,
  },
  { additionalProperties: false },
);

/** Roles of a tenant: what people may do at the console, and with which models, tools, applications and datasets. */
export function roleRoutes(roles: Roles): Route[] {
  const authority = { permission: 'people:write', fresh: 'changing a role' } as const;
  return [
    {
      method: 'GET',
      path: '/api/roles',
      summary: 'Lists the roles, what each may do, and how many people have it.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({ json: { roles: (await roles.list(caller.tenant)) as unknown as Json } }),
    },
    withBody(
      'PUT',
      '/api/roles/:name',
      'Makes a role, or changes it at once for everybody who has it.',
      authority,
      ROLE,
      async (given, { caller, params }) => {
        const { permissions, ...held } = given;
        await roles.put(caller.tenant, { name: params['name'] ?? '', permissions, ...UNHELD, ...held }, caller);
        return { json: { name: params['name'] ?? '' } };
      },
    ),
    {
      method: 'DELETE',
      path: '/api/roles/:name',
      summary: 'Removes a role that nobody has.',
      authority,
      async handler({ caller, params }) {
        await roles.remove(caller.tenant, params['name'] ?? '', caller);
        return { json: { removed: params['name'] ?? '' } };
      },
    },
  ];
}
