import type { Pool } from 'undici';
import { guardedPool } from '../net/index.ts';
import { isObject, type Json, type JsonObject, type Secret } from '../kernel/index.ts';
import { FgaError, isCode } from './problem.ts';

export type RemoteOptions = {
  /** Address of the server, as the operator wrote it; may have a path. */
  readonly url: string;
  readonly token?: Secret | undefined;
};

/** A reply of OpenFGA: a page of tuples or a thousand objects are below it. */
const MAX_REPLY_BYTES = 16 * 1_024 * 1_024;
const TIMEOUT_MS = 10_000;

const unavailable = (): FgaError => new FgaError('unavailable', 'The OpenFGA server does not answer');

/** Calls an OpenFGA server. Its refusals come out as they are; what is no answer of OpenFGA's is `unavailable`. */
export class RemoteClient {
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;

  constructor({ url, token }: RemoteOptions) {
    const address = new URL(url);
    this.#pool = guardedPool(address.origin, {
      allow: 'as-written',
      connections: 64,
      timeoutMs: TIMEOUT_MS,
      headersTimeoutMs: TIMEOUT_MS,
      bodyTimeoutMs: TIMEOUT_MS,
    });
    this.#path = address.pathname.replace(/\/+$/, '');
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  }

  async call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: JsonObject): Promise<JsonObject> {
    let text = '';
    const status = await this.#send(method, path, body, (chunk) => {
      text += chunk;
      return text.length <= MAX_REPLY_BYTES;
    });
    const value = text === '' ? {} : parsed(text);
    // A redirect is no answer, and is not followed.
    if (!isObject(value) || (status >= 300 && status < 400)) throw unavailable();
    if (status >= 400) throw refusalOf(status, value);
    return value;
  }

  /** Each line of a streamed answer as it comes; ends early when `onLine` answers false. */
  async lines(path: string, body: JsonObject, onLine: (line: JsonObject) => boolean): Promise<void> {
    let rest = '';
    let size = 0;
    const take = (line: string): boolean => {
      if (line.trim() === '') return true;
      const value = parsed(line);
      if (!isObject(value)) throw unavailable();
      if (isObject(value['error'])) throw refusalOf(400, value['error']);
      return onLine(value);
    };
    let whole = '';
    const status = await this.#send('POST', path, body, (chunk, code) => {
      size += chunk.length;
      if (size > MAX_REPLY_BYTES) return false;
      if (code >= 400) return ((whole += chunk), true);
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      return parts.every(take);
    });
    const refused = status >= 400 ? parsed(whole) : undefined;
    if (status >= 400) throw refusalOf(status, isObject(refused) ? refused : {});
    take(rest);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  /** Hands on the body piece by piece until `take` answers false; answers the status. */
  async #send(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: JsonObject | undefined,
    take: (chunk: string, status: number) => boolean,
  ): Promise<number> {
    const headers = body === undefined ? this.#headers : { ...this.#headers, 'content-type': 'application/json' };
    const text = body === undefined ? null : JSON.stringify(body);
    const reply = await this.#pool.request({ method, path: `${this.#path}${path}`, headers, body: text }).catch(() => {
      throw unavailable();
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of reply.body) if (!take(decoder.decode(chunk as Buffer, { stream: true }), reply.statusCode)) break;
    } catch (error) {
      if (error instanceof FgaError) throw error;
      throw unavailable();
    }
    return reply.statusCode;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The server's own refusal, when it is one that OpenFGA has. Its credential is ours: that it is refused is no refusal of our caller. */
function refusalOf(status: number, { code, message }: JsonObject): FgaError {
  if (status === 401 || status === 403) return new FgaError('unavailable', 'The OpenFGA server refuses the key of this gate');
  if (typeof code !== 'string' || !isCode(code)) return unavailable();
  return new FgaError(code, typeof message === 'string' ? message.slice(0, 2_000) : code);
}
