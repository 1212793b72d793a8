import type { GrammarParser } from '../grammar_store.ts';
import type { Language } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';

/**
 * Patterns that are syntax and not a call, value or assignment: `if $X == $X: ...`, `unsafe { ... }`, `go func() { ... }()`. The text is parsed by
 * the language's own grammar and compared with the tree node by node. `$X` is any node (the same text wherever it stands again), `...` any number of
 * arguments, statements or parameters, `"..."` any string.
 */
export type SyntaxPattern = {
  readonly tree: SyntaxTree;
  readonly root: number;
  /** A word that any match contains: files without it need no look. */
  readonly anchor: string;
  /** By node of the pattern: the metavariable that it is. */
  readonly metavariables: readonly (string | undefined)[];
};

/** Node of the scanned tree by metavariable. */
export type Bindings = Map<string, number>;

const METAVARIABLE = 'mEtA_';
const REST = 'rEsT_';
const BODY = /^\{\s*(mEtA_BODY);?\s*\}$/;
/** Steps of one comparison: nested `...` could try every way. */
const MAX_STEPS = 20_000;

/** Parses a pattern; `undefined` when it is no code of the language. */
export function readSyntaxPattern(text: string, language: Language, parser: GrammarParser): SyntaxPattern | undefined {
  const code = text.replace(/\$([A-Z][A-Z0-9_]*)/g, `${METAVARIABLE}$1`).replace(/(["'`])\.\.\.\1/g, `$1${REST}$1`);
  const isStatement = language === 'python' ? REST : `${REST};`;
  const filled = code
    .replace(/^([ \t]*)\.\.\.[ \t]*$/gm, `$1${isStatement}`)
    .replace(/\{\s*\.\.\.\s*\}/g, `{ ${isStatement} }`)
    .replaceAll('...', REST);
  const wrapped = language === 'rust' ? `fn ${METAVARIABLE}() {${filled}\n}` : filled;
  const tree = parser.parse(wrapped);
  if (tree === undefined) return undefined;
  const root = rootOf(tree, language);
  if (root < 0 || hasError(tree, root)) return undefined;
  const metavariables = Array.from({ length: tree.count }, (_, node) => metavariableOf(tree, node));
  return { tree, root, anchor: anchorOf(tree, root), metavariables };
}

/** The node that a match is compared with: a single statement or expression without what stands around it. */
function rootOf(tree: SyntaxTree, language: Language): number {
  let at = 0;
  if (language === 'rust') at = tree.child(tree.first(0), 'body');
  for (let step = 0; step < 4; step++) {
    const children = at < 0 ? [] : tree.children(at);
    if (children.length !== 1) return step === 0 ? -1 : at;
    const kind = tree.kindName(children[0] as number);
    at = children[0] as number;
    if (kind !== 'expression_statement') return at;
  }
  return at;
}

function hasError(tree: SyntaxTree, root: number): boolean {
  for (let node = root; node < (tree.skip[root] as number); node++) if (tree.kindName(node) === 'ERROR') return true;
  return false;
}

function anchorOf(tree: SyntaxTree, root: number): string {
  let best = '';
  for (let node = root; node < (tree.skip[root] as number); node++) {
    if (tree.skip[node] !== node + 1) continue;
    const text = tree.textOf(node);
    if (/^\w+$/.test(text) && !text.startsWith(METAVARIABLE) && !text.startsWith(REST) && text.length > best.length) best = text;
  }
  return best;
}

/** What the pattern's metavariables stand for at `node`; `undefined` when it does not match there. */
export function matchSyntax(pattern: SyntaxPattern, tree: SyntaxTree, node: number): Bindings | undefined {
  const matcher = new Matcher(pattern, tree);
  return matcher.node(pattern.root, node) ? matcher.bindings : undefined;
}

class Matcher {
  readonly bindings: Bindings = new Map();
  readonly #pattern: SyntaxTree;
  readonly #metavariables: readonly (string | undefined)[];
  readonly #tree: SyntaxTree;
  #steps = 0;

  constructor(pattern: SyntaxPattern, tree: SyntaxTree) {
    this.#pattern = pattern.tree;
    this.#metavariables = pattern.metavariables;
    this.#tree = tree;
  }

  node(wanted: number, node: number): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    const metavariable = this.#metavariables[wanted];
    if (metavariable !== undefined) return this.#bind(metavariable, node);
    const pattern = this.#pattern;
    const tree = this.#tree;
    if (pattern.kindName(wanted) !== tree.kindName(node)) return false;
    const parts = pattern.children(wanted);
    if (parts.length === 0) return tree.skip[node] === node + 1 && pattern.textOf(wanted) === tree.textOf(node);
    if (parts.some((part) => pattern.textOf(part) === REST && !isRest(pattern, part))) return true;
    return this.#sequence(parts, 0, tree.children(node), 0);
  }

  #sequence(wanted: readonly number[], at: number, nodes: readonly number[], from: number): boolean {
    const part = wanted[at];
    if (part === undefined) return from >= nodes.length;
    if (isRest(this.#pattern, part)) {
      for (let next = from; next <= nodes.length; next++) {
        const before = new Map(this.bindings);
        if (this.#sequence(wanted, at + 1, nodes, next)) return true;
        this.#restore(before);
        if (this.#steps > MAX_STEPS) return false;
      }
      return false;
    }
    const node = nodes[from];
    return node !== undefined && this.node(part, node) && this.#sequence(wanted, at + 1, nodes, from + 1);
  }

  #restore(before: Bindings): void {
    this.bindings.clear();
    for (const [name, node] of before) this.bindings.set(name, node);
  }

  #bind(metavariable: string, node: number): boolean {
    const known = this.bindings.get(metavariable);
    if (known === undefined) {
      this.bindings.set(metavariable, node);
      return true;
    }
    return this.#tree.textOf(known) === this.#tree.textOf(node);
  }
}

/** A leaf that is a metavariable, also as the statement that it alone is; `{ $BODY }` is a whole block. */
function metavariableOf(tree: SyntaxTree, node: number): string | undefined {
  const text = tree.textOf(node).replace(BODY, '$1');
  if (!text.startsWith(METAVARIABLE)) return undefined;
  const name = text.slice(METAVARIABLE.length).replace(/;$/, '');
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? `$${name}` : undefined;
}

function isRest(tree: SyntaxTree, node: number): boolean {
  const text = tree.textOf(node);
  if (text !== REST && text !== `${REST};`) return false;
  return !tree.kindName(node).startsWith('string') && !tree.kindName(node).endsWith('content') && tree.kindName(node) !== 'string_fragment';
}
