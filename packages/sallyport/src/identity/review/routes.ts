import { Type, type Json, type Route } from '../../kernel/index.ts';
import { fail } from '../errors.ts';
import { withBody } from '../server/routes.ts';
import { HOLDER_KINDS } from './access.ts';
import type { Reviews } from './service.ts';

const DECIDE = Type.Object(
  {
    kind: Type.Enum([...HOLDER_KINDS]),
    id: Type.String({ minLength: 1, maxLength: 100 }),
    decision: Type.Enum(['confirm', 'withdraw']),
    note: Type.Optional(Type.String({ maxLength: 300 })),
  },
  { additionalProperties: false },
);

/** Access reviews: of people, agents, keys and grants. The list is the export. */
export function reviewRoutes(reviews: Reviews): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/access',
      summary: 'Who can do what, when it was last used, what is dormant or more than is used, and what reviewers said.',
      authority: { permission: 'people:read' },
      handler: async ({ caller }) => ({ json: { access: (await reviews.list(caller.tenant)) as unknown as Json } }),
    },
    withBody(
      'POST',
      '/api/access',
      'Confirms an access, or takes it away; either is an event.',
      { permission: 'people:write', fresh: 'an access review' },
      DECIDE,
      async ({ kind, id, ...given }, { caller }) => {
        // Nobody vouches for himself.
        if (id === caller.principal) throw fail('ACCESS_OWN');
        await reviews.decide(caller.tenant, { kind, id }, given, caller);
        return { json: { kind, id, decision: given.decision } };
      },
    ),
  ];
}
