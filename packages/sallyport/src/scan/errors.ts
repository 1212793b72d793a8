import { errors, type ErrorCatalogue } from '../kernel/index.ts';

/** Why a scan could not be done; the command's exit code is 2 for each. */
export const ERRORS = {
  SCAN_USAGE: {
    status: 400,
    message: 'The scan cannot be done as it was asked for.',
    fix: 'Run `sallyport scan code --help` for what there is.',
  },
  SCAN_PATH: { status: 400, message: 'This path cannot be scanned.', fix: 'Check that it exists and may be read.' },
  SCAN_GIT: {
    status: 400,
    message: 'Git does not answer what the scan needs.',
    fix: 'Scan inside a repository that belongs to you, with a reference that exists and enough history (a shallow clone has none).',
  },
  SCAN_BASELINE: { status: 400, message: 'This is no baseline.', fix: 'Make one with --write-baseline FILE.' },
  SCAN_CONFIG: { status: 400, message: 'The configuration of the scan is wrong.', fix: 'Correct every line that is named.' },
  SCAN_OUTPUT: { status: 400, message: 'The report cannot be written.', fix: 'Check the path given with --output.' },
  SCAN_SEND: {
    status: 502,
    message: 'The scan could not be sent.',
    fix: 'Check the address (of the console port) and the key in SALLYPORT_KEY.',
  },
  SCAN_SENT_INVALID: { status: 400, message: 'This is no scan.', fix: 'Send it with `sallyport scan ... --send`, of the same version.' },
  SCAN_PROJECTS: { status: 409, message: 'Too many projects have sent scans.', fix: 'Delete the scans of projects that are gone.' },
  SCAN_PROJECT_UNKNOWN: { status: 404, message: 'No scan of this project is here.', fix: 'GET /api/scans lists them.' },
  SCAN_ADVISORIES: {
    status: 400,
    message: 'These advisories cannot be read.',
    fix: 'Give a folder of OSV JSON files, a .jsonl file, or an OSV export (.zip).',
  },
} as const satisfies ErrorCatalogue;

export const fail: ReturnType<typeof errors<typeof ERRORS>> = errors(ERRORS);
