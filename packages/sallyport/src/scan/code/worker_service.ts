import { parentPort } from 'node:worker_threads';
import { lowerToBytes, threadTime, type Batch, type BatchResult, type Lowered } from './front_end_service.ts';

// The code of one lowering thread: it gets batches of files and answers them lowered, as bytes.
parentPort?.on('message', (batch: Batch) => {
  void answer(batch);
});

async function answer(batch: Batch): Promise<void> {
  const before = threadTime();
  const lowered: Lowered[] = [];
  for (const { at, file } of batch) lowered.push(await lowerToBytes(at, file));
  const result: BatchResult = { lowered, cpu: threadTime() - before };
  parentPort?.postMessage(
    result,
    lowered.flatMap(({ bytes }) => (bytes === undefined ? [] : [bytes.buffer as ArrayBuffer])),
  );
}
