import { readFileSync } from 'node:fs';
import { matchesGlob, reasonOf, type Clock, type Logger, type Secret } from '../kernel/index.ts';
import type { Resolve } from '../net/index.ts';
import type { ProviderCall, ProviderDescription, ProviderHealth, Providers, ProviderSink, ProviderTest, Target } from './call.ts';
import { listModels, testProvider } from './catalogue.ts';
import type { ProviderEntry } from './config.ts';
import { fail } from './errors.ts';
import { Exchange, type ExchangeDeps } from './exchange.ts';

import { PracticeExchange } from './practice/exchange.ts';
import { PRACTICE_MODELS, PRACTICE_PROVIDER } from './practice/model.ts';
import { PRESETS, type PresetName } from './presets.ts';
import type { Sources } from './reference.ts';
import { createRouter, type Router } from './routing.ts';
import type { SealedKeys } from './sealed_keys_service.ts';
import { resolveProviders } from './settings.ts';
import { Upstream } from './upstream.ts';

export type { ProviderCall, ProviderControl, ProviderError, Providers, ProviderSink, Target } from './call.ts';
export { resolveProviders } from './settings.ts';
export { openSealedKeys, type SealedKeys } from './sealed_keys_service.ts';

export type ProvidersDeps = {
  readonly logger: Logger;
  readonly clock: Clock;
  /** Numbers from 0 to below 1, for weights and jitter. */
  readonly random?: () => number;
  /** Default: the environment and the files of this machine. */
  readonly sources?: Sources;
  readonly sealed?: SealedKeys;
  /** Names are resolved with this instead of the machine's resolver. */
  readonly resolve?: Resolve;
  readonly practice?: {
    /** Default true. */
    readonly enabled?: boolean;
    /** Milliseconds between the events of its streams; default 0. */
    readonly pace?: number;
  };
};

/** How old what the upstreams list may be before it is asked for again. */
const MODELS_AGE = 10 * 60_000;
/** Longest wait for it. */
const MODELS_WAIT = 3_000;

/** The environment and the files of this machine, for references in the configuration. */
export const machineSources: Sources = { env: process.env, readFile: (path) => readFileSync(path, 'utf8') };

/**
 * Opens the providers of `providers:` in sallyport.yaml. Nothing is connected yet.
 * @throws PROVIDERS_CONFIG, which names every problem; `resolveProviders` gives the same problems with their places
 */
export async function openProviders(entries: readonly ProviderEntry[], deps: ProvidersDeps): Promise<Providers> {
  const resolved = resolveProviders(entries, deps.sources ?? machineSources);
  if (!resolved.ok)
    throw fail('PROVIDERS_CONFIG', { say: resolved.problems.map(({ pointer, message }) => `${pointer}: ${message}`).join('; ') });
  const service = new Service(
    resolved.providers.map((settings) => new Upstream(settings, deps.resolve)),
    deps,
  );
  await service.watchKeys();
  return service;
}

type ModelEntry = { readonly id: string; readonly provider: string };

class Service implements Providers {
  readonly #deps: ProvidersDeps;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #router: Router;
  readonly #exchange: ExchangeDeps;
  readonly #practice: boolean;
  readonly #listed = new Map<string, readonly string[]>();
  readonly #keyListeners = new Set<() => void>();
  #models: readonly ModelEntry[] | undefined;
  #modelsAt = -Infinity;
  #refreshing: Promise<void> | undefined;
  #stopWatching: (() => Promise<void>) | undefined;
  #closed = false;

  constructor(upstreams: readonly Upstream[], deps: ProvidersDeps) {
    this.#deps = deps;
    this.#practice = deps.practice?.enabled ?? true;
    this.#upstreams = new Map(upstreams.map((upstream) => [upstream.settings.name, upstream]));
    const random = deps.random ?? Math.random;
    this.#router = createRouter(
      upstreams.map(({ settings }) => settings),
      { random, practice: this.#practice, known: () => this.models() },
    );
    this.#exchange = {
      clock: deps.clock,
      random,
      upstream: (name) => this.#upstreams.get(name),
      note: ({ provider, code, detail }) => deps.logger.warn('provider attempt failed', { provider, code, detail }),
    };
  }

  route(...[model, api]: Parameters<Router['route']>): ReturnType<Router['route']> {
    return this.#router.route(model, api);
  }

  send(call: ProviderCall, sink: ProviderSink): { abort(): void } {
    const [first] = call.targets;
    const exchange =
      first?.kind === 'practice'
        ? new PracticeExchange(call, first, sink, { clock: this.#deps.clock, pace: this.#deps.practice?.pace ?? 0 })
        : new Exchange(call, sink, this.#exchange);
    queueMicrotask(() => exchange.start());
    return exchange;
  }

  models(): readonly ModelEntry[] {
    if (this.#deps.clock() - this.#modelsAt > MODELS_AGE) void this.#refresh();
    this.#models ??= this.#collectModels();
    return this.#models;
  }

  async refreshModels(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, MODELS_WAIT);
    });
    await Promise.race([this.#refresh(), late]);
    clearTimeout(timer);
  }

  attempts(targets: readonly Target[]): number {
    return targets.reduce((sum, { provider }) => sum + 1 + (this.#upstreams.get(provider)?.settings.retries ?? 0), 0);
  }

  health(): readonly ProviderHealth[] {
    return [...this.#upstreams.values()].map((upstream) => upstream.health(this.#deps.clock));
  }

  describe(): readonly ProviderDescription[] {
    return [...this.#upstreams.values()].map((upstream) => {
      const { settings } = upstream;
      return {
        ...upstream.health(this.#deps.clock),
        baseUrl: settings.origin + settings.path,
        models: settings.anyModel ? [...settings.models, '*'] : settings.models,
        alias: [...settings.alias.keys()],
        endpoints: [...settings.endpoints],
        priority: settings.priority,
        weight: settings.weight,
        ...(settings.preset === undefined ? {} : { preset: settings.preset, quirks: PRESETS[settings.preset as PresetName].quirks }),
      };
    });
  }

  keyLiterals(): readonly string[] {
    return [...new Set([...this.#upstreams.values()].flatMap((upstream) => upstream.literals()))];
  }

  onKeys(listener: () => void): () => void {
    this.#keyListeners.add(listener);
    return () => void this.#keyListeners.delete(listener);
  }

  async test(name: string): Promise<ProviderTest> {
    if (name === PRACTICE_PROVIDER && this.#practice) return { ok: true, status: 200, milliseconds: 0, models: PRACTICE_MODELS.length };
    const upstream = this.#upstreams.get(name);
    if (upstream === undefined) return { ok: false, reason: 'unknown_provider', detail: 'there is no provider of this name' };
    return testProvider(upstream, this.#deps.resolve, this.#deps.clock);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopWatching?.();
    await Promise.all([...this.#upstreams.values()].map(({ pool }) => pool.destroy()));
  }

  /** Reads the sealed keys, and again whenever one changes. A failure later keeps the keys that are known. */
  async watchKeys(): Promise<void> {
    const { sealed } = this.#deps;
    if (sealed === undefined) return;
    this.#stopWatching = await sealed.watch(() => {
      sealed.load().then(
        (keys) => this.#useKeys(keys),
        (error: unknown) => this.#deps.logger.error('the sealed provider keys cannot be read', { reason: reasonOf(error) }),
      );
    });
    this.#useKeys(await sealed.load());
  }

  #useKeys(keys: ReadonlyMap<string, Secret>): void {
    for (const upstream of this.#upstreams.values()) {
      const { key } = upstream.settings;
      if (key.from === 'sealed') upstream.useKey(keys.get(key.name));
    }
    for (const listener of this.#keyListeners) listener();
  }

  #refresh(): Promise<void> {
    this.#modelsAt = this.#deps.clock();
    this.#refreshing ??= this.#ask().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #ask(): Promise<void> {
    const asked = [...this.#upstreams.values()].filter(({ settings, keyMissing }) => settings.discover && !keyMissing && !this.#closed);
    await Promise.all(
      asked.map(async (upstream) => {
        const ids = await listModels(upstream, this.#deps.resolve);
        if (ids !== undefined) this.#listed.set(upstream.settings.name, ids);
      }),
    );
    this.#models = undefined;
  }

  #collectModels(): readonly ModelEntry[] {
    const found = new Map<string, ModelEntry>();
    const add = (id: string, provider: string): void => {
      if (!found.has(id)) found.set(id, { id, provider });
    };
    for (const { settings } of this.#upstreams.values()) {
      const { name, models, anyModel, alias } = settings;
      const listed = (this.#listed.get(name) ?? []).filter((id) => anyModel || models.some((pattern) => matchesGlob(pattern, id)));
      const written = models.filter((pattern) => !pattern.includes('*'));
      for (const id of [...alias.keys(), ...written, ...listed]) add(this.#router.leadsTo(id, name) ? id : `${name}/${id}`, name);
    }
    if (this.#practice) for (const model of PRACTICE_MODELS) add(`${PRACTICE_PROVIDER}/${model}`, PRACTICE_PROVIDER);
    return [...found.values()];
  }
}
