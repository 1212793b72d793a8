import type { AppError } from '../kernel/index.ts';
import { fail } from './errors.ts';

/** What either driver says about a failed statement. */
export type SqlFault = {
  readonly code?: string | undefined;
  readonly message?: string | undefined;
  readonly constraint?: string | undefined;
};

/**
 * A driver's error as ours. PostgreSQL's messages quote values of rows and parameters, so only what names parts of the schema is kept:
 * the SQLSTATE, the constraint, and the message of errors about the statement itself (class 42).
 */
export function sqlError(fault: SqlFault): AppError {
  const code = fault.code ?? '';
  const detail = [`SQLSTATE ${code || 'unknown'}`, fault.constraint, code.startsWith('42') ? fault.message : undefined]
    .filter(Boolean)
    .join(', ');
  return fail(kindOf(code), { detail });
}

/** Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html */
function kindOf(code: string): 'STORE_UNAVAILABLE' | 'STORE_CONFLICT' | 'STORE_FORBIDDEN' | 'STORE_QUERY_FAILED' {
  // Connection lost, out of resources, cancelled by a time limit or shutdown, system error (disk), idle in transaction for too long.
  if (/^(?:08|53|57|58)/.test(code) || code === '25P03') return 'STORE_UNAVAILABLE';
  if (code.startsWith('23') || code === '40001' || code === '40P01') return 'STORE_CONFLICT';
  if (code === '42501') return 'STORE_FORBIDDEN';
  return 'STORE_QUERY_FAILED';
}
