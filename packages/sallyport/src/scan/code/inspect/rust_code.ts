import type { CodeView } from './code_view.ts';

export type RustParameter = { readonly name: string; readonly type: string; readonly node: number };

/** A function of Rust as its signature says it. */
export type RustFunction = {
  readonly node: number;
  readonly body: number;
  readonly isUnsafe: boolean;
  readonly isPublic: boolean;
  readonly isExtern: boolean;
  readonly parameters: readonly RustParameter[];
  /** Type parameters in scope, its own and those of the `impl` around it, with the names of their bounds. */
  readonly generics: ReadonlyMap<string, ReadonlySet<string>>;
  readonly returns: string;
};

const IMPL: ReadonlySet<string> = new Set(['impl_item', 'trait_item']);

export function rustFunctions(code: CodeView): RustFunction[] {
  return code.of('function_item').flatMap((node) => {
    const body = code.child(node, 'body');
    return body < 0 ? [] : [describe(code, node, body)];
  });
}

function describe(code: CodeView, node: number, body: number): RustFunction {
  const { tree } = code;
  const head = tree.text.slice(tree.start[node], tree.start[body]);
  const before = head.slice(0, Math.max(0, head.search(/\bfn\b/)));
  const impl = code.around(node, IMPL);
  const isTrait = impl >= 0 && code.child(impl, 'trait') >= 0;
  return {
    node,
    body,
    isUnsafe: /\bunsafe\b/.test(before),
    isPublic: isTrait || /^\s*pub\b(?!\s*\()/.test(before),
    isExtern: /\bextern\b/.test(before),
    parameters: code.children(code.child(node, 'parameters')).flatMap((one) => {
      if (code.kind(one) !== 'parameter') return [];
      const name = code.text(code.child(one, 'pattern')).replace(/^(?:mut|ref)\s+/, '');
      return [{ name, type: code.text(code.child(one, 'type')), node: one }];
    }),
    generics: new Map([...(impl < 0 ? [] : bounds(code, impl)), ...bounds(code, node)]),
    returns: code.text(code.child(node, 'return_type')),
  };
}

/** Type parameters with their bounds, of the list and of the `where` clause. */
export function bounds(code: CodeView, item: number): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const list = code.text(code.child(item, 'type_parameters')).slice(1, -1);
  for (const entry of topLevel(list)) add(found, entry, true);
  const where = code.tree.childOfKind(item, 'where_clause');
  if (where >= 0) for (const entry of topLevel(code.text(where).replace(/^where\b/, ''))) add(found, entry, false);
  return found;
}

function add(found: Map<string, Set<string>>, entry: string, declares: boolean): void {
  const [, name = '', rest = ''] = /^\s*([A-Z]\w*)\s*(?::([\s\S]*))?$/.exec(entry) ?? [];
  if (name === '' || (!declares && !found.has(name))) return;
  const known = found.get(name) ?? new Set<string>();
  for (const bound of rest.split('=')[0]?.split('+') ?? []) {
    const last = /([?\w']+)\s*(?:[<(].*)?$/s.exec(bound.replace(/<[\s\S]*/, '').trim())?.[1];
    if (last !== undefined) known.add(last);
  }
  found.set(name, known);
}

/** A list split at the commas that stand in no brackets. */
export function topLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at);
    if ('<([{'.includes(letter)) depth++;
    else if (')]}'.includes(letter) || (letter === '>' && text.charAt(at - 1) !== '-')) depth--;
    else if (letter === ',' && depth === 0) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  return [...parts, text.slice(from)].map((part) => part.trim()).filter((part) => part !== '');
}

/** Traits that say nothing of memory layout or of other threads. */
const PLAIN = new Set(
  (
    'Copy Clone Sized ?Sized Debug Display Default Eq PartialEq Ord PartialOrd Hash Fn FnMut FnOnce Iterator IntoIterator ExactSizeIterator From ' +
    'Into AsRef AsMut Deref DerefMut Drop Any Read Write Add Sub Mul Div Borrow ToOwned ToString Unpin Allocator Future'
  ).split(' '),
);

/** Whether a parameter has no bound but those that promise nothing. */
export function isUnbounded(names: ReadonlySet<string> | undefined): boolean {
  return names !== undefined && [...names].every((name) => PLAIN.has(name) || name.startsWith("'"));
}

/** The last step of a call's path or method: `read` in `std::ptr::read(x)` and `x.read()`. */
export function calleeName(code: CodeView, call: number): string {
  const path = calleePath(code, call);
  return /(\w+)$/.exec(path)?.[1] ?? '';
}

/** A call's path without type arguments, a method as `.name`. */
export function calleePath(code: CodeView, call: number): string {
  let callee = code.child(call, 'function');
  if (code.kind(callee) === 'generic_function') callee = code.child(callee, 'function');
  if (code.kind(callee) === 'field_expression') return `.${code.text(code.child(callee, 'field'))}`;
  return code.text(callee).replace(/::<[^<>]*>/g, '');
}

export function argumentsOf(code: CodeView, call: number): readonly number[] {
  return code.children(code.child(call, 'arguments'));
}

/** What a method is called on, or -1. */
export function receiverOf(code: CodeView, call: number): number {
  let callee = code.child(call, 'function');
  if (code.kind(callee) === 'generic_function') callee = code.child(callee, 'function');
  return code.kind(callee) === 'field_expression' ? code.child(callee, 'value') : -1;
}

/** The variable at the start of a place or chain of methods: `x` in `&x[1].y()`. */
export function rootName(code: CodeView, node: number): string {
  return /^[&*(\s]*(?:mut\s+)?([a-z_]\w*)/.exec(code.text(node))?.[1] ?? '';
}

export function mentions(text: string, name: string): boolean {
  return name !== '' && new RegExp(`\\b${name}\\b`).test(text);
}
