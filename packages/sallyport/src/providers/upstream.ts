import type { Pool } from 'undici';
import type { Clock, Secret } from '../kernel/index.ts';
import type { Api } from '../message/index.ts';
import { guardedPool, type Resolve } from '../net/index.ts';
import { Breaker } from './breaker.ts';
import type { ProviderErrorCode, ProviderHealth } from './call.ts';
import { endpointPath } from './endpoint.ts';
import { fixedHeaders, requestHeaders } from './headers.ts';
import type { ProviderSettings } from './settings.ts';

/** A provider while the gate runs: its connections, its key, its circuit. */
export class Upstream {
  readonly settings: ProviderSettings;
  readonly pool: Pool;
  readonly breaker = new Breaker();
  inFlight = 0;
  lastError: ProviderErrorCode | undefined;
  /** The key as it is now; undefined when there is none. */
  #secret: string | undefined;
  #headers: string[] = [];
  readonly #paths = new Map<Api, string>();

  constructor(settings: ProviderSettings, resolve: Resolve | undefined) {
    this.settings = settings;
    this.pool = guardedPool(settings.origin, {
      allow: settings.allow,
      timeoutMs: settings.timeouts.connect,
      connections: settings.maxConcurrent,
      headersTimeoutMs: settings.timeouts.headers,
      bodyTimeoutMs: settings.timeouts.idle,
      ...(resolve === undefined ? {} : { resolve }),
      ...(settings.ca === undefined ? {} : { ca: settings.ca }),
    });
    this.useKey(settings.key.from === 'value' ? settings.key.secret : undefined);
  }

  get secret(): string | undefined {
    return this.#secret;
  }

  useKey(key: Secret | undefined): void {
    this.#secret = key?.reveal();
    this.#headers = fixedHeaders(this.settings, this.#secret);
  }

  /** A sealed key that nobody has set: sending without it would only ask for a 401. */
  get keyMissing(): boolean {
    return this.settings.key.from === 'sealed' && this.#secret === undefined;
  }

  path(api: Api, model: string): string {
    if (this.settings.azure?.form === 'deployments') return endpointPath(this.settings, api, model);
    let path = this.#paths.get(api);
    if (path === undefined) this.#paths.set(api, (path = endpointPath(this.settings, api, model)));
    return path;
  }

  headers(api: Api, client: Readonly<Record<string, string>>): string[] {
    return requestHeaders(this.#headers, api === 'messages' || api === 'count_tokens', client);
  }

  health(clock: Clock): ProviderHealth {
    return {
      provider: this.settings.name,
      kind: this.settings.kind,
      circuit: this.breaker.state(clock()),
      inFlight: this.inFlight,
      key: this.keyMissing ? 'missing' : this.#secret === undefined ? 'none' : 'set',
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    };
  }

  /** Every secret that travels to this provider. */
  literals(): string[] {
    const inHeaders = this.settings.headers.flatMap(([, value]) => (typeof value === 'string' ? [] : [value.reveal()]));
    return this.#secret === undefined ? inHeaders : [this.#secret, ...inHeaders];
  }
}
