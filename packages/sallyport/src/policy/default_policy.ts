import { createHash } from 'node:crypto';
import { didYouMean, readYaml } from '../kernel/index.ts';
import { CONFIG, type PolicyConfig, type RuleSource } from './config.ts';
import { DEFAULT_SHA256, DEFAULT_TEXT } from './default.generated.ts';
import { fail } from './errors.ts';
import type { PolicyProblem } from './verdict.ts';

/** The rules that ship, as `default.yaml` has them. Throws POLICY_DEFAULT_BROKEN when they are not what was published. */
export function defaultRules(): readonly RuleSource[] {
  if (sha256(DEFAULT_TEXT) !== DEFAULT_SHA256) throw fail('POLICY_DEFAULT_BROKEN', { detail: 'hash differs' });
  const read = readYaml(DEFAULT_TEXT, CONFIG);
  if (!read.ok) throw fail('POLICY_DEFAULT_BROKEN', { detail: read.problems.map((p) => `${p.line}: ${p.message}`).join('; ') });
  return (read.value as PolicyConfig).rules ?? [];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A configuration's rules with those of the default policy behind them: the index of a rule of the configuration is its index there. */
export type ComposedRules = {
  readonly rules: readonly RuleSource[];
  readonly builtin: ReadonlySet<string>;
  readonly problems: readonly PolicyProblem[];
};

export function composeRules(config: PolicyConfig): ComposedRules {
  const own = config.rules ?? [];
  const shipped = defaultRules();
  const without = new Set(config.withoutRules);
  const kept = shipped.filter((rule) => !without.has(rule.id));
  const ids = shipped.map((rule) => rule.id);
  const unknown = (config.withoutRules ?? []).flatMap((id, at) =>
    ids.includes(id)
      ? []
      : [
          {
            rule: id,
            path: `/withoutRules/${at}`,
            message: `the default policy has no rule ${id}${didYouMean(id, ids) || `; it has ${ids.join(', ')}`}`,
          },
        ],
  );
  const taken = new Set(kept.map((rule) => rule.id));
  const hidden = own.flatMap((rule, at) =>
    taken.has(rule.id)
      ? [
          {
            rule: rule.id,
            path: `/rules/${at}/id`,
            message: `${rule.id} is a rule of the default policy; to replace it, name it under withoutRules`,
          },
        ]
      : [],
  );
  return { rules: [...own, ...kept], builtin: taken, problems: [...unknown, ...hidden] };
}
