import { Worker } from 'node:worker_threads';
import type { GivenDocument, Limits, ReadDocument } from './document.ts';
import { readDocument } from './read.ts';

/**
 * The reading process: one document after the other, started with Node's permission model (no network of its own, no files but its own
 * code, no processes, no native code) and an empty environment. What breaks in here breaks in here.
 */

export type Ask = { readonly id: number; readonly given: GivenDocument; readonly limits: Limits };
export type Told = { readonly id: number; readonly read: ReadDocument };

process.on('message', (ask: Ask) => {
  void readDocument(ask.given, ask.limits).then((read) => process.send?.({ id: ask.id, read } satisfies Told));
});
// The gate is gone.
process.on('disconnect', () => process.exit());

// Memory outside of V8's heap (unpacked streams) has no limit of its own: a thread looks, because a busy parser never does.
const file = import.meta.url.endsWith('.ts') ? '../kernel/watchdog_service.ts' : '../kernel/watchdog_service.js';
new Worker(new URL(file, import.meta.url), { workerData: { most: Number(process.argv[2]), parent: process.pid } }).unref();
