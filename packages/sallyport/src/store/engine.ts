import type { TenantId } from '../kernel/index.ts';
import type { Row, Sql, Store } from './sql.ts';
import type { Scope } from './statement.ts';

/** The database as its owner: migrations and their checks only. */
export type Owner = Sql & {
  /** Statements separated by semicolons, in one go; a transaction only when the text says so. */
  script(text: string): Promise<void>;
};

export type TransactionOptions = { readonly snapshot?: boolean };

/** What each of the two drivers provides; `Store` is this, migrated. */
export type Engine = Pick<Store, 'kind' | 'listen' | 'ping' | 'close'> & {
  /** One transaction. `snapshot`: repeatable read and read only, for a consistent copy. */
  transaction<T>(scope: Scope, options: TransactionOptions, fn: (sql: Sql) => Promise<T>): Promise<T>;
  /** As `Store.lookup`. */
  lookup(tenant: TenantId, text: string, params: readonly unknown[]): Promise<Row[]>;
  /** One caller in the whole database at a time (advisory lock). */
  owner<T>(fn: (owner: Owner) => Promise<T>): Promise<T>;
};

/** A name that `listen` and `pg_notify` may use without quoting; PostgreSQL cuts names at 63 bytes. */
export const CHANNEL = /^[a-z][a-z0-9_]{0,62}$/;
