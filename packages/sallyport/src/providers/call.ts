import type { Api } from '../message/index.ts';

/** The wire shape of a provider: which URLs, which authentication header. `practice` is the one built in. */
export type Kind = 'openai' | 'anthropic' | 'azure-openai' | 'practice';

/** One place a request may be sent to. `model` is the upstream's own name for it; on Azure the deployment. */
export type Target = { readonly provider: string; readonly kind: Kind; readonly model: string };

/**
 * Where a model is served, the first target first. `known` helps the caller to correct the request: for `unknown_model` the ids that
 * work at this endpoint, for `wrong_endpoint` the names of the endpoints (`Api`) at which this model works. At most 50 entries.
 */
export type Routed =
  | { readonly ok: true; readonly targets: readonly Target[] }
  | { readonly ok: false; readonly reason: 'unknown_model' | 'wrong_endpoint'; readonly known: readonly string[] };

export type ProviderCall = {
  readonly api: Api;
  /** In the order of preference; the next is tried when one fails before a byte of its reply was handed on. Not empty. */
  readonly targets: readonly Target[];
  /** Our own serialisation with that target's model name. Called once for each target that is tried. */
  body(target: Target): Buffer;
  /** Headers of the client, lower case. Filtered once more here: only `anthropic-*`, `openai-beta` and `idempotency-key` pass. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the client asked for an event stream: decides the bound on the reply's size, nothing else. */
  readonly stream: boolean;
  /** Called for each attempt that failed after the provider may have begun to work on it, so that it may be billed. */
  lost?(): void;
};

export type ProviderControl = { pause(): void; resume(): void };

/**
 * Takes one reply. `head` at most once and before `data`; then exactly one of `end` and `error`, as the last call of all.
 * Never called before `send` has returned, and never again after `abort()`.
 */
export type ProviderSink = {
  /** `headers` is an allow-list in lower case: no cookies, no credential, no framing. `status` is 200 to 299 or 400 to 599. */
  head(status: number, headers: Record<string, string>, target: Target): void;
  /** `pause()` stops reading from the upstream until `resume()`: back-pressure. */
  data(chunk: Buffer, control: ProviderControl): void;
  end(): void;
  error(error: ProviderError): void;
};

export type ProviderErrorCode =
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_UNREACHABLE'
  | 'UPSTREAM_RESET'
  | 'UPSTREAM_TOO_LARGE'
  | 'UPSTREAM_PROTOCOL'
  | 'UPSTREAM_REDIRECT'
  | 'UPSTREAM_ENCODING'
  | 'UPSTREAM_ADDRESS_REFUSED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_BUSY';

/** Why no complete reply came. The public text and the HTTP status of each code stand in `ERRORS`; `detail` is for the log only. */
export type ProviderError = {
  readonly code: ProviderErrorCode;
  readonly provider: string;
  readonly detail: string;
  /** Seconds after which a new attempt may work. */
  readonly retryAfter?: number;
};

export type ProviderHealth = {
  readonly provider: string;
  readonly kind: Kind;
  readonly circuit: 'closed' | 'open' | 'half_open';
  readonly inFlight: number;
  /** `missing`: a sealed key that was not set yet; the provider is skipped until it is. */
  readonly key: 'set' | 'missing' | 'none';
  readonly lastError?: ProviderErrorCode;
};

/** What `provider list` shows: the configuration as it is used, without any secret. */
export type ProviderDescription = ProviderHealth & {
  readonly preset?: string;
  readonly quirks?: readonly string[];
  readonly baseUrl: string;
  readonly models: readonly string[];
  readonly alias: readonly string[];
  readonly endpoints: readonly Api[];
  readonly priority: number;
  readonly weight: number;
};

export type Providers = {
  /** Where `model` is served for `api`. `name/model` names the provider; else patterns decide: by priority, then weighted at random. */
  route(model: string, api: Api): Routed;
  /** For `GET /v1/models`: names that are written out, and what the upstreams list, as far as it is known. Starts a refresh when old. */
  models(): readonly { readonly id: string; readonly provider: string }[];
  /** Resolves when what the upstreams list was read, or after three seconds. */
  refreshModels(): Promise<void>;
  /** Sends a request and hands the reply on as it comes, with retries, fallback and time limits. */
  send(call: ProviderCall, sink: ProviderSink): { abort(): void };
  /** How many attempts a call to these targets may take in all. */
  attempts(targets: readonly Target[]): number;
  health(): readonly ProviderHealth[];
  describe(): readonly ProviderDescription[];
  /** The keys in use, in memory only: the guard looks for them in replies. Changes when a sealed key changes: ask again after `onKeys`. */
  keyLiterals(): readonly string[];
  onKeys(listener: () => void): () => void;
  /** Asks the provider for its list of models: whether address, certificate and key are right. */
  test(name: string): Promise<ProviderTest>;
  close(): Promise<void>;
};

export type ProviderTest =
  | { readonly ok: true; readonly status: number; readonly milliseconds: number; readonly models: number }
  | {
      readonly ok: false;
      readonly reason: 'unknown_provider' | 'refused' | ProviderErrorCode;
      readonly status?: number;
      readonly detail: string;
    };
