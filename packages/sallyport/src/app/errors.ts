import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  CONFIG_INVALID: {
    status: 400,
    message: 'The configuration is wrong.',
    fix: 'Correct every line that is named; `sallyport policy check FILE` checks it without starting.',
  },
  CONFIG_MISSING: { status: 400, message: 'The configuration file cannot be read.', fix: 'Check the path given with --config.' },
  LISTEN_ADDRESS: {
    status: 400,
    message: 'This address cannot be listened on.',
    fix: 'Write HOST:PORT; for an address that others can reach, configure `tls` or set `listen.plain: true`.',
  },
  DATA_FOLDER: {
    status: 500,
    message: 'The data folder cannot be used.',
    fix: 'Give a folder of this user with --data DIR, or let the user who owns it run the command.',
  },
  SERVER_RUNS: { status: 409, message: 'A server runs on this data folder.', fix: 'Stop it first.' },
} satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
