import { accessSync, constants, mkdirSync } from 'node:fs';
import { fail } from './errors.ts';

const FOLDER_FAULTS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  EEXIST: 'it is a file',
  ENOTDIR: 'a part of the path is a file',
  ENOSPC: 'no space is left',
};

/** Keys stand beside the data folder: a copy of the data alone opens nothing. */
export function keyFolder(dataDir: string): string {
  return `${dataDir}.keys`;
}

/** Makes the folder when there is none. Throws DATA_FOLDER when it cannot be, or is another user's. */
export function privateFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw fail('DATA_FOLDER', { say: `${dir}: ${FOLDER_FAULTS[code] ?? code}.`, cause: error });
  }
}
