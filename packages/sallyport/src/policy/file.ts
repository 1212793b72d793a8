import { readYaml, Type } from '../kernel/index.ts';
import { CONFIG, type PolicyConfig, type RuleSource } from './config.ts';
import { loadConfigured } from './compose.ts';

/** `sallyport.yaml` has other parts too; they are somebody else's to check. */
const FILE = Type.Object(CONFIG.properties, { additionalProperties: true });

export type FileProblem = { readonly line: number; readonly column: number; readonly rule: string; readonly message: string };

export type CheckedFile = {
  readonly problems: readonly FileProblem[];
  readonly warnings: readonly FileProblem[];
  /** The file's own rules, as far as they could be read. */
  readonly rules: readonly RuleSource[];
  /** How many rules there are with those of the default policy, and how many tests passed. */
  readonly total: number;
};

/** Checks the policy of a configuration text: form, expressions, tests. All problems at once, with their lines. */
export function checkPolicyText(text: string): CheckedFile {
  const read = readYaml(text, FILE);
  if (!read.ok)
    return {
      problems: read.problems.map(({ line, column, pointer, message }) => ({ line, column, rule: pointer.slice(1), message })),
      warnings: [],
      rules: [],
      total: 0,
    };
  const config = read.value as PolicyConfig;
  const loaded = loadConfigured(config, new Map(), new Set());
  const placed = (problems: readonly { rule: string; path: string; message: string }[]): FileProblem[] =>
    problems.map(({ rule, path, message }) => ({ ...read.lineOf(path), rule, message })).sort((a, b) => a.line - b.line);
  const rules = config.rules ?? [];
  return loaded.ok
    ? { problems: [], warnings: placed(loaded.warnings), rules, total: loaded.policy.rules.length }
    : { problems: placed(loaded.problems), warnings: [], rules, total: 0 };
}
