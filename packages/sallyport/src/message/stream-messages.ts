import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { blockRule } from './block.ts';
import { REPLY } from './context.ts';
import { isOpaque, isToken, KNOWN_FIELDS } from './fields.ts';
import type { Usage } from './part.ts';
import { errorBody, refusalNote } from './refusal.ts';
import { usageOf } from './reply.ts';
import { ItemBuilder, outline } from './slot.ts';
import type { SseEvent } from './sse.ts';
import type { Refusal, SlotKind, StreamCall, StreamCodec, StreamFault, StreamItem } from './stream.ts';

/** Blocks of one message; agents with hundreds of server tool calls stay below. */
const MAX_BLOCKS = 8192;

/** The delta types with one text, by the member that holds it and the channel it continues. */
const DELTAS: Readonly<Record<string, { readonly field: string; readonly kind: SlotKind }>> = {
  text_delta: { field: 'text', kind: 'text' },
  thinking_delta: { field: 'thinking', kind: 'reasoning' },
  input_json_delta: { field: 'partial_json', kind: 'tool_arguments' },
  compaction_delta: { field: 'content', kind: 'text' },
};
/** Texts that a block may already have when it starts; deltas of this type continue them. */
const STARTS: Readonly<Record<string, string>> = { text: 'text_delta', thinking: 'thinking_delta', content: 'compaction_delta' };

type Block = {
  readonly index: number;
  readonly call: StreamCall | undefined;
  /** Channels with how an event of the channel is made. */
  readonly open: Map<string, (text: string) => JsonObject>;
  ended: boolean;
};

/** The stream of Anthropic's messages API. */
export class MessagesCodec implements StreamCodec {
  readonly #blocks = new Map<number, Block>();
  /** Blocks that the client has seen begin and not end. */
  readonly #shown = new Set<number>();
  /** Channels of calls that are not delivered, with the text in their place. */
  readonly #withheld = new Map<string, string>();
  #message: JsonObject = {};
  #begun = false;
  #stopped = false;
  #over = false;
  #complete = false;
  #counts: JsonObject = {};
  readonly #finish: string[] = [];
  /** Arguments that came whole with the start of their call, by the block as it is written: they follow it as a delta. */
  readonly #given = new WeakMap<JsonObject, JsonObject>();

  read(event: SseEvent): StreamItem {
    if (event.data === '[DONE]') return broken({}, 'this API has no [DONE]');
    const data = event.data;
    const type = data['type'];
    if (typeof type !== 'string' || !isToken(type)) return broken(data, 'an event without a type');
    const item = new ItemBuilder(data);
    if (this.#over) item.malformed('data after the end of the stream');
    this.#readEvent(item, type, data);
    return item.done();
  }

  write(item: StreamItem): SseEvent {
    if (item.data === '[DONE]') return { data: item.data };
    const { type, index } = item.data;
    if (type === 'message_start') this.#begun = true;
    if (type === 'content_block_start' && typeof index === 'number') this.#shown.add(index);
    if (type === 'content_block_stop' && typeof index === 'number') this.#shown.delete(index);
    if (type === 'message_delta') this.#stopped = true;
    return named(item.data);
  }

  delta(channel: string, text: string): SseEvent {
    for (const block of this.#blocks.values()) {
      const make = block.open.get(channel);
      if (make !== undefined) return named({ type: 'content_block_delta', index: block.index, delta: make(text) });
    }
    throw new RangeError('no such channel is open');
  }

  withhold(call: StreamCall, text: string): void {
    this.#withheld.set(call.channel, text);
  }

  rewrite(item: StreamItem): SseEvent[] {
    if (item.data === '[DONE]') return [this.write(item)];
    const { type, index, delta, content_block: content } = item.data;
    const given = isObject(content) ? this.#given.get(content) : undefined;
    const more =
      given === undefined || given['partial_json'] === '' ? [] : [named({ type: 'content_block_delta', index: index ?? 0, delta: given })];
    if (this.#withheld.size === 0) return [this.write(item), ...more];
    const calls = [...this.#blocks.values()].flatMap((block) =>
      block.call === undefined || block.call.provider ? [] : [block.call.channel],
    );
    if (
      type === 'message_delta' &&
      isObject(delta) &&
      delta['stop_reason'] === 'tool_use' &&
      calls.every((name) => this.#withheld.has(name))
    )
      delta['stop_reason'] = 'end_turn';
    const channel = typeof index === 'number' ? this.#blocks.get(index)?.call?.channel : undefined;
    const text = channel === undefined ? undefined : this.#withheld.get(channel);
    if (text === undefined || index === undefined) return [this.write(item), ...more];
    if (type === 'content_block_delta') return [];
    if (type !== 'content_block_start') return [this.write(item)];
    const start = this.write({ ...item, data: { type, index, content_block: { type: 'text', text: '' } } });
    return [start, named({ type: 'content_block_delta', index, delta: { type: 'text_delta', text } })];
  }

  refuse(refusal: Refusal): SseEvent[] {
    const events: JsonObject[] = [];
    if (!this.#begun) events.push({ type: 'message_start', message: this.#frame(refusal.event) });
    for (const index of this.#shown) events.push({ type: 'content_block_stop', index });
    if (!this.#stopped) {
      const usage = { output_tokens: usageOf(this.#counts)?.output ?? 0 };
      events.push({ type: 'message_delta', delta: { stop_reason: 'refusal', stop_sequence: null }, usage });
    }
    events.push({ type: 'message_stop', sallyport: refusalNote(refusal) });
    return events.map(named);
  }

  fail(fault: StreamFault): SseEvent[] {
    return [named(errorBody('messages', fault))];
  }

  conclude(item: StreamItem, decision: JsonObject): SseEvent[] {
    return item.data === '[DONE]' ? [this.write(item)] : this.rewrite({ ...item, data: { ...item.data, sallyport: decision } });
  }

  finish(): { complete: boolean; usage?: Usage; finish: readonly string[]; model?: string; id?: string } {
    const usage = usageOf(this.#counts);
    const { id, model } = this.#message;
    return {
      complete: this.#complete,
      finish: this.#finish,
      ...(usage === undefined ? {} : { usage }),
      ...(typeof model === 'string' ? { model } : {}),
      ...(typeof id === 'string' ? { id } : {}),
    };
  }

  #readEvent(item: ItemBuilder, type: string, data: JsonObject): void {
    switch (type) {
      case 'message_start':
        return this.#readStart(item, data);
      case 'content_block_start':
        return this.#readBlockStart(item, data);
      case 'content_block_delta':
        return this.#readBlockDelta(item, data);
      case 'content_block_stop':
        return this.#readBlockStop(item, data);
      case 'message_delta':
        return this.#readMessageDelta(item, data);
      case 'message_stop':
        this.#complete = this.#finish.length > 0 && [...this.#blocks.values()].every((block) => block.ended);
        return this.#readEnd(item, data);
      case 'error':
        return this.#readEnd(item, data);
      default:
        return others(item, data, []);
    }
  }

  #readStart(item: ItemBuilder, data: JsonObject): void {
    const message = data['message'];
    if (!isObject(message)) return item.malformed('message_start without a message');
    this.#message = message;
    this.#count(message['usage']);
    item.whole((reader) => {
      if (Array.isArray(message['content'])) reader.blocks(message['content'], REPLY.assistant, 'message.content', 1);
      reader.members(message, REPLY.parameter, 'message', 1, Array.isArray(message['content']) ? { content: true } : undefined);
    });
    others(item, data, ['message']);
  }

  #readBlockStart(item: ItemBuilder, data: JsonObject): void {
    const { index, content_block: content } = data;
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || !isObject(content))
      return item.malformed('a block without an index');
    const before = this.#blocks.get(index);
    if (before !== undefined) return item.malformed('a block begins twice');
    if (this.#blocks.size >= MAX_BLOCKS) return item.malformed('too many blocks');
    const block: Block = { index, call: callOf(content, index), open: new Map(), ended: false };
    this.#blocks.set(index, block);
    if (block.call !== undefined) {
      item.call(block.call);
      this.#open(block, block.call.channel, 'input_json_delta', 'partial_json');
      this.#readGiven(item, block.call, content);
    }
    this.#readStartOfText(item, block, data, content);
    others(item, data, ['content_block']);
  }

  /** A call may begin with all of its arguments and have no deltas: they are judged, and written, as the one delta that says the same. */
  #readGiven(item: ItemBuilder, call: StreamCall, content: JsonObject): void {
    const { input } = content;
    if (!isObject(input) || Object.keys(input).length === 0) return;
    const given: JsonObject = { type: 'input_json_delta', partial_json: JSON.stringify(input) };
    content['input'] = {};
    this.#given.set(content, given);
    item.delta(call.channel, 'tool_arguments', given, 'partial_json', call);
  }

  /** The texts that a block begins with continue in its deltas; everything else of it is whole. */
  #readStartOfText(item: ItemBuilder, block: Block, data: JsonObject, content: JsonObject): void {
    const started: Record<string, true> = {};
    for (const name in STARTS) {
      const type = STARTS[name] ?? '';
      const rule = DELTAS[type];
      if (typeof content[name] !== 'string' || rule === undefined || content['type'] !== (name === 'content' ? 'compaction' : name))
        continue;
      started[name] = true;
      const channel = this.#open(block, `b${block.index}.${type}`, type, rule.field);
      if (content[name] !== '') item.delta(channel, rule.kind, content, name);
    }
    const plain = Object.keys(started).length === 0;
    item.whole((reader) => {
      if (plain) reader.block(data, 'content_block', REPLY.assistant, 'content_block', 1);
      else reader.members(content, REPLY.assistant, 'content_block', 1, started);
    }, block.call);
  }

  #readBlockDelta(item: ItemBuilder, data: JsonObject): void {
    const { index, delta } = data;
    const block = typeof index === 'number' ? this.#blocks.get(index) : undefined;
    if (block === undefined || block.ended || !isObject(delta)) return item.malformed('a delta outside of a block');
    const type = typeof delta['type'] === 'string' ? delta['type'] : '';
    if (block.call !== undefined) item.call(block.call);
    const rule = DELTAS[type];
    for (const name in delta) {
      const value = delta[name];
      if (value === null || value === '') continue;
      if (rule?.field === name) this.#readPiece(item, block, type, delta, name, rule.kind);
      else if (typeof value === 'string' && rule === undefined && type !== 'citations_delta')
        this.#readUnknownPiece(item, block, type, delta, name, value);
      else item.member(delta, name, 'delta', REPLY.assistant, block.call);
    }
    others(item, data, ['delta']);
  }

  #readPiece(item: ItemBuilder, block: Block, type: string, delta: JsonObject, name: string, kind: SlotKind): void {
    if (typeof delta[name] !== 'string') return item.malformed('the text of a delta is not a string');
    if (kind !== 'tool_arguments') return item.delta(this.#open(block, `b${block.index}.${type}`, type, name), kind, delta, name);
    if (block.call === undefined) return item.malformed('arguments outside of a tool call');
    item.delta(block.call.channel, kind, delta, name, block.call);
  }

  /** Delta types that come tomorrow: their strings follow each other in the client, so they do here. */
  #readUnknownPiece(item: ItemBuilder, block: Block, type: string, delta: JsonObject, name: string, value: string): void {
    if (isOpaque(name, value)) return;
    const template = outline(delta, [name], '') as JsonObject;
    const channel = `b${block.index}.${type}.${name}`;
    const drop = (): void => {
      Reflect.deleteProperty(delta, name);
      block.open.set(channel, () => ({ type }));
    };
    if (!KNOWN_FIELDS.has(name)) item.whole((reader) => reader.name(name, drop, REPLY.unknown, 'delta'));
    if (!block.open.has(channel)) block.open.set(channel, (text) => outline(template, [name], text) as JsonObject);
    item.delta(channel, 'other', delta, name, block.call);
  }

  #readBlockStop(item: ItemBuilder, data: JsonObject): void {
    const block = typeof data['index'] === 'number' ? this.#blocks.get(data['index']) : undefined;
    if (block === undefined || block.ended) return item.malformed('a block ends that is not open');
    block.ended = true;
    item.close(block.open.keys());
    if (block.call !== undefined) item.call(block.call);
    others(item, data, []);
  }

  #readMessageDelta(item: ItemBuilder, data: JsonObject): void {
    this.#count(data['usage']);
    const reason = isObject(data['delta']) ? data['delta']['stop_reason'] : undefined;
    if (typeof reason === 'string' && isOpaque('stop_reason', reason)) this.#finish.push(reason);
    others(item, data, []);
  }

  #readEnd(item: ItemBuilder, data: JsonObject): void {
    for (const block of this.#blocks.values()) if (!block.ended) item.close(block.open.keys());
    item.final = true;
    this.#over = true;
    others(item, data, []);
  }

  #open(block: Block, channel: string, type: string, field: string): string {
    if (!block.open.has(channel)) block.open.set(channel, (text) => ({ type, [field]: text }));
    return channel;
  }

  #count(usage: Json | undefined): void {
    if (!isObject(usage)) return;
    for (const name in usage) if (typeof usage[name] === 'number' || isObject(usage[name])) this.#counts[name] = usage[name] ?? null;
  }

  #frame(event: string): JsonObject {
    const { id, model } = this.#message;
    return {
      id: typeof id === 'string' ? id : `msg_${event}`,
      type: 'message',
      role: 'assistant',
      model: typeof model === 'string' ? model : '',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: { input_tokens: usageOf(this.#counts)?.input ?? 0, output_tokens: 0 },
    };
  }
}

/** The call that a block is; the client must not run what the provider runs. */
function callOf(content: JsonObject, index: number): StreamCall | undefined {
  const type = typeof content['type'] === 'string' ? content['type'] : '';
  const rule = blockRule(type);
  if (rule?.as !== 'call') return undefined;
  const { id, name } = content;
  return {
    channel: `b${index}.input_json_delta`,
    name: typeof name === 'string' ? name : type,
    id: typeof id === 'string' ? id : '',
    provider: rule.provider,
  };
}

function others(item: ItemBuilder, data: JsonObject, except: readonly string[]): void {
  const context = data['type'] === 'error' ? REPLY.error : REPLY.parameter;
  for (const name in data) if (!except.includes(name)) item.member(data, name, '', context);
}

function broken(data: JsonObject, reason: string): StreamItem {
  const item = new ItemBuilder(data);
  item.malformed(reason);
  return item.done();
}

/** The name of an event is the `type` of its data, never what upstream wrote on the event line. */
function named(data: JsonObject): SseEvent {
  return typeof data['type'] === 'string' ? { event: data['type'], data } : { data };
}
