import type { TenantId } from '../kernel/index.ts';

/** One row as an object by column name. */
export type Row = Record<string, unknown>;

/**
 * What a transaction offers: one parameterised statement a call, in the text that both stores read alike.
 *
 * Parameters: `null`, boolean, number, bigint, string; `Uint8Array` (bytea); an array of those becomes a PostgreSQL array;
 * any other object becomes JSON text (so JSON that is an array is passed as `JSON.stringify(value)`).
 * Results: int2, int4, float -> number; int8, numeric -> number when it is a safe integer, else string; bool -> boolean;
 * json, jsonb -> the parsed value; bytea -> Buffer; text[] and the integer arrays -> array; everything else its PostgreSQL text.
 * Times are kept as `bigint` columns of milliseconds since 1970, never as timestamps.
 *
 * Rejects STORE_UNAVAILABLE (connection, time limit), STORE_CONFLICT (unique, foreign key, check, serialization),
 * STORE_FORBIDDEN (row-level security, privilege) and STORE_QUERY_FAILED (everything else; a fault of the statement).
 */
export type Sql = { query<T extends Row = Row>(text: string, params?: readonly unknown[]): Promise<T[]> };

/** The database of this installation. A transaction inside a transaction is refused (STORE_NESTED): PGlite has one connection. */
export type Store = {
  readonly kind: 'pglite' | 'postgres';
  /** Runs `fn` in one transaction that sees and writes only this tenant's rows. Resolves after the commit is on disk; rolls back when `fn` rejects. */
  tx<T>(tenant: TenantId, fn: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * One statement that finds rows of this tenant by an index, whatever its parameters are; it reads only. Its text is a constant: PostgreSQL reads and
   * plans it once for a connection, never chooses to read a whole table, and is asked in one message where a transaction takes three.
   */
  lookup<T extends Row = Row>(tenant: TenantId, text: string, params: readonly unknown[]): Promise<T[]>;
  /**
   * Runs `fn` in one transaction that sees every tenant. `reason` is a constant text; a snapshot test lists every call.
   * `snapshot`: all statements see the same moment, and none may write.
   */
  system<T>(reason: string, fn: (sql: Sql) => Promise<T>, options?: { readonly snapshot?: boolean }): Promise<T>;
  /**
   * Calls `on` with the payload of each `select pg_notify(channel, payload)` after its commit; answers the way to stop.
   * Whenever notifications may have been missed (a lost connection), calls `on('')`.
   */
  listen(channel: string, on: (payload: string) => void): Promise<() => Promise<void>>;
  /** Rejects STORE_UNAVAILABLE when the database does not answer. */
  ping(): Promise<void>;
  /** Waits for running transactions, then closes. Later calls reject STORE_UNAVAILABLE. */
  close(): Promise<void>;
};
