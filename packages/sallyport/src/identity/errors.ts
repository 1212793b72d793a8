import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  KEY_UNKNOWN: { status: 404, message: 'There is no such key.', fix: '`sallyport key list` shows the keys.' },
  KEY_NAME_TAKEN: {
    status: 409,
    message: 'A key with this name exists already.',
    fix: 'Choose another name, or revoke the old key first.',
  },
  KEY_INVALID: { status: 400, message: 'The key cannot be made like this.', fix: 'Correct what is named.' },
  TENANT_INVALID: {
    status: 400,
    message: 'This is not a tenant name.',
    fix: 'Use lower-case letters, digits and hyphens, a letter first, at most 63.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
