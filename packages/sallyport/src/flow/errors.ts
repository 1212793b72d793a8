import { errors, type ErrorCatalogue } from '../kernel/index.ts';

/** What can go wrong with the replay of recorded runs. */
export const ERRORS = {
  FLOW_REPLAY_USAGE: {
    status: 400,
    message: 'The replay needs recorded runs, their tools and a place for the decisions.',
    fix: 'Give --traces DIR --tools FILE --out FILE, and --mode relaxed, balanced or strict.',
  },
  FLOW_REPLAY_INPUT: {
    status: 400,
    message: 'The recorded runs cannot be read.',
    fix: 'DIR holds files of lines like {"id", "tools_ref", "messages"} (.jsonl or .jsonl.gz); FILE is {"list": [{"name", "side_effect", "trusted_output"}]}.',
  },
} as const satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
