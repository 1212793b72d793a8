import { entryLanguage, type Check } from '../check.ts';
import type { GrammarParser } from '../grammar_store.ts';
import { isPolynomial } from '../inspect/polynomial_pattern.ts';
import type { ModuleIr } from '../ir.ts';
import type { Language } from '../language.ts';
import type { SyntaxTree } from '../syntax.ts';
import type { TextFilter } from '../text_filter.ts';
import { readCallPattern, type CallPattern } from './call_pattern.ts';
import { expression, type ConditionSource, type Expression } from './expression.ts';
import { matchSyntax, readSyntaxPattern, type Bindings, type SyntaxPattern } from './syntax_pattern.ts';

/** What a metavariable stands for: a node, and its value where that is known (`undefined`: it is not). */
export type Held = {
  readonly node: number;
  readonly constant: string | number | boolean | null | undefined;
  /** Made of constants alone: `b'0' * 16`. */
  readonly made?: boolean;
};
export type Holds = { get(metavariable: string): Held | undefined };

export type Condition = {
  readonly metavariable: string;
  readonly regex: Expression | undefined;
  readonly notRegex: Expression | undefined;
  readonly written: Expression | undefined;
  readonly below: number | undefined;
  readonly above: number | undefined;
  readonly constant: boolean | undefined;
  readonly made: boolean | undefined;
  readonly polynomial: boolean;
  readonly optional: boolean;
  /** What the expressions said of short texts before: names come again and again. */
  readonly seen: Map<string, boolean>;
};

/** A check with `match`, ready for one grammar. */
export type MatchCheck = {
  readonly check: Check;
  readonly calls: readonly CallPattern[];
  readonly syntax: readonly SyntaxPattern[];
  readonly notCalls: readonly CallPattern[];
  readonly notSyntax: readonly SyntaxPattern[];
  readonly inside: readonly SyntaxPattern[] | undefined;
  readonly notInside: readonly SyntaxPattern[];
  readonly where: readonly Condition[];
  readonly imports: readonly string[] | undefined;
  readonly words: readonly string[] | undefined;
};

/** Reads the patterns of a check; `undefined` when it has none for the language. Throws when one is no code of the language. `read`: those of other checks. */
export function readMatchCheck(
  check: Check,
  language: Language,
  parser: GrammarParser,
  read = new Map<string, SyntaxPattern>(),
): MatchCheck | undefined {
  const { match } = check;
  const key = entryLanguage(language);
  const texts = match?.any[key];
  if (match === undefined || texts === undefined) return undefined;
  const syntax = (list: readonly string[]): SyntaxPattern[] =>
    list.map((text) => {
      const pattern = read.get(text) ?? readSyntaxPattern(text, language, parser);
      if (pattern === undefined) throw new SyntaxError(`${check.id}: not a pattern of ${language}: ${text}`);
      read.set(text, pattern);
      return pattern;
    });
  const isCall = (text: string): boolean => readCallPattern(text) !== undefined;
  const calls = (list: readonly string[]): CallPattern[] => list.map(readCallPattern).filter((pattern) => pattern !== undefined);
  const not = match.not?.[key] ?? [];
  const inside = match.inside?.[key];
  return {
    check,
    calls: calls(texts),
    syntax: syntax(texts.filter((text) => !isCall(text))),
    notCalls: calls(not),
    notSyntax: syntax(not.filter((text) => !isCall(text))),
    inside: inside === undefined ? undefined : syntax(inside),
    notInside: syntax(match.notInside?.[key] ?? []),
    imports: match.imports?.[key],
    words: match.words,
    where: readConditions(match.where),
  };
}

/** Conditions with their expressions. */
export function readConditions(conditions: readonly ConditionSource[] | undefined): readonly Condition[] {
  return (conditions ?? []).map((condition) => ({
    metavariable: condition.metavariable,
    regex: expression(condition.regex, condition.native?.regex),
    notRegex: expression(condition.notRegex, condition.native?.notRegex),
    written: expression(condition.written, condition.native?.written),
    below: condition.below,
    above: condition.above,
    constant: condition.constant,
    made: condition.made,
    polynomial: condition.polynomial === true,
    optional: condition.optional === true,
    seen: new Map<string, boolean>(),
  }));
}

/** Whether what surrounds a match, and what its metavariables hold, is as the check says. */
export function holdsAt(check: MatchCheck, tree: SyntaxTree, node: number, holds: Holds): boolean {
  if (check.notSyntax.some((pattern) => matchSyntax(pattern, tree, node) !== undefined)) return false;
  if (!check.where.every((condition) => fulfils(condition, tree, holds))) return false;
  if (check.inside === undefined && check.notInside.length === 0) return true;
  const around = tree.ancestors(node);
  const within = (patterns: readonly SyntaxPattern[]): boolean =>
    around.some((ancestor) => patterns.some((pattern) => matchSyntax(pattern, tree, ancestor) !== undefined));
  return (check.inside === undefined || within(check.inside)) && !within(check.notInside);
}

/** Whether a file imports one of the modules, or something of them; true when none is asked for. */
export function importsAny(imports: readonly string[], wanted: readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  return imports.some((name) => wanted.some((one) => name === one || name.startsWith(`${one}.`) || name.startsWith(`${one}/`)));
}

/** Texts that are kept, and how many of them. */
const SEEN_LENGTH = 60;
const MAX_SEEN = 20_000;

function matchesText(condition: Condition, text: string): boolean {
  const { regex, notRegex, seen } = condition;
  if (regex === undefined && notRegex === undefined) return true;
  const known = seen.get(text);
  if (known !== undefined) return known;
  const matches = regex?.(text) !== false && notRegex?.(text) !== true;
  if (text.length <= SEEN_LENGTH && seen.size < MAX_SEEN) seen.set(text, matches);
  return matches;
}

/** The text of an expression, or of a literal `/.../`. */
function isPolynomialText({ seen }: Condition, text: string): boolean {
  // Apart from what the other expressions said of it.
  const key = `\0${text}`;
  const known = seen.get(key);
  if (known !== undefined) return known;
  const found = isPolynomial(/^\/(.*)\/[a-z]*$/s.exec(text)?.[1] ?? text);
  if (text.length <= SEEN_LENGTH && seen.size < MAX_SEEN) seen.set(key, found);
  return found;
}

export function fulfils(condition: Condition, tree: SyntaxTree, holds: Holds): boolean {
  const held = holds.get(condition.metavariable);
  if (held === undefined) return condition.optional;
  const { constant } = held;
  if (condition.constant !== undefined && condition.constant !== (constant !== undefined)) return false;
  if (condition.made !== undefined && condition.made !== (constant !== undefined || held.made === true)) return false;
  if (condition.written?.(tree.textOf(held.node)) === false) return false;
  const text = typeof constant === 'string' ? constant : tree.textOf(held.node);
  if (!matchesText(condition, text)) return false;
  if (condition.polynomial && !isPolynomialText(condition, text)) return false;
  if (condition.below === undefined && condition.above === undefined) return true;
  const number = typeof constant === 'number' ? constant : Number(text);
  if (Number.isNaN(number)) return false;
  return (condition.below === undefined || number < condition.below) && (condition.above === undefined || number > condition.above);
}

/** Checks with the same pattern. */
type Entry = { readonly pattern: SyntaxPattern; readonly checks: readonly MatchCheck[] };

/** Syntax patterns of all checks by the kind of their root: one pass over a tree, whose text `words` has read, serves them all. */
export class SyntaxMatcher {
  readonly #entries: readonly Entry[];
  /** By the name of a kind its numbers in the grammar. */
  #kinds: ReadonlyMap<string, readonly number[]> | undefined;

  constructor(checks: readonly MatchCheck[]) {
    const byPattern = new Map<SyntaxPattern, MatchCheck[]>();
    for (const check of checks)
      for (const pattern of check.syntax) {
        const known = byPattern.get(pattern);
        if (known === undefined) byPattern.set(pattern, [check]);
        else known.push(check);
      }
    this.#entries = [...byPattern].map(([pattern, same]) => ({ pattern, checks: same }));
  }

  find({ tree, imports }: Pick<ModuleIr, 'tree' | 'imports'>, words: TextFilter, found: (check: Check, node: number) => void): void {
    const byKind: Entry[][] = [];
    for (const { pattern, checks } of this.#entries) {
      if (pattern.anchor !== '' && !words.includes(pattern.anchor)) continue;
      const asked = checks.filter(
        (check) => check.words?.some((word) => words.includes(word)) !== false && importsAny(imports, check.imports),
      );
      if (asked.length === 0) continue;
      for (const kind of this.#numbersOf(tree, pattern.root.kind)) (byKind[kind] ??= []).push({ pattern, checks: asked });
    }
    if (byKind.length === 0) return;
    const { kind: kinds, count } = tree;
    for (let node = 0; node < count; node++) {
      const entries = byKind[kinds[node] as number];
      if (entries === undefined) continue;
      for (const { pattern, checks } of entries) {
        const bindings = matchSyntax(pattern, tree, node);
        if (bindings === undefined) continue;
        const holds = new HoldsOfText(tree, bindings);
        for (const check of checks) if (holdsAt(check, tree, node, holds)) found(check.check, node);
      }
    }
  }

  #numbersOf({ names: { kindNames } }: SyntaxTree, kind: string): readonly number[] {
    this.#kinds ??= Map.groupBy(kindNames.keys(), (number) => kindNames[number] ?? '');
    return this.#kinds.get(kind) ?? [];
  }
}

/** What metavariables stand for in the text; values are read when a condition asks. */
class HoldsOfText implements Holds {
  readonly #tree: SyntaxTree;
  readonly #bindings: Bindings;

  constructor(tree: SyntaxTree, bindings: Bindings) {
    this.#tree = tree;
    this.#bindings = bindings;
  }

  get(metavariable: string): Held | undefined {
    const node = this.#bindings.get(metavariable);
    return node === undefined ? undefined : { node, constant: literal(this.#tree, node) };
  }
}

/** The value of a literal in the text. */
function literal(tree: SyntaxTree, node: number): string | number | undefined {
  const text = tree.textOf(node);
  const first = text.charCodeAt(0);
  // Most are names.
  if (first > 57 && first !== 96) return undefined;
  if (/^-?(?:0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?)$/.test(text)) return Number(text.replaceAll('_', ''));
  const quoted = /^(["'`])([\s\S]*)\1$/.exec(text);
  return quoted === null ? undefined : quoted[2];
}
