import type { Clock } from '../kernel/index.ts';
import { Attempt, type Attempting, type ReplyFields } from './attempt.ts';
import type { ProviderCall, ProviderError, ProviderErrorCode, ProviderSink, Target } from './call.ts';
import { askedWait, isRetryable, isUnwell, retryWait } from './retry.ts';
import type { Upstream } from './upstream.ts';

export type ExchangeDeps = {
  readonly clock: Clock;
  readonly random: () => number;
  upstream(name: string): Upstream | undefined;
  /** Told of each failed attempt, for the log. */
  note(error: ProviderError): void;
};

/** Failures of a connection: the provider has most likely not begun to work on the request, so the same one is asked again. */
const AGAIN_AT_SAME = new Set<ProviderErrorCode>(['UPSTREAM_UNREACHABLE', 'UPSTREAM_RESET']);
/** Of these the provider has seen nothing. */
const NEVER_SENT = new Set<ProviderErrorCode>([
  'UPSTREAM_UNREACHABLE',
  'UPSTREAM_ADDRESS_REFUSED',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_BUSY',
]);
/** A caller can provoke these; they say nothing about the provider. */
const NOT_UNWELL = new Set<ProviderErrorCode>(['UPSTREAM_TOO_LARGE']);
/** What a caller is told to wait when all connections to a provider are taken; seconds. */
const BUSY_RETRY = 1;

/**
 * One request on its way: tries each target in turn, each up to `retries` times more, until something of a reply is handed on.
 * Within one target it waits with jitter or as long as the provider asks; to the next target it goes at once.
 */
export class Exchange implements Attempting {
  readonly sink: ProviderSink;
  readonly stream: boolean;
  readonly #call: ProviderCall;
  readonly #deps: ExchangeDeps;
  #position = 0;
  #tries = 0;
  #attempt: Attempt | undefined;
  #last: ProviderError | undefined;
  #over = false;
  #waiting: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #endsAt = 0;

  constructor(call: ProviderCall, sink: ProviderSink, deps: ExchangeDeps) {
    this.#call = call;
    this.sink = sink;
    this.stream = call.stream;
    this.#deps = deps;
  }

  start(): void {
    if (this.#over) return;
    const total = this.#call.targets.reduce(
      (most, { provider }) => Math.max(most, this.#deps.upstream(provider)?.settings.timeouts.total ?? 0),
      0,
    );
    this.#endsAt = this.#deps.clock() + total;
    this.#deadline = setTimeout(() => this.#expire(), total);
    this.#next();
  }

  abort(): void {
    const attempt = this.#attempt;
    if (!this.#finish()) return;
    if (attempt !== undefined && !attempt.headSent) attempt.upstream.breaker.abandoned(attempt.admission);
    attempt?.drop();
  }

  answered(attempt: Attempt, status: number, headers: ReplyFields): 'take' | 'discard' {
    const now = this.#deps.clock();
    const { breaker } = attempt.upstream;
    if (isUnwell(status)) breaker.failed(attempt.admission, now);
    else breaker.succeeded(attempt.admission, now);
    if (!isRetryable(status) || headers['x-should-retry'] === 'false') return 'take';
    return this.#tryAgain(attempt.target, askedWait(headers, now)) ? 'discard' : 'take';
  }

  ended(): void {
    if (this.#finish()) this.sink.end();
  }

  failed(attempt: Attempt, code: ProviderErrorCode, detail: string): void {
    if (!NEVER_SENT.has(code)) this.#call.lost?.();
    const now = this.#deps.clock();
    if (attempt.headSent) attempt.upstream.breaker.failed('closed', now);
    else if (NOT_UNWELL.has(code)) attempt.upstream.breaker.succeeded(attempt.admission, now);
    else attempt.upstream.breaker.failed(attempt.admission, now);
    this.#remember(attempt.upstream, { code, provider: attempt.target.provider, detail });
    if (attempt.headSent) this.#giveUp();
    else if (AGAIN_AT_SAME.has(code) && this.#tryAgain(attempt.target, undefined)) return;
    else this.#advance();
  }

  /** Tries the present target, or the first after it that can be tried at all. */
  #next(): void {
    for (; this.#position < this.#call.targets.length; this.#position++) {
      const target = this.#call.targets[this.#position];
      const upstream = target === undefined ? undefined : this.#deps.upstream(target.provider);
      if (target === undefined || upstream === undefined) continue;
      const problem = this.#unavailable(upstream);
      if (problem === undefined) {
        const admission = upstream.breaker.enter(this.#deps.clock());
        if (admission !== 'open') return this.#dispatch(new Attempt(this, upstream, target, admission));
        this.#last ??= this.#circuitOpen(upstream);
      } else this.#last ??= problem;
      this.#tries = 0;
    }
    this.#giveUp();
  }

  #unavailable(upstream: Upstream): ProviderError | undefined {
    const provider = upstream.settings.name;
    if (upstream.keyMissing) return { code: 'UPSTREAM_UNAVAILABLE', provider, detail: 'the sealed key is not set' };
    if (upstream.inFlight < upstream.settings.maxConcurrent) return undefined;
    return { code: 'UPSTREAM_BUSY', provider, detail: `${upstream.inFlight} requests are under way`, retryAfter: BUSY_RETRY };
  }

  #circuitOpen(upstream: Upstream): ProviderError {
    const provider = upstream.settings.name;
    return {
      code: 'UPSTREAM_UNAVAILABLE',
      provider,
      detail: 'the circuit is open',
      retryAfter: upstream.breaker.retryAfter(this.#deps.clock()),
    };
  }

  #dispatch(attempt: Attempt): void {
    this.#attempt = attempt;
    const { upstream, target } = attempt;
    const { api } = this.#call;
    upstream.pool.dispatch(
      {
        path: upstream.path(api, target.model),
        method: 'POST',
        headers: upstream.headers(api, this.#call.headers),
        body: this.#call.body(target),
      },
      attempt,
    );
  }

  /** Plans another attempt at the same target, or at the next one; false when there is none to make. */
  #tryAgain(target: Target, asked: number | undefined): boolean {
    const retries = this.#deps.upstream(target.provider)?.settings.retries ?? 0;
    const wait = this.#tries < retries ? retryWait(this.#tries, asked, this.#deps.random()) : undefined;
    if (wait !== undefined && this.#deps.clock() + wait < this.#endsAt) {
      this.#tries++;
      this.#later(wait);
      return true;
    }
    if (!this.#hasNext()) return false;
    this.#position++;
    this.#tries = 0;
    this.#later(0);
    return true;
  }

  /** Whether a later target would take the request now: else the present answer, bad as it is, is the better one to hand on. */
  #hasNext(): boolean {
    const now = this.#deps.clock();
    return this.#call.targets.slice(this.#position + 1).some(({ provider }) => {
      const upstream = this.#deps.upstream(provider);
      return upstream !== undefined && this.#unavailable(upstream) === undefined && upstream.breaker.state(now) !== 'open';
    });
  }

  #advance(): void {
    this.#position++;
    this.#tries = 0;
    if (this.#position < this.#call.targets.length) this.#later(0);
    else this.#giveUp();
  }

  /** On a turn of its own, never inside undici's callback. */
  #later(wait: number): void {
    this.#attempt = undefined;
    this.#waiting = setTimeout(() => this.#next(), wait);
  }

  #expire(): void {
    const attempt = this.#attempt;
    const provider = attempt?.target.provider ?? this.#call.targets[this.#position]?.provider ?? '';
    if (attempt !== undefined) attempt.upstream.breaker.failed(attempt.headSent ? 'closed' : attempt.admission, this.#deps.clock());
    this.#last = { code: 'UPSTREAM_TIMEOUT', provider, detail: 'the time for the whole request is over' };
    if (attempt !== undefined) this.#call.lost?.();
    attempt?.drop();
    this.#giveUp();
  }

  #remember(upstream: Upstream, error: ProviderError): void {
    upstream.lastError = error.code;
    this.#last = error;
    this.#deps.note(error);
  }

  #giveUp(): void {
    const error = this.#last ?? { code: 'UPSTREAM_UNAVAILABLE', provider: '', detail: 'no target is configured' };
    if (this.#finish()) this.sink.error(error);
  }

  /** True once: who gets it may tell the sink. */
  #finish(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#attempt = undefined;
    clearTimeout(this.#waiting);
    clearTimeout(this.#deadline);
    return true;
  }
}
