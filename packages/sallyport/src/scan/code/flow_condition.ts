import { RE2JS } from 're2js';
import type { Check } from './check.ts';
import type { ModuleIr } from './ir.ts';

type Place = { readonly module: ModuleIr; readonly node: number };
type Compiled = { readonly source: RE2JS | undefined; readonly unless: RE2JS | undefined };

/** What is read of a source's line, and of a function after a sink. UTF-16 code units. */
const MAX_SOURCE = 160;
const MAX_AFTER = 4000;

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['function_definition', 'function_declaration', 'function_expression', 'arrow_function', 'method_definition', 'func_literal'],
  ...['method_declaration', 'function_item', 'closure_expression', 'generator_function_declaration'],
]);

/** What a check asks of a flow beside its ends: which source it is (`sourceText`), and that nothing after the sink checks the value (`unless`). */
export class FlowConditions {
  readonly #compiled = new Map<Check, Compiled>();

  hold(check: Check, source: Place, sink: Place): boolean {
    if (check.taint?.sourceText === undefined && check.taint?.unless === undefined) return true;
    const { source: wanted, unless } = this.#of(check);
    if (wanted?.matcher(lineFrom(source)).find() === false) return false;
    return unless?.matcher(restOfFunction(sink)).find() !== true;
  }

  #of(check: Check): Compiled {
    let found = this.#compiled.get(check);
    if (found === undefined) {
      const { sourceText, unless } = check.taint ?? {};
      found = {
        source: sourceText === undefined ? undefined : RE2JS.compile(sourceText),
        unless: unless === undefined ? undefined : RE2JS.compile(unless),
      };
      this.#compiled.set(check, found);
    }
    return found;
  }
}

function lineFrom({ module: { tree }, node }: Place): string {
  const start = tree.start[node] as number;
  return (tree.text.slice(start, start + MAX_SOURCE).split('\n')[0] ?? '').trimEnd();
}

/** From the line of the sink on: a check may be around the call itself. */
function restOfFunction({ module: { tree }, node }: Place): string {
  const around = tree.ancestors(node).find((ancestor) => FUNCTIONS.has(tree.kindName(ancestor))) ?? 0;
  const start = tree.text.lastIndexOf('\n', tree.start[node]) + 1;
  return tree.text.slice(start, Math.min(tree.end[around] as number, start + MAX_AFTER));
}
