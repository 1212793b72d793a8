import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { isObject, reasonOf } from '../kernel/index.ts';
import {
  formatSse,
  openStream,
  SseReader,
  type SseEvent,
  type SseRead,
  type StreamApi,
  type StreamCodec,
  type StreamFault,
} from '../message/index.ts';
import type { ProviderControl, ProviderError, ProviderSink, Target } from '../providers/service.ts';
import { settle } from './approvals.ts';
import type { GatewayDeps } from './context.ts';
import { decisionFor, exchangeEvent, type Outcome } from './event.ts';
import type { Exchange } from './exchange.ts';
import { answerOf, exchangeHeaders, finish, keepContent, recorded, type Answer } from './forward.ts';
import { round } from './open_exchange.ts';
import { sendError } from './reply.ts';
import { REVOKED } from './refusal.ts';
import { ReplyStream } from './reply_stream.ts';
import { upstreamFailure } from './upstream_failure.ts';

/** While events wait for a tool call to be complete, a comment this often keeps proxies and clients from giving up. */
const KEEPALIVE_MS = 5_000;
/** A client that takes nothing for this long has left without saying so, or wants to keep the provider's connection from others. */
const STALLED_MS = 60_000;
/** What a provider may still send after the end of its stream before its connection is closed: the end of its body, nothing else. */
const LINGER_MS = 1_000;

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
} as const;

/** A stream that broke off ends with an error in the client's shape, never with a proper end. */
const FAULT = (event: string): StreamFault => ({
  status: 502,
  code: 'provider_invalid',
  message: 'The model provider broke off or sent a stream that cannot be checked.',
  event,
});

/** A stream that failed in the gate itself. */
const BUG = (event: string): StreamFault => ({ status: 500, code: 'internal', message: 'The gate failed.', event });

/** Why an exchange ended before the provider's stream did. */
type Stopped = 'client_gone' | 'revoked';

/**
 * Delivers one upstream stream to one client. The started record is on disk before the first byte, the ended record before the last.
 */
export class StreamDelivery implements ProviderSink {
  readonly #deps: GatewayDeps;
  readonly #exchange: Exchange;
  readonly #response: ServerResponse;
  readonly #reader: SseReader = new SseReader();
  readonly #stream: ReplyStream;
  readonly #codec: StreamCodec;
  readonly #resolve: (error?: unknown) => void;
  readonly #started: Promise<boolean>;
  #ready = false;
  /** The head is on its way: chunks go to the socket without detour. */
  #direct = false;
  #pending = '';
  #head: { status: number; headers: Record<string, string>; target: Target } | undefined;
  #chunks: Buffer[] = [];
  #control: ProviderControl | undefined;
  #keepalive: NodeJS.Timeout | undefined;
  #over = false;
  #failed = false;
  /** People are being asked about calls. */
  #settling: Promise<void> | undefined;
  /** The provider's stream is at its end. */
  #ended = false;
  #linger: NodeJS.Timeout | undefined;
  #stalled: NodeJS.Timeout | undefined;
  /** The call whose stream this is: whoever delivers sets it when it is made. */
  upstream: { abort(): void } | undefined;

  constructor(deps: GatewayDeps, exchange: Exchange, response: ServerResponse, resolve: (error?: unknown) => void) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#response = response;
    this.#resolve = resolve;
    this.#codec = openStream(exchange.api as StreamApi);
    this.#stream = new ReplyStream(exchange, this.#codec, deps.guards(exchange.tenant)?.plan, deps.config.stream);
    this.#started = this.#recordStart();
  }

  head(status: number, headers: Record<string, string>, target: Target): void {
    this.#head = { status, headers, target };
    if (status >= 400) this.#exchange.charge?.failed();
    // An error, or a reply that is no stream after all, is judged whole.
    if (!this.#streaming()) return;
    this.#exchange.timings['head'] = round(performance.now() - this.#exchange.started);
    void this.#started.then((ok) => {
      if (!ok) return this.#notRecorded();
      this.#ready = true;
      this.#write('');
      return undefined;
    });
  }

  data(chunk: Buffer, control: ProviderControl): void {
    this.#control = control;
    if (this.#over) return;
    if (!this.#streaming()) {
      this.#chunks.push(chunk);
      return;
    }
    this.#safely(() => this.#read(this.#reader.push(chunk)));
    this.#settleHeld();
    if (this.#stream.done) this.#conclude();
    else this.#tick();
  }

  end(): void {
    clearTimeout(this.#linger);
    if (this.#over) return;
    if (!this.#streaming()) {
      const head = this.#head;
      if (head === undefined) return this.error({ code: 'UPSTREAM_PROTOCOL', provider: '', detail: 'no head' });
      return this.#answer(() => answerOf(this.#deps, this.#exchange, head.status, head.headers, Buffer.concat(this.#chunks), head.target));
    }
    this.#safely(() => {
      this.#read(this.#reader.end());
      this.#write(this.#serialise(this.#stream.end()));
    });
    this.#settleHeld();
    this.#conclude();
  }

  error(error: ProviderError): void {
    clearTimeout(this.#linger);
    // A stream that has had its end only waits for people.
    if (this.#over || this.#ended) return;
    this.#exchange.charge?.failed();
    this.#deps.logger.warn('provider failed', {
      event: this.#exchange.uid,
      provider: error.provider,
      code: error.code,
      detail: error.detail,
    });
    if (this.#head !== undefined && this.#streaming()) {
      // What is still held cannot be judged any more: it is not delivered.
      this.#stream.broken ??= error.code;
      this.#conclude();
      return;
    }
    this.#answer(() => upstreamFailure(this.#exchange, error));
  }

  /** The client has gone, or its key was revoked: the upstream is aborted and the exchange recorded as it stands. */
  stop(reason: Stopped): void {
    if (this.#over) return;
    this.upstream?.abort();
    if (reason === 'revoked') this.#stream.refused ??= REVOKED;
    else this.#stream.broken ??= 'client gone';
    this.#conclude(reason);
  }

  #read(reads: readonly SseRead[]): void {
    let out = '';
    for (const read of reads) {
      if ('malformed' in read) {
        this.#stream.broken ??= read.malformed;
        break;
      }
      out += this.#serialise(this.#stream.push(read));
      if (this.#stream.done) break;
    }
    this.#write(out);
  }

  /** These steps stand on the provider's connection: what throws there must end this stream, and nothing else. */
  #safely(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#failed = true;
      this.#stream.broken ??= 'the gate failed';
      this.#deps.logger.error('stream failed', { event: this.#exchange.uid, reason: reasonOf(error), stack: (error as Error).stack ?? '' });
    }
  }

  #streaming(): boolean {
    return (
      this.#head !== undefined && this.#head.status < 400 && (this.#head.headers['content-type'] ?? '').startsWith('text/event-stream')
    );
  }

  async #recordStart(): Promise<boolean> {
    try {
      await this.#deps.audit.record(exchangeEvent(this.#exchange, { status: 200 }, this.#deps.clock(), 'started'));
      return true;
    } catch (error) {
      this.#deps.logger.error('event not recorded', { event: this.#exchange.uid, reason: reasonOf(error) });
      return false;
    }
  }

  #notRecorded(): void {
    this.#over = true;
    this.upstream?.abort();
    clearInterval(this.#keepalive);
    sendError(this.#response, this.#exchange.api, 'NOT_RECORDED', { event: this.#exchange.uid, headers: { 'retry-after': '5' } });
    this.#resolve();
  }

  #serialise(events: readonly SseEvent[]): string {
    let out = '';
    for (const event of events) if (!this.#hidden(event)) out += formatSse(event);
    return out;
  }

  /** The count of tokens that the gate asked for and the client did not. */
  #hidden({ data }: SseEvent): boolean {
    if (this.#exchange.request.hideUsage !== true || !isObject(data) || !isObject(data['usage'])) return false;
    return Array.isArray(data['choices']) && data['choices'].length === 0 && data['sallyport'] === undefined;
  }

  #write(text: string): void {
    if (!this.#ready) {
      this.#pending += text;
      return;
    }
    const out = this.#pending === '' ? text : this.#pending + text;
    this.#pending = '';
    if (out === '' || this.#response.destroyed) return;
    const response = this.#response;
    const socket = response.socket;
    if (!this.#direct || socket === null) {
      if (!response.headersSent) response.writeHead(200, { ...STREAM_HEADERS, ...exchangeHeaders(this.#exchange) });
      // Node may hold the head and what is written with it until the tick is over: only then is the socket ours.
      const flushed = (): boolean => (this.#direct = response.chunkedEncoding);
      if (!response.write(out, flushed)) this.#pause(response);
      return;
    }
    // One chunk (RFC 9112 section 7.1) in one write: `response.write` makes four pieces of it, which is most of the cost of a token.
    if (!socket.write(`${Buffer.byteLength(out).toString(16)}\r\n${out}\r\n`)) this.#pause(socket);
  }

  /** The client takes nothing at present, so nothing is read from the provider; for a while. */
  #pause(writable: Writable): void {
    this.#control?.pause();
    if (this.#stalled !== undefined) return;
    this.#stalled = setTimeout(() => this.#response.destroy(), STALLED_MS).unref();
    writable.once('drain', () => {
      clearTimeout(this.#stalled);
      this.#stalled = undefined;
      this.#control?.resume();
    });
  }

  /** Asks about the calls that policy holds. What follows them waits; the end of the stream waits for the last answer. */
  #settleHeld(): void {
    const held = this.#stream.held.splice(0);
    if (held.length === 0) return;
    const settleAll = async (): Promise<void> => {
      for (const one of held) {
        const settled = await settle(this.#exchange, one.held, this.#deps.logger);
        if (this.#over) return;
        this.#safely(() => this.#write(this.#serialise(this.#stream.settle(one.call, settled))));
      }
    };
    const settling = (this.#settling ?? Promise.resolve()).then(settleAll).then(() => {
      if (this.#settling !== settling) return;
      this.#settling = undefined;
      if (this.#stream.done || this.#ended) this.#conclude();
      else this.#tick();
    });
    this.#settling = settling;
  }

  #tick(): void {
    if (!this.#stream.waiting) {
      clearInterval(this.#keepalive);
      this.#keepalive = undefined;
    } else this.#keepalive ??= setInterval(() => this.#write(': waiting for a tool call to be complete\n\n'), KEEPALIVE_MS);
  }

  /** The end of the stream: the ended record first, then the last bytes. */
  #conclude(stopped?: Stopped): void {
    if (this.#over) return;
    if (this.#settling !== undefined && stopped === undefined && this.#stream.broken === undefined) {
      this.#ended = true;
      this.#tick();
      return;
    }
    this.#over = true;
    clearInterval(this.#keepalive);
    const { broken, refused } = this.#stream;
    if (broken !== undefined || refused !== undefined) this.upstream?.abort();
    else this.#linger = setTimeout(() => this.upstream?.abort(), LINGER_MS);
    const counted = this.#codec.finish();
    const outcome: Outcome = {
      ...this.#ending(stopped),
      ...(counted.usage === undefined ? {} : { usage: counted.usage }),
      ...(counted.id === undefined ? {} : { response: counted.id }),
      ...(this.#head === undefined ? {} : { provider: this.#head.target.provider }),
      aborted: stopped === 'client_gone',
      partial: !counted.complete,
    };
    void this.#started
      .then((started) => started && recorded(this.#deps, this.#exchange, this.#response, outcome))
      .then((ok) => {
        if (ok) {
          this.#ready = true;
          this.#write(
            broken === undefined || refused !== undefined
              ? this.#serialise(this.#stream.conclude(decisionFor(this.#exchange)))
              : this.#serialise(this.#codec.fail((this.#failed ? BUG : FAULT)(this.#exchange.uid))),
          );
          keepContent(this.#deps, this.#exchange);
          this.#response.end();
        } else if (!this.#response.writableEnded) this.#response.destroy();
      })
      .catch((error: unknown) => {
        // The record is written; only the last bytes could not be made. The client sees a stream without its end.
        this.#deps.logger.error('stream failed', { event: this.#exchange.uid, reason: reasonOf(error) });
        this.#response.destroy();
      })
      .finally(() => this.#resolve());
  }

  /** How the exchange ended: by the client, by the gate, by the provider, or as it should. */
  #ending(stopped: Stopped | undefined): Pick<Outcome, 'status' | 'code'> {
    if (stopped === 'client_gone') return { status: 499, code: 'CLIENT_GONE' };
    if (stopped === 'revoked') return { status: 403, code: 'KEY_REVOKED' };
    if (this.#failed) return { status: 500, code: 'INTERNAL' };
    if (this.#stream.refused !== undefined) return { status: 403 };
    return this.#stream.broken === undefined ? { status: 200 } : { status: 502, code: 'PROVIDER_INVALID' };
  }

  #answer(make: () => Answer | Promise<Answer>): void {
    this.#over = true;
    this.#started
      .then(async (ok) => (ok ? finish(this.#deps, this.#exchange, this.#response, await make()) : this.#notRecorded()))
      .then(
        () => this.#resolve(),
        (error: unknown) => this.#resolve(error),
      );
  }
}
