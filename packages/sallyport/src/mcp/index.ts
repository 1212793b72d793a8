export { HISTORY_KINDS, type McpControl, type McpSource, type Principal, type ServerFacts } from './control.ts';
export { diffDefinition, hashDefinition, hashInstructions, scanDefinitions, type ToolDefinition } from './definitions/index.ts';
export type { PinRow } from './gateway/pin.ts';
export { readServers, type ServerSpec } from './gateway/server_spec.ts';
export { planSandbox } from './sandbox/plan.ts';
