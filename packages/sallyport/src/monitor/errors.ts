import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  FEEDBACK_INVALID: { status: 400, message: 'This feedback cannot be taken.', fix: 'Correct what is named.' },
  FEEDBACK_UNKNOWN: { status: 404, message: 'There is no such feedback.', fix: '`sallyport feedback list` shows the ids.' },
  FEEDBACK_EVENT_UNKNOWN: { status: 404, message: 'There is no such event or finding.', fix: '`sallyport events list` shows the events.' },
  FEEDBACK_NOTHING_TO_APPLY: {
    status: 409,
    message: 'This feedback changes nothing by itself.',
    fix: 'What was missed is for the configuration: a term, a pattern, or a lower threshold.',
  },
  FEEDBACK_STATE: {
    status: 409,
    message: 'This feedback is not in a state for that.',
    fix: 'Apply what is given or undone; undo what is applied.',
  },
  FEEDBACK_NEVER_FINE: {
    status: 409,
    message: 'Leaked canaries and provider keys of the gate are never excepted.',
    fix: 'Take the canary out of the configuration, or replace the key.',
  },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
