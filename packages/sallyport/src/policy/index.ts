export { actionsOf } from './trial.ts';
export type { PolicyConfig, RuleSource, RuleTest } from './config.ts';
export { loadPolicy, type LoadedPolicy, type Mode, type PolicyEnv } from './load.ts';
export { DOCUMENT_LABELS, DOCUMENT_STATES, EFFECTS, ORIGINS, PART_KINDS, PRINCIPAL_KINDS, type PointVars } from './vars.ts';
export type { HeldAction, HeldRule, Policy, PolicyProblem, Rule, RuleError, Verdict } from './verdict.ts';
export { loadConfigured } from './compose.ts';
