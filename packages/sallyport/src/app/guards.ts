import { DEFAULT_TENANT, type Category, type TenantId } from '../kernel/index.ts';
import {
  compileHold,
  createGuards,
  NO_CHOICES,
  withChoices,
  type GuardChoices,
  type Canary,
  type GuardConfig,
  type Guards,
  type HoldPlan,
  type SecondStage,
} from '../guard/index.ts';

/** The guards in force and the machine that runs their patterns over streams. Built anew when the configuration or a provider key changes. */
export type GuardSet = { readonly guards: Guards; readonly plan: HoldPlan };

/** The guards of every tenant. Tenants with equal settings share one set; a set is built when it is first needed, some ten milliseconds. */
export type TenantGuards = {
  of(tenant: TenantId): GuardSet;
  /** Takes what people decided since into service: sets that are needed anew are built here, not by the next request. */
  refresh(): void;
};

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

/** What the configuration says for a tenant on the data plane. */
export function gatewayGuardConfig(settings: GuardSettings, tenant: TenantId): GuardConfig {
  const config = guardConfigOf(settings, tenant);
  return { ...config, confidence: { ...LEAST, ...config.confidence } };
}

/**
 * `keys` are the gate's own provider credentials: they must never stand in a reply. `hash` is keyed; `choices`: what people decided about
 * detectors. The installation's own set is built at once.
 */
export function buildTenantGuards(
  settings: GuardSettings,
  keys: readonly string[],
  hash: (value: string) => string,
  choices: (tenant: TenantId) => GuardChoices = () => NO_CHOICES,
  secondStage?: SecondStage,
): TenantGuards {
  let sets = new Map<string, GuardSet>();
  let byTenant = new Map<TenantId, GuardSet>();
  const setOf = (config: GuardConfig, made: Map<string, GuardSet>): GuardSet => {
    const key = JSON.stringify(config);
    const set = made.get(key) ?? sets.get(key) ?? buildGuards(config, keys, hash, secondStage);
    made.set(key, set);
    return set;
  };
  const configOf = (tenant: TenantId): GuardConfig => withChoices(gatewayGuardConfig(settings, tenant), choices(tenant));
  const of = (tenant: TenantId): GuardSet => {
    const known = byTenant.get(tenant);
    if (known !== undefined) return known;
    const set = setOf(configOf(tenant), sets);
    byTenant.set(tenant, set);
    return set;
  };
  of(DEFAULT_TENANT);
  return {
    of,
    refresh() {
      const made = new Map<string, GuardSet>();
      // Sets that nobody uses any more are let go; the others stay as they are.
      byTenant = new Map([...byTenant.keys()].map((tenant) => [tenant, setOf(configOf(tenant), made)]));
      sets = made;
    },
  };
}

function buildGuards(config: GuardConfig, keys: readonly string[], hash: (value: string) => string, stage?: SecondStage): GuardSet {
  const canaries: Canary[] = keys.map((value, i) => ({ id: `provider-${i + 1}`, value, kind: 'provider_key' }));
  const guards = createGuards({ config, canaries, hash, ...(stage === undefined ? {} : { secondStage: stage }) });
  const { rules, windows } = guards.stream('response');
  return { guards, plan: compileHold(rules, windows, { placeholders: true }) };
}

/** What the streaming machine does not find: a rule that must stop on it needs `gateway.stream: buffer`, and the loader says so. */
export function lateCategories(guards: GuardSet | undefined): ReadonlySet<Category> {
  if (guards === undefined) return new Set();
  const described = guards.guards.describe();
  const prompt = described.filter((guard) => guard.stream !== 'whole').map((guard) => guard.category);
  return new Set(described.filter((guard) => guard.stream === 'whole' && !prompt.includes(guard.category)).map((guard) => guard.category));
}
