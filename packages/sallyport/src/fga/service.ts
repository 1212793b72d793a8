export { serveApi, sendProblem } from './api_routes.ts';
export { Fga } from './fga.ts';
export { createMemoryStore } from './memory_store.ts';
export { createSqlStore } from './sql_store.ts';
export { Names } from './names.ts';
export type { Place } from './port.ts';
export { FgaError } from './problem.ts';
export { Rag } from './rag_service.ts';
export { serveRag } from './rag_routes.ts';
