import { errors, type ErrorCatalogue } from '../kernel/index.ts';

export const ERRORS = {
  LOG_FULL: {
    status: 503,
    message: 'The event log has no space left on its disk, and nothing is served without a record.',
    fix: 'Free space on the disk that holds the data folder. Service resumes by itself.',
  },
  LOG_FAILED: {
    status: 503,
    message: 'The disk failed to store the event log. What reached it is no longer certain, so this process stops.',
    fix: 'Check the disk, then start again: the log is checked at start.',
  },
  LOG_BROKEN: {
    status: 500,
    message: 'The event log was changed or damaged where it had already been sealed.',
    fix: 'Run `sallyport audit verify` to see the first broken record. Keep the folder as evidence; move it away to start with a new log.',
  },
  LOG_CLOSED: {
    status: 503,
    message: 'The event log is closed.',
    fix: 'The server is stopping; ask again when it runs.',
  },
  EVENT_TOO_LARGE: {
    status: 500,
    message: 'An event is larger than a record may be.',
    fix: 'Report this with the kind of the request: events are bounded before they are written.',
  },
  RUN_NOT_FOUND: {
    status: 404,
    message: 'There is no such run.',
    fix: 'List runs with GET /api/runs; a run has its name from its first tool call on.',
  },
  EVENT_NOT_FOUND: {
    status: 404,
    message: 'There is no such event.',
    fix: 'List events with `sallyport events list`.',
  },
  EVENT_NOT_PROVABLE: {
    status: 409,
    message: "The event's log is not on this machine, so its place in it cannot be proved from here.",
    fix: 'Ask the process that wrote it, or run the command where its data folder is.',
  },
  EVENT_QUERY_INVALID: {
    status: 400,
    message: 'The query for events cannot be read.',
    fix: 'Times are ISO 8601 or a span such as 15m, 2h, 7d; `after` is the `next` of the page before.',
  },
  ERASE_INVALID: {
    status: 400,
    message: 'The subject whose text to erase is missing.',
    fix: 'Send {"subject": "..."}: a principal id, or the end user id that requests named.',
  },
  FOLLOW_TOO_SLOW: {
    status: 503,
    message: 'Events came faster than they were read.',
    fix: 'Follow again; what was missed is in the list.',
  },
  WITNESS_REFUSED: {
    status: 502,
    message: 'The witness did not take a checkpoint.',
    fix: 'Check the address of the witness; checkpoints are kept and sent again.',
  },
  AUDIT_FILE_UNREADABLE: {
    status: 400,
    message: 'A file given to the audit command cannot be read as what it should be.',
    fix: 'A key is a PEM text, a witness file holds checkpoints one a line, a proof is what `audit proof` prints.',
  },
} satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
