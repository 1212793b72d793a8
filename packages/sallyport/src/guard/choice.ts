import type { GuardConfig } from './config.ts';

/** What people decided about a detector; null: as configured. */
export type GuardChoice = { readonly on: boolean | null; readonly threshold: number | null };
/** By detector. */
export type GuardChoices = ReadonlyMap<string, GuardChoice>;

export const NO_CHOICES: GuardChoices = new Map();

/** The detector whose threshold is a key of its own in the configuration. */
export const INJECTION = 'injection';

/** A configuration with what people decided on top. The same object when they decided nothing. */
export function withChoices(config: GuardConfig, choices: GuardChoices): GuardConfig {
  if (choices.size === 0) return config;
  const off = new Set(config.off);
  const confidence = { ...config.confidence };
  let { threshold } = config;
  for (const [detector, choice] of choices) {
    if (choice.on === true) off.delete(detector);
    if (choice.on === false) off.add(detector);
    if (choice.threshold === null) continue;
    if (detector === INJECTION) threshold = choice.threshold;
    else confidence[detector] = choice.threshold;
  }
  return { ...config, off: [...off], confidence, ...(threshold === undefined ? {} : { threshold }) };
}
