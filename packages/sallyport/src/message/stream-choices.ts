import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { deltaOfCall, indexed, indexOfCall, kindOfField, MAX_CALLS, newChoice, type Choice } from './choice.ts';
import { REPLY } from './context.ts';
import { isOpaque, KNOWN_FIELDS } from './fields.ts';
import { dropAllLogprobs, keepLogprobs, reconcile } from './logprobs.ts';
import type { Usage } from './part.ts';
import { errorBody, refusalNote } from './refusal.ts';
import { usageOf } from './reply.ts';
import { ItemBuilder, outline } from './slot.ts';
import type { SseEvent } from './sse.ts';
import type { Refusal, StreamCall, StreamCodec, StreamFault, StreamItem } from './stream.ts';
import { WithheldCalls } from './withheld-calls.ts';

/** Choices of one stream; OpenAI's `n` ends at 128. */
const MAX_CHOICES = 128;
/** Channels of one stream: each keeps a little state and a hold in the gate. */
const MAX_CHANNELS = 4096;
/** Nesting of unknown deltas. */
const MAX_DEPTH = 32;

/** What every chunk repeats. */
const FRAME = ['id', 'created', 'model', 'system_fingerprint', 'service_tier'];

/** The streams of the chat API (`choices[].delta`) and of completions (`choices[].text`). */
export class ChoicesCodec implements StreamCodec {
  readonly #chat: boolean;
  readonly #choices = new Map<number, Choice>();
  /** The members that every chunk repeats, from upstream's last chunk. */
  #frame: JsonObject;
  readonly #withheld = new WithheldCalls();
  #channels = 0;
  #complete = false;
  #over = false;
  #usage: Usage | undefined;
  readonly #finish: string[] = [];

  constructor(api: 'chat' | 'completions') {
    this.#chat = api === 'chat';
    this.#frame = { object: this.#chat ? 'chat.completion.chunk' : 'text_completion' };
  }

  read(event: SseEvent): StreamItem {
    if (event.data === '[DONE]') return this.#end();
    const data = event.data;
    const item = new ItemBuilder(data);
    if (this.#over) item.malformed('data after the end of the stream');
    for (const name in data) {
      if (name === 'choices') this.#readChoices(item, data);
      // Every chunk repeats the frame, which was checked when it was kept.
      else if (data[name] !== this.#frame[name]) item.member(data, name, '', name === 'error' ? REPLY.error : REPLY.parameter);
    }
    this.#remember(data);
    if (data['error'] !== undefined && data['error'] !== null) {
      item.final = true;
      this.#over = true;
    }
    return item.done();
  }

  write(item: StreamItem): SseEvent {
    if (item.data === '[DONE]') return { data: '[DONE]' };
    if (item.logprobs) reconcile(item.data);
    const list = item.data['choices'];
    if (Array.isArray(list)) for (const entry of list) if (isObject(entry)) this.#written(entry);
    return { data: item.data };
  }

  delta(channel: string, text: string): SseEvent {
    for (const choice of this.#choices.values()) {
      const make = choice.open.get(channel);
      if (make === undefined) continue;
      const data = this.#chunk([make(text)]);
      choice.begun = true;
      return { data };
    }
    throw new RangeError('no such channel is open');
  }

  withhold(call: StreamCall, text: string): void {
    this.#withheld.add(call.channel, text);
  }

  rewrite(item: StreamItem): SseEvent[] {
    if (this.#withheld.size === 0 || item.data === '[DONE]') return [this.write(item)];
    const list = item.data['choices'];
    if (!Array.isArray(list) || list.length === 0) return [this.write(item)];
    const left = list.filter((entry) => {
      const choice = isObject(entry) ? this.#choices.get(typeof entry['index'] === 'number' ? entry['index'] : 0) : undefined;
      return !isObject(entry) || choice === undefined || this.#withheld.isLeft(entry, choice);
    });
    item.data['choices'] = left;
    return left.length === 0 ? [] : [this.write(item)];
  }

  refuse(refusal: Refusal): SseEvent[] {
    const choices: JsonObject[] = [];
    if (this.#choices.size === 0) this.#choice(0);
    for (const choice of this.#choices.values()) {
      if (choice.closed) continue;
      choice.closed = true;
      choices.push(this.#ending(choice));
    }
    return [{ data: { ...this.#chunk(choices), sallyport: refusalNote(refusal) } }, { data: '[DONE]' }];
  }

  fail(fault: StreamFault): SseEvent[] {
    return [{ data: errorBody('chat', fault) }];
  }

  conclude(item: StreamItem, decision: JsonObject): SseEvent[] {
    if (item.data !== '[DONE]') return [this.write({ ...item, data: { ...item.data, sallyport: decision } })];
    return [{ data: { ...this.#chunk([]), sallyport: decision } }, this.write(item)];
  }

  finish(): { complete: boolean; usage?: Usage; finish: readonly string[]; model?: string; id?: string } {
    const { id, model } = this.#frame;
    return {
      complete: this.#complete,
      finish: this.#finish,
      ...(this.#usage === undefined ? {} : { usage: this.#usage }),
      ...(typeof model === 'string' ? { model } : {}),
      ...(typeof id === 'string' ? { id } : {}),
    };
  }

  #end(): StreamItem {
    const closes: string[] = [];
    for (const choice of this.#choices.values())
      if (!choice.ended) closes.push(...new Set([...choice.open.keys(), ...choice.calls.keys()]));
    this.#complete = !this.#over && this.#choices.size > 0 && [...this.#choices.values()].every((choice) => choice.ended);
    this.#over = true;
    return { data: '[DONE]', slots: [], closes, calls: [], final: true, unscanned: 0, logprobs: false };
  }

  #readChoices(item: ItemBuilder, data: JsonObject): void {
    const list = data['choices'];
    if (list === null || list === undefined) return;
    if (!Array.isArray(list)) return item.malformed('choices is not a list');
    for (let i = 0; i < list.length; i++) {
      const entry = list[i];
      const index = isObject(entry) ? (entry['index'] ?? i) : undefined;
      if (!isObject(entry) || typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= MAX_CHOICES) {
        return item.malformed('a choice is not an object with an index');
      }
      this.#readChoice(item, this.#choice(index), entry, `choices[${i}]`);
    }
  }

  #readChoice(item: ItemBuilder, choice: Choice, entry: JsonObject, where: string): void {
    for (const name in entry) {
      if (name === 'delta' && this.#chat) this.#readDelta(item, choice, entry, where);
      else if (name === 'text' && !this.#chat) this.#readText(item, choice, entry);
      else if (name === 'logprobs') this.#readLogprobs(item, entry, where);
      else if (name === 'message') this.#readMessage(item, choice, entry, where);
      else item.member(entry, name, where);
    }
    const reason = entry['finish_reason'];
    if (typeof reason !== 'string' || reason === '') return;
    if (!choice.ended && isOpaque('finish_reason', reason)) this.#finish.push(reason);
    choice.ended = true;
    item.close(choice.open.keys());
    // A call without arguments has no text on its channel, and ends all the same.
    item.close(choice.calls.keys());
    for (const call of choice.calls.values()) item.call(call);
  }

  #readText(item: ItemBuilder, choice: Choice, entry: JsonObject): void {
    const text = entry['text'];
    if (text === null || text === '') return;
    if (typeof text !== 'string') return item.malformed('the text of a choice is not a string');
    const channel = this.#open(item, choice, `c${choice.index}.text`, (piece) => ({
      index: choice.index,
      text: piece,
      finish_reason: null,
      logprobs: null,
    }));
    item.delta(channel, 'text', entry, 'text');
  }

  #readDelta(item: ItemBuilder, choice: Choice, entry: JsonObject, where: string): void {
    const delta = entry['delta'];
    if (delta === null || delta === undefined) return;
    if (!isObject(delta)) return item.malformed('the delta of a choice is not an object');
    for (const name in delta) {
      const value = delta[name];
      if (value === null || value === '') continue;
      if (name === 'tool_calls') this.#readCalls(item, choice, delta, where);
      else if (name === 'function_call')
        this.#readCall(item, choice, delta['function_call'] ?? null, 'function_call', ['function_call'], delta);
      else if (typeof value === 'string') this.#readPiece(item, choice, delta, name, value, where);
      else if (typeof value === 'object') this.#readNested(item, choice, delta, [name], delta, name, where, 0);
      else if (!KNOWN_FIELDS.has(name)) item.member(delta, name, `${where}.delta`);
    }
  }

  /** A string of a delta: its texts follow each other in the client, also where we do not know the field. */
  #readPiece(item: ItemBuilder, choice: Choice, delta: JsonObject, name: string, value: string, where: string): void {
    if (isOpaque(name, value)) return;
    if (!KNOWN_FIELDS.has(name)) this.#name(item, choice, delta, name, where);
    const channel = this.#open(item, choice, `c${choice.index}.${name}`, (text) => this.#deltaChoice(choice, { [name]: text }));
    item.delta(channel, kindOfField(name), delta, name);
  }

  /** Strings below an object or list of a delta (audio.transcript, reasoning_details, content blocks), each on a channel of its own. */
  #readNested(
    item: ItemBuilder,
    choice: Choice,
    delta: JsonObject,
    path: (string | number)[],
    holder: JsonObject | Json[],
    key: string | number,
    where: string,
    depth: number,
  ): void {
    if (depth > MAX_DEPTH) return item.malformed('a delta is nested too deeply');
    const value = (holder as Record<string | number, Json | undefined>)[key];
    if (typeof value === 'string') {
      if (value === '' || (typeof key === 'string' && isOpaque(key, value))) return;
      if (key === 'data' && path[0] === 'audio' && isOpaque('obfuscation', value)) return item.attachment();
      const template = outline(delta, path, '') as JsonObject;
      const channel = this.#open(item, choice, `c${choice.index}.${path.map(indexed(delta, path)).join('.')}`, (text) =>
        this.#deltaChoice(
          choice,
          outline(
            template,
            path.map((step) => (typeof step === 'number' ? 0 : step)),
            text,
          ) as JsonObject,
        ),
      );
      item.delta(channel, kindOfField(String(path[0])), holder, key);
    } else if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) this.#readNested(item, choice, delta, [...path, i], value, i, where, depth + 1);
    } else if (isObject(value)) {
      for (const name in value) {
        if (!KNOWN_FIELDS.has(name)) this.#name(item, choice, value, name, where);
        this.#readNested(item, choice, delta, [...path, name], value, name, where, depth + 1);
      }
    }
  }

  #readCalls(item: ItemBuilder, choice: Choice, delta: JsonObject, where: string): void {
    const list = delta['tool_calls'];
    if (!Array.isArray(list)) return item.malformed('tool_calls is not a list');
    for (let i = 0; i < list.length; i++) {
      const call = list[i];
      const index = indexOfCall(choice, call);
      if (!isObject(call) || index === undefined) return item.malformed('a tool call is not an object with an index');
      const base = `tool_calls.${index}`;
      if (call['custom'] === undefined)
        this.#readCall(item, choice, call['function'] ?? null, base, ['tool_calls', index, 'function'], call);
      else {
        this.#readCall(item, choice, call['custom'], `${base}.custom`, ['tool_calls', index, 'custom'], call);
        // Both at once is no call that any API makes, but what is sent is read.
        if (call['function'] !== undefined) this.#readCall(item, choice, call['function'], base, ['tool_calls', index, 'function'], call);
      }
      for (const name in call) {
        if (name !== 'function' && name !== 'custom' && name !== 'index')
          item.member(call, name, `${where}.delta.tool_calls[${i}]`, REPLY.call);
      }
    }
  }

  #readCall(item: ItemBuilder, choice: Choice, spec: Json, name: string, path: readonly (string | number)[], outer: JsonObject): void {
    const channel = `c${choice.index}.${name}`;
    const call = this.#call(item, choice, channel, isObject(spec) ? spec : {}, outer);
    item.call(call);
    if (spec === null) return;
    if (!isObject(spec)) return item.malformed('the function of a tool call is not an object');
    for (const member in spec) {
      const value = spec[member];
      if (value === null || value === '') continue;
      if (member === 'arguments' || member === 'input') {
        if (typeof value !== 'string') return item.malformed('the arguments of a tool call are not a string');
        this.#open(item, choice, channel, (text) => this.#deltaChoice(choice, deltaOfCall(path, member, text)));
        item.delta(channel, 'tool_arguments', spec, member, call);
      } else item.member(spec, member, channel, REPLY.call, call);
    }
  }

  /** The call of a channel. Its name comes whole in the first piece: a second one that adds to it could not be judged as one text. */
  #call(item: ItemBuilder, choice: Choice, channel: string, spec: JsonObject, outer: JsonObject): StreamCall {
    const known = choice.calls.get(channel);
    const name = typeof spec['name'] === 'string' ? spec['name'] : '';
    if (known === undefined || (known.name === '' && name !== '')) {
      if (choice.ended) item.malformed('a tool call after the end of its choice');
      if (choice.calls.size >= MAX_CALLS) item.malformed('too many tool calls');
      const call = { channel, name, id: typeof outer['id'] === 'string' ? outer['id'] : (known?.id ?? ''), provider: false };
      choice.calls.set(channel, call);
      return call;
    }
    if (name !== '' && name !== known.name) item.malformed('the name of a tool call changes');
    return known;
  }

  /** Some servers send a whole message at the end of a stream. */
  #readMessage(item: ItemBuilder, choice: Choice, entry: JsonObject, where: string): void {
    const message = entry['message'];
    if (isObject(message)) item.whole((reader) => reader.members(message, REPLY.assistant, `${where}.message`, 1));
    else item.member(entry, 'message', where);
    if (isObject(message) && message['tool_calls'] !== undefined)
      item.malformed(`a stream with whole tool calls in choice ${choice.index}`);
  }

  #readLogprobs(item: ItemBuilder, entry: JsonObject, where: string): void {
    if (entry['logprobs'] === null || entry['logprobs'] === undefined) return;
    if (typeof entry['logprobs'] !== 'object') return item.malformed('logprobs is not an object');
    const alternatives = keepLogprobs(entry, 'logprobs');
    if (alternatives === undefined) return;
    item.logprobs = true;
    item.whole((reader) =>
      reader.logprobs(alternatives, () => dropAllLogprobs({ choices: [entry] }), REPLY.assistant, `${where}.logprobs`),
    );
  }

  /** The name of a field that no API uses is text. Where it must not pass, its channels lose their text with it. */
  #name(item: ItemBuilder, choice: Choice, holder: JsonObject, name: string, where: string): void {
    const drop = (): void => {
      Reflect.deleteProperty(holder, name);
      for (const channel of choice.open.keys())
        if (channel.split('.').includes(name)) choice.open.set(channel, () => this.#deltaChoice(choice, {}));
    };
    item.whole((reader) => reader.name(name, drop, REPLY.unknown, `${where}.delta`));
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (choice === undefined) {
      choice = newChoice(index);
      this.#choices.set(index, choice);
    }
    return choice;
  }

  #open(item: ItemBuilder, choice: Choice, channel: string, make: (text: string) => JsonObject): string {
    if (choice.ended) item.malformed('text after the end of its choice');
    if (choice.open.has(channel)) return channel;
    if (++this.#channels > MAX_CHANNELS) item.malformed('too many channels');
    else choice.open.set(channel, make);
    return channel;
  }

  #remember(data: JsonObject): void {
    const usage = usageOf(data['usage']);
    if (usage !== undefined) this.#usage = usage;
    for (const name of FRAME) {
      const value = data[name];
      if (value === undefined || value === '' || value === this.#frame[name]) continue;
      if (typeof value === 'number' || (typeof value === 'string' && isOpaque(name, value))) this.#frame[name] = value;
    }
  }

  #written(entry: JsonObject): void {
    const choice = this.#choices.get(typeof entry['index'] === 'number' ? entry['index'] : 0);
    if (choice === undefined) return;
    choice.begun = true;
    if (typeof entry['finish_reason'] === 'string') choice.closed = true;
  }

  #deltaChoice(choice: Choice, delta: JsonObject): JsonObject {
    const first = choice.begun ? delta : { role: 'assistant', ...delta };
    return { index: choice.index, delta: first, finish_reason: null };
  }

  #ending(choice: Choice): JsonObject {
    if (!this.#chat) return { index: choice.index, text: '', logprobs: null, finish_reason: 'content_filter' };
    return { index: choice.index, delta: choice.begun ? {} : { role: 'assistant' }, finish_reason: 'content_filter' };
  }

  #chunk(choices: JsonObject[]): JsonObject {
    return { ...this.#frame, choices };
  }
}
