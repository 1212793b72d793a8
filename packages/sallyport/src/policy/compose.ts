import type { Category } from '../kernel/index.ts';
import type { PolicyConfig } from './config.ts';
import { composeRules, type ComposedRules } from './default_policy.ts';
import { loadPolicy, type LoadedPolicy, type Mode } from './load.ts';
import type { PolicyProblem } from './verdict.ts';

/** Loads a configuration's rules together with the default policy. Paths of problems are pointers into the configuration. */
export function loadConfigured(config: PolicyConfig, modes: ReadonlyMap<string, Mode>, late: ReadonlySet<Category>): LoadedPolicy {
  const composed = composeRules(config);
  const env = { ...(config.defaults === undefined ? {} : { defaults: config.defaults }), builtin: composed.builtin, late };
  const loaded = loadPolicy(withoutHidden(composed), env, modes);
  if (loaded.ok && composed.problems.length === 0) return { ...loaded, warnings: loaded.warnings.map(inConfig) };
  return { ok: false, problems: [...composed.problems, ...(loaded.ok ? [] : loaded.problems.map(inConfig))] };
}

/** A rule of the configuration that has the name of a default one is a problem already; it must not be reported as a repeated name as well. */
function withoutHidden({ rules, builtin }: ComposedRules): ComposedRules['rules'] {
  const own = new Set<string>();
  return rules.filter(({ id }) => {
    const repeated = builtin.has(id) && own.has(id);
    own.add(id);
    return !repeated;
  });
}

function inConfig(problem: PolicyProblem): PolicyProblem {
  return { ...problem, path: `/rules${problem.path}` };
}
