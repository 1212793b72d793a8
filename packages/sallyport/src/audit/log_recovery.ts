import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { checkpointHash, isSigned, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { fail } from './errors.ts';
import { readBytes, syncFile, type FilePort } from './file_port.ts';
import { hasFrameAfter, leafAt, prevOf, readFrame } from './frame.ts';
import { checkpointsName, emptyEnd, numberOf, segmentName, type LogEnd } from './log_layout.ts';
import { rootOf, Tree } from './tree.ts';

/** A torn tail that was cut at start: the record that was being written when the process or the machine stopped. */
export type TailCut = { readonly segment: number; readonly offset: number; readonly bytes: number };

export type Recovered = { readonly end: LogEnd; readonly last: Checkpoint | undefined; readonly cut: TailCut | undefined };

type Place = { readonly files: FilePort; readonly folder: string; readonly log: string; readonly keys: readonly KeyObject[] };

/**
 * Finds where a log ends, reading its last segment only. Cuts a torn tail, and only that: what lies after the last signed checkpoint and has no whole
 * record behind it. Anything else rejects LOG_BROKEN, because cutting there would drop records that were acknowledged and sealed. `check` may refuse the end that was found before anything is cut.
 */
export async function recoverLog(place: Place, check: (end: LogEnd) => void = () => {}): Promise<Recovered> {
  const segment = lastSegment(place);
  if (segment === undefined) {
    const end = emptyEnd(place.log);
    check(end);
    return { end, last: undefined, cut: undefined };
  }
  const before = segment > 1 ? readCheckpoints(place, segment - 1).last : undefined;
  const start = startOf(place, segment, before);
  const own = readCheckpoints(place, segment);
  const last = own.last ?? before;
  if (last !== undefined && !isSigned(last, place.keys))
    throw broken(place, `the last checkpoint is not signed with this installation's key`);
  const end: LogEnd = { ...start, previous: own.last === undefined ? start.previous : own.hash, checkpointOffset: own.bytes };
  const bytes = readBytes(place.files, join(place.folder, segmentName(segment)));
  const damage = replay(place, bytes, end, own.last);
  if (own.last !== undefined && own.last.state !== 'open') {
    if (damage !== undefined || end.tree.size > own.last.size)
      throw broken(place, `something follows its signed end in segment ${segment}`);
    // The process stopped between the end of a segment and the first byte of the next.
    if (own.last.state === 'segment') Object.assign(end, { segment: segment + 1, offset: 0, checkpointOffset: 0 });
  }
  check(end);
  if (own.torn > 0) await cutFile(place, checkpointsName(segment), own.bytes);
  if (damage === undefined) return { end, last, cut: undefined };
  await cutFile(place, segmentName(segment), damage);
  return { end, last, cut: { segment, offset: damage, bytes: bytes.length - damage } };
}

function broken(place: Place, why: string): Error {
  return fail('LOG_BROKEN', { say: `Log ${place.log}: ${why}.` });
}

/** The number of the last segment; every number from 1 to it must be there. */
function lastSegment(place: Place): number | undefined {
  const names = place.files.list(place.folder);
  const segments = names.map((name) => numberOf(name, 'seg')).filter((number) => number !== undefined);
  const missing = segments.findIndex((number, at) => number !== at + 1);
  if (missing >= 0) throw broken(place, `segment ${missing + 1} is missing`);
  const sealed = names.filter((name) => (place.files.size(join(place.folder, name)) ?? 0) > 0).map((name) => numberOf(name, 'chk') ?? 0);
  const checkpoints = Math.max(0, ...sealed);
  if (checkpoints > segments.length) throw broken(place, `segment ${checkpoints} is missing`);
  return segments.at(-1);
}

/** The state at a segment's start, from the checkpoint at the end of the one before it. */
function startOf(place: Place, segment: number, before: Checkpoint | undefined): LogEnd {
  if (segment === 1) return emptyEnd(place.log);
  if (before?.state !== 'segment' || before.peaks === undefined) throw broken(place, `the end of segment ${segment - 1} is not signed`);
  if (!isSigned(before, place.keys)) throw broken(place, `the end of segment ${segment - 1} is signed with another key`);
  const peaks = before.peaks.map((peak) => Buffer.from(peak, 'hex'));
  if (!rootOf(peaks).equals(Buffer.from(before.root, 'hex')))
    throw broken(place, `the peaks of segment ${segment - 1} do not give its root`);
  const previous = readCheckpoints(place, segment - 1).hash;
  const tree = new Tree({ size: before.size, peaks });
  return { tree, prev: Buffer.from(before.last, 'hex'), segment, offset: 0, previous, checkpointOffset: 0 };
}

type Checkpoints = { readonly last: Checkpoint | undefined; readonly hash: string; readonly bytes: number; readonly torn: number };

/** The last checkpoint of a segment. A line without its end is torn: it was not acknowledged to anyone. */
function readCheckpoints(place: Place, segment: number): Checkpoints {
  const text = readBytes(place.files, join(place.folder, checkpointsName(segment))).toString('latin1');
  const bytes = text.lastIndexOf('\n') + 1;
  const torn = text.length - bytes;
  if (bytes === 0) return { last: undefined, hash: '', bytes, torn };
  const line = text.slice(text.lastIndexOf('\n', bytes - 2) + 1, bytes - 1);
  const last = parseCheckpoint(line);
  if (last === undefined || last.log !== place.log || last.segment !== segment)
    throw broken(place, `the last checkpoint of segment ${segment} cannot be read`);
  return { last, hash: checkpointHash(line), bytes, torn };
}

/** Replays a segment into `end`; answers the offset of a torn tail, if there is one. */
function replay(place: Place, bytes: Buffer, end: LogEnd, sealed: Checkpoint | undefined): number | undefined {
  const where = () => `record ${end.tree.size} (segment ${end.segment}, offset ${end.offset})`;
  const check = (): void => {
    if (sealed === undefined || sealed.size !== end.tree.size) return;
    if (sealed.root !== end.tree.root().toString('hex'))
      throw broken(place, `the records up to ${end.tree.size} are not those that were signed`);
  };
  check();
  while (end.offset < bytes.length) {
    const frame = readFrame(bytes, end.offset);
    if (typeof frame === 'string' || !prevOf(bytes, end.offset).equals(end.prev)) {
      if (sealed !== undefined && end.tree.size < sealed.size) throw broken(place, `${where()} was sealed and is damaged`);
      if (typeof frame !== 'string') throw broken(place, `${where()} does not follow the one before it`);
      if (hasFrameAfter(bytes, end.offset + 1)) throw broken(place, `${where()} is damaged, and whole records follow it`);
      return end.offset;
    }
    end.prev = leafAt(bytes, end.offset, frame.end);
    end.tree.append(end.prev);
    end.offset = frame.end;
    check();
  }
  if (sealed !== undefined && end.tree.size < sealed.size)
    throw broken(place, `it has ${end.tree.size} records, ${sealed.size} were sealed`);
  return undefined;
}

async function cutFile(place: Place, name: string, size: number): Promise<void> {
  const file = place.files.append(join(place.folder, name));
  try {
    file.truncate(size);
    await syncFile(file);
  } finally {
    file.close();
  }
}
