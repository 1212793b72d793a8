import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { blockRule } from './block.ts';
import { REPLY, type Context } from './context.ts';
import { isBase64, isOpaque, isToken, KNOWN_FIELDS } from './fields.ts';
import { keepLogprobs, reconcile } from './logprobs.ts';
import type { Usage } from './part.ts';
import { refusalNote } from './refusal.ts';
import { readResponseObject, usageOf } from './reply.ts';
import { messageEvents, ShownResponse } from './shown-response.ts';
import { ItemBuilder } from './slot.ts';
import type { SseEvent } from './sse.ts';
import type { Refusal, SlotKind, StreamCall, StreamCodec, StreamFault, StreamItem } from './stream.ts';
import { messageItem } from './withhold.ts';

/** Channels of one stream: each keeps a little state and a hold in the gate. */
const MAX_CHANNELS = 8192;

const TERMINAL: ReadonlySet<string> = new Set(['response.completed', 'response.failed', 'response.incomplete', 'response.cancelled']);
/** The members that hold the text of a tool call in `.done` events. */
const CALL_TEXTS: ReadonlySet<string> = new Set(['arguments', 'input', 'code', 'command', 'diff']);

const INDEXES = ['output_index', 'content_index', 'summary_index', 'command_index', 'annotation_index'];

type Channel = {
  readonly output: Json | undefined;
  readonly content: Json | undefined;
  make(text: string): JsonObject;
  ended: boolean;
};

/** The stream of the responses API. Numbers events anew, because the gate inserts and drops some. */
export class ResponsesCodec implements StreamCodec {
  readonly #channels = new Map<string, Channel>();
  readonly #calls = new Map<Json, StreamCall>();
  /** Places of calls that are not delivered, with the text in their place. */
  readonly #withheld = new Map<Json, string>();
  /** Where a text stood before any delta: a delta that would continue it could not be judged as one text. */
  readonly #begunWith = new Set<string>();
  /** The opaque words of the last event, which the next one mostly repeats. */
  readonly #passed = new Map<string, Json>();
  readonly #places = new Map<string, Json>();
  readonly #shown = new ShownResponse();
  #sequence = 0;
  #over = false;
  #complete = false;
  #usage: Usage | undefined;
  #id: string | undefined;
  #model: string | undefined;
  #finish: readonly string[] = [];

  read(event: SseEvent): StreamItem {
    // Compatible servers send [DONE] after the terminal event, which ends the stream by itself.
    if (event.data === '[DONE]') return { data: event.data, slots: [], closes: [], calls: [], final: true, unscanned: 0, logprobs: false };
    const data = event.data;
    const item = new ItemBuilder(data);
    const type = data['type'];
    if (typeof type !== 'string' || !isToken(type)) item.malformed('an event without a type');
    else if (this.#over) item.malformed('data after the end of the stream');
    else if (!this.#isPlaced(data)) item.malformed('an event whose place in the output is unclear');
    else this.#readEvent(item, type, data);
    return item.done();
  }

  write(item: StreamItem): SseEvent {
    if (item.data === '[DONE]') return { data: item.data };
    if (item.logprobs) reconcile(item.data);
    return this.#send(item.data);
  }

  delta(channel: string, text: string): SseEvent {
    const open = this.#channels.get(channel);
    if (open === undefined) throw new RangeError('no such channel is open');
    return this.#send(open.make(text));
  }

  withhold(call: StreamCall, text: string): void {
    for (const [index, known] of this.#calls) if (known.channel === call.channel) this.#withheld.set(index, text);
  }

  rewrite(item: StreamItem): SseEvent[] {
    if (this.#withheld.size === 0 || item.data === '[DONE]') return [this.write(item)];
    const { data } = item;
    const response = data['response'];
    if (isObject(response) && Array.isArray(response['output'])) {
      const { output } = response;
      response['output'] = output.map((entry, i) => {
        const text = this.#withheld.get(i);
        return text === undefined ? entry : messageItem(text, i);
      });
    }
    const index = data['output_index'];
    const text = index === undefined ? undefined : this.#withheld.get(index);
    if (text === undefined || typeof index !== 'number') return [this.write(item)];
    return data['type'] === 'response.output_item.added' ? messageEvents(text, index).map((event) => this.#send(event)) : [];
  }

  refuse(refusal: Refusal): SseEvent[] {
    const frame = { id: this.#id ?? `resp_${refusal.event}`, model: this.#model ?? '' };
    return this.#shown.refused(frame, refusalNote(refusal)).map((data) => this.#send(data));
  }

  fail(fault: StreamFault): SseEvent[] {
    const note = fault.event === undefined ? {} : { sallyport: { event: fault.event } };
    return [this.#send({ type: 'error', code: fault.code, message: fault.message, param: null, ...note })];
  }

  conclude(item: StreamItem, decision: JsonObject): SseEvent[] {
    return item.data === '[DONE]' ? [this.write(item)] : this.rewrite({ ...item, data: { ...item.data, sallyport: decision } });
  }

  finish(): { complete: boolean; usage?: Usage; finish: readonly string[]; model?: string; id?: string } {
    return {
      complete: this.#complete,
      finish: this.#finish,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(this.#model === undefined ? {} : { model: this.#model }),
      ...(this.#id === undefined ? {} : { id: this.#id }),
    };
  }

  #send(data: JsonObject): SseEvent {
    data['sequence_number'] = this.#sequence++;
    this.#shown.add(data);
    return typeof data['type'] === 'string' ? { event: data['type'], data } : { data };
  }

  /** Indexes are numbers, and an item keeps its index: some clients join texts by `item_id`, others by `output_index`. */
  #isPlaced(data: JsonObject): boolean {
    for (const name of INDEXES) if (data[name] !== undefined && data[name] !== null && !Number.isSafeInteger(data[name])) return false;
    const { item_id: id, output_index: index } = data;
    if (id === undefined || id === null) return true;
    if (typeof id !== 'string' || this.#places.size >= MAX_CHANNELS) return false;
    const known = this.#places.get(id);
    if (known === undefined) this.#places.set(id, index ?? null);
    return known === undefined || known === (index ?? null);
  }

  #readEvent(item: ItemBuilder, type: string, data: JsonObject): void {
    if (isObject(data['response'])) return this.#readResponse(item, type, data, data['response']);
    if (type.endsWith('.delta')) return this.#readDelta(item, type.slice(0, -6), data);
    if (type.endsWith('.done')) return this.#readDone(item, type.slice(0, -5), data);
    if (type === 'response.output_item.added') this.#readAdded(item, data);
    if (type === 'response.content_part.added') this.#noteText(data['part'], ['text', 'refusal'], data);
    if (type === 'error') {
      item.final = true;
      this.#over = true;
    }
    const call = this.#callOf(data);
    if (call !== undefined) item.call(call);
    this.#others(item, data, [], type === 'error' ? REPLY.error : REPLY.assistant, call);
  }

  #readResponse(item: ItemBuilder, type: string, data: JsonObject, response: JsonObject): void {
    item.whole((reader) => readResponseObject(reader, response, 'response'));
    item.logprobs = true;
    if (typeof response['id'] === 'string' && isOpaque('id', response['id'])) this.#id = response['id'];
    if (typeof response['model'] === 'string' && isOpaque('model', response['model'])) this.#model = response['model'];
    this.#usage = usageOf(response['usage']) ?? this.#usage;
    if (TERMINAL.has(type)) {
      for (const [name, channel] of this.#channels) if (!channel.ended) item.close([name]);
      item.final = true;
      this.#over = true;
      this.#complete = type === 'response.completed' || type === 'response.incomplete';
      this.#finish = finishOf(response);
    }
    this.#others(item, data, ['response'], REPLY.parameter);
  }

  #readDelta(item: ItemBuilder, family: string, data: JsonObject): void {
    const delta = data['delta'];
    const call = this.#callOf(data);
    const kind = kindOfFamily(family);
    if (kind === 'tool_arguments' && call === undefined) return item.malformed('arguments outside of a tool call');
    const tool = kind === 'tool_arguments' ? call : undefined;
    if (typeof delta === 'string') {
      if (family === 'response.audio' && isBase64(delta)) item.attachment();
      else this.#piece(item, family, data, data, 'delta', tool, (text) => text);
    } else if (isObject(delta)) {
      for (const name in delta) {
        if (typeof delta[name] === 'string') this.#piece(item, `${family}.${name}`, data, delta, name, tool, (text) => ({ [name]: text }));
        else item.member(delta, name, 'delta', REPLY.assistant);
        if (!KNOWN_FIELDS.has(name)) item.malformed('a delta with an unknown field');
      }
    } else if (delta !== undefined && delta !== null) item.malformed('a delta is neither text nor an object');
    if (call !== undefined) item.call(call);
    this.#readLogprobs(item, data);
    this.#others(item, data, ['delta', 'logprobs'], REPLY.assistant, tool);
  }

  #piece(
    item: ItemBuilder,
    family: string,
    data: JsonObject,
    holder: JsonObject,
    key: string,
    tool: StreamCall | undefined,
    wrap: (text: string) => Json,
  ): void {
    if (holder[key] === '') return;
    const name = channelName(family, data);
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      if (this.#channels.size >= MAX_CHANNELS) return item.malformed('too many channels');
      const frame = frameOf(data);
      channel = {
        output: data['output_index'],
        content: contentIndex(data),
        make: (text) => ({ ...frame, delta: wrap(text) }),
        ended: false,
      };
      this.#channels.set(name, channel);
    }
    if (channel.ended || (this.#begunWith.size > 0 && this.#begunWith.has(place(data)))) item.malformed('text outside of its deltas');
    item.delta(name, kindOfFamily(family), holder, key, tool);
  }

  #readDone(item: ItemBuilder, family: string, data: JsonObject): void {
    for (const [name, channel] of this.#channels) {
      if (channel.ended || channel.output !== data['output_index'] || !endsWith(family, name, channel, data)) continue;
      channel.ended = true;
      item.close([name]);
    }
    const call = this.#callOf(data);
    if (call !== undefined) item.call(call);
    // The item ends the call, also one whose arguments had no deltas.
    if (call !== undefined && family === 'response.output_item') item.close([call.channel]);
    this.#readLogprobs(item, data);
    this.#others(item, data, ['logprobs'], contextOfFamily(family), call);
  }

  #readAdded(item: ItemBuilder, data: JsonObject): void {
    const added = data['item'];
    if (!isObject(added)) return item.malformed('an added item is not an object');
    const index = data['output_index'] ?? null;
    const type = typeof added['type'] === 'string' ? added['type'] : '';
    const rule = blockRule(type);
    if (rule?.as === 'call') {
      const { name, call_id: callId, id } = added;
      const known = typeof callId === 'string' ? callId : typeof id === 'string' ? id : '';
      this.#calls.set(index, {
        channel: callChannel(type, data),
        name: typeof name === 'string' ? name : type,
        id: known,
        provider: rule.provider,
      });
    }
    this.#noteText(added, [...CALL_TEXTS], data);
    const content = Array.isArray(added['content']) ? added['content'] : [];
    for (let i = 0; i < content.length; i++) this.#noteText(content[i], ['text', 'refusal'], { ...data, content_index: i });
  }

  #noteText(holder: Json | undefined, names: readonly string[], data: JsonObject): void {
    if (isObject(holder) && names.some((name) => typeof holder[name] === 'string' && holder[name] !== '')) this.#begunWith.add(place(data));
  }

  #readLogprobs(item: ItemBuilder, data: JsonObject): void {
    if (!Array.isArray(data['logprobs']) || data['logprobs'].length === 0) {
      if (data['logprobs'] !== undefined && !Array.isArray(data['logprobs'])) data['logprobs'] = [];
      return;
    }
    const alternatives = keepLogprobs(data, 'logprobs');
    if (alternatives === undefined) return;
    item.logprobs = true;
    item.whole((reader) => reader.logprobs(alternatives, () => (data['logprobs'] = []), REPLY.assistant, 'logprobs'));
  }

  #callOf(data: JsonObject): StreamCall | undefined {
    return this.#calls.get(data['output_index'] ?? null);
  }

  #others(item: ItemBuilder, data: JsonObject, except: readonly string[], context: Context, call?: StreamCall): void {
    if ('part' in data || 'item' in data) item.logprobs = true;
    for (const name in data) {
      const value = data[name];
      if (typeof value === 'number' && KNOWN_FIELDS.has(name)) continue;
      if (except.includes(name) || (value !== undefined && value === this.#passed.get(name))) continue;
      if (typeof value === 'string' && isOpaque(name, value)) {
        this.#passed.set(name, value);
        continue;
      }
      const own = call !== undefined && CALL_TEXTS.has(name) ? REPLY.call : context;
      if ((name === 'item' || name === 'part') && isObject(data[name]))
        item.whole((reader) => reader.block(data, name, context, name, 1), call);
      else item.member(data, name, '', own, call);
    }
  }
}

/** Names the channel of a family of events: what the client joins to one text. */
function channelName(family: string, data: JsonObject): string {
  return `${family}:${wordOf(data['output_index'] ?? data['item_id'])}:${wordOf(contentIndex(data))}`;
}

function wordOf(value: Json | undefined): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : '';
}

function contentIndex(data: JsonObject): Json | undefined {
  return data['content_index'] ?? data['summary_index'] ?? data['command_index'];
}

function place(data: JsonObject): string {
  return `${wordOf(data['output_index'])}:${wordOf(contentIndex(data))}`;
}

/** The channel that a call's arguments will have, by the type of its item. */
function callChannel(type: string, data: JsonObject): string {
  const families: Readonly<Record<string, string>> = {
    function_call: 'response.function_call_arguments',
    custom_tool_call: 'response.custom_tool_call_input',
    mcp_call: 'response.mcp_call_arguments',
    code_interpreter_call: 'response.code_interpreter_call_code',
    apply_patch_call: 'response.apply_patch_call_operation_diff',
  };
  return channelName(families[type] ?? `response.${type}`, data);
}

/** Whether a `.done` event ends a channel of the same output: its own family and index, or the part or item around it. */
function endsWith(family: string, name: string, channel: Channel, data: JsonObject): boolean {
  if (family === 'response.output_item') return true;
  if (channel.content !== contentIndex(data)) return false;
  if (family === 'response.content_part' || family === 'response.reasoning_summary_part') return true;
  return name.startsWith(`${family}:`) || name.startsWith(`${family}.`);
}

const KINDS: readonly (readonly [string, SlotKind])[] = [
  ['response.output_text', 'text'],
  ['response.refusal', 'refusal'],
  ['response.reasoning', 'reasoning'],
  ['response.audio', 'transcript'],
];

function kindOfFamily(family: string): SlotKind {
  for (const [start, kind] of KINDS) if (family.startsWith(start)) return kind;
  return /arguments|call_input|call_code|call_command|operation_diff/.test(family) ? 'tool_arguments' : 'other';
}

function contextOfFamily(family: string): Context {
  const kind = kindOfFamily(family);
  if (kind === 'reasoning') return REPLY.reasoning;
  if (kind === 'tool_arguments') return REPLY.call;
  return REPLY.assistant;
}

/** What an event of the channel repeats: its type and where it belongs. */
function frameOf(data: JsonObject): JsonObject {
  const frame: JsonObject = {};
  for (const name in data) {
    const value = data[name];
    if (name === 'obfuscation' || name === 'sequence_number') continue;
    if (typeof value === 'number' || (typeof value === 'string' && name !== 'delta' && isOpaque(name, value))) frame[name] = value;
    else if (name === 'logprobs') frame[name] = [];
  }
  return frame;
}

function finishOf(response: JsonObject): readonly string[] {
  const details = isObject(response['incomplete_details']) ? response['incomplete_details']['reason'] : undefined;
  const reason = typeof details === 'string' ? details : response['status'];
  return typeof reason === 'string' && isOpaque('status', reason) ? [reason] : [];
}
