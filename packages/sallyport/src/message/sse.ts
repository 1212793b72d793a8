import { Buffer, isAscii } from 'node:buffer';
import { isObject, type JsonObject } from '../kernel/index.ts';

/** One server-sent event with its parsed data. */
export type SseEvent = { readonly event?: string; readonly data: JsonObject | '[DONE]' };

/** What a chunk of a stream gave: events, or the reason why the stream can no longer be read (nothing follows it). */
export type SseRead = SseEvent | { readonly malformed: string };

/** Characters of one event: the largest whole replies that providers repeat in one event stay below. */
export const MAX_EVENT = 1024 * 1024;

/**
 * Reads a stream of server-sent events as the WHATWG HTML standard says (section 9.2.6): lines end with CR, LF or CRLF; a byte order
 * mark is skipped; comments, `id` and `retry` are read over and so never forwarded. Stricter than the standard in four ways, all of
 * which end the stream: bytes that are not UTF-8, data that is not a JSON object, an event over `MAX_EVENT`, data after `[DONE]`.
 */
export class SseReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #pending = false;
  #line = '';
  #event = '';
  #data: string | undefined;
  #size = 0;
  #skipLineFeed = false;
  #begun = false;
  #done = false;
  #broken = false;

  /** Feeds bytes (or text) as they come; answers the events that they complete. */
  push(chunk: Uint8Array | string): SseRead[] {
    const out: SseRead[] = [];
    if (this.#broken) return out;
    const text = typeof chunk === 'string' ? chunk : this.#decode(chunk);
    if (text === undefined) this.#break(out, 'bytes are not UTF-8');
    else this.#read(text, out);
    return out;
  }

  /** The end of the stream; an event that was not closed by an empty line is lost, which the standard wants and we report. */
  end(): SseRead[] {
    const out: SseRead[] = [];
    if (!this.#broken && (this.#pending || this.#line !== '' || this.#data !== undefined))
      this.#break(out, 'the stream ended inside an event');
    return out;
  }

  #decode(chunk: Uint8Array): string | undefined {
    if (!this.#pending && isAscii(chunk)) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    try {
      const text = this.#decoder.decode(chunk, { stream: true });
      this.#pending = endsInsideCharacter(chunk, this.#pending && text === '');
      return text;
    } catch {
      return undefined;
    }
  }

  #read(text: string, out: SseRead[]): void {
    let at = 0;
    if (!this.#begun && text !== '') {
      this.#begun = true;
      if (text.charCodeAt(0) === 0xfeff) at = 1;
    }
    if (this.#skipLineFeed && at < text.length) {
      this.#skipLineFeed = false;
      if (text.charCodeAt(at) === 0x0a) at++;
    }
    let feed = text.indexOf('\n', at);
    let carriage = text.indexOf('\r', at);
    while (feed >= 0 || carriage >= 0) {
      const isCarriage = carriage >= 0 && (feed < 0 || carriage < feed);
      const end = isCarriage ? carriage : feed;
      const line = this.#line === '' ? text.slice(at, end) : this.#line + text.slice(at, end);
      this.#line = '';
      at = end + 1;
      if (isCarriage) {
        if (feed === at) at++;
        else if (at === text.length) this.#skipLineFeed = true;
        carriage = text.indexOf('\r', at);
      }
      if (feed < at) feed = feed < 0 ? feed : text.indexOf('\n', at);
      this.#onLine(line, out);
      if (this.#broken) return;
    }
    if (at < text.length) this.#line += at === 0 ? text : text.slice(at);
    if (this.#size + this.#line.length > MAX_EVENT) this.#break(out, 'an event is too large');
  }

  #onLine(line: string, out: SseRead[]): void {
    if (line === '') return this.#dispatch(out);
    if (line.charCodeAt(0) === 0x3a) return;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name !== 'data' && name !== 'event') return;
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (name === 'event') {
      this.#event = value;
      return;
    }
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#size += value.length + 1;
    if (this.#size > MAX_EVENT) this.#break(out, 'an event is too large');
  }

  #dispatch(out: SseRead[]): void {
    const data = this.#data;
    const event = this.#event;
    this.#data = undefined;
    this.#event = '';
    this.#size = 0;
    if (data === undefined) return;
    if (this.#done) return this.#break(out, 'data after the end of the stream');
    if (data === '[DONE]') {
      this.#done = true;
      out.push({ data });
      return;
    }
    const parsed = parse(data);
    if (parsed === undefined) this.#break(out, 'the data of an event is not a JSON object');
    else out.push(event === '' ? { data: parsed } : { event, data: parsed });
  }

  #break(out: SseRead[], malformed: string): void {
    this.#broken = true;
    this.#line = '';
    this.#data = undefined;
    out.push({ malformed });
  }
}

function parse(data: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a chunk of valid UTF-8 ends inside of a character: a lead byte in its last three bytes that wants more than follow. */
function endsInsideCharacter(chunk: Uint8Array, stillInside: boolean): boolean {
  for (let back = 1; back <= 3 && back <= chunk.length; back++) {
    const byte = chunk[chunk.length - back] ?? 0;
    if (byte < 0x80) return false;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2);
  }
  return stillInside || chunk.length === 0;
}

/** The bytes of an event for the client. JSON has no raw line end, so a data line cannot be forged; the name is the data's own `type`. */
export function formatSse(event: SseEvent): string {
  if (event.data === '[DONE]') return 'data: [DONE]\n\n';
  const data = JSON.stringify(event.data);
  return event.event === undefined ? `data: ${data}\n\n` : `event: ${event.event}\ndata: ${data}\n\n`;
}
