import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  STORE_UNAVAILABLE: {
    status: 503,
    message: 'The database does not answer.',
    fix: 'Check that it runs and can be reached; the gate goes on by itself when it is back.',
  },
  STORE_LOCKED: {
    status: 409,
    message: 'Another process uses this data folder.',
    fix: 'Stop it, or choose another folder with --data. More than one process needs PostgreSQL.',
  },
  STORE_URL_INVALID: {
    status: 400,
    message: 'The address of the store is not one of PostgreSQL.',
    fix: 'Write it as postgres://user:password@host:port/database?sslmode=verify-full.',
  },
  STORE_VERSION: {
    status: 500,
    message: 'This PostgreSQL is too old.',
    fix: 'Use PostgreSQL 15 or newer.',
  },
  STORE_ROLES_MISSING: {
    status: 500,
    message: 'The database user may not make the two roles that keep tenants apart.',
    fix: 'Let a database administrator run the statements shown, then start again.',
  },
  STORE_FOLDER_OPEN: {
    status: 500,
    message: 'Other users of this machine can write to the data folder.',
    fix: 'Run: chmod 700 on the folder named here.',
  },
  STORE_TEMPLATE_BROKEN: {
    status: 500,
    message: 'The database template that ships with this version is damaged.',
    fix: 'Install this version again.',
  },
  STORE_MIGRATION_EDITED: {
    status: 500,
    message: 'A migration that was already applied differs from the one of this version.',
    fix: 'Install the version that made this database, or restore its backup.',
  },
  STORE_MIGRATION_MISSING: {
    status: 500,
    message: 'A migration is missing from the sequence.',
    fix: 'Install this version again; a database whose history has a gap is restored from its backup.',
  },
  STORE_MIGRATION_NEWER: {
    status: 500,
    message: 'The database was made by a newer version of Sallyport.',
    fix: 'Install that version or a newer one.',
  },
  STORE_MIGRATION_FAILED: {
    status: 500,
    message: 'A migration could not be applied; nothing of it was kept.',
    fix: 'See the log for the statement; free space and privileges are the usual causes.',
  },
  STORE_ISOLATION_BROKEN: {
    status: 500,
    message: 'A table of the store does not keep tenants apart.',
    fix: 'Somebody changed the database by hand: restore the row-level security of the tables shown.',
  },
  STORE_NESTED: {
    status: 500,
    message: 'A transaction was opened inside another one.',
    fix: 'This is a fault of the program; please report it.',
  },
  STORE_STATEMENT_REFUSED: {
    status: 500,
    message: 'This kind of statement is not allowed in a transaction.',
    fix: 'This is a fault of the program; please report it.',
  },
  STORE_CONFLICT: {
    status: 409,
    message: 'The change conflicts with what is stored.',
    fix: 'Read the present state and try again.',
  },
  STORE_FORBIDDEN: {
    status: 500,
    message: 'The database refused access to these rows.',
    fix: 'This is a fault of the program; please report it.',
  },
  STORE_QUERY_FAILED: {
    status: 500,
    message: 'A statement of the store failed.',
    fix: 'See the log; please report it.',
  },
  STORE_BACKUP_BROKEN: {
    status: 400,
    message: 'This is not a complete, unchanged backup.',
    fix: 'Choose another backup.',
  },
  STORE_BACKUP_VERSION: {
    status: 409,
    message: 'The tables of the two stores are not of the same version.',
    fix: 'Start both with the same version of Sallyport first.',
  },
  STORE_NOT_EMPTY: {
    status: 409,
    message: 'The target already holds data.',
    fix: 'Use an empty database or data folder.',
  },
} satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
