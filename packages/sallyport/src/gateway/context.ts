import type { Clock, EventId, Logger, PrincipalId, TenantId } from '../kernel/index.ts';
import type { Event } from '../audit/index.ts';
import type { Audit, ContentMode } from '../audit/service.ts';
import type { Documents } from '../documents/service.ts';
import type { Effect, FlowMode, Manifest } from '../flow/index.ts';
import type { FlowMemory } from './flow.ts';
import type { Canary, Guards, HoldPlan, Scan } from '../guard/index.ts';
import type { Identity } from '../identity/service.ts';
import type { Keyring } from '../keyring/service.ts';
import type { Corrections } from '../monitor/service.ts';
import type { Fairness, Limiter } from '../limits/index.ts';
import type { Policy } from '../policy/index.ts';
import type { Providers } from '../providers/service.ts';
import type { AddressOf } from '../net/index.ts';
import type { ApprovalPort } from './approval_port.ts';
import type { GatewayConfig } from './config.ts';
import type { Budgets } from './charge.ts';
import type { Area } from './endpoint.ts';
import type { ProposedFlow } from './judge.ts';
import type { VerdictMemory } from './memory.ts';
import type { Templates } from './template.ts';
import type { RestoreMaps } from './restore_maps.ts';

/** Everything the data plane uses; all of it answers from memory, except the event log, which answers from disk. */
export type GatewayDeps = {
  readonly config: GatewayConfig;
  readonly identity: Pick<Identity, 'identify' | 'uses' | 'place' | 'snapshotAge' | 'onRevoke'>;
  readonly limiter: Limiter;
  /** Prices and budgets. Answers from memory, but for a budget of which this process has used up its part. */
  budgets(): Budgets;
  readonly fairness: Pick<Fairness, 'spent' | 'refuses'>;
  readonly keyring: Pick<Keyring, 'tenant'>;
  readonly providers: Pick<Providers, 'route' | 'models' | 'send'>;
  readonly audit: Pick<Audit, 'record' | 'get' | 'health'> & { readonly content: Pick<Audit['content'], 'put'> };
  policy(tenant: TenantId): Policy;
  /** The guards in force for a tenant and the streaming machine made from them; `undefined` when switched off. */
  guards(tenant: TenantId): { readonly guards: Guards; readonly plan: HoldPlan } | undefined;
  /** What people said is fine; undefined when nothing is. */
  corrections(tenant: TenantId): Corrections | undefined;
  contentMode(tenant: TenantId, practice: boolean): ContentMode;
  /** Reads attachments. */
  readonly documents: Pick<Documents, 'read'>;
  /** Told from which documents of the knowledge base a request says that it was made. */
  used(tenant: TenantId, documents: readonly string[], event: EventId): void;
  /** Who asks people about held calls; without it `ask` is `deny`. */
  readonly approvals?: ApprovalPort;
  /** Told of each tool call that is delivered: who meets it again knows that it was judged. */
  proposed?(call: ProposedCall): void;
  /** Parts of the port that other modules answer. */
  readonly areas?: readonly Area[];
  /** Maps of responses that later requests continue. */
  readonly restoreMaps: Pick<RestoreMaps, 'put' | 'get'>;
  /** Prompt templates that requests may name. */
  templates(): Templates;
  readonly effects: Readonly<Record<string, Effect>>;
  /** How much tool calls may do unasked, and what the operator says about tools. */
  readonly flow: {
    readonly mode: FlowMode;
    readonly manifest: Manifest;
    readonly memory: FlowMemory;
    /** Tools that providers run and requests may offer; undefined: all. */
    readonly providerTools: readonly string[] | undefined;
  };
  readonly canaries: readonly Canary[];
  /** Where a request comes from. */
  readonly addressOf: AddressOf;
  /** Names by which clients may call this gate, in lower case, without port; beside loopback names. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  newEventId(): EventId;
  /** Called with each finished exchange's event, after the reply: metrics and spans. */
  observe?(event: Event): void;
};

/** A tool call of a model as it was delivered to the client, after masks. */
export type ProposedCall = {
  readonly tenant: TenantId;
  readonly principal: PrincipalId;
  readonly name: string;
  /** JSON text. */
  readonly arguments: string;
  /** A person has approved exactly this. */
  readonly approved: boolean;
  readonly flow: ProposedFlow | undefined;
  /** The event of the reply that proposed it, and the run that it belongs to. */
  readonly event: EventId;
  readonly conversation: string | undefined;
};

/** What the data plane keeps in memory per tenant. */
export type TenantState = {
  readonly memorySecret: Buffer;
  readonly placeholderKey: Buffer;
  readonly feedbackKey: Buffer;
  /** HMAC-SHA-256 in hex. */
  commit(bytes: Buffer | string): string;
};

export type Memory = VerdictMemory<Scan>;
