import type { CodeView } from './code_view.ts';

export const GO_FUNCTIONS: ReadonlySet<string> = new Set(['function_declaration', 'method_declaration', 'func_literal']);

export type GoParameter = { readonly name: string; readonly type: string };

export function goFunctions(code: CodeView): number[] {
  return [...GO_FUNCTIONS].flatMap((kind) => code.of(kind)).filter((node) => code.child(node, 'body') >= 0);
}

export function goParameters(code: CodeView, func: number): GoParameter[] {
  return code.children(code.child(func, 'parameters')).flatMap((one) => {
    const type = code.text(code.child(one, 'type'));
    return code
      .children(one)
      .filter((child) => code.tree.fieldName(child) === 'name')
      .map((child) => ({ name: code.text(child), type }));
  });
}

/** Expressions of a list, or the one expression. */
export function goItems(code: CodeView, node: number): readonly number[] {
  return code.kind(node) === 'expression_list' ? code.children(node) : node < 0 ? [] : [node];
}

/** The text of what a call calls. */
export function goCallee(code: CodeView, call: number): string {
  return code.text(code.child(call, 'function'));
}

export function goArguments(code: CodeView, call: number): readonly number[] {
  return code.children(code.child(call, 'arguments'));
}

/** Whether the name stands for itself anywhere in a node, apart from the nodes left out. */
export function goUses(code: CodeView, inside: number, name: string, leftOut: readonly number[]): boolean {
  return (
    code
      .identifiers(inside)
      .get(name)
      ?.some((node) => !leftOut.some((one) => code.contains(one, node))) === true
  );
}
