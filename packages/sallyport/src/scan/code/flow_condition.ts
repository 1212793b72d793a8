import { RE2JS } from 're2js';
import type { Check } from './check.ts';
import type { ModuleIr } from './ir.ts';

type Place = { readonly module: ModuleIr; readonly node: number };
type Compiled = { readonly source: RE2JS | undefined; readonly unless: RE2JS | undefined; readonly notAt: RE2JS | undefined };

/** What is read of a source's line, and of a function after a sink. UTF-16 code units. */
const MAX_SOURCE = 160;
const MAX_AFTER = 4000;

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['function_definition', 'function_declaration', 'function_expression', 'arrow_function', 'method_definition', 'func_literal'],
  ...['method_declaration', 'function_item', 'closure_expression', 'generator_function_declaration'],
]);

/**
 * What a check asks of a flow beside its ends: which source it is (`sourceText`), that the sink is one
 * (`notAt`), and that nothing after it checks the value (`unless`). */
export class FlowConditions {
  readonly #compiled = new Map<Check, Compiled>();
  readonly #held = new Map<string, boolean>();

  hold(check: Check, source: Place, sink: Place): boolean {
    const { sourceText, unless, notAt } = check.taint ?? {};
    if (sourceText === undefined && unless === undefined && notAt === undefined) return true;
    // One place is reached in many ways.
    const key = `${check.id} ${sink.module.path} ${sink.node} ${sourceText === undefined ? '' : `${source.module.path} ${source.node}`}`;
    let holds = this.#held.get(key);
    if (holds === undefined) this.#held.set(key, (holds = this.#look(check, source, sink)));
    return holds;
  }

  #look(check: Check, source: Place, sink: Place): boolean {
    const { source: wanted, unless, notAt } = this.#of(check);
    if (wanted?.matcher(lineFrom(source)).find() === false) return false;
    if (notAt?.matcher(sink.module.tree.textOf(sink.node).slice(0, MAX_AFTER)).find() === true) return false;
    return unless?.matcher(restOfFunction(sink)).find() !== true;
  }

  #of(check: Check): Compiled {
    let found = this.#compiled.get(check);
    if (found === undefined) {
      const { sourceText, unless, notAt } = check.taint ?? {};
      found = {
        source: sourceText === undefined ? undefined : RE2JS.compile(sourceText),
        unless: unless === undefined ? undefined : RE2JS.compile(unless),
        notAt: notAt === undefined ? undefined : RE2JS.compile(notAt),
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
