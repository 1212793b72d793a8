import { RE2JS } from 're2js';
import { closest, reasonOf } from '../kernel/index.ts';
import type { GuardConfig } from './config.ts';
import { ENTITY_TYPES } from './detectors/entities/index.ts';
import { IDENTIFIER_TYPES } from './detectors/identifiers/index.ts';
import { PERSONAL_TYPES } from './detectors/personal/index.ts';
import { DETECTORS } from './detectors/registry.generated.ts';
import { secondStageProblems } from './second_stage/config.ts';

/** One thing wrong in `guards:`; `pointer` (RFC 6901) is relative to its value. */
export type GuardConfigProblem = { readonly pointer: string; readonly message: string };

/** Types of personal data that there are. */
const TYPES = [...new Set([...PERSONAL_TYPES, ...IDENTIFIER_TYPES, ...ENTITY_TYPES])];

/** What the form of `guards:` does not show: names of detectors and types that do not exist, patterns that do not compile or are named twice. */
export function guardConfigProblems(config: GuardConfig): GuardConfigProblem[] {
  const detectors = DETECTORS.map(({ id }) => id);
  return [
    ...unknown('off', 'detector', config.off ?? [], detectors),
    ...unknownKeys('confidence', Object.keys(config.confidence ?? {}), detectors),
    ...unknown('types', 'type', config.types ?? [], TYPES),
    ...unknown('shapes', 'type', config.shapes ?? [], TYPES),
    ...patternProblems(config.patterns ?? []),
    ...(config.secondStage === undefined ? [] : secondStageProblems(config.secondStage)).map(({ pointer, message }) => ({
      pointer: `/secondStage${pointer}`,
      message,
    })),
    ...allowProblems(config.allow ?? []),
    ...twice(
      'terms',
      'id',
      (config.terms ?? []).map(({ id }) => id),
    ),
    ...twice(
      'topics',
      'name',
      (config.topics ?? []).map(({ name }) => name),
    ),
  ];
}

/** A mistyped name would silently leave a detector on, or a type unfound. */
function unknown(key: string, what: string, names: readonly string[], known: readonly string[]): GuardConfigProblem[] {
  return names.flatMap((name, i) => {
    if (known.includes(name)) return [];
    const meant = closest(name, known);
    const hint = meant === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${meant}?`;
    return [{ pointer: `/${key}/${i}`, message: `there is no ${what} ${name}${hint}` }];
  });
}

function unknownKeys(key: string, names: readonly string[], known: readonly string[]): GuardConfigProblem[] {
  return names.flatMap((name) => unknown(key, 'detector', [name], known).map(({ message }) => ({ pointer: `/${key}/${name}`, message })));
}

/** Two lists or topics of one name could not be told apart in findings. */
function twice(key: string, field: string, names: readonly string[]): GuardConfigProblem[] {
  return names.flatMap((name, i) =>
    names.indexOf(name) < i ? [{ pointer: `/${key}/${i}/${field}`, message: `two ${key} are called ${name}` }] : [],
  );
}

function patternProblems(patterns: NonNullable<GuardConfig['patterns']>): GuardConfigProblem[] {
  const seen = new Set<string>();
  return patterns.flatMap(({ id, pattern }, i) => {
    const problems: GuardConfigProblem[] = [];
    if (seen.has(id)) problems.push({ pointer: `/patterns/${i}/id`, message: `two patterns are called ${id}` });
    seen.add(id);
    return [...problems, ...expressionProblems(`/patterns/${i}/pattern`, pattern)];
  });
}

function expressionProblems(pointer: string, pattern: string): GuardConfigProblem[] {
  try {
    RE2JS.compile(pattern);
    return [];
  } catch (error) {
    return [{ pointer, message: `is no regular expression of RE2: ${reasonOf(error)}` }];
  }
}

function allowProblems(entries: NonNullable<GuardConfig['allow']>): GuardConfigProblem[] {
  return entries.flatMap(({ value, sha256, pattern }, i) => {
    const given = [value, sha256, pattern].filter((one) => one !== undefined);
    if (given.length !== 1) return [{ pointer: `/allow/${i}`, message: 'has exactly one of value, sha256 and pattern' }];
    return pattern === undefined ? [] : expressionProblems(`/allow/${i}/pattern`, pattern);
  });
}
