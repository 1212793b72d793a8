import type { Finding, JsonObject } from '../kernel/index.ts';
import type { Hold, HoldPlan, Restorer, Segment } from '../guard/index.ts';
import type { Slot, SseEvent, StreamCall, StreamCodec, StreamItem } from '../message/index.ts';
import type { StreamMode } from './config.ts';
import { isHeld, type HeldCall, type Settled } from './approvals.ts';
import type { Exchange } from './exchange.ts';
import { argumentsOf, replyPart, restoreContext } from './inspect_reply.ts';
import type { PartFacts } from './ledger.ts';
import { failureOf, refusalOf, type Refused } from './refusal.ts';
import { maskOf, maskSpans, replaceSpans } from './rewrite.ts';

/** Text of one channel that is kept for the detectors that judge it whole; beyond it the reply is said to be unscanned as a whole. */
const MAX_CHANNEL_TEXT = 4 * 1024 * 1024;
/** Events that wait for a tool call or, in buffer mode, for the end. A longer wait is an attack or a fault. */
const MAX_QUEUED_EVENTS = 100_000;
/** Channels of one stream: choices times kinds of text; a real reply has a handful. */
const MAX_CHANNELS = 4_096;

/** One text that arrives in deltas. `whole`: judged when complete, and all its events wait until then. */
type Channel = {
  readonly facts: PartFacts;
  readonly whole: boolean;
  readonly hold: Hold | undefined;
  readonly restorer: Restorer;
  readonly json: boolean;
  /** The tool call whose arguments it is. */
  readonly call: StreamCall | undefined;
  slots: Slot[];
  raw: string;
  delivered: string;
  closed: boolean;
};

/** Held text that goes out where its channel ended. */
type Tail = { readonly channel: string; readonly tail: string };

/**
 * Turns an upstream's stream into the client's. Text is delivered as soon as nothing in it can become a match any more; a tool call is
 * delivered when it is complete and judged; a refusal ends the stream in the client's own protocol. Pure: bytes and time stay outside.
 */
export class ReplyStream {
  readonly #exchange: Exchange;
  readonly #codec: StreamCodec;
  readonly #plan: HoldPlan | undefined;
  readonly #mode: StreamMode;
  readonly #channels = new Map<string, Channel>();
  /** What complete texts became, so that a final repeat of a text says the same as its deltas did. */
  readonly #became = new Map<string, string>();
  #queue: (StreamItem | Tail)[] = [];
  #waiting = 0;
  #parts = 0;
  #out: SseEvent[] = [];
  #final: StreamItem | undefined;
  refused: Refused | undefined;
  /** Calls that wait for a person; whoever drives the stream takes them and says what became of each (`settle`). */
  held: { readonly call: StreamCall; readonly held: HeldCall }[] = [];
  #held: Pick<HeldCall, 'verdict' | 'findings'> | undefined;
  /** Why the upstream's stream cannot be delivered further, when it is broken. */
  broken: string | undefined;

  constructor(exchange: Exchange, codec: StreamCodec, plan: HoldPlan | undefined, mode: StreamMode) {
    this.#exchange = exchange;
    this.#codec = codec;
    this.#plan = plan;
    this.#mode = mode;
  }

  /** Nothing more is read: refused, broken or at its end. */
  get done(): boolean {
    return this.refused !== undefined || this.broken !== undefined || this.#final !== undefined;
  }

  /** Whether events are held back until something is complete; the connection needs a sign of life meanwhile. */
  get waiting(): boolean {
    return this.#queue.length > 0;
  }

  /** One upstream event; answers the events for the client. The terminal event is kept for `conclude`. */
  push(event: SseEvent): SseEvent[] {
    if (this.done) return [];
    this.#out = [];
    const item = this.#codec.read(event);
    if (item.malformed !== undefined) {
      this.broken = item.malformed;
      return this.#out;
    }
    for (const call of item.calls) this.#call(call);
    this.#slots(item);
    for (const name of item.closes) this.#close(name);
    if (this.refused !== undefined) return this.#out;
    if (item.final) {
      this.#closeAll();
      if (this.refused === undefined) this.#final = item;
    } else if (this.#waiting > 0 || this.#queue.length > 0) this.#enqueue(item);
    else this.#out.push(...this.#codec.rewrite(item));
    this.#flush();
    return this.#out;
  }

  /** The upstream has ended: what was still held is decided. Answers the events for the client before the terminal one. */
  end(): SseEvent[] {
    this.#out = [];
    if (!this.done) {
      this.#closeAll();
      this.#flush();
      if (this.refused === undefined && !this.#codec.finish().complete) this.broken ??= 'the stream ended before its terminal event';
    }
    return this.#out;
  }

  /** The last events, to be written after the event of this exchange is on disk. */
  conclude(decision: JsonObject): SseEvent[] {
    if (this.refused !== undefined)
      return this.#codec.refuse({ event: this.#exchange.uid, rule: this.refused.rule, why: this.refused.why });
    return this.#final === undefined ? [] : this.#codec.conclude(this.#final, decision);
  }

  #slots(item: StreamItem): void {
    for (const slot of item.slots) {
      if (this.refused !== undefined) return;
      if (slot.form === 'whole') {
        const text = this.#whole(slot);
        if (text !== slot.text) slot.set(text);
        continue;
      }
      const channel = this.#channel(slot);
      if (channel.raw.length < MAX_CHANNEL_TEXT) channel.raw += slot.text;
      if (channel.whole) {
        channel.slots.push(slot);
        continue;
      }
      let text = channel.hold === undefined ? slot.text : this.#deliver(channel, channel.hold.push(slot.text));
      if (item.closes.includes(slot.channel)) text += this.#finish(channel);
      if (text !== slot.text) slot.set(text);
    }
  }

  /** A tool call is held from its first event on: one that is begun and then cut may look complete to a client. */
  #call(call: StreamCall): void {
    if (this.#channels.has(call.channel)) return;
    this.#open(
      call.channel,
      true,
      true,
      {
        part: replyPart(this.#exchange, this.#parts++),
        point: 'tool_call',
        origin: 'assistant',
        role: 'tool_arguments',
        kind: 'text',
        turn: 0,
        where: call.channel,
        size: 0,
        scanned: true,
        tool: call.name,
      },
      call,
    );
  }

  #channel(slot: Slot): Channel {
    const known = this.#channels.get(slot.channel);
    if (known !== undefined) return known;
    const json = slot.kind === 'tool_arguments';
    return this.#open(slot.channel, this.#mode === 'buffer' || json, json, this.#facts(slot));
  }

  #open(name: string, whole: boolean, json: boolean, facts: PartFacts, call?: StreamCall): Channel {
    if (this.#channels.size >= MAX_CHANNELS) this.broken = 'too many channels';
    const { placeholders } = this.#exchange;
    const channel: Channel = {
      facts,
      whole,
      json,
      call,
      hold:
        whole || this.#mode === 'passthrough'
          ? undefined
          : this.#plan?.open(
              (text) => placeholders.isPlaceholder(text),
              (rule, error) => this.#guardFailed(facts, rule, error),
            ),
      restorer: placeholders.restorer(restoreContext(this.#exchange, facts.tool, json)),
      slots: [],
      raw: '',
      delivered: '',
      closed: false,
    };
    this.#channels.set(name, channel);
    if (whole) this.#waiting++;
    return channel;
  }

  /** Decides about the segments that a hold lets go. */
  #deliver(channel: Channel, segments: readonly Segment[]): string {
    let out = '';
    for (const segment of segments) {
      if (this.refused !== undefined) return out;
      if (segment.kind === 'match') out += this.#match(channel, segment);
      else out += channel.restorer.push(segment);
    }
    channel.delivered += out;
    return out;
  }

  /** A guard threw in the machine: its point says what happens. Answers whether the text counts as found; it is not delivered then. */
  #guardFailed(facts: PartFacts, rule: string, error: unknown): boolean {
    const { judge, ledger } = this.#exchange;
    const before = ledger.failures.length;
    ledger.failed(judge.failure(rule, error, facts.point), facts.point, facts.part);
    this.refused ??= failureOf(ledger, before, facts.where);
    return this.refused !== undefined;
  }

  #match(channel: Channel, segment: Extract<Segment, { kind: 'match' }>): string {
    const { judge, ledger } = this.#exchange;
    const findings: Finding[] = segment.findings.map((finding, i) => ({
      ...finding,
      location: {
        kind: 'text',
        part: channel.facts.part,
        start: segment.spans[i]?.start ?? segment.start,
        end: segment.spans[i]?.end ?? segment.start,
      },
    }));
    const verdict = judge.decide(channel.facts, findings);
    ledger.add(channel.facts, '', findings, verdict);
    this.refused ??= refusalOf(verdict, channel.facts.where);
    if (this.refused !== undefined) return '';
    const spans = maskSpans(findings, verdict.masks).map((span) => ({
      ...span,
      start: span.start - segment.start,
      end: span.end - segment.start,
    }));
    return replaceSpans(
      segment.text,
      spans,
      (span, value) =>
        channel.restorer.push({ kind: 'match', text: maskOf(span.finding, value, this.#exchange.placeholders, ledger, false) }),
      (kept) => channel.restorer.push({ kind: 'match', text: kept }),
    );
  }

  /** The channel has ended: its hold gives the rest, and the detectors that need the whole text get it. Answers the rest of its text. */
  #finish(channel: Channel): string {
    if (channel.closed) return '';
    channel.closed = true;
    const tail = channel.hold === undefined ? '' : this.#deliver(channel, channel.hold.end());
    if (this.refused !== undefined) return tail;
    this.#exchange.ledger.restored += channel.restorer.restored;
    this.#judgeWhole(channel);
    this.#remember(channel.raw, channel.delivered);
    return tail;
  }

  /** What only the whole text shows is found late in adaptive mode: the event says that it was delivered before the decision. */
  #judgeWhole(channel: Channel): void {
    const { judge, ledger } = this.#exchange;
    const failures = ledger.failures.length;
    const { findings, verdict } = judge.part(
      { ...channel.facts, size: channel.raw.length, scanned: channel.raw.length < MAX_CHANNEL_TEXT },
      channel.raw,
      { wholeOnly: this.#mode !== 'passthrough' },
    );
    const refused = refusalOf(verdict, channel.facts.where) ?? failureOf(ledger, failures, channel.facts.where);
    if (findings.length > 0 && (refused !== undefined || verdict.masks.length > 0)) ledger.deliveredBeforeDecision = true;
    this.refused ??= refused;
  }

  /** A whole text in an event: a final repeat of what was streamed, or text that comes at once. */
  #whole(slot: Slot): string {
    const call = slot.kind === 'tool_arguments' ? slot.tool : undefined;
    // The repeat of a call's arguments ends them: they are judged as the call that they are, once.
    const open = call === undefined ? undefined : this.#channels.get(call.channel);
    if (open?.raw === slot.text && slot.text !== '') this.#close(slot.tool?.channel ?? '');
    const known = this.#became.get(slot.text);
    if (known !== undefined) return known;
    const facts = this.#facts(slot);
    const text = this.#judged(facts, slot.text, slot.tool?.name, call !== undefined, call);
    // What stands in no channel cannot be taken out of the stream.
    if (this.#held !== undefined) this.refused ??= refusalOf(this.#held.verdict, facts.where);
    this.#held = undefined;
    this.#remember(slot.text, text);
    return text;
  }

  /** Judges a complete text with every detector, masks and restores. */
  #judged(facts: PartFacts, raw: string, tool: string | undefined, json: boolean, call?: StreamCall): string {
    const { judge, ledger, placeholders } = this.#exchange;
    const failures = ledger.failures.length;
    const asked = call === undefined || call.provider ? undefined : { name: call.name, arguments: raw, id: call.id };
    const about = { args: json ? argumentsOf(raw) : undefined, call: asked, flow: true };
    const { findings, verdict } = judge.part({ ...facts, size: raw.length }, raw, about);
    this.#held = undefined;
    if (call !== undefined && isHeld(this.#exchange, verdict, call.provider)) this.#held = { verdict, findings };
    else this.refused ??= refusalOf(verdict, facts.where);
    this.refused ??= failureOf(ledger, failures, facts.where);
    if (this.refused !== undefined) return '';
    const context = restoreContext(this.#exchange, tool, json);
    return replaceSpans(
      raw,
      maskSpans(findings, verdict.masks),
      (span, value) => maskOf(span.finding, value, placeholders, ledger, false),
      (kept) => {
        const restored = placeholders.restore(kept, context);
        ledger.restored += restored.restored;
        return restored.text;
      },
    );
  }

  #close(name: string): void {
    const channel = this.#channels.get(name);
    if (channel === undefined || channel.closed || this.refused !== undefined) return;
    if (channel.whole) this.#complete(channel);
    else this.#tail(name, this.#finish(channel));
  }

  /** Held text goes out before the event that closes its channel, and after whatever of the channel still waits. */
  #tail(channel: string, tail: string): void {
    if (tail === '' || this.refused !== undefined) return;
    if (this.#queue.length > 0) this.#enqueue({ channel, tail });
    else this.#out.push(this.#codec.delta(channel, tail));
  }

  /** A text that was judged whole: its first event gets all of it, the others nothing, unless nothing changed. */
  #complete(channel: Channel): void {
    channel.closed = true;
    const { tool, where } = channel.facts;
    const text = this.#judged(channel.facts, channel.raw, tool, channel.json, channel.call);
    this.#remember(channel.raw, text);
    if (text !== channel.raw) channel.slots.forEach((slot, i) => slot.set(i === 0 ? text : ''));
    channel.slots = [];
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined && channel.call?.provider === false && this.refused === undefined)
      this.#propose(channel.call, channel.raw, false);
    if (held === undefined || channel.call === undefined || this.refused !== undefined) this.#waiting--;
    else this.held.push({ call: channel.call, held: { name: channel.call.name, arguments: text, ...held, where } });
  }

  /** What became of a held call; answers the events for the client that waited for it. */
  settle(call: StreamCall, settled: Settled): SseEvent[] {
    this.#out = [];
    this.#waiting--;
    if (settled.kind === 'refused') this.refused ??= settled.refused;
    else if (settled.kind === 'withheld') this.#codec.withhold(call, settled.text);
    else this.#propose(call, this.#channels.get(call.channel)?.raw ?? '', true);
    this.#flush();
    return this.#out;
  }

  #closeAll(): void {
    for (const [name, channel] of this.#channels) {
      if (this.refused !== undefined) return;
      if (channel.closed) continue;
      if (channel.whole) this.#complete(channel);
      else this.#tail(name, this.#finish(channel));
    }
  }

  #enqueue(item: StreamItem | Tail): void {
    if (this.#queue.length >= MAX_QUEUED_EVENTS) this.broken = 'too many events before a tool call was complete';
    else this.#queue.push(item);
  }

  /** Delivers what waited, once nothing is open any more; after a refusal nothing of it goes out. */
  #flush(): void {
    if (this.#waiting > 0 || this.#queue.length === 0 || this.refused !== undefined) return;
    for (const item of this.#queue) {
      if ('tail' in item) this.#out.push(this.#codec.delta(item.channel, item.tail));
      else this.#out.push(...this.#codec.rewrite(item));
    }
    this.#queue = [];
  }

  #propose({ name }: StreamCall, raw: string, approved: boolean): void {
    this.#exchange.propose?.({ name, arguments: raw }, this.#became.get(raw) ?? raw, approved);
  }

  #remember(raw: string, delivered: string): void {
    if (raw !== '' && this.#became.size < MAX_CHANNELS) this.#became.set(raw, delivered);
  }

  #facts(slot: Slot): PartFacts {
    return {
      part: replyPart(this.#exchange, this.#parts++),
      point: slot.point,
      origin: slot.origin,
      role: slot.kind,
      kind: 'text',
      turn: 0,
      where: slot.channel,
      size: 0,
      scanned: true,
      ...(slot.tool === undefined ? {} : { tool: slot.tool.name }),
    };
  }
}
