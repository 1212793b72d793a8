import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  KEY_UNKNOWN: { status: 404, message: 'There is no such key.', fix: '`sallyport key list` shows the keys.' },
  KEY_NAME_TAKEN: {
    status: 409,
    message: 'A key with this name exists already.',
    fix: 'Choose another name, or revoke the old key first.',
  },
  KEY_INVALID: { status: 400, message: 'The key cannot be made like this.', fix: 'Correct what is named.' },
  SIGN_IN_REFUSED: { status: 401, message: 'The name or the password is not right.', fix: 'Try again, or use the recovery code.' },
  SIGN_IN_WAIT: {
    status: 429,
    message: 'Too many tries.',
    fix: 'Wait, then try again; `sallyport admin reset` on the machine always works.',
  },
  SIGN_IN_BUSY: { status: 503, message: 'Too many people sign in at this moment.', fix: 'Try again in a few seconds.' },
  LINK_INVALID: {
    status: 410,
    message: 'This link was used, has expired, or never was one.',
    fix: 'Ask for a new one; on the machine, `sallyport admin reset` prints one.',
  },
  PASSWORD_WEAK: { status: 400, message: 'This password is too easy to guess.', fix: 'Choose a longer one.' },
  PERSON_NAME: { status: 400, message: 'This cannot be a name.', fix: 'Choose another.' },
  PERSON_UNKNOWN: { status: 404, message: 'There is no such person.', fix: '`sallyport admin list` shows the people.' },
  PERSON_LAST: {
    status: 409,
    message: 'This is the last administrator.',
    fix: 'Make another person administrator first.',
  },
  SESSION_UNKNOWN: { status: 404, message: 'There is no such session in force.', fix: 'Read the list again: it may have ended.' },
  SESSION_NEEDED: { status: 403, message: 'Only a person who is signed in can do this.', fix: 'Sign in at the console.' },
  TENANT_INVALID: {
    status: 400,
    message: 'This is not a tenant name.',
    fix: 'Use lower-case letters, digits and hyphens, a letter first, at most 63.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
