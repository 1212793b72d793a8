import { FgaError } from './problem.ts';
import type { TupleKey } from './tuple.ts';

/** Text of OpenFGA's errors for a write that does not fit what is there. */
export function writeProblem(kind: 'write' | 'delete', { user, relation, object }: TupleKey): FgaError {
  const said = kind === 'write' ? 'cannot write a tuple which already exists' : 'cannot delete a tuple which does not exist';
  return new FgaError(
    'write_failed_due_to_invalid_input',
    `${said}: user: '${user}', relation: '${relation}', object: '${object}': tuple to be written already existed or the tuple to be deleted did not exist`,
  );
}

/** A tuple that is there with another condition is a conflict, also where duplicates are ignored. */
export function conditionConflict({ user, relation, object }: TupleKey): FgaError {
  return new FgaError(
    'Aborted',
    `transactional write failed due to conflict: attempted to write a tuple which already exists with a different condition: user: '${user}', relation: '${relation}', object: '${object}'`,
  );
}
