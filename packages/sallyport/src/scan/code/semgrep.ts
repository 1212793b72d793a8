import { isObject, readYaml, Type, type JsonObject, type Severity } from '../../kernel/index.ts';
import type { Check } from './check.ts';
import { readCallPattern } from './pattern/call_pattern.ts';

/**
 * Reads rules in the common part of Semgrep's rule format: `pattern`, `pattern-either`, `patterns` with `pattern-not`, `pattern-inside`,
 * `pattern-not-inside` and `metavariable-regex`, and `mode: taint`. A rule that says more is left out and named: read in part it would find the
 * wrong places. Format: https://semgrep.dev/docs/writing-rules/rule-syntax
 */
export function readSemgrepRules(text: string): { readonly checks: readonly Check[]; readonly problems: readonly string[] } {
  const parsed = readYaml(text, rulesFile);
  if (!parsed.ok) return { checks: [], problems: parsed.problems.map(({ line, message }) => `line ${line}: ${message}`) };
  const checks: Check[] = [];
  const problems: string[] = [];
  for (const rule of (parsed.value as { rules: unknown[] }).rules) {
    try {
      checks.push(readRule(rule));
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      problems.push(error.message);
    }
  }
  return { checks, problems };
}

const rulesFile = Type.Object({ rules: Type.Array(Type.Unknown(), { maxItems: 5000 }) });

class Unsupported extends Error {}

type Key = 'python' | 'javascript' | 'go' | 'rust';
const LANGUAGE: Readonly<Record<string, Key>> = {
  ...{ python: 'python', python3: 'python', py: 'python', go: 'go', golang: 'go', rust: 'rust' },
  ...{ javascript: 'javascript', js: 'javascript', typescript: 'javascript', ts: 'javascript' },
};
const SEVERITY: Readonly<Record<string, Severity>> = {
  ...{ ERROR: 'high', WARNING: 'medium', INFO: 'low' },
  ...{ CRITICAL: 'critical', HIGH: 'high', MEDIUM: 'medium', LOW: 'low' },
};
/** "Improper adherence to coding standards": for rules that name no weakness. */
const NO_CWE = 'CWE-710';

function readRule(value: unknown): Check {
  if (!isObject(value) || typeof value['id'] !== 'string') throw new Unsupported('a rule without id');
  const id = value['id'];
  const fail = (what: string): never => {
    throw new Unsupported(`${id}: ${what}`);
  };
  const languages = list(value['languages']).map((name) => LANGUAGE[String(name)]);
  const keys = [...new Set(languages)];
  if (keys.length === 0 || keys.some((key) => key === undefined)) fail('a language that is not scanned');
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const cwe = /CWE-\d+/.exec(list(metadata['cwe']).map(String).join(' '))?.[0] ?? NO_CWE;
  const message = typeof value['message'] === 'string' ? value['message'].trim() : id;
  const base = {
    id: id.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    cwe,
    severity: (typeof value['severity'] === 'string' ? SEVERITY[value['severity']] : undefined) ?? 'medium',
    tier: 'certain' as const,
    confidence: 0.7,
    message,
    fix: typeof metadata['fix'] === 'string' ? metadata['fix'] : `Do what the rule says: ${message}`,
    cases: {},
  };
  const spread = <T>(entry: T): Partial<Record<Key, T>> => Object.fromEntries(keys.map((key) => [key, entry]));
  if (value['mode'] === 'taint') return { ...base, taint: readTaint(value, spread, fail) };
  return { ...base, match: readSearch(value, spread, fail) };
}

type Spread = <T>(entry: T) => Partial<Record<Key, T>>;
type Fail = (what: string) => never;

function readSearch(rule: JsonObject, spread: Spread, fail: Fail): NonNullable<Check['match']> {
  const found = { any: [] as string[][], not: [] as string[], inside: [] as string[], notInside: [] as string[] };
  const where: NonNullable<NonNullable<Check['match']>['where']> = [];
  const operators = 'patterns' in rule ? list(rule['patterns']) : [rule];
  for (const operator of operators) {
    if (!isObject(operator)) return fail('an operator that is no map');
    for (const [name, value] of Object.entries(operator)) {
      switch (name) {
        case 'pattern':
        case 'pattern-either':
          found.any.push(alternatives(name, value, fail));
          break;
        case 'pattern-not':
          found.not.push(patternText(value, fail));
          break;
        case 'pattern-inside':
          found.inside.push(patternText(value, fail));
          break;
        case 'pattern-not-inside':
          found.notInside.push(patternText(value, fail));
          break;
        case 'metavariable-regex':
          where.push(regexCondition(value, fail));
          break;
        case 'focus-metavariable':
          break;
        default:
          if (operators.length === 1 && operator === rule) break;
          fail(`${name} is not read`);
      }
    }
  }
  if (found.any.length !== 1) fail(found.any.length === 0 ? 'no pattern' : 'several patterns that must hold at one place');
  if (found.inside.length > 1) fail('several pattern-inside');
  return {
    any: spread(found.any[0] ?? []),
    ...(found.not.length > 0 ? { not: spread(found.not) } : {}),
    ...(found.inside.length > 0 ? { inside: spread(found.inside) } : {}),
    ...(found.notInside.length > 0 ? { notInside: spread(found.notInside) } : {}),
    ...(where.length > 0 ? { where } : {}),
  };
}

function readTaint(rule: JsonObject, spread: Spread, fail: Fail): NonNullable<Check['taint']> {
  const texts = (key: string): string[] => list(rule[key]).flatMap((entry) => taintPatterns(entry, fail));
  const sinks = texts('pattern-sinks').flatMap((text) => sinkPatterns(text, fail));
  const sources = texts('pattern-sources');
  for (const text of sources) if (readCallPattern(text) === undefined) fail(`a source that is no call or value: ${text}`);
  if (sinks.length === 0 || sources.length === 0) fail('no sources or sinks');
  const sanitizers = texts('pattern-sanitizers');
  for (const text of sanitizers) if (readCallPattern(text) === undefined) fail(`a sanitizer that is no call: ${text}`);
  return {
    class: 'trust',
    refuses: ['custom'],
    sinks: spread(sinks),
    sources: spread(sources.map((pattern) => ({ pattern, kind: 'custom' as const }))),
    ...(sanitizers.length > 0 ? { sanitizers: spread(sanitizers) } : {}),
  };
}

function taintPatterns(entry: unknown, fail: Fail): string[] {
  if (!isObject(entry)) return fail('a pattern that is no map');
  const known = Object.entries(entry).filter(([name]) => name === 'pattern' || name === 'pattern-either');
  if (known.length !== 1 || Object.keys(entry).length !== 1) return fail('a source, sink or sanitizer with more than a pattern');
  return known.flatMap(([name, value]) => alternatives(name, value, fail));
}

/** In Semgrep a sink is all of its arguments, or where its metavariables stand; here it is where `$SINK` stands. */
function sinkPatterns(text: string, fail: Fail): string[] {
  const pattern = readCallPattern(text);
  if (pattern === undefined || pattern.form === 'value') return fail(`a sink that is no call or assignment: ${text}`);
  const metavariables = pattern.arguments.flatMap((argument) =>
    argument.is === 'any'
      ? [argument.metavariable]
      : argument.is === 'named' && argument.value.is === 'any'
        ? [argument.value.metavariable]
        : [],
  );
  if (metavariables.length > 0) return metavariables.map((name) => text.replaceAll(new RegExp(`\\${name}\\b`, 'g'), '$SINK'));
  return text.includes('(...)') ? [text.replace('(...)', '(..., $SINK, ...)')] : fail(`a sink without a place for data: ${text}`);
}

function alternatives(name: string, value: unknown, fail: Fail): string[] {
  if (name === 'pattern') return [patternText(value, fail)];
  return list(value).flatMap((entry) => {
    if (!isObject(entry) || Object.keys(entry).length !== 1) return fail('pattern-either with more than patterns');
    if ('pattern-either' in entry) return alternatives('pattern-either', entry['pattern-either'], fail);
    return [patternText(entry['pattern'], fail)];
  });
}

function patternText(value: unknown, fail: Fail): string {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : fail('a pattern that is no text');
}

/** Semgrep's expression must match from the start of the text. */
function regexCondition(value: unknown, fail: Fail): { metavariable: string; regex: string } {
  if (!isObject(value) || typeof value['metavariable'] !== 'string' || typeof value['regex'] !== 'string')
    return fail('metavariable-regex without its parts');
  return { metavariable: value['metavariable'], regex: `^(?:${value['regex']})` };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
