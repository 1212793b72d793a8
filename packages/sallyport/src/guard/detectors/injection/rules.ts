import type { Rule } from './rule.ts';
import { CONTENT_RULES } from './rules_content.ts';
import { JAILBREAK_RULES } from './rules_jailbreak.ts';
import { OVERRIDE_RULES } from './rules_override.ts';
import { REVEAL_RULES } from './rules_reveal.ts';

/** Every rule of the detector. */
export const RULES: readonly Rule[] = [...OVERRIDE_RULES, ...REVEAL_RULES, ...JAILBREAK_RULES, ...CONTENT_RULES];
