import type { FunctionIr, ModuleIr } from '../ir.ts';
import { hasReceiver } from '../ir.ts';
import type { FlowReport } from './flow.ts';
import type { Summary } from './frame.ts';
import { BUILT, kindIndex } from './rules.ts';

const PARAMETER = kindIndex('parameter');

/** Flows of a function's parameters, which nobody passes but code outside, to sinks that refuse even those. */
export function* flowsOfCallers(func: FunctionIr, summary: Summary, home: ModuleIr): Generator<FlowReport> {
  for (const { sink, fact, module, node } of summary.sinks) {
    if ((sink.refuses & (1 << PARAMETER)) === 0 || (fact.clean & sink.bit) !== 0 || (sink.builtOnly && (fact.clean & BUILT) === 0))
      continue;
    const parameter = func.parameters[fact.parameter];
    if (parameter === undefined || (fact.parameter === 0 && hasReceiver(func))) continue;
    const source = { kind: PARAMETER, module: home, node: parameter.node, what: `the parameter ${home.names.text(parameter.name)}` };
    yield { sink, module, node, source, step: fact.step };
  }
}
