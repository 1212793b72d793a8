import { join } from 'node:path';
import { genesis } from './frame.ts';
import { Tree } from './tree.ts';

/** Size at which a segment ends: its scan at start takes about a third of a second. */
export const SEGMENT_SIZE = 64 << 20;
/** The public key that the log's checkpoints were signed with, beside its segments: enough to check the log against itself, not to trust it. */
export const KEY_FILE = 'key.pem';

export const eventsFolder = (dataDir: string): string => join(dataDir, 'events');
export const segmentName = (number: number): string => `${String(number).padStart(6, '0')}.seg`;
export const checkpointsName = (number: number): string => `${String(number).padStart(6, '0')}.chk`;

/** The number in a segment's or checkpoint file's name. */
export function numberOf(name: string, kind: 'seg' | 'chk'): number | undefined {
  const match = /^(\d{6,9})\.(seg|chk)$/.exec(name);
  return match !== null && match[2] === kind && match[1] !== undefined ? Number(match[1]) : undefined;
}

export function isLogId(name: string): boolean {
  return /^log_[0-9a-z]{26}$/.test(name);
}

/** Where a log ends: what is needed to append to it. */
export type LogEnd = {
  readonly tree: Tree;
  /** Leaf hash of the last record. */
  prev: Buffer;
  segment: number;
  /** Bytes of the last segment. */
  offset: number;
  /** SHA-256 of the last checkpoint's line, hex. */
  previous: string;
  /** Bytes of the last checkpoint file. */
  checkpointOffset: number;
};

/** The end of a log that has no record yet. */
export function emptyEnd(log: string): LogEnd {
  const first = genesis(log);
  return { tree: new Tree(), prev: first, segment: 1, offset: 0, previous: first.toString('hex'), checkpointOffset: 0 };
}
