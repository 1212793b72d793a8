import type { ServerResponse } from 'node:http';
import type { Area } from '../gateway/service.ts';
import { answerConversations, conversationProblem, type Conversations } from '../identity/service.ts';

/** `/v1/conversations/` of the gateway port: what an application keeps of a person, by that person's own token. */
export function conversationsArea(conversations: Conversations): Area {
  return {
    prefix: '/v1/conversations/',
    async serve(request, target, body, key, response) {
      const { status, json } = await answerConversations(conversations, { method: request.method ?? 'GET', target, body, key });
      send(response, status, json);
    },
    refuse: (response, status, message) =>
      send(response, status, conversationProblem(status, status === 401 ? 'unauthenticated' : 'invalid_request', message).json),
  };
}

function send(response: ServerResponse, status: number, json: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(json);
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
