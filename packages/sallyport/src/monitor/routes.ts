import { parser, Type, type Json, type Route } from '../kernel/index.ts';
import { fail } from './errors.ts';
import type { Monitor } from './service.ts';

const NEW = Type.Object(
  {
    event: Type.String({ minLength: 1, maxLength: 64, description: 'Id of a recorded request.' }),
    verdict: Type.Enum(['fine', 'missed']),
    finding: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000, description: 'Which of its findings, from 0; for fine.' })),
    rule: Type.Optional(Type.String({ pattern: '^[a-z][a-z0-9_.-]{0,79}$', description: 'What should have found it; for missed.' })),
    text: Type.Optional(
      Type.String({ minLength: 1, maxLength: 10_000, description: 'The exact text that is meant; kept as a keyed hash only.' }),
    ),
  },
  { additionalProperties: false },
);
const parseNew = parser(NEW);

const EFFECT = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    since: Type.Optional(Type.String({ pattern: '^\\d{1,15}$', description: 'Milliseconds since 1970.' })),
  },
  { additionalProperties: false },
);

/** How far back an effect looks unless it is said. */
const SINCE = 7 * 86_400_000;

/** The control routes of feedback: of the caller's tenant only. */
export function monitorRoutes(monitor: Monitor, clock: () => number): readonly Route[] {
  const json = (value: unknown): { json: Json } => ({ json: value as Json });
  return [
    {
      method: 'GET',
      path: '/api/feedback',
      summary: 'What people said about findings, newest first.',
      authority: { permission: 'events:read' },
      handler: async ({ caller }) => json({ feedback: await monitor.list(caller.tenant) }),
    },
    {
      method: 'POST',
      path: '/api/feedback',
      summary: 'Says that a finding was fine, or that something was missed. Changes nothing until it is applied.',
      authority: { permission: 'feedback:write' },
      body: NEW,
      async handler({ caller, body }) {
        const parsed = parseNew(body);
        if (!parsed.ok) throw fail('FEEDBACK_INVALID', { say: parsed.problems.map((p) => p.message).join('; ') });
        return { status: 201, ...json(await monitor.give(caller.tenant, parsed.value, caller.principal)) };
      },
    },
    {
      method: 'GET',
      path: '/api/feedback/effect',
      summary: 'What applying a piece of feedback would have changed in recorded requests.',
      authority: { permission: 'events:read' },
      query: EFFECT,
      handler: async ({ caller, query }) =>
        json(await monitor.effect(caller.tenant, query['id'] ?? '', Number(query['since'] ?? clock() - SINCE))),
    },
    {
      method: 'POST',
      path: '/api/feedback/:id/apply',
      summary: 'Makes feedback count: an exception for this value, or a least confidence.',
      authority: { permission: 'policy:write' },
      handler: async ({ caller, params }) => json(await monitor.apply(caller.tenant, params['id'] ?? '', caller.principal)),
    },
    {
      method: 'POST',
      path: '/api/feedback/:id/undo',
      summary: 'Takes applied feedback back.',
      authority: { permission: 'policy:write' },
      handler: async ({ caller, params }) => json(await monitor.undo(caller.tenant, params['id'] ?? '', caller.principal)),
    },
  ];
}
