import { RE2JS } from 're2js';
import { didYouMean } from '../kernel/index.ts';
import type { Node } from './library.ts';
import { callOf, comprehensionOf, fieldOf, stringOf, stringsOf, visit } from './tree.ts';
import type { CelEnv, CelProblem } from './types.ts';

/** The functions of the subset; everything else that the library has is refused (README.md says why). */
export const FUNCTIONS: ReadonlySet<string> = new Set(['size', 'string', 'int', 'double', 'bool', 'has']);
export const METHODS: ReadonlySet<string> = new Set(
  'startsWith endsWith contains matches size lowerAscii upperAscii trim split join exists exists_one all map filter'.split(' '),
);
/** Walks within walks: each level multiplies the work. */
const MAX_NESTING = 2;
/** UTF-16 code units of a pattern; RE2 keeps its program proportional to it. */
const MAX_PATTERN = 1_000;

/** What may not be written at all, found before types are checked. */
export function forbidden(ast: Node, env: CelEnv): CelProblem[] {
  const problems: CelProblem[] = [];
  visit(ast, (node, nesting, bound) => {
    const message = forbiddenNode(node, nesting, bound, env);
    if (message !== undefined) problems.push({ offset: node.start, message });
  });
  return problems;
}

function forbiddenNode(node: Node, nesting: number, bound: readonly string[], env: CelEnv): string | undefined {
  if (node.op === 'id') {
    const name = node.args as string;
    if (bound.includes(name) || Object.hasOwn(env.variables, name)) return undefined;
    return `${name} is not known here${didYouMean(name, [...Object.keys(env.variables), ...bound]) || `; known: ${Object.keys(env.variables).join(', ')}`}`;
  }
  if (node.op === 'value' && typeof node.args === 'object' && node.args !== null)
    return 'bytes and unsigned literals are not part of the subset';
  if (node.op === 'map') return forbiddenKeys(node.args as [Node, Node][]);
  const walk = comprehensionOf(node);
  if (walk !== undefined) {
    if (nesting >= MAX_NESTING) return `more than ${MAX_NESTING} of exists, all, map, filter within each other`;
    if (Object.hasOwn(env.variables, walk.variable) || bound.includes(walk.variable))
      return `${walk.variable} hides a name that is already used; choose another`;
    return undefined;
  }
  const call = callOf(node);
  if (call === undefined) return undefined;
  const known = call.receiver === undefined ? FUNCTIONS : METHODS;
  if (!known.has(call.name)) return `there is no function ${call.name}${didYouMean(call.name, known)}`;
  if (call.name === 'split' && call.args.length !== 1) return 'split takes one separator';
  return call.name === 'matches' ? forbiddenPattern(call.args) : undefined;
}

/** The library takes other keys than CEL allows, and keeps the last of two equal ones. */
function forbiddenKeys(entries: readonly (readonly [Node, Node])[]): string | undefined {
  const keys = entries.map(([key]) => stringOf(key));
  if (keys.includes(undefined)) return 'the keys of a map are written as strings';
  return new Set(keys).size === keys.length ? undefined : 'a map names each key once';
}

function forbiddenPattern(args: readonly Node[]): string | undefined {
  const pattern = stringOf(args[0]);
  if (pattern === undefined || args.length !== 1)
    return "matches takes one pattern that is written out, as in s.matches('^a+$'): it is compiled when the policy is loaded";
  if (pattern.length > MAX_PATTERN) return `a pattern may have ${MAX_PATTERN} characters`;
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (thrown) {
    return `the pattern is not RE2: ${thrown instanceof Error ? thrown.message.replace(/^error parsing regexp: /, '') : String(thrown)}`;
  }
}

/** Words that an enumerated field never holds. Runs after the type check, which says what each node is. */
export function unknownWords(ast: Node, env: CelEnv): CelProblem[] {
  const problems: CelProblem[] = [];
  visit(ast, (node) => {
    if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return;
    const [left, right] = node.args as [Node, Node];
    problems.push(...wrongWords(left, right, env));
    if (node.op !== 'in') problems.push(...wrongWords(right, left, env));
  });
  return problems;
}

function wrongWords(field: Node, literal: Node, env: CelEnv): CelProblem[] {
  const name = field.op === 'id' ? (field.args as string) : fieldOf(field);
  const words = name === undefined ? undefined : env.enums[name];
  if (name === undefined || words === undefined) return [];
  const written = stringsOf(literal) ?? [];
  return written
    .filter(({ text }) => !words.includes(text))
    .map(({ text, node }) => ({
      offset: node.start,
      message: `${name} is never '${text}'${didYouMean(text, words) || `; it is one of ${words.join(', ')}`}`,
    }));
}
