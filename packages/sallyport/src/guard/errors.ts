import { errors, type ErrorCatalogue } from '../kernel/index.ts';

/** What can go wrong with the guard's configuration and command. */
export const ERRORS = {
  GUARD_MODEL_BROKEN: {
    status: 500,
    message: 'The weights or the word lists of the guards are not the ones that were published.',
    fix: 'Install the program again; a checkout needs the files `weights.bin` and `lists.txt` as they were committed.',
  },
  GUARD_PATTERN_INVALID: {
    status: 400,
    message: 'A pattern of the guards cannot be read.',
    fix: 'Write it in RE2 syntax: no look-around, no back-references.',
  },
  GUARD_SECOND_STAGE_MISSING: {
    status: 500,
    message: 'The second stage of the guards needs the package `onnxruntime-node`, which is not installed.',
    fix: 'Run `npm install --ignore-scripts onnxruntime-node@1` beside this program, or with `--prefix FOLDER` and name that in `guards.secondStage.runtime`; or remove `guards.secondStage`.',
  },
  GUARD_SECOND_STAGE_HASH: {
    status: 500,
    message: 'A file of the second stage of the guards is not the one that is pinned.',
    fix: 'Find out who changed it. When it is the one that you want, write its hash into `guards.secondStage`.',
  },
  GUARD_SECOND_STAGE_BROKEN: {
    status: 500,
    message: 'The classifier of the second stage of the guards cannot be used.',
    fix: 'Check that model, tokenizer and `labels` belong together, that the model is one file, and that `memoryMb` is enough for it; or remove `guards.secondStage`.',
  },
  GUARD_UNKNOWN: {
    status: 400,
    message: 'There is no such guard.',
    fix: 'Run `sallyport inspect --list` for the ids.',
  },
  GUARD_CHOICE_INVALID: { status: 400, message: 'A guard cannot be set like this.', fix: 'Correct what is named.' },
  GUARD_CHOICE_CHANGED: {
    status: 409,
    message: 'Somebody else decided about this guard in between.',
    fix: 'Look at what is in force now, then decide again.',
  },
  INSPECT_INPUT: {
    status: 400,
    message: 'The rows cannot be read.',
    fix: 'Give a file of lines like {"id": 1, "text": "..."}, plain or compressed with gzip.',
  },
  INSPECT_USAGE: {
    status: 400,
    message: 'Nothing to inspect.',
    fix: 'Give a text (or - for standard input), or --jsonl FILE --out FILE.',
  },
} as const satisfies ErrorCatalogue;

export const fail = errors(ERRORS);
