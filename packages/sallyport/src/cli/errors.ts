import { errors, type AppError, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  CLI_SERVER_GONE: {
    status: 503,
    message: 'The server of this data folder ended the connection.',
    fix: 'See its log; with no server running the command does its work itself.',
  },
  CLI_INTERNAL: {
    status: 500,
    message: 'Something went wrong inside Sallyport.',
    fix: 'Run it again with SALLYPORT_DEBUG=1 to see where, and report it.',
  },
} satisfies ErrorCatalogue;

export const fail: (
  code: keyof typeof ERRORS,
  options?: { detail?: string; say?: string; cause?: unknown },
) => AppError<keyof typeof ERRORS> = errors(ERRORS);
