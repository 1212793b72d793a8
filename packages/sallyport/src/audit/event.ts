import type { Category, EventId, Point, Severity, TenantId } from '../kernel/index.ts';

/** Who acted. `principal` is an id; what a request says about its end user is kept as a commitment only. */
export type EventActor = {
  readonly principal: string;
  readonly kind?: 'user' | 'agent' | 'service' | 'operator' | 'system';
  readonly key?: string;
  /** Who acts for the principal, the nearest first (`act` of RFC 8693). */
  readonly actors?: readonly string[];
  /** HMAC-SHA-256 commitment of the end user's id that the request named. */
  readonly end_user?: string;
};

/** Which operation of which API, and where it went. Model names come from requests: the serialiser withholds one that is no plain label. */
export type EventApi = {
  readonly operation: string;
  readonly model?: string;
  readonly provider?: string;
  /** The model name that was sent to the provider, when it differs. */
  readonly upstream_model?: string;
  readonly stream?: boolean;
  /** Id of the provider's reply. */
  readonly response?: string;
};

/** A rule that held, and the point at which it did. `why` is the policy's own sentence. */
export type EventRule = {
  readonly id: string;
  readonly action: 'allow' | 'ask' | 'deny' | 'mask' | 'quarantine';
  readonly point?: Point;
  readonly part?: number;
  readonly why?: string;
};

/** The strictest action, the rules behind it, and what rules in roll-out would have done. */
export type EventDecision = {
  readonly action: 'allow' | 'ask' | 'deny';
  readonly rules: readonly EventRule[];
  readonly would: readonly EventRule[];
};

/** A finding as an event keeps it: offsets only (UTF-16 code units into the part as given, `end` exclusive), never the matched text. */
export type EventFinding = {
  readonly rule: string;
  readonly category: Category;
  readonly type: string;
  readonly severity: Severity;
  readonly confidence: number;
  readonly point?: Point;
  readonly part: number;
  readonly start: number;
  readonly end: number;
};

/** A piece of a message as an event keeps it: origin, size in UTF-16 code units, and HMAC-SHA-256(tenant key, text) in hex. */
export type EventPart = {
  readonly part: number;
  readonly origin: 'system' | 'user' | 'tool' | 'retrieved' | 'assistant' | 'unknown';
  readonly point: Point;
  readonly size: number;
  readonly commitment?: string;
  /** What it is: `text`, `image`, `file`, `tool_definition`, … */
  readonly kind?: string;
  /** Where in the body it stood, as a pattern without values: `messages[].content`. */
  readonly where?: string;
  /** The tool's name, for calls and results. */
  readonly tool?: string;
  /** false: this part could not be scanned (an image, a file, a guard that failed). */
  readonly scanned?: boolean;
};

/** Where a value of a tool call comes from, the most trustworthy place first; as `flow` tells it. */
export const VALUE_ORIGINS = ['user', 'system', 'trusted', 'self', 'field', 'made', 'prose', 'assistant', 'unseen'] as const;

/** One value of a tool call: what sort it is and where it came from, never the value. */
export type EventValue = {
  /** The way to it in the arguments: `recipients[0]`. */
  readonly argument: string;
  /** `email`, `url`, `path`, `text`, … */
  readonly kind: string;
  readonly origin: (typeof VALUE_ORIGINS)[number];
  /** The message of the request that it came from, -1 for none, and the tool whose result that message is. */
  readonly message: number;
  readonly tool?: string;
  /** It is a whole field of a structured result. */
  readonly whole?: boolean;
  /** It, or the record it stands in, is what the request speaks of. */
  readonly bound?: boolean;
  /** It comes from a read that prose steered. */
  readonly steered?: boolean;
  /** Codes of what speaks against it. */
  readonly reasons: readonly string[];
};

/** A tool call that a reply proposed, as the information flow judged it. */
export type EventCall = {
  readonly tool: string;
  readonly effect: string;
  /** The part that holds its arguments. */
  readonly part: number;
  readonly flow: 'allow' | 'ask' | 'deny';
  /** Codes of what speaks against it, those of its values too. */
  readonly reasons: readonly string[];
  readonly values: readonly EventValue[];
  /** Values that are not listed. */
  readonly more?: number;
};

/** A message that a request brought since the reply before it. */
export type EventMessage = {
  readonly message: number;
  readonly origin: EventPart['origin'];
  /** Of the result of a tool. */
  readonly tool?: string;
  readonly size: number;
};

/**
 * A fact that happened: append-only, hash-chained, named as OCSF names it (https://schema.ocsf.io), without content. `toOcsf` adds what is derived.
 * No field holds prompt, reply or argument text: every string has a declared source in `EventSchema`, and the serialiser enforces it.
 */
export type Event = {
  readonly uid: EventId;
  readonly tenant: TenantId;
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
  /** OCSF class: one of `CLASS`. */
  readonly class_uid: number;
  readonly activity_id: number;
  /** OCSF severity: 1 informational to 5 critical. */
  readonly severity_id: number;
  /** OCSF status: 1 success, 2 failure, 0 unknown. */
  readonly status_id: number;
  /** `gateway.request`, `gateway.stream`, `guard.failure`, `key.created`, `policy.changed`, `content.read`, … */
  readonly kind: string;
  /** A stream writes a started record (synced before its first byte) and an ended one with the same uid; the projection keeps the later. */
  readonly phase?: 'started' | 'ended';
  readonly actor: EventActor;
  readonly api?: EventApi;
  readonly target?: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly decision?: EventDecision;
  readonly findings?: readonly EventFinding[];
  readonly parts?: readonly EventPart[];
  /** Of requests that offer tools: the messages that are new, and the calls of the reply. */
  readonly messages?: readonly EventMessage[];
  readonly calls?: readonly EventCall[];
  readonly usage?: { readonly input: number; readonly output: number; readonly cached?: number };
  /** Milliseconds by step. */
  readonly timings?: Readonly<Record<string, number>>;
  /** How many values were masked, by type. */
  readonly masked?: Readonly<Record<string, number>>;
  readonly http?: { readonly status: number; readonly method?: string; readonly route?: string };
  /** A code of an error catalogue, when the request failed. */
  readonly status_code?: string;
  /** Constant text of an error catalogue or of the program. */
  readonly message?: string;
  /** Which text the content store was asked to keep: tells a reader why there is none. */
  readonly content?: { readonly mode: 'none' | 'findings' | 'full'; readonly expires?: number };
  /** Of the run of an agent: the same for all requests of it, and for the calls that they brought about. */
  readonly conversation?: string;
  /** The id of an event this one belongs to. */
  readonly cause?: string;
  /** Flat facts of a state change, named and written by the program or by an administrator. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** How many parts and findings were left out because the event would be too long. Set by the serialiser. */
  readonly omitted?: { readonly parts?: number; readonly findings?: number };
};

/** OCSF class ids in use. */
export const CLASS = { baseEvent: 0, detectionFinding: 2004, accountChange: 3001, entityManagement: 3004, apiActivity: 6003 } as const;

/** OCSF severity ids by our severity words. */
export const SEVERITY_ID: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };
