import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  FGA_FILE_INVALID: { status: 400, message: 'The store file cannot be used.', fix: 'Correct what is named.' },
  FGA_MODEL_INVALID: { status: 400, message: 'The model cannot be read.', fix: 'Correct what is named.' },
  FGA_STORE_UNKNOWN: {
    status: 404,
    message: 'There is no such permission store, or more than one.',
    fix: 'Name one with --store; `sallyport fga stores` lists them.',
  },
  FGA_SYNC_UNREADABLE: {
    status: 400,
    message: 'The source of permissions cannot be read.',
    fix: 'Check the path and the form of the export.',
  },
  FGA_SYNC_EMPTY: {
    status: 400,
    message: 'The source has no permissions, and its tuples would all be deleted.',
    fix: 'Check the export; if it is right, say --allow-empty.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
