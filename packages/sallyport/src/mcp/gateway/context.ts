import type { Audit, Change, ContentMode } from '../../audit/service.ts';
import type { FlowMode, Manifest, ToolFacts } from '../../flow/index.ts';
import type { ApprovalPort } from '../../gateway/service.ts';
import type { Guards } from '../../guard/index.ts';
import type { Identity, KeyRecord } from '../../identity/service.ts';
import type { Clock, EventId, Logger, TenantId } from '../../kernel/index.ts';
import type { Keyring } from '../../keyring/service.ts';
import type { Limiter } from '../../limits/index.ts';
import type { Corrections } from '../../monitor/service.ts';
import type { Policy } from '../../policy/index.ts';
import type { Store } from '../../store/service.ts';
import type { ServerSpec } from './server_spec.ts';
import type { ServerProcess } from './stdio_transport.ts';

/** What the gateway asks of the approvals beside what the gate does: to wait until a person has answered. */
export type WaitingApprovals = ApprovalPort & {
  /** Resolves when it is answered or over, or after `milliseconds`. */
  wait(
    who: { readonly tenant: TenantId; readonly requester: KeyRecord['principal'] },
    id: string,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<void>;
};

/** Headers that carry an account, or the code of what is missing and the page where a person connects one. */
export type Lent =
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly problem: string; readonly url: string };

/** Everything that the MCP gateway uses. Rules, guards and keys answer from memory; pins do after they were read once. */
export type McpDeps = {
  readonly servers: ReadonlyMap<string, ServerSpec>;
  /** Whether a server's first definitions are taken over, or wait for an administrator. */
  readonly pin: 'first_use' | 'approve';
  readonly store: Store;
  readonly change: Change;
  readonly audit: Pick<Audit, 'record'> & { readonly content: Pick<Audit['content'], 'put'> };
  readonly identity: Pick<Identity, 'place' | 'onRevoke'>;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly limiter: Limiter;
  policy(tenant: TenantId): Policy;
  guards(tenant: TenantId): { readonly guards: Guards } | undefined;
  corrections(tenant: TenantId): Corrections | undefined;
  readonly content: ContentMode;
  readonly flow: { readonly mode: FlowMode; readonly manifest: Manifest };
  readonly approvals: WaitingApprovals;
  /** The credential of whoever asks at a connection of the vault, as headers. `not`: the headers that the server has just refused. */
  lend(connection: string, key: KeyRecord, not?: Readonly<Record<string, string>>): Promise<Lent>;
  /** Starts the program of a server in its sandbox. */
  start(spec: ServerSpec, tenant: TenantId): Promise<ServerProcess>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly version: string;
  newEventId(): EventId;
};

/** A tool among all servers, as the gate judges calls of it. */
export type KnownTool = { readonly server: ServerSpec; readonly name: string; readonly full: string; readonly facts: ToolFacts };
