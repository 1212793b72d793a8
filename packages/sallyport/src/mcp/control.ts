import type { Event } from '../audit/index.ts';
import type { Manifest } from '../flow/index.ts';
import type { TenantId } from '../kernel/index.ts';
import type { ServerState } from './gateway/connections.ts';
import type { PinRow } from './gateway/pin.ts';
import type { Answered } from './gateway/pins.ts';
import type { ToolCaller } from './gateway/access.ts';
import type { ServerSpec } from './gateway/server_spec.ts';
import type { Enforcement, SandboxKind } from './sandbox/index.ts';

/** How the program of a server is kept apart on this machine, and what of it is not enforced; or why it is not started. */
export type SandboxFacts = { readonly kind: SandboxKind; readonly enforced: readonly Enforcement[] } | { readonly refused: string };

/** A server, how the last look at it ended, and its sandbox; servers elsewhere have none. */
export type ServerFacts = {
  readonly spec: ServerSpec;
  readonly state: ServerState | undefined;
  readonly sandbox: SandboxFacts | undefined;
};

/** Who may use tools: a key, or an agent that acts for itself. */
export type Principal = ToolCaller & { readonly kind: string };

/** What the pages of tool servers are made from: the real ones, or made-up ones. */
export type McpSource = {
  servers(tenant: TenantId): Promise<readonly ServerFacts[]>;
  pins(tenant: TenantId, server?: string): Promise<readonly PinRow[]>;
  /** Events about the definitions of a server, newest first. */
  history(tenant: TenantId, server: string): Promise<readonly Event[]>;
  principals(tenant: TenantId): readonly Principal[];
  readonly manifest: Manifest;
};

/** What the routes read; the gateway itself is there only where servers are configured. */
export type McpControl = {
  readonly real: McpSource;
  readonly demo: McpSource;
  /** Undefined where no server is configured. */
  answer: ((tenant: TenantId, decision: 'approve' | 'reject', pins: readonly Answered[], by: AnsweredBy) => Promise<void>) | undefined;
};

/** Who answered, and what was said. */
export type AnsweredBy = { readonly actor: string; readonly why: string | undefined };

/** Kinds of events about definitions. */
export const HISTORY_KINDS = [
  'mcp.server_seen',
  'mcp.server_changed',
  'mcp.pin_quarantined',
  'mcp.pin_approved',
  'mcp.pin_rejected',
] as const;
