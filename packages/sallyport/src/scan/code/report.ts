import { SOURCE_KINDS, type Check } from './check.ts';
import { Autofixes } from './autofix.ts';
import type { CodeFinding, TraceStep } from './finding.ts';
import type { ModuleIr } from './ir.ts';
import type { FlowReport } from './taint/flow.ts';
import type { SinkRule } from './taint/rules.ts';
import { FlowConditions } from './flow_condition.ts';
import { isTestCode } from './test_code.ts';

/** Steps of a trace that are shown: the first and the last ones; the middle of a long way tells least. */
const MAX_TRACE = 20;
/** A finding is where its code starts; a long statement is not all of it. */
const MAX_LINES = 12;

/** Nobody is seen to pass untrusted data; that somebody may is likely. */
const PARAMETER_CONFIDENCE = 0.5;
/** A function that runs what it is given, with a value that is no constant. */
const UNPROVEN_CONFIDENCE = 0.4;
/** A sink with a value that is no constant: most of these places are right. */
const AUDIT_CONFIDENCE = 0.2;

type More = { readonly trace?: readonly TraceStep[]; readonly confidence?: number; readonly audit?: true };

/** Findings by check and line, each once, however many ways lead to it. */
export class Report {
  readonly #found = new Map<string, CodeFinding>();
  readonly #conditions = new FlowConditions();
  readonly #autofixes = new Autofixes();

  flow({ sink, module, node, source, step }: FlowReport): void {
    if (sink.check.tests === false && isTestCode(source.module, source.node)) return;
    // The first way to a place is told.
    const known = this.#found.get(placeKey(sink.check, module, module.tree.start[node] as number));
    if (known?.trace !== undefined && known.audit !== true) return;
    const isTest = isTestCode(source.module, source.node) || isTestCode(module, node);
    if (!this.#conditions.hold(sink.check, source, { module, node })) return;
    const way: TraceStep[] = [];
    for (let at = step; at !== undefined; at = at.before) way.unshift(traceStep(at.module, at.node, at.what));
    const trace = [traceStep(source.module, source.node, source.what), ...shortened(way), traceStep(module, node, 'arrives at the sink')];
    const isParameter = SOURCE_KINDS[source.kind] === 'parameter';
    this.#add(sink.check, module, node, {
      trace,
      ...(isParameter ? { confidence: Math.min(sink.check.confidence, PARAMETER_CONFIDENCE) } : {}),
      ...(isTest ? { audit: true as const } : {}),
    });
  }

  /** Only where no flow is reported. */
  audit({ check }: Pick<SinkRule, 'check'>, module: ModuleIr, node: number): void {
    this.#add(check, module, node, { confidence: AUDIT_CONFIDENCE, audit: true });
  }

  /** A sink that is reported for any value; a flow to the same place says more. */
  unproven({ check }: SinkRule, module: ModuleIr, node: number): void {
    if (isTestCode(module, node)) return;
    this.#add(check, module, node, { confidence: UNPROVEN_CONFIDENCE });
  }

  /** `offset`: the place inside a node that is too wide to name it. */
  match(check: Check, module: ModuleIr, node: number, offset?: number): void {
    // What tests do to themselves nobody else can reach: shown with `audit` alone.
    this.#add(check, module, node, isTestCode(module, node) ? { audit: true } : {}, offset);
  }

  findings(): CodeFinding[] {
    return [...this.#found.values()].sort(byPlace);
  }

  #add(check: Check, module: ModuleIr, node: number, more: More, offset?: number): void {
    if (check.tests === false && isTestCode(module, node)) return;
    const start = module.tree.place(offset ?? (module.tree.start[node] as number));
    const end = offset === undefined ? module.tree.place(module.tree.end[node] as number) : { line: start.line, column: start.column + 1 };
    const key = placeKey(check, module, offset ?? (module.tree.start[node] as number));
    const known = this.#found.get(key);
    const isMore = known?.audit === true ? more.audit === undefined : known?.trace === undefined && more.trace !== undefined;
    if (known !== undefined && !isMore) return;
    const autofix = offset === undefined ? this.#autofixes.of(check, module, node) : undefined;
    const endLine = Math.min(end.line, start.line + MAX_LINES);
    this.#found.set(key, {
      rule: `code.${check.id}`,
      category: 'vulnerable_code',
      type: check.cwe,
      severity: check.severity,
      confidence: check.confidence,
      location: {
        kind: 'file',
        path: module.path,
        line: start.line,
        column: start.column,
        endLine,
        endColumn: endLine === end.line ? end.column : 1,
      },
      fix: check.fix,
      taxonomy: [check.cwe, ...(check.owasp ?? [])],
      message: check.message,
      ...(autofix === undefined ? {} : { autofix }),
      ...more,
      ...(check.tier === 'audit' ? { audit: true as const } : {}),
    });
  }
}

/** Findings of a check on one line are one. */
function placeKey({ id }: Check, { path, tree }: ModuleIr, offset: number): string {
  return `${id} ${path} ${tree.place(offset).line}`;
}

function traceStep(module: ModuleIr, node: number, what: string): TraceStep {
  return { path: module.path, ...module.tree.place(module.tree.start[node] as number), what };
}

function shortened(way: readonly TraceStep[]): readonly TraceStep[] {
  return way.length <= MAX_TRACE ? way : [...way.slice(0, MAX_TRACE / 2), ...way.slice(-MAX_TRACE / 2)];
}

function placeOf({ location, rule }: CodeFinding): string {
  if (location.kind !== 'file') return rule;
  return `${location.path}\0${String(location.line).padStart(9, '0')}\0${String(location.column).padStart(9, '0')}\0${rule}`;
}

/** By path, line, column, rule. */
export function byPlace(one: CodeFinding, other: CodeFinding): number {
  const a = placeOf(one);
  const b = placeOf(other);
  return a < b ? -1 : a > b ? 1 : 0;
}
