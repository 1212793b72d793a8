export type { Row, Sql, Store } from './sql.ts';
