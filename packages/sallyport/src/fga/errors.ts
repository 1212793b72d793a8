import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  FGA_FILE_INVALID: { status: 400, message: 'The store file cannot be used.', fix: 'Correct what is named.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
