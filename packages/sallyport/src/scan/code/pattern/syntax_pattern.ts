import type { GrammarParser } from '../grammar_store.ts';
import type { Language } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';

/**
 * Patterns that are syntax and not a call, value or assignment: `if $X == $X: ...`, `unsafe { ... }`, `go func() { ... }()`. The text is parsed by
 * the language's own grammar and compared with the tree node by node. `$X` is any node (the same text wherever it stands again), `...` any number of
 * arguments, statements or parameters, `"..."` any string.
 */
export type SyntaxPattern = {
  readonly root: PatternNode;
  /** A word that any match contains: files without it need no look. */
  readonly anchor: string;
};

type PatternNode = {
  readonly metavariable: string | undefined;
  readonly kind: string;
  /** Of one without parts. */
  readonly text: string;
  readonly parts: readonly PatternNode[];
  /** `...` in a list. */
  readonly isRest: boolean;
  /** `"..."`: whatever its parts are. */
  readonly isOpen: boolean;
};

/** Nodes of the scanned tree by metavariable: a pattern has one or two, in lists that cost less than a map. */
export class Bindings {
  readonly #names: string[] = [];
  readonly #nodes: number[] = [];

  get(metavariable: string): number | undefined {
    return this.#nodes[this.#names.indexOf(metavariable)];
  }

  set(metavariable: string, node: number): void {
    this.#names.push(metavariable);
    this.#nodes.push(node);
  }

  copy(): Bindings {
    const copy = new Bindings();
    copy.#names.push(...this.#names);
    copy.#nodes.push(...this.#nodes);
    return copy;
  }
}

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
  return { root: patternNode(tree, root), anchor: anchorOf(tree, root) };
}

function patternNode(tree: SyntaxTree, node: number): PatternNode {
  const parts = tree.children(node);
  return {
    metavariable: metavariableOf(tree, node),
    kind: tree.kindName(node),
    text: tree.textOf(node),
    parts: parts.map((part) => patternNode(tree, part)),
    isRest: isRest(tree, node),
    isOpen: parts.some((part) => tree.textOf(part) === REST && !isRest(tree, part)),
  };
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
export function matchSyntax({ root }: SyntaxPattern, tree: SyntaxTree, node: number): Bindings | undefined {
  if (root.metavariable === undefined && root.kind !== tree.kindName(node)) return undefined;
  const matcher = new Matcher(tree);
  return matcher.node(root, node) ? (matcher.bindings ?? NO_BINDINGS) : undefined;
}

const NO_BINDINGS = new Bindings();

class Matcher {
  bindings: Bindings | undefined;
  readonly #tree: SyntaxTree;
  #steps = 0;

  constructor(tree: SyntaxTree) {
    this.#tree = tree;
  }

  node(wanted: PatternNode, node: number): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    if (wanted.metavariable !== undefined) return this.#bind(wanted.metavariable, node);
    const tree = this.#tree;
    if (wanted.kind !== tree.kindName(node)) return false;
    const end = tree.skip[node] as number;
    if (wanted.parts.length === 0) return end === node + 1 && tree.textOf(node) === wanted.text;
    return wanted.isOpen || this.#sequence(wanted.parts, 0, node + 1, end);
  }

  /** The parts from `at` on are the siblings from `next` on, before `end`. */
  #sequence(wanted: readonly PatternNode[], at: number, next: number, end: number): boolean {
    const part = wanted[at];
    if (part === undefined) return next >= end;
    const { skip } = this.#tree;
    if (!part.isRest) return next < end && this.node(part, next) && this.#sequence(wanted, at + 1, skip[next] as number, end);
    if (at === wanted.length - 1) return true;
    for (let from = next; ; from = skip[from] as number) {
      const before = this.bindings?.copy();
      if (this.#sequence(wanted, at + 1, from, end)) return true;
      this.bindings = before;
      if (from >= end || this.#steps > MAX_STEPS) return false;
    }
  }

  #bind(metavariable: string, node: number): boolean {
    const known = this.bindings?.get(metavariable);
    if (known !== undefined) return this.#tree.textOf(known) === this.#tree.textOf(node);
    (this.bindings ??= new Bindings()).set(metavariable, node);
    return true;
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
