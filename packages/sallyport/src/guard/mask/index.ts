export { createPlaceholders, type PlaceholderOptions, type Placeholders, type SealedPlaceholders } from './placeholders.ts';
export { maskSecret, placeholderType } from './placeholder.ts';
export type { Place, RestoreContext, Restored, Restorer } from './restore.ts';
