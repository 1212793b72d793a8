import type { ModuleIr } from '../ir.ts';
import type { SinkRule } from './rules.ts';
import type { Source, Step } from './value.ts';

/** Data of a source that arrived at a sink, and its way. */
export type FlowReport = {
  readonly sink: SinkRule;
  readonly module: ModuleIr;
  readonly node: number;
  readonly source: Source;
  readonly step: Step | undefined;
};
