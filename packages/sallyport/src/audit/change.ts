import type { TenantId } from '../kernel/index.ts';
import type { Sql } from '../store/service.ts';

/** A change of stored state, written to the outbox in the same transaction and to the log before the caller is answered. */
export type StateChange = {
  /** `key.created`, `policy.changed`, … */
  readonly type: string;
  /** The principal who did it. */
  readonly actor: string;
  readonly target: { readonly kind: string; readonly id: string; readonly name?: string };
  /** Flat facts: never prompt, reply or argument text, never a secret. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
};

/**
 * Runs `fn` in one transaction of the tenant; each `emit` adds an event that commits with it and is in the log before this resolves.
 * Rejects what `fn` rejects (then nothing happened), LOG_FULL or LOG_FAILED.
 */
export type Change = <T>(tenant: TenantId, fn: (sql: Sql, emit: (change: StateChange) => Promise<void>) => Promise<T>) => Promise<T>;
