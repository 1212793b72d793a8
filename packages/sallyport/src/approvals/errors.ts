import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  APPROVAL_UNKNOWN: { status: 404, message: 'There is no such approval.', fix: '`sallyport approval list` shows what waits.' },
  APPROVAL_OWN: { status: 403, message: 'Nobody answers what he asked for himself.', fix: 'Let another person answer.' },
  APPROVAL_NOT_YOURS: {
    status: 403,
    message: 'This is for other people to answer.',
    fix: 'The configuration names them under `approvals`.',
  },
  APPROVAL_NOT_FRESH: {
    status: 403,
    message: 'Approving this needs your password once more.',
    fix: 'Prove it, then answer again; it counts for ten minutes.',
  },
  APPROVAL_STATE: { status: 409, message: 'This was answered already, or nobody answered in time.', fix: 'Look at it again.' },
  APPROVAL_TWICE: { status: 409, message: 'You have answered this already.', fix: 'Another person must answer too.' },
  APPROVAL_SCOPE: { status: 400, message: 'It cannot be approved that far.', fix: 'Choose one of the scopes that are offered.' },
  APPROVAL_LINK_INVALID: {
    status: 410,
    message: 'This link was used, has expired, or never was one.',
    fix: 'Open the inbox: what still waits is there.',
  },
  APPROVAL_INVALID: { status: 400, message: 'This cannot be asked.', fix: 'Correct what is named.' },
  APPROVAL_GRANT_UNKNOWN: { status: 404, message: 'There is no such lasting approval in force.', fix: 'Read the list again.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
