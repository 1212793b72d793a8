import { matchesGlob } from '../kernel/index.ts';
import type { Api } from '../message/index.ts';
import type { Routed, Target } from './call.ts';
import { isServable } from './endpoint.ts';
import { PRACTICE_MODELS, PRACTICE_PROVIDER } from './practice/model.ts';
import type { ProviderSettings } from './settings.ts';

/** What routing needs to know of a provider. */
export type Routable = Pick<
  ProviderSettings,
  'name' | 'kind' | 'azure' | 'endpoints' | 'models' | 'anyModel' | 'alias' | 'priority' | 'weight'
>;

/** Longest model name that is looked at; Fireworks' and fine-tuned names stay below 150. */
const MAX_MODEL = 256;
/** Plans that are remembered. Only names that are served get one, so an attacker cannot fill it with invented ones beyond a pattern. */
const MAX_PLANS = 1_024;
const MAX_KNOWN = 50;

type Candidate = { readonly target: Target; readonly priority: number; readonly weight: number };
/** The answer itself where there is nothing to choose at random. */
type Plan = { readonly fixed: Routed } | { readonly candidates: readonly Candidate[] };

export type Router = {
  readonly route: (model: string, api: Api) => Routed;
  /** Whether asking for `model` as it is written may lead to this provider, at some endpoint. */
  readonly leadsTo: (model: string, provider: string) => boolean;
};

/** `practice`: whether the built-in provider may be used. `known`: the ids that an unknown name is answered with. */
export type RouterDeps = {
  readonly random: () => number;
  readonly practice: boolean;
  readonly known: () => readonly { readonly id: string }[];
};

/**
 * Makes the choice of targets: `name/model` goes to that provider, other names to all whose patterns match, the lowest priority number
 * first, equal ones in weighted random order. A provider that serves anybody's models and names none is asked for other names only when
 * it is the only one of that sort: a prompt must not go to a company that nobody chose for it.
 */
export function createRouter(providers: readonly Routable[], { random, practice, known }: RouterDeps): Router {
  const plans = new Map<string, Plan>();
  const find: Find = (model, api) => (practice ? practicePlan(model) : undefined) ?? planFor(providers, model, api);
  return {
    route(model, api) {
      const key = `${api} ${model}`;
      const plan = plans.get(key);
      if (plan !== undefined) return 'fixed' in plan ? plan.fixed : draw(plan.candidates, random);
      if (model.length > MAX_MODEL) return unknown(find, api, known());
      const found = find(model, api);
      if ('reason' in found) return found.reason === 'unknown_model' ? unknown(find, api, known()) : found;
      if (plans.size >= MAX_PLANS) plans.clear();
      plans.set(key, found);
      return 'fixed' in found ? found.fixed : draw(found.candidates, random);
    },
    leadsTo: (model, name) => servingOf(providers, model).some(({ provider }) => provider.name === name),
  };
}

type NoPlan = Extract<Routed, { ok: false }>;
type Find = (model: string, api: Api) => Plan | NoPlan;

function planFor(providers: readonly Routable[], model: string, api: Api): Plan | NoPlan {
  const serving = servingOf(providers, model);
  if (serving.length === 0) return { ok: false, reason: 'unknown_model', known: [] };
  const candidates = serving
    .filter(({ provider }) => provider.endpoints.has(api))
    .map(({ provider, upstream }) => ({
      target: Object.freeze({ provider: provider.name, kind: provider.kind, model: upstream }),
      priority: provider.priority,
      weight: provider.weight,
    }))
    .sort((a, b) => a.priority - b.priority);
  if (candidates.length === 0) {
    return { ok: false, reason: 'wrong_endpoint', known: [...new Set(serving.flatMap(({ provider }) => [...provider.endpoints]))] };
  }
  const single = candidates.every(({ priority }, i) => i === 0 || candidates[i - 1]?.priority !== priority);
  return single ? { fixed: Object.freeze({ ok: true, targets: Object.freeze(candidates.map(({ target }) => target)) }) } : { candidates };
}

function practicePlan(model: string): Plan | undefined {
  const name = model.startsWith(`${PRACTICE_PROVIDER}/`) ? model.slice(PRACTICE_PROVIDER.length + 1) : undefined;
  if (name === undefined || !PRACTICE_MODELS.some((one) => one === name)) return undefined;
  const target: Target = Object.freeze({ provider: PRACTICE_PROVIDER, kind: 'practice', model: name });
  return { fixed: Object.freeze({ ok: true, targets: Object.freeze([target]) }) };
}

type Serving = { readonly provider: Routable; readonly upstream: string };

function servingOf(providers: readonly Routable[], model: string): readonly Serving[] {
  const slash = model.indexOf('/');
  const chosen = slash < 0 ? undefined : providers.find(({ name }) => name === model.slice(0, slash));
  if (chosen !== undefined) {
    const upstream = upstreamName(chosen, model.slice(slash + 1), true);
    if (upstream !== undefined) return [{ provider: chosen, upstream }];
  }
  const named = collect(providers, model, false);
  if (named.length > 0) return named;
  const open = providers.filter(({ anyModel }) => anyModel);
  return open.length === 1 ? collect(open, model, true) : [];
}

function collect(providers: readonly Routable[], model: string, any: boolean): readonly Serving[] {
  return providers.flatMap((provider) => {
    const upstream = upstreamName(provider, model, any);
    return upstream === undefined ? [] : [{ provider, upstream }];
  });
}

/** The provider's own name for a model that it serves, else undefined. */
function upstreamName(provider: Routable, model: string, any: boolean): string | undefined {
  const alias = provider.alias.get(model);
  const served =
    alias !== undefined || (any && provider.anyModel && model !== '') || provider.models.some((pattern) => matchesGlob(pattern, model));
  const upstream = alias ?? model;
  return served && isServable(provider, upstream) ? upstream : undefined;
}

function draw(candidates: readonly Candidate[], random: () => number): Routed {
  const targets: Target[] = [];
  for (let from = 0; from < candidates.length;) {
    let to = from + 1;
    while (to < candidates.length && candidates[to]?.priority === candidates[from]?.priority) to++;
    shuffle(candidates.slice(from, to), random, targets);
    from = to;
  }
  return { ok: true, targets };
}

/** Draws without putting back, each by its weight; weightless ones come last, in their written order. */
function shuffle(group: Candidate[], random: () => number, into: Target[]): void {
  while (group.length > 0) {
    let total = 0;
    for (const { weight } of group) total += weight;
    let rest = random() * total;
    let pick = 0;
    while (pick < group.length - 1 && (rest -= group[pick]?.weight ?? 0) >= 0) pick++;
    if (total === 0) pick = 0;
    const [drawn] = group.splice(pick, 1);
    if (drawn !== undefined) into.push(drawn.target);
  }
}

function unknown(find: Find, api: Api, models: readonly { readonly id: string }[]): NoPlan {
  const known: string[] = [];
  for (const { id } of models) {
    if (known.length >= MAX_KNOWN) break;
    if (!('reason' in find(id, api))) known.push(id);
  }
  return { ok: false, reason: 'unknown_model', known };
}
