import inject from 'light-my-request';
import { isObject, Type, type Caller, type Json, type JsonObject, type KeyId, type Route } from '../kernel/index.ts';
import type { Gateway } from '../gateway/service.ts';
import type { KeyRecord } from '../identity/service.ts';
import { ATTACKS } from '../redteam/index.ts';

/** Who tries attacks in the console sends a request at a time; a script that borrows the session gets no further. */
const REQUESTS_PER_MINUTE = 120;
const MAX_REPLY = 256 * 1024;

/**
 * The playground: requests to the practice model through the very gate that apps use, as the person who is signed in. Every rule is in
 * force there, whatever the roll-out, and nothing leaves the machine.
 */
export function playgroundRoutes(gateway: Pick<Gateway, 'handle'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/playground/attacks',
      summary: 'Attacks to try in the playground.',
      authority: { permission: 'events:read' },
      handler: () => ({ json: { attacks: ATTACKS as unknown as Json } }),
    },
    {
      method: 'POST',
      path: '/api/playground',
      summary: 'Sends a request of the chat API to the practice model, with every rule in force; answers what came back and its event.',
      authority: { permission: 'playground:use' },
      body: Type.Object({ request: Type.Object({}, { additionalProperties: true }) }, { additionalProperties: false }),
      async handler({ caller, body }) {
        const request = isObject(body) ? body['request'] : undefined;
        const sent = isObject(request) ? request : {};
        if (typeof sent['model'] !== 'string' || !sent['model'].startsWith('practice/'))
          return {
            status: 400,
            json: {
              error: {
                code: 'PLAYGROUND_PRACTICE_ONLY',
                message: 'The playground speaks to the practice model only.',
                fix: 'Name a model such as practice/echo.',
              },
            },
          };
        return { json: await send(gateway, caller, { ...sent, stream: false }) };
      },
    },
  ];
}

async function send(gateway: Pick<Gateway, 'handle'>, caller: Caller, request: JsonObject): Promise<Json> {
  const started = performance.now();
  const as = personOf(caller);
  const answer = await inject((req, res) => gateway.handle(req, res, as), {
    method: 'POST',
    url: '/v1/chat/completions',
    headers: { host: 'localhost', 'content-type': 'application/json' },
    payload: JSON.stringify(request),
  });
  return {
    status: answer.statusCode,
    event: headerOf(answer.headers['x-sallyport-event']),
    decision: headerOf(answer.headers['x-sallyport-decision']),
    milliseconds: Math.round((performance.now() - started) * 10) / 10,
    reply: replyOf(answer.payload),
  };
}

function headerOf(value: number | string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function replyOf(text: string): Json {
  if (text.length > MAX_REPLY) return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

/** A person as the data plane knows callers: practice models only, and no permission beside. */
function personOf(caller: Caller): KeyRecord {
  return {
    id: `playground:${caller.principal}` as KeyId,
    tenant: caller.tenant,
    principal: caller.principal,
    principalKind: 'user',
    name: caller.session?.name ?? 'playground',
    permissions: new Set(),
    gateway: true,
    useModels: true,
    useTools: true,
    detail: 'full',
    models: ['practice/*'],
    requestsPerMinute: REQUESTS_PER_MINUTE,
    concurrency: 4,
    tokensPerMinute: null,
    microsPerDay: null,
    microsPerMonth: null,
    expires: null,
    handles: caller.session === undefined ? [caller.principal] : [caller.principal, caller.session.id],
    actors: [],
    limits: [],
  };
}
