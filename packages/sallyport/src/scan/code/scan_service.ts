import type { Check, Model } from './check.ts';
import { shippedChecks } from './check_store.ts';
import type { CodeFinding, NotScanned, ScanResult, ScanStats, SourceFile } from './finding.ts';
import { frontEnd, threadTime, type LoweredCache } from './front_end_service.ts';
import { inspect } from './inspect/registry.ts';
import type { ModuleIr } from './ir.ts';
import { grammarOf, type Grammar } from './language.ts';
import { Patterns } from './patterns.ts';
import { projectNames, type ProjectNames } from './project_files.ts';
import { Report } from './report.ts';
import type { Symbols } from './symbol.ts';
import { Analysis } from './taint/analysis.ts';
import type { Listener } from './taint/engine.ts';
import { Project } from './taint/project.ts';
import { nameTypes, Rules } from './taint/rules.ts';
import { Templates } from './templates/index.ts';
import { TextFilter } from './text_filter.ts';

export type ScanOptions = {
  /** In place of the shipped checks. */
  readonly checks?: readonly Check[];
  readonly models?: readonly Model[];
  /** Also report places where a flow is not proven. */
  readonly audit?: boolean;
  /** Threads that parse; 1, the default, does it in this one. */
  readonly workers?: number;
  readonly cache?: LoweredCache | undefined;
};

let shipped: ReturnType<typeof shippedChecks> | undefined;

/** Scans files of the five languages; nothing of them is executed. What was not or only partly scanned is named. */
export async function scanCode(files: readonly SourceFile[], options: ScanOptions = {}): Promise<ScanResult> {
  shipped ??= shippedChecks();
  const checks = options.checks ?? shipped.checks;
  const models = options.models ?? shipped.models;
  const { modules, notScanned, characters, cpu } = await frontEnd(files, {
    workers: options.workers ?? 1,
    cache: options.cache,
    version: shipped.frontEnd,
  });
  const started = threadTime();
  const spec = { checks, models, audit: options.audit === true, names: projectNames(files), templates: new Templates(files) };
  const exhausted: NotScanned[] = [];
  const findings = analyse(modules, await Patterns.of(modules, checks), spec, exhausted);
  const stats: ScanStats = { files: modules.length, characters, front: cpu, analysis: threadTime() - started };
  const active = new Set(checks.filter(({ tier }) => tier === 'certain' || options.audit === true).map(({ id }) => `code.${id}`));
  return {
    findings: findings.filter(({ rule, audit }) => active.has(rule) && (spec.audit || audit !== true)),
    notScanned: [...notScanned, ...exhausted],
    stats,
  };
}

type Spec = {
  readonly checks: readonly Check[];
  readonly models: readonly Model[];
  readonly audit: boolean;
  readonly names: ProjectNames;
  readonly templates: Templates;
};

/** A function that scanned code calls: its symbol's steps (`['crypto/ssh', 'Dial']`), and where. */
export type CalledSymbol = { readonly steps: readonly string[]; readonly path: string; readonly line: number; readonly column: number };

/** What the files call, as far as imports, types and flows tell; each symbol once, at its first call. */
export async function calledSymbols(files: readonly SourceFile[]): Promise<readonly CalledSymbol[]> {
  shipped ??= shippedChecks();
  const { modules } = await frontEnd(files, { workers: 1, cache: undefined, version: shipped.frontEnd });
  const called = new Map<string, CalledSymbol>();
  const spec = { checks: [], models: shipped.models, audit: false, names: projectNames(files), templates: new Templates([]) };
  analyse(modules, await Patterns.of(modules, []), spec, [], ({ symbols, tree, path }, symbol, node) => {
    const steps = symbols.steps(symbol);
    const key = steps.join('\0');
    if (!called.has(key)) called.set(key, { steps, path, ...tree.place(tree.start[node] as number) });
  });
  return [...called.values()];
}

function analyse(
  modules: readonly ModuleIr[],
  patterns: Patterns,
  { checks, models, audit, names, templates }: Spec,
  notScanned: NotScanned[],
  called?: Listener['called'],
): CodeFinding[] {
  const report = new Report();
  const byGrammar = new Map<Grammar, Rules>();
  const byModule = new Map<ModuleIr, Rules>();
  const find = ({ path, language, symbols }: ModuleIr): Rules => {
    const grammar = grammarOf(path) ?? language;
    let found = byGrammar.get(grammar);
    if (found === undefined) {
      found = new Rules(language, symbols, checks, models, patterns.checks(grammar));
      byGrammar.set(grammar, found);
    }
    return found;
  };
  let last: ModuleIr | undefined;
  let lastRules: Rules | undefined;
  const rules = (module: ModuleIr): Rules => {
    if (module === last && lastRules !== undefined) return lastRules;
    let found = byModule.get(module);
    if (found === undefined) byModule.set(module, (found = find(module)));
    last = module;
    lastRules = found;
    return found;
  };
  // Other names of types must be known before the first symbol is looked up.
  const named = new Set<Symbols>();
  for (const { symbols, language } of modules) {
    if (!named.has(symbols)) nameTypes(symbols, language, models);
    named.add(symbols);
  }
  const analysis = new Analysis(new Project(modules, names, templates), rules, {
    flow: (flow) => report.flow(flow),
    unproven: (sink, module, node) => report.unproven(sink, module, node),
    match: (check, module, node) => report.match(check, module, node),
    ...(called === undefined ? {} : { called }),
    ...(audit ? { audit: (sink, module, node) => report.audit(sink, module, node) } : {}),
  });
  const inspections = Map.groupBy(checks, ({ inspect: name }) => name ?? '');
  inspections.delete('');
  const words = new TextFilter();
  const inspected = [...inspections.keys()];
  for (const module of modules) {
    analysis.module(module);
    words.read(module.tree.text);
    patterns.matcher(grammarOf(module.path) ?? module.language)?.find(module, words, (check, node) => report.match(check, module, node));
    inspect(module, inspected, words, (name, node, offset) => {
      for (const check of inspections.get(name) ?? []) report.match(check, module, node, offset);
    });
  }
  analysis.unknownCallers();
  if (audit) {
    const filled = checks.filter(({ taint }) => taint?.templates === 'anywhere');
    for (const { module, holes } of templates.all)
      for (const { node } of holes) for (const check of filled) report.audit({ check }, module, node);
  }
  for (const { path } of analysis.exhausted)
    notScanned.push({ path, reason: 'the flow analysis was ended: too much work in one function' });
  return report.findings();
}
