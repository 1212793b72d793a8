import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KeyRecord } from '../identity/service.ts';
import type { Api } from '../message/index.ts';

/** A part of the gateway port that another module answers, in its own forms: everything under a prefix that ends with a slash. */
export type Area = {
  readonly prefix: `/${string}/`;
  /** Whether the prefix without its last slash is of the area too; its target is empty. */
  readonly bare?: boolean;
  /** It is for keys and tokens that may use tools. */
  readonly uses?: 'tools';
  /** Answers an authenticated request; `target` is what follows the prefix, with a slash before it. Rejects faults only. */
  serve(request: IncomingMessage, target: string, body: Buffer, key: KeyRecord, response: ServerResponse): Promise<void>;
  /** Refuses in the area's own form what the port does not let through: no key, too many requests, a body that cannot be read. */
  refuse(response: ServerResponse, status: number, message: string): void;
};

/** What a path of the gateway port does. */
export type Endpoint =
  | { readonly kind: 'model'; readonly api: Api; readonly method: 'POST' }
  | { readonly kind: 'models'; readonly method: 'GET' }
  | { readonly kind: 'inspect'; readonly method: 'POST' }
  | { readonly kind: 'event'; readonly method: 'GET' }
  /** A path under the prefix of an area; any method. */
  | { readonly kind: 'area'; readonly area: Area }
  /** What the port is as a protected resource (RFC 9728). */
  | { readonly kind: 'resource'; readonly method: 'GET' }
  | { readonly kind: 'health'; readonly method: 'GET' }
  | { readonly kind: 'ready'; readonly method: 'GET' };

const TABLE: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/v1/chat/completions', { kind: 'model', api: 'chat', method: 'POST' }],
  ['/v1/responses', { kind: 'model', api: 'responses', method: 'POST' }],
  ['/v1/messages', { kind: 'model', api: 'messages', method: 'POST' }],
  ['/v1/messages/count_tokens', { kind: 'model', api: 'count_tokens', method: 'POST' }],
  ['/v1/completions', { kind: 'model', api: 'completions', method: 'POST' }],
  ['/v1/embeddings', { kind: 'model', api: 'embeddings', method: 'POST' }],
  ['/v1/moderations', { kind: 'model', api: 'moderations', method: 'POST' }],
  ['/v1/models', { kind: 'models', method: 'GET' }],
  ['/v1/inspect', { kind: 'inspect', method: 'POST' }],
  ['/healthz', { kind: 'health', method: 'GET' }],
  ['/readyz', { kind: 'ready', method: 'GET' }],
]);

const RESOURCE: Endpoint = { kind: 'resource', method: 'GET' };
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';
const EVENT: Endpoint = { kind: 'event', method: 'GET' };

/** The endpoint of a request target (the query is ignored), with the event id of `/v1/events/{id}`, or an area. Paths are compared as they are: no normalisation. */
export function endpointOf(target: string, areas: readonly Area[] = []): { endpoint: Endpoint; id: string } | undefined {
  const query = target.indexOf('?');
  const path = query < 0 ? target : target.slice(0, query);
  const endpoint = TABLE.get(path);
  if (endpoint !== undefined) return { endpoint, id: '' };
  if (path === RESOURCE_METADATA || path.startsWith(`${RESOURCE_METADATA}/`))
    return { endpoint: RESOURCE, id: path.slice(RESOURCE_METADATA.length) };
  const area = areas.find(({ prefix, bare }) => path.startsWith(prefix) || (bare === true && path === prefix.slice(0, -1)));
  if (area !== undefined) return { endpoint: { kind: 'area', area }, id: '' };
  const event = /^\/v1\/events\/(evt_[0-9a-z]{26})$/.exec(path);
  return event === null ? undefined : { endpoint: EVENT, id: event[1] as string };
}

/** Fixed paths with their methods, and the patterns beside them. */
export const ENDPOINT_PATHS: readonly string[] = [
  ...[...TABLE].map(([path, endpoint]) => `${endpoint.kind === 'area' ? '*' : endpoint.method} ${path}`),
  `GET ${RESOURCE_METADATA}`,
  'GET /v1/events/:id',
];

/** The API whose error shape a path's clients read; unknown paths get the OpenAI shape. */
export function shapeOf(target: string): Api {
  return target.startsWith('/v1/messages') ? 'messages' : 'chat';
}
