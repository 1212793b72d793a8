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
  ROLE_UNKNOWN: { status: 404, message: 'There is no such role.', fix: '`GET /api/roles` lists them.' },
  ROLE_INVALID: {
    status: 400,
    message: 'This cannot be the name of a role.',
    fix: 'Choose another; those that everybody has cannot be changed.',
  },
  ROLE_BEYOND: {
    status: 403,
    message: 'Nobody gives or takes more than he has.',
    fix: 'Ask somebody who may do all of it, such as an administrator.',
  },
  ROLE_IN_USE: { status: 409, message: 'Somebody has this role, or was invited to it.', fix: 'Give them another role first.' },
  SESSION_UNKNOWN: { status: 404, message: 'There is no such session in force.', fix: 'Read the list again: it may have ended.' },
  SESSION_NEEDED: { status: 403, message: 'Only a person who is signed in can do this.', fix: 'Sign in at the console.' },
  SERVER_NOT_READY: { status: 503, message: 'The authorization server is not ready yet.', fix: 'Try again in a few seconds.' },
  ASK_GONE: {
    status: 410,
    message: 'This request was answered, has expired, or was begun in another browser.',
    fix: 'Begin again at the application that sent you here.',
  },
  ASK_REFUSED: {
    status: 403,
    message: 'You cannot allow this.',
    fix: 'Sign in as somebody of the organisation that the application belongs to.',
  },
  PROOF_STALE: { status: 403, message: 'It asks for a fresh proof of who you are.', fix: 'Enter your password, then try again.' },
  FACTOR_NEEDED: {
    status: 403,
    message: 'The application asks for a sign-in with a second factor.',
    fix: 'Set one up under Team, sign in with it, then allow again.',
  },
  FACTOR_PRESENT: { status: 409, message: 'There is a second factor already.', fix: 'Remove it first.' },
  SECOND_FACTOR: { status: 401, message: 'The code of your app is asked for too.', fix: 'Send it as `code`.' },
  CODE_WRONG: { status: 400, message: 'The code is not right, or was used already.', fix: 'Wait for the next one.' },
  PASSKEY_UNAVAILABLE: { status: 503, message: 'Passkeys are not ready yet.', fix: 'Try again in a few seconds.' },
  PASSKEY_REFUSED: {
    status: 400,
    message: 'The passkey was not accepted.',
    fix: 'Begin again at the address that the console is reached by.',
  },
  PASSKEY_UNKNOWN: { status: 404, message: 'There is no such passkey.', fix: 'Read the list again.' },
  CODE_UNKNOWN: {
    status: 404,
    message: 'There is no such code, or it has expired.',
    fix: 'Check what the device shows, or start again there.',
  },
  UPSTREAM_UNKNOWN: { status: 404, message: 'There is no such sign-in provider.', fix: 'Read the list again.' },
  UPSTREAM_INVALID: { status: 400, message: 'The sign-in provider cannot be added like this.', fix: 'Correct what is named.' },
  UPSTREAM_FLOW: {
    status: 400,
    message: 'This sign-in was finished, has expired, or was begun in another browser.',
    fix: 'Begin again at the sign-in page.',
  },
  UPSTREAM_REFUSED: {
    status: 401,
    message: 'What came back from the sign-in provider does not hold.',
    fix: 'Begin again; if it stays so, an administrator must look at the provider.',
  },
  UPSTREAM_DOWN: {
    status: 502,
    message: 'The sign-in provider does not answer as it should.',
    fix: 'Try again later, or sign in with a password or passkey.',
  },
  UPSTREAM_NOBODY: {
    status: 403,
    message: 'Nobody here is known by this account.',
    fix: 'Ask an administrator for an invitation to an address that the account proves, or sign in in another way and connect it under Team.',
  },
  UPSTREAM_TAKEN: { status: 409, message: 'This account belongs to another person here.', fix: 'Use another account.' },
  ACCESS_UNKNOWN: { status: 404, message: 'There is no such access in force.', fix: 'Read the list again: it may have ended.' },
  ACCESS_OWN: { status: 403, message: 'Nobody reviews his own access.', fix: 'Ask another administrator.' },
  CLIENT_UNKNOWN: { status: 404, message: 'There is no such application.', fix: '`sallyport client list` shows the applications.' },
  CLIENT_INVALID: { status: 400, message: 'The application cannot be registered like this.', fix: 'Correct what is named.' },
  GRANT_UNKNOWN: { status: 404, message: 'There is no such grant in force.', fix: 'Read the list again: it may have ended.' },
  AGENT_UNKNOWN: { status: 404, message: 'There is no such agent.', fix: '`sallyport agent list` shows the agents.' },
  AGENT_INVALID: { status: 400, message: 'The agent cannot be made like this.', fix: 'Correct what is named.' },
  TENANT_INVALID: {
    status: 400,
    message: 'This is not a tenant name.',
    fix: 'Use lower-case letters, digits and hyphens, a letter first, at most 63.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
