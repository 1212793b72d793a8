import { compileHold, createGuards, type Canary, type GuardConfig, type Guards, type HoldPlan } from '../guard/index.ts';

/** The guards in force and the machine that runs their patterns over streams. Built anew when the configuration or a provider key changes. */
export type GuardSet = { readonly guards: Guards; readonly plan: HoldPlan };

/** Builds both. `keys` are the gate's own provider credentials: they must never stand in a reply. `hash` is keyed. */
export function buildGuards(config: GuardConfig, keys: readonly string[], hash: (value: string) => string): GuardSet {
  const canaries: Canary[] = keys.map((value, i) => ({ id: `provider-${i + 1}`, value, kind: 'provider_key' }));
  const guards = createGuards({ config, canaries, hash });
  const { rules, windows } = guards.stream('response');
  return { guards, plan: compileHold(rules, windows, { placeholders: true }) };
}
