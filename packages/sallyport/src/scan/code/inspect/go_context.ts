import type { CodeView } from './code_view.ts';
import { goCallee, goFunctions, goItems, goParameters, goUses, GO_FUNCTIONS } from './go_code.ts';
import type { Inspection } from './inspection.ts';

const MAKERS = /^(?:context\.With(?:Cancel|Timeout|Deadline)(?:Cause)?|signal\.NotifyContext)$/;

/** The function that ends a derived context is thrown away or never used: its timer and goroutine stay (the vet check `lostcancel`). */
export const goLostCancel: Inspection = {
  languages: ['go'],
  words: ['context.With', 'signal.NotifyContext'],
  run(code, found) {
    for (const node of [...code.of('short_var_declaration'), ...code.of('assignment_statement'), ...code.of('var_spec')]) {
      const [value = -1, ...more] = goItems(code, code.child(node, code.kind(node) === 'var_spec' ? 'value' : 'right'));
      if (more.length > 0 || code.kind(value) !== 'call_expression' || !MAKERS.test(goCallee(code, value))) continue;
      const names =
        code.kind(node) === 'var_spec'
          ? code.children(node).filter((child) => code.tree.fieldName(child) === 'name')
          : goItems(code, code.child(node, 'left'));
      const cancel = names[1] ?? -1;
      if (cancel < 0) continue;
      const name = code.text(cancel);
      const func = code.around(node, GO_FUNCTIONS);
      if (name === '_' || (func >= 0 && code.kind(cancel) === 'identifier' && !isUsed(code, func, name, node))) found(value);
    }
  },
};

/** Used by more than `_ = cancel`, in the function or, for a variable of one around it, there. */
function isUsed(code: CodeView, func: number, name: string, declaration: number): boolean {
  if (realUses(code, func, name, [declaration])) return true;
  const outer = code.around(func, GO_FUNCTIONS);
  return code.kind(declaration) === 'assignment_statement' && (outer < 0 || realUses(code, outer, name, [func]));
}

function realUses(code: CodeView, inside: number, name: string, leftOut: readonly number[]): boolean {
  const uses = code.identifiers(inside).get(name) ?? [];
  return uses.some((node) => !leftOut.some((one) => code.contains(one, node)) && !isDiscarded(code, node));
}

/** The right side of `_ = cancel`, or of `_, _ = a, b`. */
function isDiscarded(code: CodeView, node: number): boolean {
  const list = code.parent(node);
  const statement = code.kind(list) === 'expression_list' ? code.parent(list) : list;
  return code.kind(statement) === 'assignment_statement' && /^_(?:\s*,\s*_)*$/.test(code.text(code.child(statement, 'left')));
}

/** A goroutine of a request starts a context of its own: it outlives the request and its limits. */
export const goDetachedContext: Inspection = {
  languages: ['go'],
  words: ['context.Background()', 'context.TODO()'],
  run(code, found) {
    for (const func of goFunctions(code)) {
      if (
        !goParameters(code, func).some(({ type }) =>
          /^(?:\*http\.Request|context\.Context|\*gin\.Context|echo\.Context|\*fiber\.Ctx)$/.test(type),
        )
      )
        continue;
      for (const started of code.within(code.child(func, 'body'), 'go_statement')) {
        const nested = code.around(started, GO_FUNCTIONS);
        if (nested !== func) continue;
        for (const call of code.within(started, 'call_expression')) {
          if (/^context\.(?:Background|TODO)$/.test(goCallee(code, call))) {
            found(call);
            break;
          }
        }
      }
    }
  },
};

const LEAVES = /\b(?:return|break|goto|panic\(|os\.Exit\(|log\.Fatal|runtime\.Goexit|t\.Fatal)/;

/** A loop without an end in a function that has a context, and never asks it: the goroutine cannot be stopped. */
export const goEndlessLoop: Inspection = {
  languages: ['go'],
  words: ['context.Context'],
  run(code, found) {
    for (const func of goFunctions(code)) {
      const context = goParameters(code, func).find(({ type }) => type === 'context.Context')?.name;
      if (context === undefined) continue;
      for (const loop of code.within(code.child(func, 'body'), 'for_statement')) {
        const body = code.child(loop, 'body');
        const [head = -1] = code.children(loop);
        if (head !== body || code.within(body, 'call_expression').length === 0 || code.around(loop, GO_FUNCTIONS) !== func) continue;
        if (LEAVES.test(withoutFunctions(code, body)) || (context !== '_' && goUses(code, body, context, []))) continue;
        if (!/\.(?:Done|Err)\(\)/.test(code.text(body))) found(loop);
      }
    }
  },
};

/** The text of a block without what stands in function literals: a `return` there leaves them alone. */
function withoutFunctions(code: CodeView, node: number): string {
  const { tree } = code;
  let text = '';
  let from = tree.start[node] as number;
  for (const literal of code.within(node, 'func_literal')) {
    if ((tree.start[literal] as number) < from) continue;
    text += tree.text.slice(from, tree.start[literal]);
    from = tree.end[literal] as number;
  }
  return text + tree.text.slice(from, tree.end[node]);
}
