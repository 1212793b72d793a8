import { ACTION_RULES } from './actions.ts';
import { CROSS_TOOL_RULES } from './cross_tool.ts';
import { EXFILTRATION_RULES } from './exfiltration.ts';
import { INSTRUCTION_RULES } from './instructions.ts';
import type { TextRule } from './rule.ts';
import { SECRECY_RULES } from './secrecy.ts';
import { VALUE_RULES } from './values.ts';

/** Every rule over the texts of definitions. */
export const RULES: readonly TextRule[] = [
  ...EXFILTRATION_RULES,
  ...SECRECY_RULES,
  ...CROSS_TOOL_RULES,
  ...INSTRUCTION_RULES,
  ...ACTION_RULES,
  ...VALUE_RULES,
];
