import { takeLock, type Lock } from '../../src/store/pglite/lock.ts';

/** Tries the lock when told to and says what came of it: the child process of the lock's race test. */
async function tryOnce(path: string): Promise<Lock | undefined> {
  const lock = await takeLock(path, Date.now).catch(() => undefined);
  process.send?.(lock === undefined ? 'refused' : 'mine');
  return lock;
}

if (process.send !== undefined) {
  const path = process.argv[2] ?? '';
  let lock = await tryOnce(path);
  process.on('message', () => {
    void tryOnce(path).then((taken) => (lock = taken));
  });
  process.on('SIGTERM', () => void lock?.release().then(() => process.exit(0)));
}
