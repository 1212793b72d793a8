import { Worker } from 'node:worker_threads';
import type { Check, Model } from './check.ts';
import { entryLanguage } from './check.ts';
import { shippedChecks } from './check_store.ts';
import type { CodeFinding, NotScanned, ScanResult, ScanStats, SourceFile } from './finding.ts';
import { grammarParser, MAX_DEPTH } from './grammar_store.ts';
import type { ModuleIr } from './ir.ts';
import { inspect } from './inspect/registry.ts';
import { IrBuilder, MAX_INSTRUCTIONS } from './ir_builder.ts';
import { grammarOf, languageOf, type Grammar, type Language } from './language.ts';
import { loweringOf } from './lower/registry.ts';
import { Patterns } from './patterns.ts';
import { isProjectFile, projectNames, type ProjectNames } from './project_files.ts';
import { byPlace, Report } from './report.ts';
import { Names, Symbols } from './symbol.ts';
import type { SyntaxTree } from './syntax.ts';
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

/** Fragments have errors; a file that is mostly errors is another language or hostile. */
const MAX_BROKEN_PART = 0.5;

let shipped: ReturnType<typeof shippedChecks> | undefined;

/**
 * Scans files of the five languages; nothing of them is executed. What was not or only partly scanned is named. With `workers` above 1 the
 * languages are scanned beside each other: data does not flow between them in the files, so that nothing is lost.
 */
export async function scanCode(files: readonly SourceFile[], options: ScanOptions = {}): Promise<ScanResult> {
  const groups: readonly (readonly SourceFile[])[] = options.workers === undefined || options.workers <= 1 ? [files] : byLanguage(files);
  if (groups.length <= 1) return await scanHere(files, options);
  return merged(await scanInThreads(groups, options));
}

/** Files that can import each other. */
function byLanguage(files: readonly SourceFile[]): SourceFile[][] {
  const groups = new Map<string, SourceFile[]>();
  for (const file of files) {
    const grammar = grammarOf(file.path);
    const key = grammar === undefined ? '' : entryLanguage(languageOf(grammar));
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [file]);
    else known.push(file);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** Runs groups in at most `workers` threads, the largest first. */
async function scanInThreads(groups: readonly (readonly SourceFile[])[], options: ScanOptions): Promise<ScanResult[]> {
  const { workers = 1, ...rest } = options;
  const queue = [...groups];
  const results: ScanResult[] = [];
  const drain = async (): Promise<void> => {
    for (let group = queue.shift(); group !== undefined; group = queue.shift()) results.push(await scanInThread(group, rest));
  };
  await Promise.all(Array.from({ length: Math.min(workers, groups.length) }, drain));
  return results;
}

function scanInThread(files: readonly SourceFile[], options: ScanOptions): Promise<ScanResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker_service.ts', import.meta.url), { workerData: { files, options } });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

function merged(results: readonly ScanResult[]): ScanResult {
  const stats: ScanStats = { files: 0, characters: 0, front: 0, analysis: 0 };
  for (const result of results) for (const key of Object.keys(stats) as (keyof ScanStats)[]) stats[key] += result.stats[key];
  const findings = results.flatMap((result) => result.findings).sort(byPlace);
  return { findings, notScanned: results.flatMap((result) => result.notScanned), stats };
}

/** The scan of one thread. */
export async function scanHere(files: readonly SourceFile[], options: ScanOptions): Promise<ScanResult> {
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
  const findings = analyse(
    modules,
    await Patterns.of(modules, checks),
    { checks, models, audit: options.audit === true, names: projectNames(files) },
    notScanned,
  );
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
  if (isProjectFile(file.path)) return undefined;
  if (grammar === undefined) return skip('not code of a language that is scanned');
  const refusal = refusalOf(file.text);
  if (refusal !== undefined) return skip(refusal);
  const lowering = loweringOf(languageOf(grammar));
  if (lowering === undefined) return skip('the language is not scanned yet');
  const parser = await grammarParser(grammar);
  const tree = parser.parse(file.text);
  if (tree === undefined) return skip('the parser gave no tree');
  if (tree.truncated) skip(`nested deeper than ${MAX_DEPTH}: the inner part is not scanned`);
  if (brokenPart(tree) > MAX_BROKEN_PART) skip('most of it does not parse: what is no code of the language is not scanned');
  const language = languageOf(grammar);
  const build = new IrBuilder(file.path, language, tree, symbols.of(language));
  lowering.lower(tree, build);
  if (build.overflow) skip(`a function with more than ${MAX_INSTRUCTIONS} instructions: the rest of it is not scanned`);
  return build.finish();
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

type Spec = { readonly checks: readonly Check[]; readonly models: readonly Model[]; readonly audit: boolean; readonly names: ProjectNames };

function analyse(
  modules: readonly ModuleIr[],
  patterns: Patterns,
  { checks, models, audit, names }: Spec,
  notScanned: NotScanned[],
): CodeFinding[] {
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
  const analysis = new Analysis(new Project(modules, names), rules, {
    flow: (flow) => report.flow(flow),
    unproven: (sink, module, node) => report.unproven(sink, module, node),
    match: (check, module, node) => report.match(check, module, node),
    ...(audit ? { audit: (sink, module, node) => report.audit(sink, module, node) } : {}),
  });
  const inspections = Map.groupBy(checks, ({ inspect: name }) => name ?? '');
  inspections.delete('');
  for (const module of modules) {
    analysis.module(module);
    patterns.matcher(grammarOf(module.path) ?? module.language)?.find(module.tree, (check, node) => report.match(check, module, node));
    inspect(module, [...inspections.keys()], (name, node, offset) => {
      for (const check of inspections.get(name) ?? []) report.match(check, module, node, offset);
    });
  }
  analysis.unknownCallers();
  for (const { path } of analysis.exhausted)
    notScanned.push({ path, reason: 'the flow analysis was ended: too much work in one function' });
  return report.findings();
}
