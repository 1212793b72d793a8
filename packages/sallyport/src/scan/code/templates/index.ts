export { DIALECT_NAMES, DIALECTS, isTemplate, type Dialect } from './dialect.ts';
export { Templates } from './templates.ts';
export type { Template } from './template.ts';
