import type { Area } from '../gateway/service.ts';
import { sendJson } from '../net/index.ts';
import { answerConversations, conversationProblem, type Conversations } from '../identity/service.ts';

/** `/v1/conversations/` of the gateway port: what an application keeps of a person, by that person's own token. */
export function conversationsArea(conversations: Conversations): Area {
  return {
    prefix: '/v1/conversations/',
    async serve(request, target, body, key, response) {
      const { status, json } = await answerConversations(conversations, { method: request.method ?? 'GET', target, body, key });
      sendJson(response, status, json);
    },
    refuse: (response, status, message) =>
      sendJson(response, status, conversationProblem(status, status === 401 ? 'unauthenticated' : 'invalid_request', message).json),
  };
}
