import type { ModuleIr } from '../ir.ts';
import type { SymbolId } from '../symbol.ts';
import type { FlowReport } from './flow.ts';
import type { Frame } from './frame.ts';
import type { SinkRule } from './rules.ts';
import { withStep, type Fact, type Facts, type Source, type Step } from './value.ts';

/** No check refuses it: what the place holds is known when everything was looked at. */
const STORED = 31;
/** Of one place, and of all that reads them. */
const MAX_HELD = 10;
const MAX_LATE = 10_000;
const MAX_STEPS = 30;

/**
 * Places that one function fills and another one reads, which nothing in the code leads to: `res.locals.user` of a request, the data of a component.
 * What reads them is reported at the end, with the way of what was put there.
 */
export class Stores {
  readonly #held = new Map<string, Fact[]>();
  readonly #sources = new Map<string, Source>();
  readonly #keys = new Map<Source, string>();
  readonly #late: { readonly fact: Fact; readonly sink: SinkRule; readonly module: ModuleIr; readonly node: number }[] = [];

  put(key: string, facts: Facts, module: ModuleIr, node: number): void {
    const held = this.#held.get(key) ?? [];
    for (const fact of facts)
      if (fact.source !== undefined && fact.source.kind !== STORED && held.length < MAX_HELD)
        held.push(withStep(fact, 'stored for later', module, node));
    if (held.length > 0) this.#held.set(key, held);
  }

  /** What is read from a place. */
  facts(key: string, module: ModuleIr, node: number): Facts {
    let source = this.#sources.get(key);
    if (source === undefined) {
      source = { kind: STORED, module, node, what: 'data that was stored' };
      this.#sources.set(key, source);
      this.#keys.set(source, key);
    }
    return [{ source, parameter: -1, field: -1, clean: 0, step: undefined }];
  }

  /** Data arrives at a sink; false when it is not from a place. */
  reached(fact: Fact, sink: SinkRule, module: ModuleIr, node: number): boolean {
    if (fact.source?.kind !== STORED) return false;
    if (this.#late.length < MAX_LATE) this.#late.push({ fact, sink, module, node });
    return true;
  }

  *flows(): Generator<FlowReport> {
    for (const { fact, sink, module, node } of this.#late) {
      const key = fact.source === undefined ? undefined : this.#keys.get(fact.source);
      for (const { source, clean, step } of this.#held.get(key ?? '') ?? []) {
        if (source === undefined || (sink.refuses & (1 << source.kind)) === 0 || (clean & sink.bit) !== 0) continue;
        yield { sink, module, node, source, step: after(step, fact.step) };
      }
    }
  }
}

/** The steps of one way after those of another. */
function after(first: Step | undefined, second: Step | undefined): Step | undefined {
  const steps: Step[] = [];
  for (let at = second; at !== undefined && steps.length < MAX_STEPS; at = at.before) steps.push(at);
  let way = first;
  for (const { what, module, node } of steps.reverse()) way = { what, module, node, before: way };
  return way;
}

/** The place that a symbol names. */
export function placeOf({ module: { symbols } }: Frame, symbol: SymbolId): string {
  return symbols.steps(symbol).join('.');
}

/** The place that a field of a component is, for the page that shows it. */
export function componentKey({ path }: ModuleIr, name: string): string | undefined {
  return path.endsWith('.vue') ? `${path}\0${name}` : undefined;
}
