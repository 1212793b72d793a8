import type { Check, Model } from './check.ts';
import { entryLanguage } from './check.ts';
import { shippedChecks } from './check_store.ts';
import type { CodeFinding, NotScanned, ScanResult, ScanStats, SourceFile } from './finding.ts';
import { grammarParser, MAX_DEPTH } from './grammar_store.ts';
import type { ModuleIr } from './ir.ts';
import { IrBuilder, MAX_INSTRUCTIONS } from './ir_builder.ts';
import { grammarOf, languageOf, type Grammar, type Language } from './language.ts';
import { loweringOf } from './lower/registry.ts';
import { readMatchCheck, SyntaxMatcher, type MatchCheck } from './pattern/match_check.ts';
import { Report } from './report.ts';
import { Names, Symbols } from './symbol.ts';
import { Analysis } from './taint/analysis.ts';
import { Project } from './taint/project.ts';
import { Rules } from './taint/rules.ts';

export type ScanOptions = {
  /** In place of the shipped checks. */
  readonly checks?: readonly Check[];
  readonly models?: readonly Model[];
  /** Also report places where a flow is not proven. */
  readonly audit?: boolean;
  /** Threads; 1 scans in this one. */
  readonly workers?: number;
};

/** A larger file is generated or data; nobody reviews it. UTF-16 code units. */
export const MAX_FILE_LENGTH = 1_000_000;
/** Minified code has lines that nobody wrote; the whole file is named as not scanned. */
const MAX_LINE_LENGTH = 20_000;

let shipped: ReturnType<typeof shippedChecks> | undefined;

/** Scans files of the five languages; nothing of them is executed. What was not or only partly scanned is named. */
export async function scanCode(files: readonly SourceFile[], options: ScanOptions = {}): Promise<ScanResult> {
  shipped ??= shippedChecks();
  const checks = options.checks ?? shipped.checks;
  const models = options.models ?? shipped.models;
  const notScanned: NotScanned[] = [];
  const stats: ScanStats = { files: 0, characters: 0, front: 0, analysis: 0 };
  const symbols = new SymbolTables();
  const started = threadTime();
  const modules: ModuleIr[] = [];
  for (const file of files) {
    const module = await lowerFile(file, symbols, notScanned);
    if (module === undefined) continue;
    modules.push(module);
    stats.files++;
    stats.characters += file.text.length;
  }
  stats.front = threadTime() - started;
  const findings = analyse(modules, await Patterns.of(modules, checks), { checks, models }, notScanned);
  stats.analysis = threadTime() - started - stats.front;
  const active = new Set(checks.filter(({ tier }) => tier === 'certain' || options.audit === true).map(({ id }) => `code.${id}`));
  return { findings: findings.filter(({ rule }) => active.has(rule)), notScanned, stats };
}

/** Processor time of this thread in milliseconds: says the cost of a scan on a busy machine too. */
function threadTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Symbols of languages that do not share libraries are apart. */
class SymbolTables {
  readonly #tables = new Map<string, Symbols>();

  of(language: Language): Symbols {
    const key = entryLanguage(language);
    let symbols = this.#tables.get(key);
    if (symbols === undefined) {
      symbols = new Symbols(new Names());
      this.#tables.set(key, symbols);
    }
    return symbols;
  }
}

async function lowerFile(file: SourceFile, symbols: SymbolTables, notScanned: NotScanned[]): Promise<ModuleIr | undefined> {
  const grammar = grammarOf(file.path);
  const skip = (reason: string): undefined => {
    notScanned.push({ path: file.path, reason });
    return undefined;
  };
  if (grammar === undefined) return skip('not code of a language that is scanned');
  const refusal = refusalOf(file.text);
  if (refusal !== undefined) return skip(refusal);
  const lowering = loweringOf(languageOf(grammar));
  if (lowering === undefined) return skip('the language is not scanned yet');
  const parser = await grammarParser(grammar);
  const tree = parser.parse(file.text);
  if (tree === undefined) return skip('the parser gave no tree');
  if (tree.truncated) skip(`nested deeper than ${MAX_DEPTH}: the inner part is not scanned`);
  const language = languageOf(grammar);
  const build = new IrBuilder(file.path, language, tree, symbols.of(language));
  lowering.lower(tree, build);
  if (build.overflow) skip(`a function with more than ${MAX_INSTRUCTIONS} instructions: the rest of it is not scanned`);
  return build.finish();
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

type Spec = { readonly checks: readonly Check[]; readonly models: readonly Model[] };

function analyse(modules: readonly ModuleIr[], patterns: Patterns, { checks, models }: Spec, notScanned: NotScanned[]): CodeFinding[] {
  const report = new Report();
  const byGrammar = new Map<Grammar, Rules>();
  const rules = ({ path, language, symbols }: ModuleIr): Rules => {
    const grammar = grammarOf(path) ?? language;
    let found = byGrammar.get(grammar);
    if (found === undefined) {
      found = new Rules(language, symbols, checks, models, patterns.checks(grammar));
      byGrammar.set(grammar, found);
    }
    return found;
  };
  // Aliases of types must be known before the first symbol is looked up.
  for (const module of modules) rules(module);
  const analysis = new Analysis(new Project(modules), rules, {
    flow: (flow) => report.flow(flow),
    match: (check, module, node) => report.match(check, module, node),
  });
  for (const module of modules) {
    analysis.module(module);
    patterns.matcher(grammarOf(module.path) ?? module.language)?.find(module.tree, (check, node) => report.match(check, module, node));
  }
  analysis.unknownCallers();
  for (const { path } of analysis.exhausted)
    notScanned.push({ path, reason: 'the flow analysis was ended: too much work in one function' });
  return report.findings();
}

/** The patterns of the checks, read with each grammar that the scanned files need; kept while the same checks are used. */
class Patterns {
  static readonly #read = new WeakMap<readonly Check[], Map<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>>();
  readonly #byGrammar: ReadonlyMap<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>;

  private constructor(byGrammar: ReadonlyMap<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>) {
    this.#byGrammar = byGrammar;
  }

  static async of(modules: readonly ModuleIr[], checks: readonly Check[]): Promise<Patterns> {
    const known = Patterns.#read.get(checks) ?? new Map<Grammar, { checks: readonly MatchCheck[]; matcher: SyntaxMatcher }>();
    Patterns.#read.set(checks, known);
    for (const grammar of new Set(modules.map(({ path, language }) => grammarOf(path) ?? language))) {
      if (known.has(grammar)) continue;
      const parser = await grammarParser(grammar);
      const found = checks.map((check) => readMatchCheck(check, languageOf(grammar), parser)).filter((match) => match !== undefined);
      known.set(grammar, { checks: found, matcher: new SyntaxMatcher(found) });
    }
    return new Patterns(known);
  }

  checks(grammar: Grammar): readonly MatchCheck[] {
    return this.#byGrammar.get(grammar)?.checks ?? [];
  }

  matcher(grammar: Grammar): SyntaxMatcher | undefined {
    return this.#byGrammar.get(grammar)?.matcher;
  }
}
