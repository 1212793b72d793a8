export { readConversation, type Conversation, type Turn } from './conversation.ts';
export { toolEffect, type Effect } from './effect.ts';
export { hostOf } from './kind.ts';
export { FLOW_MODES, type FlowMode } from './mode.ts';
export { toolFacts, type Manifest, type ToolFacts } from './tool.ts';
export type { ValueFacts } from './value.ts';
export { judgeCall, type Reason, type Verdict as FlowVerdict } from './verdict.ts';
