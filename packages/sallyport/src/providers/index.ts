export { CONFIG, ProviderEntry } from './config.ts';
export { ERRORS } from './errors.ts';
export { matchesGlob } from './glob.ts';
export { PRACTICE_MODELS, PRACTICE_PROVIDER, type PracticeModel } from './practice/model.ts';
export { PRESETS, type Preset, type PresetName } from './presets.ts';
export type { Sources } from './reference.ts';
export { resolveProviders, type ProviderSettings, type ResolvedProviders } from './settings.ts';
