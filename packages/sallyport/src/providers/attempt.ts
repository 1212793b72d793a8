import type { Dispatcher } from 'undici';
import type { Admission } from './breaker.ts';
import type { ProviderErrorCode, ProviderSink, Target } from './call.ts';
import { replyHeaders } from './headers.ts';
import type { Upstream } from './upstream.ts';
import { codeOf, detailOf } from './wire_error.ts';

/** A whole reply is held in memory by its reader: the largest real ones are embeddings of some 2,000 inputs. */
export const MAX_REPLY_BYTES: number = 64 * 1024 * 1024;
/** A stream is not held, but nobody reads this much; it bounds a provider that never ends. */
export const MAX_STREAM_BYTES: number = 256 * 1024 * 1024;
/** The rest of a refused reply is read so that its connection can be used again; more than this is not worth it. */
const MAX_DISCARD = 65_536;
/** A rest that does not come at once would keep a connection from those who wait for one; milliseconds. */
const DISCARD_TIME = 1_000;

export type ReplyFields = Readonly<Record<string, string | string[] | undefined>>;

/** What an attempt needs of the exchange it belongs to. */
export type Attempting = {
  readonly sink: ProviderSink;
  readonly stream: boolean;
  /** The reply has begun: `take` hands it on, `discard` means that another attempt will be made. */
  answered(attempt: Attempt, status: number, headers: ReplyFields): 'take' | 'discard';
  ended(attempt: Attempt): void;
  failed(attempt: Attempt, code: ProviderErrorCode, detail: string): void;
};

/** Ends a connection on purpose; it never reaches the sink. */
const DROPPED = new Error('dropped');

/**
 * One request to one provider, as undici's handler. Tells the exchange exactly one end: `answered` that said `discard`, `ended`, or
 * `failed`; whatever undici says after that is ignored.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  readonly upstream: Upstream;
  readonly target: Target;
  readonly admission: Admission;
  /** Whether anything of this reply was handed on: then there is no other attempt. */
  headSent = false;
  readonly #exchange: Attempting;
  #controller: Dispatcher.DispatchController | undefined;
  #settled = false;
  #dropped = false;
  #released = false;
  #bytes = 0;
  #discarding: NodeJS.Timeout | undefined;

  constructor(exchange: Attempting, upstream: Upstream, target: Target, admission: Admission) {
    this.#exchange = exchange;
    this.upstream = upstream;
    this.target = target;
    this.admission = admission;
    upstream.inFlight++;
  }

  /** Leaves: nothing is told any more, the connection is closed. A request that still waits for one is stopped when it gets it. */
  drop(): void {
    this.#settled = true;
    this.#dropped = true;
    this.#release();
    this.#controller?.abort(DROPPED);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#dropped) controller.abort(DROPPED);
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: ReplyFields): void {
    // Interim replies such as 103 Early Hints (RFC 9110 section 15.2) come before the reply.
    if (status < 200 || this.#settled) return;
    const problem = this.#refusal(status, headers);
    if (problem !== undefined) return this.#fail(problem, `status ${status}`);
    if (this.#exchange.answered(this, status, headers) === 'discard') return this.#discard();
    this.headSent = true;
    this.#exchange.sink.head(status, replyHeaders(headers, this.upstream.secret), this.target);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#settled) {
      if (this.#bytes > MAX_DISCARD) controller.abort(DROPPED);
    } else if (this.#bytes > this.#limit) this.#fail('UPSTREAM_TOO_LARGE', `${this.#bytes} bytes`);
    else this.#exchange.sink.data(chunk, controller);
  }

  onResponseEnd(): void {
    clearTimeout(this.#discarding);
    this.#release();
    if (this.#settled) return;
    this.#settled = true;
    this.#exchange.ended(this);
  }

  onResponseError(_controller: unknown, error: Error): void {
    clearTimeout(this.#discarding);
    this.#release();
    if (this.#settled) return;
    this.#settled = true;
    this.#exchange.failed(this, codeOf(error, this.headSent), detailOf(error));
  }

  get #limit(): number {
    return this.#exchange.stream ? MAX_STREAM_BYTES : MAX_REPLY_BYTES;
  }

  #refusal(status: number, headers: ReplyFields): ProviderErrorCode | undefined {
    if (status >= 300 && status < 400) return 'UPSTREAM_REDIRECT';
    // No such status exists (RFC 9110 section 15).
    if (status >= 600) return 'UPSTREAM_PROTOCOL';
    const encoding = headers['content-encoding'];
    // "identity" was asked for. The guards cannot read a compressed reply, and unpacking is how few bytes become many.
    if (encoding !== undefined && encoding !== '' && encoding !== 'identity') return 'UPSTREAM_ENCODING';
    return Number(headers['content-length'] ?? 0) > this.#limit ? 'UPSTREAM_TOO_LARGE' : undefined;
  }

  #discard(): void {
    this.#settled = true;
    this.#discarding = setTimeout(() => this.#controller?.abort(DROPPED), DISCARD_TIME);
  }

  #fail(code: ProviderErrorCode, detail: string): void {
    this.#settled = true;
    this.#release();
    this.#controller?.abort(DROPPED);
    this.#exchange.failed(this, code, detail);
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.upstream.inFlight--;
  }
}
