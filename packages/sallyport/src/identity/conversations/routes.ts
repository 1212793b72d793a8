import type { Json, Route } from '../../kernel/index.ts';
import { signedInAs } from '../people/routes.ts';
import type { Conversations } from './service.ts';

/** What applications keep of the person who calls: to take along, and to erase. */
export function conversationRoutes(conversations: Conversations): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/session/conversations',
      summary: 'Everything that applications keep of the person who calls: chats and facts, opened. An event.',
      authority: { permission: 'health:read', fresh: 'everything that was kept of you' },
      handler: async ({ caller }) => ({
        json: { conversations: (await conversations.export(caller.tenant, signedInAs(caller).person, undefined)) as unknown as Json },
      }),
    },
    {
      method: 'DELETE',
      path: '/api/session/conversations',
      summary: 'Erases all of it.',
      authority: { permission: 'health:read' },
      handler: async ({ caller }) => ({
        json: { erased: await conversations.erase(caller.tenant, signedInAs(caller).person, undefined, undefined) },
      }),
    },
  ];
}
