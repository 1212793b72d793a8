import { componentCode } from './component.ts';
import type { SourceFile } from './finding.ts';
import { grammarParser, MAX_DEPTH, type GrammarParser } from './grammar_store.ts';
import type { ModuleIr } from './ir.ts';
import { IrBuilder, MAX_INSTRUCTIONS } from './ir_builder.ts';
import { grammarOf, languageOf, type Language } from './language.ts';
import { loweringOf } from './lower/registry.ts';
import { repaired } from './repair.ts';
import type { Symbols } from './symbol.ts';
import type { SyntaxTree } from './syntax.ts';

/** A larger file is generated or data; nobody reviews it. UTF-16 code units. */
export const MAX_FILE_LENGTH = 1_000_000;
/** Minified code has lines that nobody wrote; the whole file is named as not scanned. */
const MAX_LINE_LENGTH = 20_000;

/** Fragments have errors; a file that is mostly errors is another language or hostile. */
const MAX_BROKEN_PART = 0.5;

/** Parses and lowers one file; `reasons` say what of it is not scanned, and why. */
export async function lowerFile(
  file: SourceFile,
  symbols: Symbols,
): Promise<{ readonly module: ModuleIr | undefined; readonly reasons: readonly string[] }> {
  const grammar = grammarOf(file.path);
  const reasons: string[] = [];
  const skip = (reason: string): { module: undefined; reasons: string[] } => {
    reasons.push(reason);
    return { module: undefined, reasons };
  };
  if (grammar === undefined) return skip('not code of a language that is scanned');
  const refusal = refusalOf(file.text);
  if (refusal !== undefined) return skip(refusal);
  const lowering = loweringOf(languageOf(grammar));
  if (lowering === undefined) return skip('the language is not scanned yet');
  const parser = await grammarParser(grammar);
  const component = componentCode(file.path, file.text);
  const tree = component === undefined ? bestTree(parser, file.text, languageOf(grammar)) : parser.parse(component);
  if (tree === undefined) return skip('the parser gave no tree');
  if (tree.truncated) skip(`nested deeper than ${MAX_DEPTH}: the inner part is not scanned`);
  if (brokenPart(tree) > MAX_BROKEN_PART) skip('most of it does not parse: only what does is scanned');
  const language = languageOf(grammar);
  const build = new IrBuilder(file.path, language, tree, symbols);
  lowering.lower(tree, build);
  if (build.overflow) skip(`a function with more than ${MAX_INSTRUCTIONS} instructions: the rest of it is not scanned`);
  return { module: build.finish(), reasons };
}

/** A fragment is also read with what it lacks at its ends, and the better one of both trees is taken. */
function bestTree(parser: GrammarParser, text: string, language: Language): SyntaxTree | undefined {
  const tree = parser.parse(text);
  const broken = tree === undefined ? 0 : errorLength(tree);
  if (broken === 0) return tree;
  const whole = repaired(text, language);
  const again = whole === undefined ? undefined : parser.parse(text, whole);
  return again !== undefined && errorLength(again) < broken ? again : tree;
}

/** Tree-sitter's number of its kind `ERROR`. */
const ERROR = 0xff_ff;

/** Characters that stand in errors. */
function errorLength(tree: SyntaxTree): number {
  let length = 0;
  for (let node = 0; node < tree.count; node++) {
    if (tree.kind[node] === ERROR) length += (tree.end[node] as number) - (tree.start[node] as number);
  }
  return length;
}

/** The part of the text, 0 to 1, that stands in errors at the top of the tree. */
function brokenPart(tree: SyntaxTree): number {
  if (tree.kindName(0) === 'ERROR') return 1;
  let broken = 0;
  for (const child of tree.children(0)) {
    if (tree.kindName(child) === 'ERROR') broken += (tree.end[child] as number) - (tree.start[child] as number);
  }
  return broken / Math.max(1, tree.text.length);
}

function refusalOf(text: string): string | undefined {
  if (text.length > MAX_FILE_LENGTH) return `longer than ${MAX_FILE_LENGTH} characters`;
  if (text.includes('\0')) return 'binary';
  let from = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
    if (at - from > MAX_LINE_LENGTH) return `a line longer than ${MAX_LINE_LENGTH} characters`;
    from = at + 1;
  }
  return text.length - from > MAX_LINE_LENGTH ? `a line longer than ${MAX_LINE_LENGTH} characters` : undefined;
}
