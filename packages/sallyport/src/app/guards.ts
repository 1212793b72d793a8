import type { TenantId } from '../kernel/index.ts';
import { compileHold, createGuards, type Canary, type GuardConfig, type Guards, type HoldPlan } from '../guard/index.ts';

/** The guards in force and the machine that runs their patterns over streams. Built anew when the configuration or a provider key changes. */
export type GuardSet = { readonly guards: Guards; readonly plan: HoldPlan };

/** The guards of every tenant. Tenants with equal settings share one set; a set is built when it is first needed, some ten milliseconds. */
export type TenantGuards = { of(tenant: TenantId): GuardSet };

export type GuardSettings = {
  /** The installation's own. */
  readonly guards?: GuardConfig | undefined;
  readonly tenants?: { readonly [tenant: string]: { readonly guards?: GuardConfig } } | undefined;
};

/** What a tenant states takes the place of what the installation states, key by key; strings planted in prompts add up. */
export function guardConfigOf({ guards = {}, tenants = {} }: GuardSettings, tenant: TenantId): GuardConfig {
  const own = Object.hasOwn(tenants, tenant) ? tenants[tenant]?.guards : undefined;
  if (own === undefined) return guards;
  const canaries = [...(guards.canaries ?? []), ...(own.canaries ?? [])];
  return { ...guards, ...own, ...(canaries.length === 0 ? {} : { canaries }) };
}

/**
 * Findings that are less sure than this say nothing on the data plane unless the operator asks for them: an event for each place name, date and short number
 * would bury the others. `sallyport inspect` shows them all.
 */
const LEAST: Readonly<Record<string, number>> = { entities: 0.5, identifiers: 0.4 };

/** `keys` are the gate's own provider credentials: they must never stand in a reply. `hash` is keyed. The installation's own set is built at once. */
export function buildTenantGuards(settings: GuardSettings, keys: readonly string[], hash: (value: string) => string): TenantGuards {
  const sets = new Map<string, GuardSet>();
  const byTenant = new Map<TenantId, GuardSet>();
  const setOf = (given: GuardConfig): GuardSet => {
    const config = { ...given, confidence: { ...LEAST, ...given.confidence } };
    const key = JSON.stringify(config);
    const set = sets.get(key) ?? buildGuards(config, keys, hash);
    sets.set(key, set);
    return set;
  };
  const base = setOf(settings.guards ?? {});
  return {
    of(tenant) {
      if (settings.tenants === undefined || !Object.hasOwn(settings.tenants, tenant)) return base;
      const set = byTenant.get(tenant) ?? setOf(guardConfigOf(settings, tenant));
      byTenant.set(tenant, set);
      return set;
    },
  };
}

function buildGuards(config: GuardConfig, keys: readonly string[], hash: (value: string) => string): GuardSet {
  const canaries: Canary[] = keys.map((value, i) => ({ id: `provider-${i + 1}`, value, kind: 'provider_key' }));
  const guards = createGuards({ config, canaries, hash });
  const { rules, windows } = guards.stream('response');
  return { guards, plan: compileHold(rules, windows, { placeholders: true }) };
}
