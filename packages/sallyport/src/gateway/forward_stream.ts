import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import { reasonOf } from '../kernel/index.ts';
import { formatSse, openStream, SseReader, type SseEvent, type StreamApi, type StreamCodec, type StreamFault } from '../message/index.ts';
import type { ProviderControl, ProviderError, ProviderSink, Target } from '../providers/service.ts';
import type { GatewayDeps } from './context.ts';
import { decisionFor, exchangeEvent, type Outcome } from './event.ts';
import type { Exchange } from './exchange.ts';
import { answerOf, exchangeHeaders, failure, finish, keepContent, recorded, upstreamCode, type Answer } from './forward.ts';
import { round } from './open_exchange.ts';
import { sendError } from './reply.ts';
import { ReplyStream } from './reply_stream.ts';

/** While events wait for a tool call to be complete, a comment this often keeps proxies and clients from giving up. */
const KEEPALIVE_MS = 5_000;

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

/**
 * Delivers one upstream stream to one client. The started record is on disk before the first byte, the ended record before the last.
 * `abort` ends the upstream call.
 */
export class StreamDelivery implements ProviderSink {
  readonly #deps: GatewayDeps;
  readonly #exchange: Exchange;
  readonly #response: ServerResponse;
  readonly #reader: SseReader = new SseReader();
  readonly #stream: ReplyStream;
  readonly #codec: StreamCodec;
  readonly #resolve: () => void;
  readonly #started: Promise<boolean>;
  #ready = false;
  #pending = '';
  #head: { status: number; headers: Record<string, string>; target: Target } | undefined;
  #chunks: Buffer[] = [];
  #control: ProviderControl | undefined;
  #keepalive: NodeJS.Timeout | undefined;
  #over = false;
  abort: () => void = () => {};

  constructor(deps: GatewayDeps, exchange: Exchange, response: ServerResponse, resolve: () => void) {
    this.#deps = deps;
    this.#exchange = exchange;
    this.#response = response;
    this.#resolve = resolve;
    this.#codec = openStream(exchange.api as StreamApi);
    this.#stream = new ReplyStream(exchange, this.#codec, deps.guards()?.plan, deps.config.stream);
    this.#started = this.#recordStart();
    response.on('drain', () => this.#control?.resume());
  }

  head(status: number, headers: Record<string, string>, target: Target): void {
    this.#head = { status, headers, target };
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
    let out = '';
    for (const read of this.#reader.push(chunk)) {
      if ('malformed' in read) {
        this.#stream.broken ??= read.malformed;
        break;
      }
      out += this.#serialise(this.#stream.push(read));
      if (this.#stream.done) break;
    }
    this.#write(out);
    if (this.#stream.done) this.#conclude();
    else this.#tick();
  }

  end(): void {
    if (this.#over) return;
    if (!this.#streaming()) {
      const head = this.#head;
      if (head === undefined) return this.error({ code: 'UPSTREAM_PROTOCOL', provider: '', detail: 'no head' });
      return this.#answer(answerOf(this.#exchange, head.status, head.headers, Buffer.concat(this.#chunks), head.target));
    }
    for (const read of this.#reader.end()) if ('malformed' in read) this.#stream.broken ??= read.malformed;
    this.#write(this.#serialise(this.#stream.end()));
    this.#conclude();
  }

  error(error: ProviderError): void {
    if (this.#over) return;
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
    const code = upstreamCode(error);
    this.#answer({
      ...failure(this.#exchange, code, code === 'PROVIDER_TIMEOUT' ? 504 : 502),
      outcome: { status: 502, code: error.code, provider: error.provider },
    });
  }

  /** The client has gone, or its key was revoked: the upstream is aborted and the exchange recorded as it stands. */
  stop(reason: 'client_gone' | 'revoked'): void {
    if (this.#over) return;
    this.abort();
    if (reason === 'revoked') this.#stream.refused ??= { rule: 'revoked', why: 'The key was revoked.' };
    else this.#stream.broken ??= 'client gone';
    this.#conclude(reason === 'client_gone');
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
    this.abort();
    clearInterval(this.#keepalive);
    sendError(this.#response, this.#exchange.api, 'NOT_RECORDED', { event: this.#exchange.uid, headers: { 'retry-after': '5' } });
    this.#resolve();
  }

  #serialise(events: readonly SseEvent[]): string {
    let out = '';
    for (const event of events) out += formatSse(event);
    return out;
  }

  #write(text: string): void {
    if (!this.#ready) {
      this.#pending += text;
      return;
    }
    const out = this.#pending === '' ? text : this.#pending + text;
    this.#pending = '';
    if (out === '' || this.#response.destroyed) return;
    if (!this.#response.headersSent) this.#response.writeHead(200, { ...STREAM_HEADERS, ...exchangeHeaders(this.#exchange) });
    if (!this.#response.write(out)) this.#control?.pause();
  }

  #tick(): void {
    if (!this.#stream.waiting) {
      clearInterval(this.#keepalive);
      this.#keepalive = undefined;
    } else this.#keepalive ??= setInterval(() => this.#write(': waiting for a tool call to be complete\n\n'), KEEPALIVE_MS);
  }

  /** The end of the stream: the ended record first, then the last bytes. */
  #conclude(aborted = false): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#keepalive);
    const { broken, refused } = this.#stream;
    if (broken !== undefined || refused !== undefined) this.abort();
    const counted = this.#codec.finish();
    const outcome: Outcome = {
      status: refused === undefined ? (broken === undefined ? 200 : 502) : 403,
      ...(broken === undefined ? {} : { code: 'PROVIDER_INVALID' }),
      ...(counted.usage === undefined ? {} : { usage: counted.usage }),
      ...(counted.id === undefined ? {} : { response: counted.id }),
      ...(this.#head === undefined ? {} : { provider: this.#head.target.provider }),
      aborted,
    };
    void this.#started
      .then((started) => started && recorded(this.#deps, this.#exchange, this.#response, outcome))
      .then((ok) => {
        if (ok === true) {
          this.#ready = true;
          this.#write(
            broken === undefined || refused !== undefined
              ? this.#serialise(this.#stream.conclude(decisionFor(this.#exchange)))
              : this.#serialise(this.#codec.fail(FAULT(this.#exchange.uid))),
          );
          keepContent(this.#deps, this.#exchange);
          this.#response.end();
        } else this.#response.destroy();
      })
      .finally(this.#resolve);
  }

  #answer(answer: Answer): void {
    this.#over = true;
    void this.#started
      .then((ok) => (ok ? finish(this.#deps, this.#exchange, this.#response, answer) : this.#notRecorded()))
      .finally(this.#resolve);
  }
}
