export { parsePattern, type Pattern, type PatternFlags } from './parse.ts';
export { compileHold } from './hold.ts';
export type { Hold, HoldFault, HoldPlan, Segment, StreamFinding, StreamRule, StreamSpan, WindowMatch, WindowRule } from './stream.ts';
export { foldText, type FoldedText } from './fold.ts';
export { HASH_DIGITS, MAX_TYPE } from './placeholder_form.ts';
