import { RE2JS } from 're2js';
import { entryLanguage, type Check } from './check.ts';
import type { CodeFinding } from './finding.ts';
import type { ModuleIr } from './ir.ts';
import type { SyntaxTree } from './syntax.ts';

type Replacement = { readonly replace: RE2JS; readonly by: string };

/** Longer code is no single call. */
const MAX_LENGTH = 4000;
const CALLS: ReadonlySet<string> = new Set(['call', 'call_expression', 'new_expression', 'macro_invocation']);
const TEXT = /string|comment|char_literal/;

/** Makes the changes that checks describe as data: the smallest replacement in the code of a finding, or none where more than one could be meant. */
export class Autofixes {
  readonly #compiled = new Map<Check, readonly Replacement[]>();

  /** The change for what a check found at a node; `undefined` when the check has none that is certain there. */
  of(check: Check, { tree, language }: ModuleIr, found: number): CodeFinding['autofix'] {
    const entries = check.autofix?.[entryLanguage(language)];
    if (entries === undefined) return undefined;
    let replacements = this.#compiled.get(check);
    if (replacements === undefined) {
      replacements = entries.map(({ replace, by }) => ({ replace: RE2JS.compile(replace), by }));
      this.#compiled.set(check, replacements);
    }
    // An assignment to a field is found at the field.
    const around = tree.ancestors(found)[0] ?? found;
    const isField = /^(?:attribute|member_expression|selector_expression|subscript|subscript_expression)$/.test(tree.kindName(found));
    const node = isField && /assignment/.test(tree.kindName(around)) ? around : found;
    const start = tree.start[node] as number;
    const end = tree.end[node] as number;
    if (end - start > MAX_LENGTH) return undefined;
    for (const { replace, by } of replacements) {
      const matcher = replace.matcher(tree.text.slice(start, end));
      if (!matcher.find()) continue;
      const from = start + matcher.start();
      const to = start + matcher.end();
      const text = by.replace(/\$(\d)/g, (_, group: string) => matcher.group(Number(group)) ?? '');
      // Two places, or one in a text or in an inner call: which of them is meant cannot be told from the expression.
      return matcher.find() || !isOf(tree, node, from) ? undefined : { start: from, end: to, text };
    }
    return undefined;
  }
}

/** Whether the code at `offset` is of the node's own call, or of the first one inside a statement, and no text or comment. */
function isOf(tree: SyntaxTree, node: number, offset: number): boolean {
  let at = node;
  let calls = CALLS.has(tree.kindName(node)) ? 1 : 0;
  for (;;) {
    const inner = tree.children(at).find((child) => (tree.start[child] as number) <= offset && offset < (tree.end[child] as number));
    if (inner === undefined) return !TEXT.test(tree.kindName(at));
    if (CALLS.has(tree.kindName(inner)) && tree.start[inner] !== tree.start[node] && ++calls > 1) return false;
    at = inner;
  }
}
