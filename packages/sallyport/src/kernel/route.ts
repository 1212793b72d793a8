import type { PrincipalId, TenantId } from './id.ts';
import type { Json } from './json.ts';
import type { TSchema } from './schema.ts';

/** What a principal may be allowed to do over the control API. */
export const PERMISSIONS = [
  'inspect',
  'keys:read',
  'keys:write',
  'events:read',
  'content:read',
  'content:erase',
  'policy:read',
  'policy:write',
  'providers:read',
  'providers:write',
  'store:admin',
  'health:read',
  'fga:read',
  'fga:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who calls a control route. The local socket is the operator of this machine: every permission, one tenant. */
export type Caller = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly permissions: ReadonlySet<Permission>;
};

export type RouteRequest = {
  readonly caller: Caller;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
};

/** A reply: JSON, or lines that are sent as they come (newline-delimited JSON). */
export type RouteReply = { status?: number; json: Json } | { lines: AsyncIterable<Json> };

/** A control route is data; registration refuses one without a permission or a public reason, and a test prints the table. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` marks a parameter. */
  readonly path: `/api/${string}`;
  readonly summary: string;
  readonly authority: { readonly permission: Permission } | { readonly public: string };
  readonly query?: TSchema;
  readonly body?: TSchema;
  readonly reply?: TSchema;
  handler(request: RouteRequest): Promise<RouteReply> | RouteReply;
};
