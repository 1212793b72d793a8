export type { Action, Held, HeldFinding, Refusal, Requested, Used } from './approval.ts';
