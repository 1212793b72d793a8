import type { JsonObject } from '../kernel/index.ts';
import type { Origin, Usage } from './part.ts';
import type { SseEvent } from './sse.ts';

/** The APIs that stream. */
export type StreamApi = 'chat' | 'completions' | 'responses' | 'messages';

/** What the text of a slot is. */
export type SlotKind =
  | 'text'
  | 'reasoning'
  | 'refusal'
  | 'tool_name'
  | 'tool_arguments'
  | 'transcript'
  | 'annotation'
  | 'logprobs'
  | 'echo'
  | 'error'
  | 'other';

/** One string leaf (or the unknown keys) of a stream event. */
export type Slot = {
  /** Names the text that deltas continue; unique within the stream. Whole texts carry the path they stand at. */
  readonly channel: string;
  /** `delta` continues its channel; `whole` is complete in itself. What is opaque (OPAQUE_FIELDS) has no slot. */
  readonly form: 'delta' | 'whole';
  readonly point: 'response' | 'tool_call';
  readonly origin: Origin;
  readonly kind: SlotKind;
  readonly text: string;
  /** Writes into the item's data. */
  set(text: string): void;
  /** For tool_name and tool_arguments. */
  readonly tool?: StreamCall | undefined;
};

/** A tool call in a stream, by the channel of its arguments. */
export type StreamCall = { readonly channel: string; readonly name: string; readonly id: string; readonly provider: boolean };

/** What one upstream event carries. */
export type StreamItem = {
  /** Own copy; slots write into it. */
  readonly data: JsonObject | '[DONE]';
  readonly slots: readonly Slot[];
  /**
   * Channels that end with this event. Text still held for them goes out BEFORE this event (`delta`), unless the event itself has a
   * `delta` slot on the channel: then everything held goes into that slot.
   */
  readonly closes: readonly string[];
  /**
   * Tool calls that this event belongs to, its beginning and its end included. A gate that judges calls keeps these items until the
   * channel closes, then writes or drops them together: a call that is begun and then cut may look complete to a client.
   */
  readonly calls: readonly StreamCall[];
  /** Terminal event of the stream. */
  readonly final: boolean;
  /** How many images, sounds and files the event carries: nothing of them is read. */
  readonly unscanned: number;
  /** The event carries token log-probabilities. `write` drops them when they no longer spell the text beside them. */
  readonly logprobs: boolean;
  /** Why the event cannot be trusted to have been read in full: cut the stream (`refuse` or `fail`). */
  readonly malformed?: string;
};

/** Why the gate ends a stream. */
export type Refusal = { readonly event: string; readonly rule: string; readonly why: string };

/** A fault that ends a stream, as the client may see it. */
export type StreamFault = { readonly status: number; readonly code: string; readonly message: string; readonly event?: string };

/** One stream of one request: read upstream's events, write the client's. Not shared, not reused. */
export type StreamCodec = {
  /** One upstream event, already parsed, to what it carries. */
  read(event: SseEvent): StreamItem;
  /** The event as it goes to the client now. Call it for each delivered item, in order: it numbers events and records what the client has seen. */
  write(item: StreamItem): SseEvent;
  /** From now on the call of this channel is not delivered: `text` of the assistant stands in its place. Before any of its items is written. */
  withhold(call: StreamCall, text: string): void;
  /** As `write`, for streams with withheld calls: the events that stand for the item now, none for what is left out. */
  rewrite(item: StreamItem): SseEvent[];
  /** An event that delivers `text` on `channel`, shaped like the channel's earlier deltas. Deliver it before the next `write`, `delta` or `refuse`. */
  delta(channel: string, text: string): SseEvent;
  /** Events that end the client's stream because the gate refuses; valid after whatever has been written so far. */
  refuse(refusal: Refusal): SseEvent[];
  /** Events that end the client's stream because of a fault (upstream broke off, the gate failed). */
  fail(fault: StreamFault): SseEvent[];
  /** The final item with the reply's decision in a `sallyport` field of the last data event; instead of `write(item)`. */
  conclude(item: StreamItem, decision: JsonObject): SseEvent[];
  /** Whether upstream's stream ended properly, and what it counted. */
  finish(): { complete: boolean; usage?: Usage; finish: readonly string[]; model?: string; id?: string };
};
