import fs from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

// The database thread on a disk whose log cannot be synced while the file `fail` stands beside the database's folder.
if (!isMainThread) {
  const marker = `${(workerData as { dir: string }).dir}.fail`;
  const sync = fs.fdatasyncSync;
  fs.fdatasyncSync = (descriptor) => {
    if (fs.existsSync(marker)) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    sync(descriptor);
  };
  await import('../../src/store/pglite/worker.ts');
}
