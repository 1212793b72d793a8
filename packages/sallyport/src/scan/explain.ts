import type { CheckDescription } from './finding.ts';

/** The description of a rule: its own, or that of the family it begins with (`secrets` for `secrets.openai-key`). */
export function checkOf(rule: string, checks: readonly CheckDescription[]): CheckDescription | undefined {
  return checks.find(({ id }) => id === rule) ?? checks.find(({ id }) => rule.startsWith(`${id}.`));
}
