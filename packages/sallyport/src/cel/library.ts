import { Environment } from '@marcbachmann/cel-js';
import type { CelEnv, CelType } from './types.ts';
import type { Shape } from './binding.ts';

/**
 * A node of the library's syntax tree, with the members that its declarations leave out. The version is pinned, and the tests of this folder
 * exercise every member used here.
 */
export type Node = {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
  readonly input: string;
  /** Set by the type check. */
  readonly checkedType?: { readonly kind: string; readonly name: string; readonly valueType?: { readonly name: string } };
  readonly meta: { readonly alternate?: Node; readonly macro?: { evaluate: Evaluate }; readonly evaluate: Evaluate };
  readonly handle?: (...args: unknown[]) => unknown;
  setMeta(key: 'evaluate', value: Evaluate): void;
};
export type Evaluate = (evaluator: Evaluator, node: Node, context: unknown) => unknown;
export type Evaluator = { run(node: Node, context: unknown): unknown };

export type Parsed = { readonly ast: Node; check(): { valid: boolean; type?: string; error?: unknown }; run(bound: object): unknown };

/** Nodes of one expression: some ten times the largest rule one would write. */
export const MAX_AST_NODES = 500;
/** Nesting of calls, brackets and selections; bounds the recursion of parser, checker and evaluator. */
export const MAX_DEPTH = 32;
/** Elements of a written list: a list of tools or models is still readable at this length. */
const MAX_LITERAL_ELEMENTS = 200;
const MAX_CALL_ARGUMENTS = 8;

/** A parser and type checker for one environment. Unknown variables, fields and functions are refused at load. */
export function libraryFor(env: CelEnv, shape: Shape): (source: string) => Parsed {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: true,
    enableOptionalTypes: false,
    limits: {
      maxAstNodes: MAX_AST_NODES,
      maxDepth: MAX_DEPTH,
      maxListElements: MAX_LITERAL_ELEMENTS,
      maxMapEntries: MAX_LITERAL_ELEMENTS,
      maxCallArguments: MAX_CALL_ARGUMENTS,
    },
  });
  for (const [name, fields] of Object.entries(env.objects)) {
    const types = Object.fromEntries(Object.entries(fields).map(([field, type]) => [field, { type: typeName(type) }]));
    environment.registerType(name, { ctor: shape.classes.get(name) as new () => object, fields: types } as never);
  }
  for (const [name, type] of Object.entries(env.variables)) environment.registerVariable(name, typeName(type));
  return (source) => {
    const parsed = environment.parse(source);
    return { ast: parsed.ast as unknown as Node, check: () => parsed.check(), run: (bound) => parsed(bound) };
  };
}

function typeName(type: CelType): string {
  if (typeof type === 'string') return type;
  if ('object' in type) return type.object;
  return 'list' in type ? `list<${typeName(type.list)}>` : `map<string, ${typeName(type.map)}>`;
}

/** A caller's mistake as the library words it, without its drawing of the source. */
export function messageOf(thrown: unknown): { message: string; offset: number } {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown), offset: 0 };
  const { summary, message, range } = thrown as { summary?: unknown; message?: unknown; range?: { start?: unknown } };
  return { message: String(typeof summary === 'string' ? summary : message), offset: typeof range?.start === 'number' ? range.start : 0 };
}
