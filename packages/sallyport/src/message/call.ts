import { isObject, readJsonText, type Json, type JsonObject } from '../kernel/index.ts';
import type { Part, ToolCall } from './part.ts';

// What stands around the arguments of a call item and is no argument.
const ENVELOPE: ReadonlySet<string> = new Set(
  'id type status call_id name role index caller created_by execution container_id fingerprint outputs output results result error approval_request_id'.split(
    ' ',
  ),
);

/** A tool call as a view of the body: arguments are read when asked for, so they are those after masks. */
export class CallView implements ToolCall {
  readonly id: string;
  readonly name: string;
  readonly provider: boolean;
  readonly where: string;
  readonly #spec: JsonObject;
  readonly #all: readonly Part[];
  readonly #first: number;
  readonly #end: number;

  /** `spec` is the object that holds name and arguments; `all` from `first` on are the parts of the call. */
  constructor(block: JsonObject, spec: JsonObject, name: string, provider: boolean, where: string, all: readonly Part[], first: number) {
    const id = block['call_id'] ?? block['id'];
    this.id = typeof id === 'string' ? id : '';
    this.name = name;
    this.provider = provider;
    this.where = where;
    this.#spec = spec;
    this.#all = all;
    this.#first = first;
    this.#end = all.length;
  }

  get parts(): readonly number[] {
    const ids: number[] = [];
    for (const part of this.#all.slice(this.#first, this.#end)) if (part.point === 'tool_call') ids.push(part.id);
    return ids;
  }

  get arguments(): string {
    const value = this.#value();
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  get input(): JsonObject | undefined {
    const value = this.#value();
    if (typeof value !== 'string') return isObject(value) ? value : undefined;
    if (value.trim() === '') return {};
    const read = readJsonText(value);
    return read.ok && isObject(read.value) ? read.value : undefined;
  }

  #value(): Json {
    const given = this.#spec['arguments'] ?? this.#spec['input'] ?? this.#spec['action'] ?? this.#spec['operation'];
    if (given !== undefined && given !== null) return given;
    const rest: JsonObject = {};
    for (const name in this.#spec) if (!ENVELOPE.has(name)) rest[name] = this.#spec[name] ?? null;
    return rest;
  }
}
