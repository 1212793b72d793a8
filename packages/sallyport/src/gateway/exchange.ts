import type { EventId, TenantId } from '../kernel/index.ts';
import type { ContentMode } from '../audit/service.ts';
import type { KeyRecord } from '../identity/service.ts';
import type { Placeholders } from '../guard/index.ts';
import type { Api, ReadRequest } from '../message/index.ts';
import type { Target } from '../providers/service.ts';
import type { ApprovalPort } from './approval_port.ts';
import type { Charge } from './charge.ts';
import type { AskedCall, RequestFlow } from './flow.ts';
import type { Judge } from './judge.ts';
import type { Ledger } from './ledger.ts';

/** One request under way: what every step after the reading needs. Each step takes it and returns its own value. */
export type Exchange = {
  readonly uid: EventId;
  readonly tenant: TenantId;
  readonly key: KeyRecord;
  readonly api: Api;
  readonly request: ReadRequest;
  /** The model as the client named it; `request.model` becomes the upstream's name when it is sent. */
  readonly model: string;
  readonly targets: readonly Target[];
  readonly practice: boolean;
  /** False: guards are switched off by configuration; every event says so. */
  readonly guarded: boolean;
  /** What of the text is kept in the content store. */
  readonly content: ContentMode;
  readonly judge: Judge;
  readonly ledger: Ledger;
  readonly placeholders: Placeholders;
  /** Ids of documents from which the app says that it made the request. */
  readonly documents: readonly string[];
  /** Where the values of its tool calls come from; absent where there can be none. */
  readonly flow?: RequestFlow;
  /** Who asks people; without it `ask` is `deny`. */
  readonly approvals: ApprovalPort | undefined;
  /** Tells of a tool call that is delivered: its name, its arguments as they are delivered, and the call as it was judged. */
  readonly propose: ((asked: AskedCall, delivered: string, approved: boolean) => void) | undefined;
  /** HMAC-SHA-256 of the request body as it came, hex: proves later what was sent without keeping it. */
  readonly commitment: string;
  readonly started: number;
  /** What it costs; set when its budget has been checked. */
  charge?: Charge;
  /** Milliseconds by step, for the event. */
  readonly timings: Record<string, number>;
};
