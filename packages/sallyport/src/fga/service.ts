export { serveApi, sendProblem, type ApiCall } from './api.ts';
export { Fga, type FgaDeps } from './fga.ts';
export { createMemoryStore } from './memory_store.ts';
export { createSqlStore } from './sql_store.ts';
export { Names } from './names.ts';
export type { FgaStore, Place } from './port.ts';
export { FgaError } from './problem.ts';
