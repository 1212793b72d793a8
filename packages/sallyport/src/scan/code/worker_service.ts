import { parentPort, workerData } from 'node:worker_threads';
import type { SourceFile } from './finding.ts';
import { scanHere, type ScanOptions } from './scan_service.ts';

// The code of one scanning thread: it gets files and options, and answers with the result.
const { files, options } = workerData as { files: readonly SourceFile[]; options: ScanOptions };
parentPort?.postMessage(await scanHere(files, options));
