import { isObject, type Json, type JsonObject } from '../kernel/index.ts';
import { blockRule, type BlockRule } from './block.ts';
import { CallView } from './call.ts';
import { contextOfRole, type Context, type Side } from './context.ts';
import { definitionsOf, readDefinition } from './definition.ts';
import { BASE64_FIELDS, FILE_REFERENCES, isBase64, isOpaque, isToken, KNOWN_FIELDS, PAYLOAD_FIELDS } from './fields.ts';
import { DataUrlPart, DroppedPart, get, JoinedPart, MediaPart, Names, TextPart, type Holder, type Line, type MediaFacts } from './leaf.ts';
import { FIELD_READERS, STRING_READERS } from './member.ts';
import {
  bytesOfDataUrl,
  dataUrl,
  decodeBase64Text,
  decodeDataUrl,
  encodeDataUrl,
  isTextMedia,
  kindOfMedia,
  looksBase64,
} from './payload.ts';
import type { Part, PartKind, ToolDefinition } from './part.ts';

/** Twice what the largest request that must work (100,000 messages) needs; a part is some 150 bytes. */
export const MAX_PARTS = 200_000;
/** The strict reader admits 64; replies of providers get the same with slack, because our walk recurses. */
const MAX_DEPTH = 96;
/** In free objects a number of seven digits or more can be a card or a phone number, so it is read as text. */
const MIN_TEXT_NUMBER = 1_000_000;

// Fields whose objects are blocks or items.
const BLOCK_LISTS: ReadonlySet<string> = new Set(['content', 'input', 'output', 'outputs']);

/** A block whose content is a file: what replaces the whole block when the file must not pass. */
type Media = { readonly kind: PartKind; readonly holder: Holder; readonly key: string | number };

/**
 * Walks a body and makes a part of every string leaf that is not opaque. Two modes: *structured*, where the names of the API have
 * meaning, and *free* (tool input, metadata, unknown fields), where every string and every name is text.
 */
export class Reader {
  readonly parts: Part[] = [];
  readonly calls: CallView[] = [];
  readonly tools: ToolDefinition[] = [];
  attachments = 0;
  turn = -1;
  /** First reason why the body was not read in full. */
  problem: { message: string; param: string } | undefined;
  readonly side: Side;
  readonly #textType: string;
  readonly #names = new Map<string, string>();
  readonly #renamed = new Names();
  #tool: Part['tool'];
  #media: Media | undefined;

  /** `textType` is the API's type word for a text block, which replaces a file that must not pass. */
  constructor(side: Side, textType: 'text' | 'input_text' | 'output_text') {
    this.side = side;
    this.#textType = textType;
  }

  /** Notes why the body cannot be read; the first reason stays. */
  refuse(param: string, message: string): void {
    this.problem ??= { param, message };
  }

  /** One member in structured mode. `field` is the name that gives it meaning (that of the list for elements of a list). */
  value(holder: Holder, key: string | number, field: string, context: Context, where: string, depth: number): void {
    const value = get(holder, key);
    if (typeof value === 'string') this.#string(holder, key, value, field, context, where);
    else if (Array.isArray(value)) this.#list(value, field, context, where, depth);
    else if (isObject(value) && BLOCK_LISTS.has(field)) this.block(holder, key, context, where, depth);
    else if (isObject(value)) this.#object(holder, key, value, context, where, depth);
  }

  /** A string leaf that is text whatever its field. */
  text(holder: Holder, key: string | number, context: Context, where: string): void {
    const value = get(holder, key);
    if (value === undefined || value === '' || typeof value === 'object') return;
    const part = new TextPart(this.parts.length, context, this.turn, where, this.#tool, String(value), holder, key, this.#renamed);
    this.#push(part);
  }

  /** A list of blocks or items: an element without a known type is unknown text in full. */
  blocks(list: Json[], context: Context, where: string, depth: number): void {
    for (let i = 0; i < list.length; i++) this.block(list, i, context, `${where}[${i}]`, depth + 1);
  }

  /** One block or item, read by its type. */
  block(holder: Holder, key: string | number, context: Context, where: string, depth: number): void {
    const block = get(holder, key);
    if (!isObject(block)) return this.value(holder, key, 'text', context, where, depth);
    const type = block['type'];
    const rule = typeof type === 'string' ? blockRule(type) : undefined;
    if (rule !== undefined) this.#known(rule, holder, key, block, context, where, depth);
    else if (type === undefined && typeof block['role'] === 'string') this.message(block, where, depth);
    else if (type === undefined && (context.origin === 'tool' || context.origin === 'retrieved'))
      this.members(block, context, where, depth);
    else this.free(holder, key, this.#foreign(context), where, depth);
  }

  /** A message: its role gives the context. */
  message(message: JsonObject, where: string, depth: number): void {
    const context = contextOfRole(this.side, message['role']);
    if (context !== this.side.tool) return this.members(message, context, where, depth);
    const before = this.#tool;
    this.#tool = this.#toolOfResult(message);
    this.members(message, context, where, depth);
    this.#tool = before;
  }

  /** All members of an object in structured mode, `except` some; a name that no API uses is text, and what stands under it is free. */
  members(object: JsonObject, context: Context, where: string, depth: number, except?: Readonly<Record<string, unknown>>): void {
    if (depth > MAX_DEPTH) return this.refuse(where, 'is nested too deeply');
    let lines: Line[] | undefined;
    for (const name in object) {
      const value = object[name];
      if (except !== undefined && Object.hasOwn(except, name)) continue;
      if (KNOWN_FIELDS.has(name)) {
        if (value === null || typeof value === 'number' || typeof value === 'boolean') continue;
        this.#member(object, name, context, where === '' ? name : `${where}.${name}`, depth + 1);
        continue;
      }
      lines ??= [];
      this.#free(object, name, this.#foreign(context), where === '' ? name : `${where}.${name}`, depth + 1, lines, true);
    }
    if (lines !== undefined) this.#join(lines, this.#foreign(context), where);
  }

  /** One member of an object in structured mode. */
  member(object: JsonObject, name: string, context: Context, where: string, depth: number): void {
    if (KNOWN_FIELDS.has(name)) return this.#member(object, name, context, where, depth);
    const lines: Line[] = [];
    this.#free(object, name, this.#foreign(context), where, depth, lines, true);
    this.#join(lines, this.#foreign(context), where);
  }

  /** The name of one member, as text; a change of it calls `drop`. */
  name(name: string, drop: () => void, context: Context, where: string): void {
    this.#push(new DroppedPart(this.parts.length, context, this.turn, `${where}{keys}`, name, drop));
  }

  /** A member and everything below in free mode: all strings, all names, all long numbers. */
  free(holder: Holder, key: string | number, context: Context, where: string, depth: number): void {
    const lines: Line[] = [];
    this.#free(holder, key, context, where, depth, lines, false);
    this.#join(lines, context, where);
  }

  /** Tool definitions; `offered` ones are reported in `tools`. */
  definitions(list: Json[], where: string, depth: number, offered: boolean): void {
    for (let i = 0; i < list.length; i++) {
      const at = `${where}[${i}]`;
      const tool = list[i];
      if (offered && isObject(tool)) this.tools.push(...definitionsOf(tool, at));
      this.schema(list, i, this.side.definition, at, depth + 1);
    }
  }

  /** A tool definition or JSON Schema: every string, short ones and property names joined. */
  schema(holder: Holder, key: string | number, context: Context, where: string, depth: number): void {
    const lines: Line[] = [];
    const sink = {
      line: (line: Line, at: string): void => this.#line(line, lines, context, at),
      text: (at: Holder, member: string | number, path: string): boolean => {
        this.text(at, member, context, path);
        return this.problem === undefined;
      },
    };
    const read = readDefinition(sink, holder, key, where, depth);
    if (!read) this.refuse(where, 'is nested too deeply or has too many parts');
    this.#join(lines, context, where);
  }

  /** The alternatives of token log-probabilities: any change drops them all. */
  logprobs(alternatives: readonly string[], drop: () => void, context: Context, where: string): void {
    if (alternatives.length > 0) this.#push(new DroppedPart(this.parts.length, context, this.turn, where, alternatives.join('\n'), drop));
  }

  /** Something that is not text and stands by itself (tokens, a stored prompt). */
  unscanned(holder: Holder, key: string | number, kind: PartKind, media: string, context: Context, where: string): void {
    this.#pushMedia(holder, key, { kind, media }, context, where, (text) => text);
  }

  /** A call in the form `{id, function: {name, arguments}}` of the chat API, or its predecessor `{name, arguments}`. */
  call(call: JsonObject, where: string, depth: number): void {
    const spec = isObject(call['function']) ? call['function'] : isObject(call['custom']) ? call['custom'] : call;
    this.#call(call, spec, typeof spec['name'] === 'string' ? spec['name'] : '', false, where, depth);
  }

  #string(holder: Holder, key: string | number, value: string, field: string, context: Context, where: string): void {
    if (value === '') return;
    if (PAYLOAD_FIELDS.has(field)) return this.#payload(holder, key, value, field, context, where);
    if (isOpaque(field, value)) {
      if (FILE_REFERENCES.has(field)) this.#reference(holder, key, context, where);
      return;
    }
    this.text(holder, key, context, where);
  }

  #list(list: Json[], field: string, context: Context, where: string, depth: number): void {
    if (depth > MAX_DEPTH) return this.refuse(where, 'is nested too deeply');
    const blocks = BLOCK_LISTS.has(field);
    for (let i = 0; i < list.length; i++) {
      const at = `${where}[${i}]`;
      if (blocks && isObject(list[i])) this.block(list, i, context, at, depth + 1);
      else this.value(list, i, field, context, at, depth + 1);
    }
  }

  #object(holder: Holder, key: string | number, object: JsonObject, context: Context, where: string, depth: number): void {
    const rule = typeof object['type'] === 'string' ? blockRule(object['type']) : undefined;
    if (rule === undefined) this.members(object, context, where, depth);
    else this.#known(rule, holder, key, object, context, where, depth);
  }

  #known(rule: BlockRule, holder: Holder, key: string | number, block: JsonObject, context: Context, where: string, depth: number): void {
    switch (rule.as) {
      case 'inherit':
        return this.members(block, context, where, depth);
      case 'message':
        return this.message(block, where, depth);
      case 'reasoning':
        return this.members(block, context === this.side.assistant ? this.side.reasoning : context, where, depth);
      case 'call':
        return this.#call(block, block, nameOfCall(block), rule.provider, where, depth);
      case 'definitions':
        return this.#within({ name: nameOfCall(block) }, undefined, () => this.members(block, this.side.tool, where, depth));
      case 'result':
        return this.#within({ ...this.#toolOfResult(block), ...(rule.tool === undefined ? {} : { name: rule.tool }) }, undefined, () =>
          this.members(block, this.side.tool, where, depth),
        );
      case 'retrieved': {
        const media = rule.media === undefined ? undefined : (this.#media ?? { kind: rule.media, holder, key });
        const tool = rule.tool === undefined ? this.#tool : { name: rule.tool };
        return this.#within(tool, media, () => this.members(block, this.side.retrieved, where, depth));
      }
      case 'media':
        return this.#within(this.#tool, { kind: rule.media, holder, key }, () => this.members(block, context, where, depth));
    }
  }

  #within(tool: Part['tool'], media: Media | undefined, read: () => void): void {
    const before = this.#tool;
    const around = this.#media;
    this.#tool = tool;
    this.#media = media;
    read();
    this.#tool = before;
    this.#media = around;
  }

  /** A member whose name has meaning. */
  #member(object: JsonObject, name: string, context: Context, where: string, depth: number): void {
    const value = object[name];
    const read = value !== null && typeof value === 'object' ? FIELD_READERS.get(name) : STRING_READERS.get(name);
    if (read === undefined) this.value(object, name, name, context, where, depth);
    else read(this, object, name, context, where, depth);
  }

  #call(block: JsonObject, spec: JsonObject, name: string, provider: boolean, where: string, depth: number): void {
    const first = this.parts.length;
    this.#within({ name }, undefined, () => this.members(block, this.side.call, where, depth));
    const call = new CallView(block, spec, name, provider, where, this.parts, first);
    if (call.id !== '') this.#names.set(call.id, name);
    this.calls.push(call);
  }

  #toolOfResult(block: JsonObject): { readonly name: string; readonly call?: string } {
    const id = block['tool_use_id'] ?? block['call_id'] ?? block['tool_call_id'];
    return typeof id === 'string' ? { name: this.#nameOfResult(block, id), call: id } : { name: this.#nameOfResult(block, undefined) };
  }

  #nameOfResult(block: JsonObject, id: string | undefined): string {
    const known = id === undefined ? undefined : this.#names.get(id);
    if (known !== undefined) return known;
    if (typeof block['name'] === 'string') return block['name'];
    const type = typeof block['type'] === 'string' ? block['type'] : '';
    return type === '' || type === 'tool_result' || type === 'function_call_output'
      ? 'unknown'
      : type.replace(/_(tool_result|call_output|output)$/, '');
  }

  /** A URL, a `data:` URL or base64: what is text is read, what is a file is marked unscanned. */
  #payload(holder: Holder, key: string | number, value: string, field: string, context: Context, where: string): void {
    const sibling = Array.isArray(holder) ? undefined : holder;
    if ((field === 'data' && sibling?.['type'] === 'text') || (field === 'result' && sibling?.['type'] !== 'image_generation_call')) {
      return this.text(holder, key, context, where);
    }
    const header = dataUrl(value);
    if (header !== undefined) {
      const readable = decodeDataUrl(value);
      if (readable !== undefined) return this.#decoded(holder, key, readable, context, where);
      const bytes = (): Uint8Array => bytesOfDataUrl(value, header);
      return this.#file(holder, key, { kind: kindOfMedia(header.media), media: header.media, ...fileOf(sibling, bytes) }, context, where);
    }
    const media = typeof sibling?.['media_type'] === 'string' && isToken(sibling['media_type']) ? sibling['media_type'] : undefined;
    if (BASE64_FIELDS.has(field) && looksBase64(value)) {
      const text = media !== undefined && isTextMedia(media) ? decodeBase64Text(value) : undefined;
      if (media !== undefined && text !== undefined) return this.#decodedBase64(holder, key, media, text, context, where);
      if (sibling?.['type'] === 'redacted_thinking') {
        // Looked at in full: of other files a rule decides, of this one nothing does.
        if (!isBase64(value)) this.text(holder, key, context, where);
        return;
      }
      const kind = this.#media?.kind ?? (media === undefined ? 'file' : kindOfMedia(media));
      return this.#file(holder, key, { kind, media, ...fileOf(sibling, () => Buffer.from(value, 'base64')) }, context, where);
    }
    this.text(holder, key, context, where);
    if (this.#media !== undefined) this.#file(holder, key, { kind: this.#media.kind, media, source: 'address' }, context, where);
  }

  #decoded(holder: Holder, key: string | number, readable: { media: string; text: string }, context: Context, where: string): void {
    const own = context === this.side.user ? this.side.retrieved : context;
    this.#push(
      new DataUrlPart(this.parts.length, own, this.turn, where, readable, holder, key, (text) => encodeDataUrl(readable.media, text)),
    );
  }

  #decodedBase64(holder: Holder, key: string | number, media: string, text: string, context: Context, where: string): void {
    const encode = (changed: string): string => encodeDataUrl(media, changed).replace(/^[^,]*,/, '');
    this.#push(new DataUrlPart(this.parts.length, context, this.turn, where, { media, text }, holder, key, encode));
  }

  /** A reference to a file that the provider holds: nothing of it is read here. */
  #reference(holder: Holder, key: string | number, context: Context, where: string): void {
    if (this.#media !== undefined)
      this.#file(holder, key, { kind: this.#media.kind, media: undefined, source: 'provider' }, context, where);
  }

  #file(holder: Holder, key: string | number, what: MediaFacts, context: Context, where: string): void {
    const block = this.#media;
    if (block === undefined) return this.#pushMedia(holder, key, what, context, where, (text) => text);
    const kind = what.kind === 'file' ? block.kind : what.kind;
    this.#pushMedia(block.holder, block.key, { ...what, kind }, context, where, (text) => ({ type: this.#textType, text }));
  }

  #pushMedia(
    holder: Holder,
    key: string | number,
    what: MediaFacts,
    context: Context,
    where: string,
    replacement: (text: string) => Json,
  ): void {
    this.attachments++;
    this.#push(new MediaPart(this.parts.length, context, this.turn, where, what, holder, key, replacement));
  }

  #free(holder: Holder, key: string | number, context: Context, where: string, depth: number, lines: Line[], named: boolean): void {
    if (depth > MAX_DEPTH) return this.refuse(where, 'is nested too deeply');
    const value = get(holder, key);
    if (typeof value === 'string' || (typeof value === 'number' && Math.abs(value) >= MIN_TEXT_NUMBER))
      this.text(holder, key, context, where);
    if (named) this.#line({ holder, key, name: true }, lines, context, where);
    if (Array.isArray(value))
      for (let i = 0; i < value.length; i++) this.#free(value, i, context, `${where}[${i}]`, depth + 1, lines, false);
    else if (isObject(value)) for (const name in value) this.#free(value, name, context, `${where}.${name}`, depth + 1, lines, true);
  }

  /** A name with a line feed would break the lines of the joined part: it gets a part of its own. */
  #line(line: Line, lines: Line[], context: Context, where: string): void {
    if (typeof line.key === 'string' && line.key.includes('\n')) this.#join([line], context, where);
    else lines.push(line);
  }

  #join(lines: readonly Line[], context: Context, where: string): void {
    if (lines.length === 0 || (lines.length === 1 && lines[0]?.key === '')) return;
    this.#push(new JoinedPart(this.parts.length, context, this.turn, `${where}{keys}`, this.#tool, lines, this.#renamed));
  }

  #push(part: Part): void {
    if (this.parts.length < MAX_PARTS) this.parts.push(part);
    else this.refuse(part.where, `is one part too many: at most ${MAX_PARTS} are read`);
  }

  /** What no API knows keeps the origin of a tool or document around it; elsewhere it is unknown. */
  #foreign(context: Context): Context {
    return context.origin === 'tool' || context.origin === 'retrieved' || context === this.side.call ? context : this.side.unknown;
  }
}

/** A file of the body; its name stands beside it in all APIs that take one. */
function fileOf(sibling: JsonObject | undefined, bytes: () => Uint8Array): Pick<MediaFacts, 'source' | 'file'> {
  const name = sibling?.['filename'];
  return { source: 'body', file: { bytes, name: typeof name === 'string' ? name : '' } };
}

function nameOfCall(block: JsonObject): string {
  if (typeof block['name'] === 'string') return block['name'];
  const type = typeof block['type'] === 'string' ? block['type'] : 'unknown';
  return type.replace(/_(tool_)?call$/, '');
}
