import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  CONNECTION_UNKNOWN: { status: 404, message: 'There is no such connection.', fix: 'Write it down under `connections` in sallyport.yaml.' },
  CONNECTION_KIND: {
    status: 409,
    message: 'This connection is not used like that.',
    fix: 'Give it a key, or connect by consent, as it says.',
  },
  CONNECTION_PERSON: { status: 403, message: 'Only a person who is signed in can consent.', fix: 'Sign in at the console.' },
  CONNECTION_FLOW: {
    status: 400,
    message: 'This consent was not started here by you, was used before, or took too long.',
    fix: 'Start again on the page Connections.',
  },
  CONNECTION_REFUSED: { status: 409, message: 'The service did not give its consent.', fix: 'Start again, and allow it there.' },
  CONNECTION_MISCONFIGURED: {
    status: 409,
    message: 'The service does not accept this client.',
    fix: 'Check clientId, clientSecret and the redirect address that is registered there.',
  },
  CONNECTION_DOWN: { status: 502, message: 'The service does not answer as it should.', fix: 'Try again later.' },
  CONNECTION_ACCOUNT_UNKNOWN: { status: 404, message: 'You have no account at this connection.', fix: 'Connect it first.' },
  CONNECTION_INVALID: { status: 400, message: 'This cannot be taken.', fix: 'Correct what is named.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
