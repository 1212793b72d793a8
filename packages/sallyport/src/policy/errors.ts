import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  POLICY_INVALID: {
    status: 400,
    message: 'The policy cannot be loaded.',
    fix: 'Correct what is named; `sallyport policy check FILE` shows the lines.',
  },
  POLICY_DEFAULT_BROKEN: {
    status: 500,
    message: 'The default policy of this installation is not the one that was published.',
    fix: 'Install the program again.',
  },
  POLICY_RULE_UNKNOWN: { status: 404, message: 'There is no such rule.', fix: '`sallyport policy list` shows the rules.' },
  POLICY_TEXT_CHANGED: {
    status: 409,
    message: 'Somebody else has changed these rules since you began.',
    fix: 'Look at the newest version, bring your change into it, and save again.',
  },
  POLICY_TEXT_UNKNOWN: { status: 404, message: 'There is no such version.', fix: '`GET /api/policy/text` lists the versions.' },
  POLICY_EVENT_UNKNOWN: { status: 404, message: 'There is no such event.', fix: '`sallyport events list` shows the events.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
