import { fail } from './errors.ts';
import type { Row, Sql } from './sql.ts';
import { checkStatement, type Scope } from './statement.ts';

/** A transaction under way. `open` is false as soon as it is about to end. */
export type TransactionState = { open: boolean };

/** A transaction whose program does not go on holds a connection (on PGlite the only one): nothing here waits for more than a disk or a lock in one. */
export const IDLE_LIMIT_MS = 60_000;
/** Time for one statement. */
export const ASK_LIMIT_MS = 30_000;

/**
 * Runs the body of a transaction, with statements that are checked for its role and end with it.
 * Rejects STORE_UNAVAILABLE when the body asks for nothing during `limit` milliseconds.
 */
export async function runBody<T>(
  options: { readonly scope: Scope; readonly state: TransactionState; readonly limit: number },
  ask: (text: string, params: readonly unknown[]) => Promise<Row[]>,
  fn: (sql: Sql) => Promise<T>,
): Promise<T> {
  const { scope, state, limit } = options;
  const { promise: expired, reject } = Promise.withResolvers<never>();
  expired.catch(() => {});
  let running = 0;
  const idle = setTimeout(() => {
    if (running > 0) idle.refresh();
    else reject(fail('STORE_UNAVAILABLE', { detail: 'the transaction was left open' }));
  }, limit);
  const sql: Sql = {
    async query<R extends Row>(text: string, params: readonly unknown[] = []) {
      if (!state.open) throw fail('STORE_QUERY_FAILED', { detail: 'the transaction is over' });
      checkStatement(text, scope.role);
      running++;
      try {
        return (await ask(text, params)) as R[];
      } finally {
        running--;
        idle.refresh();
      }
    },
  };
  try {
    return await Promise.race([fn(sql), expired]);
  } finally {
    state.open = false;
    clearTimeout(idle);
  }
}
