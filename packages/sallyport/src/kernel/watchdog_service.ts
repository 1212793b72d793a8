import { workerData } from 'node:worker_threads';

/** Ends its process when that grows beyond `most` resident bytes. */
const { most, parent } = workerData as { readonly most: number; readonly parent: number };
/** At 500 MB a second, what inflate makes, some 10 MB too late. */
const LOOK_MS = 20;

setInterval(() => {
  if (process.memoryUsage.rss() > most) process.kill(parent, 'SIGKILL');
}, LOOK_MS);
