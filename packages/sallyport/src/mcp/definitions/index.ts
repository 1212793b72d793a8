export { CHANGE_CLASSES, type ChangeClass, type DefinitionChange } from './change.ts';
export {
  MAX_ADDRESS,
  type Definition,
  type DefinitionKind,
  type PromptDefinition,
  type ResourceDefinition,
  type ServerDefinitions,
  type ToolDefinition,
} from './definition.ts';
export { diffDefinition, diffDefinitions, keyOf } from './diff.ts';
export { DEFINITION_CHECKS } from './finding.ts';
export { hashDefinition, hashInstructions } from './hash.ts';
export { judgeReach, LEGS, type Combination, type Leg, type Reach, type ReachTool } from './reach.ts';
export { readDefinitions, type DefinitionProblem, type RawDefinitions, type ReadDefinitions } from './read.ts';
export { scanDefinitions, type DefinitionFinding, type ScanContext } from './scan.ts';
