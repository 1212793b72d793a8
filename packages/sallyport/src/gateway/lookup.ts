import type { ServerResponse } from 'node:http';
import type { EventId } from '../kernel/index.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { GatewayDeps } from './context.ts';
import { mayUseModel } from './open_exchange.ts';
import { sendError, sendJson } from './reply.ts';

/** `GET /v1/models`: the models that this key may use, as OpenAI lists them. */
export function modelsEndpoint(deps: GatewayDeps, key: KeyRecord, response: ServerResponse): void {
  const data = deps.providers
    .models()
    .filter((model) => mayUseModel(key, model.id))
    .map((model) => ({ id: model.id, object: 'model', created: 0, owned_by: model.provider }));
  sendJson(response, 200, { object: 'list', data });
}

/** `GET /v1/events/{id}`: what was decided about one of the key's own requests. Others do not exist for it. */
export async function eventEndpoint(deps: GatewayDeps, key: KeyRecord, id: string, response: ServerResponse): Promise<void> {
  const event = await deps.audit.get(key.tenant, id as EventId);
  if (event === undefined || (event.actor.key !== key.id && !key.permissions.has('events:read'))) {
    sendError(response, 'chat', 'EVENT_UNKNOWN');
    return;
  }
  if (event.actor.key !== key.id) deps.identity.uses(key, 'events:read');
  const rules = (list: readonly { id: string; action: string; why?: string }[]): { id: string; action: string; why: string }[] =>
    list.map((rule) => ({ id: rule.id, action: rule.action, why: rule.why ?? '' }));
  sendJson(response, 200, {
    id: event.uid,
    time: new Date(event.time).toISOString(),
    decision: event.decision?.action ?? 'allow',
    rules: rules(event.decision?.rules ?? []),
    would: rules(event.decision?.would ?? []),
    masked: { ...event.masked },
    status: event.http?.status ?? 0,
    ...(key.detail === 'full' ? { findings: (event.findings ?? []).map((f) => ({ ...f, point: f.point ?? '' })) } : {}),
  });
}
