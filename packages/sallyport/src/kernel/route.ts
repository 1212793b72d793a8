import type { PrincipalId, TenantId } from './id.ts';
import type { Json } from './json.ts';
import type { TSchema } from './schema.ts';

/** What a principal may be allowed to do over the control API. */
export const PERMISSIONS = [
  'inspect',
  'playground:use',
  'keys:read',
  'keys:write',
  'events:read',
  'content:read',
  'content:erase',
  'policy:read',
  'policy:write',
  'feedback:write',
  'providers:read',
  'providers:write',
  'store:admin',
  'people:read',
  'people:write',
  'health:read',
  'fga:read',
  'fga:write',
  'knowledge:read',
  'knowledge:write',
  'knowledge:release',
  'approvals:read',
  'approvals:answer',
  'connections:read',
  'connections:write',
  'mcp:read',
  'mcp:write',
  'identity:read',
  'identity:write',
  'scans:read',
  'scans:write',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Who calls a control route. The local socket is the operator of this machine: every permission, one tenant. */
export type Caller = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly permissions: ReadonlySet<Permission>;
  /** Datasets that the caller is held to, as patterns (`*` matches any run); absent = all. */
  readonly datasets?: readonly string[];
  /** Present when a person is signed in at the console. `fresh`: the password was proved in the last ten minutes. */
  readonly session?: {
    readonly id: string;
    readonly name: string;
    readonly role: string;
    readonly expires: number;
    readonly fresh: boolean;
    /** When and how the person last proved who it is: milliseconds since 1970, methods of RFC 8176. */
    readonly proved: number;
    readonly methods: readonly string[];
  };
};

export type RouteRequest = {
  readonly caller: Caller;
  /** Where the request comes from: the address of its client (`net/client_address.ts`), and the user agent as it calls itself. */
  readonly from: { readonly address: string; readonly agent: string };
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** What the browser sent along; never enough to let anybody in. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** Aborts when the caller is gone. */
  readonly signal: AbortSignal;
};

/**
 * A reply: JSON, or lines that are sent as they come (newline-delimited JSON). `cookie`: the half of a session's token that no script may
 * read, kept by the browser for `seconds`; 0 takes it away.
 */
export type RouteReply =
  | { status?: number; json: Json; cookie?: { readonly value: string; readonly seconds: number } }
  | { lines: AsyncIterable<Json> };

/**
 * Who may call. `fresh`: a person must have proved the password lately; the text says for what. Keys and the socket prove themselves with
 * each request. `installation`: it concerns all tenants, so that only callers of the tenant that operates this installation may; the text
 * says what it is. `operator`: over the local socket only.
 */
export type Authority =
  | { readonly permission: Permission; readonly fresh?: string; readonly installation?: string }
  | { readonly public: string }
  | { readonly operator: string };

/** A control route is data; registration refuses one without a permission or a public reason, and a test prints the table. */
export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `:name` marks a parameter. */
  readonly path: `/api/${string}`;
  readonly summary: string;
  readonly authority: Authority;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** Bytes of the largest body, where that is more than every route takes. */
  readonly bodyBytes?: number;
  readonly reply?: TSchema;
  handler(request: RouteRequest): Promise<RouteReply> | RouteReply;
};
