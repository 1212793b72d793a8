import { join } from 'node:path';
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { fail } from './errors.ts';
import { readBytes, type FilePort } from './file_port.ts';
import { prevOf, readFrame } from './frame.ts';
import { checkpointsName, numberOf, segmentName } from './log_layout.ts';
import type { Position } from './store.ts';

/** Where the bytes end that are on disk: nothing behind is read. */
export type SyncedEnd = { readonly size: number; readonly segment: number; readonly offset: number };

/** A log as its readers see it: projection, look-up, proofs. */
export type LogSource = { readonly log: string; readonly folder: string; end(): SyncedEnd };

export type Record = { readonly index: number; readonly prev: Buffer; readonly payload: Buffer };

/** Bytes that one batch reads: about 700 events. */
const BATCH = 1 << 20;

/** The records from `position` on, as many as one batch holds, and where the next ones start. */
export function readBatch(files: FilePort, source: LogSource, position: Position): { records: Record[]; next: Position } {
  const end = source.end();
  let { segment, offset } = position;
  let limit = segmentEnd(files, source, end, segment);
  while (offset >= limit && segment < end.segment) {
    segment++;
    offset = 0;
    limit = segmentEnd(files, source, end, segment);
  }
  const path = join(source.folder, segmentName(segment));
  let bytes = readBytes(files, path, offset, Math.min(BATCH, limit - offset));
  if (readFrame(bytes, 0) === 'short' && limit - offset > BATCH) bytes = readBytes(files, path, offset, limit - offset);
  const records: Record[] = [];
  let at = 0;
  for (let frame = readFrame(bytes, at); typeof frame === 'object'; frame = readFrame(bytes, at)) {
    records.push({ index: position.size + records.length, prev: prevOf(bytes, at), payload: bytes.subarray(frame.start, frame.end) });
    at = frame.end;
  }
  if (records.length === 0 && position.size < end.size) {
    throw fail('LOG_BROKEN', { say: `Log ${source.log}: record ${position.size} cannot be read.` });
  }
  return { records, next: { size: position.size + records.length, segment, offset: offset + at } };
}

function segmentEnd(files: FilePort, source: LogSource, end: SyncedEnd, segment: number): number {
  return segment === end.segment ? end.offset : (files.size(join(source.folder, segmentName(segment))) ?? 0);
}

/** The last checkpoint of a segment. */
export function lastCheckpoint(files: FilePort, folder: string, segment: number): Checkpoint | undefined {
  const text = readBytes(files, join(folder, checkpointsName(segment))).toString('latin1');
  const end = text.lastIndexOf('\n');
  return end < 0 ? undefined : parseCheckpoint(text.slice(text.lastIndexOf('\n', end - 1) + 1, end));
}

/** The start of the segment that holds record `index`: its first record's number. */
export function segmentOf(files: FilePort, source: LogSource, index: number): Position {
  let start: Position = { size: 0, segment: 1, offset: 0 };
  for (let segment = 1; segment < source.end().segment; segment++) {
    const sealed = lastCheckpoint(files, source.folder, segment);
    if (sealed === undefined || sealed.state !== 'segment' || sealed.size > index) break;
    start = { size: sealed.size, segment: segment + 1, offset: 0 };
  }
  return start;
}

/** Record `index` of a log. Rejects LOG_BROKEN when it cannot be read. */
export async function readRecord(files: FilePort, source: LogSource, index: number): Promise<Record> {
  let position = segmentOf(files, source, index);
  while (position.size < source.end().size) {
    const { records, next } = readBatch(files, source, position);
    const found = records.find((record) => record.index === index);
    if (found !== undefined) return found;
    position = next;
    await gap();
  }
  throw fail('LOG_BROKEN', { say: `Log ${source.log}: record ${index} cannot be read.` });
}

/** Other work has its turn between two batches: a search may read some segments. */
function gap(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The last record from `from` on whose JSON says that it is the event `uid`: for events that the database does not have. */
export async function findRecord(files: FilePort, source: LogSource, uid: string, from: Position): Promise<Record | undefined> {
  // The serialiser writes `uid` first and without escapes, so its bytes tell.
  const start = Buffer.from(`{"uid":"${uid}"`);
  let found: Record | undefined;
  let position = from;
  while (position.size < source.end().size) {
    const { records, next } = readBatch(files, source, position);
    for (const record of records) if (record.payload.subarray(0, start.length).equals(start)) found = record;
    position = next;
    await gap();
  }
  return found;
}

/** Segments of a folder, in order. */
export function segmentsIn(files: FilePort, folder: string): number[] {
  const numbers = files.list(folder).map((name) => numberOf(name, 'seg'));
  return numbers.filter((number) => number !== undefined).sort((a, b) => a - b);
}
