import { readYaml, Type, type Category } from '../kernel/index.ts';
import { CONFIG, type PolicyConfig, type RuleSource } from './config.ts';
import { loadConfigured } from './compose.ts';
import type { FileProblem } from './file.ts';
import type { Rule } from './verdict.ts';

/** Rules as a tenant's people write them: the `rules:` of a configuration, and nothing else. */
const TEXT = Type.Object({ rules: CONFIG.properties.rules }, { additionalProperties: false });
/** Characters of one text; 500 rules of an ordinary size stay below. */
export const MAX_TEXT = 256 * 1024;

export type CheckedText = {
  readonly problems: readonly FileProblem[];
  readonly warnings: readonly FileProblem[];
  /** The text's own rules, compiled as they would be in force; none while there are problems. */
  readonly rules: readonly Rule[];
  readonly sources: readonly RuleSource[];
};

/** Checks a tenant's text together with the rules of the configuration and the default policy, beside which it will stand. */
export function checkText(text: string, config: PolicyConfig, late: ReadonlySet<Category>): CheckedText {
  if (text.trim() === '') return { problems: [], warnings: [], rules: [], sources: [] };
  const read = readYaml(text, TEXT);
  if (!read.ok)
    return {
      problems: read.problems.map(({ line, column, pointer, message }) => ({ line, column, rule: pointer.slice(1), message })),
      warnings: [],
      rules: [],
      sources: [],
    };
  const sources = (read.value as PolicyConfig).rules ?? [];
  const loaded = loadConfigured(withOwn(config, sources), new Map(), late);
  const placed = (problems: readonly { rule: string; path: string; message: string }[]): FileProblem[] =>
    problems
      .map(({ rule, path, message }) => ({ ...placeOf(path, sources.length, (at) => read.lineOf(at)), rule, message }))
      .sort((a, b) => a.line - b.line);
  if (!loaded.ok) return { problems: placed(loaded.problems), warnings: [], rules: [], sources: [] };
  const ids = new Set(sources.map(({ id }) => id));
  return { problems: [], warnings: placed(loaded.warnings), rules: loaded.policy.rules.filter(({ id }) => ids.has(id)), sources };
}

/** A configuration with a tenant's own rules before its others: an index into the text stays an index. */
export function withOwn(config: PolicyConfig, own: readonly RuleSource[]): PolicyConfig {
  return own.length === 0 ? config : { ...config, rules: [...own, ...(config.rules ?? [])] };
}

/** What concerns a rule outside of the text (its name is used twice) is said at the text's first line. */
function placeOf(path: string, own: number, lineOf: (path: string) => { line: number; column: number }): { line: number; column: number } {
  const index = Number(/^\/rules\/(\d+)/.exec(path)?.[1] ?? 0);
  return index < own ? lineOf(path) : { line: 1, column: 1 };
}
