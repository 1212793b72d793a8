import type { SqlFault } from '../fault.ts';
import type { Encoded, Scope } from '../statement.ts';

/** What the store asks the thread that runs PGlite. Asks are answered in the order in which they came. */
export type Ask =
  | { readonly op: 'begin'; readonly scope: Scope; readonly snapshot: boolean }
  | { readonly op: 'query'; readonly text: string; readonly params: readonly Encoded[] }
  /** Ends the transaction; with `flush` also syncs what was committed and not yet synced, this and earlier ones. */
  | { readonly op: 'end'; readonly commit: boolean; readonly flush: boolean }
  | { readonly op: 'flush' }
  /** Several statements as the owner, outside a transaction of a tenant: migrations only. */
  | { readonly op: 'script'; readonly text: string }
  /** One statement as the owner, for the checks of migrations. */
  | { readonly op: 'owner'; readonly text: string; readonly params: readonly Encoded[] }
  | { readonly op: 'listen' | 'unlisten'; readonly channel: string }
  | { readonly op: 'tidy' }
  | { readonly op: 'close' };

/** A result in text format: names with type identifiers, then rows. */
export type Rows = { readonly fields: readonly Field[]; readonly rows: readonly (readonly (string | null)[])[] };
export type Field = readonly [name: string, oid: number];

/** How a transaction ended. */
export type Ended = {
  readonly committed: boolean;
  readonly wrote: boolean;
  /** Commits that this answer does not cover yet: acknowledge only after a later flush. */
  readonly unflushed: number;
  /** Completed syncs of the write-ahead log before the commit, and now. */
  readonly syncsBefore: number;
  readonly syncs: number;
  readonly fault?: SqlFault;
};

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly value: Rows | Ended | undefined }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: SqlFault }
  | { readonly kind: 'notify'; readonly channel: string; readonly payload: string };

/** Exit code of the thread after a failed fsync (sysexits.h EX_IOERR): the database is opened anew and recovers from its log. */
export const EXIT_SYNC_FAILED = 74;
/** Exit code of the thread when PGlite threw something else than a database error (EX_SOFTWARE): its memory may be in any state. */
export const EXIT_BROKEN = 70;
/** Exit code of the thread when PGlite could not open the folder. */
export const EXIT_OPEN_FAILED = 71;
