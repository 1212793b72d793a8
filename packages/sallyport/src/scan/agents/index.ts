export { AGENT_CHECKS } from './checks.ts';
export { createAgentScanner } from './scanner.ts';
