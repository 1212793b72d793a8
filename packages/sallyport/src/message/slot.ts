import type { Json, JsonObject } from '../kernel/index.ts';
import { REPLY, type Context } from './context.ts';
import { isOpaque, KNOWN_FIELDS } from './fields.ts';
import { get, put, type Holder } from './leaf.ts';
import type { Origin, Part } from './part.ts';
import { Reader } from './reader.ts';
import type { Slot, SlotKind, StreamCall, StreamItem } from './stream.ts';

/** Text of an event that continues a channel. */
export class DeltaSlot implements Slot {
  readonly channel: string;
  readonly form = 'delta';
  readonly point: 'response' | 'tool_call';
  readonly origin: Origin = 'assistant';
  readonly kind: SlotKind;
  readonly tool: StreamCall | undefined;
  readonly #holder: Holder;
  readonly #key: string | number;

  constructor(channel: string, kind: SlotKind, holder: Holder, key: string | number, tool?: StreamCall) {
    this.channel = channel;
    this.kind = kind;
    this.point = tool === undefined ? 'response' : 'tool_call';
    this.tool = tool;
    this.#holder = holder;
    this.#key = key;
  }

  get text(): string {
    const value = get(this.#holder, this.#key);
    return typeof value === 'string' ? value : '';
  }

  set(text: string): void {
    if (Object.hasOwn(this.#holder, this.#key)) put(this.#holder, this.#key, text);
  }
}

/** Text of an event that is complete in itself, read as in a whole reply. */
class WholeSlot implements Slot {
  readonly form = 'whole';
  readonly kind: SlotKind;
  readonly tool: StreamCall | undefined;
  readonly #part: Part;

  constructor(part: Part, kind: SlotKind, tool: StreamCall | undefined) {
    this.#part = part;
    this.kind = kind;
    this.tool = tool;
  }

  get channel(): string {
    return this.#part.where;
  }

  get point(): 'response' | 'tool_call' {
    return this.#part.point === 'tool_call' ? 'tool_call' : 'response';
  }

  get origin(): Origin {
    return this.#part.origin;
  }

  get text(): string {
    return this.#part.text;
  }

  set(text: string): void {
    this.#part.set(text);
  }
}

const KIND_OF_ROLE: Readonly<Record<string, SlotKind>> = { reasoning: 'reasoning', annotation: 'annotation', echo: 'echo', error: 'error' };

function kindOf(part: Part): SlotKind {
  if (part.where.endsWith('logprobs')) return 'logprobs';
  if (part.point === 'tool_call') return part.where.endsWith('name') ? 'tool_name' : 'tool_arguments';
  return KIND_OF_ROLE[part.role] ?? (part.origin === 'assistant' ? 'text' : 'other');
}

const NONE: readonly never[] = [];

/** Collects what one event carries. */
export class ItemBuilder {
  readonly data: JsonObject;
  readonly slots: Slot[] = [];
  final = false;
  logprobs = false;
  #closes: string[] | undefined;
  #calls: StreamCall[] | undefined;
  #malformed: string | undefined;
  #unscanned = 0;
  #reader: Reader | undefined;

  constructor(data: JsonObject) {
    this.data = data;
  }

  delta(channel: string, kind: SlotKind, holder: Holder, key: string | number, tool?: StreamCall): void {
    this.slots.push(new DeltaSlot(channel, kind, holder, key, tool));
  }

  close(channels: Iterable<string>): void {
    this.#closes ??= [];
    for (const channel of channels) if (!this.#closes.includes(channel)) this.#closes.push(channel);
  }

  call(call: StreamCall): void {
    this.#calls ??= [];
    if (!this.#calls.includes(call)) this.#calls.push(call);
  }

  /** Counts a file that is not read. */
  attachment(): void {
    this.#unscanned++;
  }

  malformed(reason: string): void {
    this.#malformed ??= reason;
  }

  /** Reads one member as in a whole reply; all its texts become whole slots, those of a call with `tool`. */
  whole(read: (reader: Reader) => void, tool?: StreamCall): void {
    const reader = (this.#reader ??= new Reader(REPLY, 'text'));
    const first = reader.parts.length;
    read(reader);
    for (let i = first; i < reader.parts.length; i++) {
      const part = reader.parts[i];
      if (part?.kind !== 'text') this.#unscanned++;
      else this.slots.push(new WholeSlot(part, kindOf(part), part.point === 'tool_call' ? tool : undefined));
    }
    if (reader.problem !== undefined) this.malformed(`${reader.problem.param} ${reader.problem.message}`);
  }

  /** A member that has no meaning for the stream itself: opaque, known structure, or unknown text. */
  member(holder: JsonObject, name: string, where: string, context: Context = REPLY.parameter, tool?: StreamCall): void {
    const value = holder[name];
    if (KNOWN_FIELDS.has(name)) {
      if (value === null || typeof value === 'number' || typeof value === 'boolean') return;
      if (typeof value === 'string' && (value === '' || isOpaque(name, value))) return;
    }
    this.whole((reader) => reader.member(holder, name, context, where === '' ? name : `${where}.${name}`, 1), tool);
  }

  done(): StreamItem {
    return {
      data: this.data,
      slots: this.slots,
      closes: this.#closes ?? NONE,
      calls: this.#calls ?? NONE,
      final: this.final,
      unscanned: this.#unscanned,
      logprobs: this.logprobs,
      ...(this.#malformed === undefined ? {} : { malformed: this.#malformed }),
    };
  }
}

/** A copy of `value` with one string put at the place where `path` leads, and nothing but opaque words beside it. */
export function outline(value: Json, path: readonly (string | number)[], text: string, depth = 0): Json {
  const key = path[depth];
  if (key === undefined) return text;
  const below = outline(get(value as Holder, key) ?? null, path, text, depth + 1);
  if (Array.isArray(value)) return [below];
  const out: JsonObject = {};
  for (const name in value as JsonObject) {
    const member = (value as JsonObject)[name];
    if (name === 'index' && typeof member === 'number') out[name] = member;
    else if (typeof member === 'string' && name !== key && isOpaque(name, member)) out[name] = member;
  }
  put(out, key, below);
  return out;
}
