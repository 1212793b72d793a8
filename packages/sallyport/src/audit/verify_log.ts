import type { KeyObject } from 'node:crypto';
import { checkpointHash, checkpointLine, isSigned, parseCheckpoint, type Checkpoint } from './checkpoint.ts';
import { genesis, hasFrameAfter, leafAt, prevOf, readFrame } from './frame.ts';
import { checkpointsName, numberOf, segmentName } from './log_layout.ts';
import { rootOf, Tree } from './tree.ts';

/** The files of one log. */
export type LogFiles = {
  names(): readonly string[];
  /** The whole file; empty when there is none. Rejects by exception what is larger than a segment can be. */
  bytes(name: string): Buffer;
};

/** Where a log is broken first, and why. `sequence` counts records from 0. */
export type Broken = {
  readonly log: string;
  readonly segment?: number;
  readonly offset?: number;
  readonly sequence?: number;
  readonly why: string;
};

export type LogReport = {
  readonly log: string;
  readonly segments: number;
  readonly records: number;
  readonly bytes: number;
  readonly checkpoints: number;
  readonly root: string;
  readonly last: Checkpoint | undefined;
  /** Records after the last checkpoint: chained, but not signed yet. */
  readonly unsealed: number;
  /** Bytes after the last whole record: a write that was under way. Reported, never repaired here. */
  readonly torn: { readonly segment: number; readonly offset: number; readonly bytes: number } | undefined;
  /** Records under the newest head that something outside kept. */
  readonly witnessed: number | undefined;
  readonly broken: Broken | undefined;
};

/** A tree head and who kept it. */
export type Head = { readonly checkpoint: Checkpoint; readonly from: string };

/** Thrown inside this file to leave the walk at the first broken record. */
class BrokenLog extends Error {
  readonly place: Omit<Broken, 'log' | 'why'>;
  constructor(why: string, place: Omit<Broken, 'log' | 'why'> = {}) {
    super(why);
    this.place = place;
  }
}

/** Verifies one log from its first byte to its last; stops at the first broken record. */
export function verifyLog(
  log: string,
  files: LogFiles,
  keys: readonly KeyObject[],
  heads: readonly Head[],
  progress: (segment: number, segments: number) => void,
): LogReport {
  const walk = new Walk(log, files, keys, heads);
  try {
    walk.run(progress);
    return walk.report(undefined);
  } catch (error) {
    if (!(error instanceof BrokenLog)) throw error;
    return walk.report({ log, ...error.place, why: error.message });
  }
}

class Walk {
  readonly #log: string;
  readonly #files: LogFiles;
  readonly #keys: readonly KeyObject[];
  readonly #heads: readonly Head[];
  readonly #tree = new Tree();
  #prev: Buffer;
  #segments = 0;
  #bytes = 0;
  #torn: LogReport['torn'];
  #sealed: Checkpoint[] = [];
  /** Every head by its size, and how many of them the walk has met. */
  #expected: Head[] = [];
  #met = 0;

  constructor(log: string, files: LogFiles, keys: readonly KeyObject[], heads: readonly Head[]) {
    this.#log = log;
    this.#files = files;
    this.#keys = keys;
    this.#heads = heads;
    this.#prev = genesis(log);
  }

  run(progress: (segment: number, segments: number) => void): void {
    // Checkpoints before segments: a server that writes meanwhile can then only have more records than were sealed, never fewer.
    const numbers = this.#number();
    this.#sealed = numbers.sealed.flatMap((segment) => this.#readCheckpoints(segment));
    this.#checkChain();
    this.#checkHeads();
    this.#expected = [...this.#sealed.map((checkpoint) => ({ checkpoint, from: 'a checkpoint' })), ...this.#heads];
    this.#expected.sort((a, b) => a.checkpoint.size - b.checkpoint.size);
    this.#meet(1, 0);
    numbers.segments.forEach((segment, at) => {
      progress(segment, numbers.segments.length);
      this.#walkSegment(segment, at === numbers.segments.length - 1);
      this.#segments++;
    });
    // A log signs that it is open before its first record: one without any checkpoint lost them.
    if (this.#sealed.length === 0 && this.#tree.size > 0) throw new BrokenLog('its checkpoints were removed', { segment: 1, sequence: 0 });
    const unmet = this.#expected[this.#met];
    if (unmet !== undefined) {
      const { size } = unmet.checkpoint;
      throw new BrokenLog(`it has ${this.#tree.size} records; ${unmet.from} sealed ${size}`, {
        segment: this.#segments,
        sequence: this.#tree.size,
      });
    }
  }

  report(broken: Broken | undefined): LogReport {
    const last = this.#sealed.at(-1);
    const sizes = this.#heads.map((head) => head.checkpoint.size);
    return {
      log: this.#log,
      segments: this.#segments,
      records: this.#tree.size,
      bytes: this.#bytes,
      checkpoints: this.#sealed.length,
      root: this.#tree.root().toString('hex'),
      last,
      unsealed: Math.max(0, this.#tree.size - (last?.size ?? 0)),
      torn: this.#torn,
      witnessed: sizes.length === 0 ? undefined : Math.max(...sizes),
      broken,
    };
  }

  /** Segments and checkpoint files are numbered from 1 without a gap. */
  #number(): { segments: number[]; sealed: number[] } {
    const names = this.#files.names();
    const of = (kind: 'seg' | 'chk') => names.map((name) => numberOf(name, kind)).filter((number) => number !== undefined);
    const segments = of('seg').sort((a, b) => a - b);
    const sealed = of('chk').sort((a, b) => a - b);
    const gap = segments.findIndex((number, at) => number !== at + 1);
    if (gap >= 0) throw new BrokenLog(`segment ${gap + 1} is missing`, { segment: gap + 1 });
    const chkGap = sealed.findIndex((number, at) => number !== at + 1);
    if (chkGap >= 0) throw new BrokenLog(`the checkpoints of segment ${chkGap + 1} are missing`, { segment: chkGap + 1 });
    if (sealed.length < segments.length - 1)
      throw new BrokenLog(`the checkpoints of segment ${sealed.length + 1} are missing`, { segment: sealed.length + 1 });
    if (segments.length === 0) throw new BrokenLog('it has no segment', { segment: 1 });
    const orphan = sealed.find((number) => number > segments.length && this.#files.bytes(checkpointsName(number)).length > 0);
    if (orphan !== undefined) throw new BrokenLog(`segment ${orphan} is missing`, { segment: orphan });
    return { segments, sealed: sealed.filter((number) => number <= segments.length) };
  }

  #readCheckpoints(segment: number): Checkpoint[] {
    const text = this.#files.bytes(checkpointsName(segment)).toString('latin1');
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    // What a stopped write leaves is the beginning of a line; a line that closes its object was changed after it was written.
    if (rest !== '' && (!'{"'.startsWith(rest.slice(0, 2)) || rest.includes('}')))
      throw new BrokenLog('its last checkpoint was changed', { segment });
    return lines.map((line, at) => {
      const checkpoint = parseCheckpoint(line);
      if (checkpoint === undefined) throw new BrokenLog(`line ${at + 1} of ${checkpointsName(segment)} is no checkpoint`, { segment });
      if (checkpoint.log !== this.#log || checkpoint.segment !== segment) {
        throw new BrokenLog(`line ${at + 1} of ${checkpointsName(segment)} belongs to another log or segment`, { segment });
      }
      return checkpoint;
    });
  }

  /** Each line names the hash of the one before it, so the signature of the last one covers them all. */
  #checkChain(): void {
    let previous = genesis(this.#log).toString('hex');
    let before: Checkpoint | undefined;
    for (const checkpoint of this.#sealed) {
      const { segment, size: sequence } = checkpoint;
      if (checkpoint.previous !== previous) throw new BrokenLog('a checkpoint was removed or changed', { segment, sequence });
      if (!follows(before, checkpoint)) throw new BrokenLog('a checkpoint does not follow the one before it', { segment, sequence });
      previous = checkpointHash(checkpointLine(checkpoint));
      before = checkpoint;
    }
    if (before !== undefined && !isSigned(before, this.#keys)) {
      throw new BrokenLog('its checkpoints are not signed with the expected key', { segment: before.segment, sequence: before.size });
    }
  }

  #checkHeads(): void {
    const own = new Set(this.#sealed.map(checkpointLine));
    for (const { checkpoint, from } of this.#heads) {
      if (own.has(checkpointLine(checkpoint)) || isSigned(checkpoint, this.#keys)) continue;
      throw new BrokenLog(`${from} has a checkpoint that is signed with another key`, {
        segment: checkpoint.segment,
        sequence: checkpoint.size,
      });
    }
  }

  #walkSegment(segment: number, isLast: boolean): void {
    const bytes = this.#files.bytes(segmentName(segment));
    const ends = this.#sealed.filter((checkpoint) => checkpoint.segment === segment && checkpoint.state !== 'open');
    let at = 0;
    while (at < bytes.length) {
      const place = { segment, offset: at, sequence: this.#tree.size };
      const frame = readFrame(bytes, at);
      if (typeof frame === 'string') {
        this.#tail(bytes, at, place, isLast, frame);
        break;
      }
      if (!prevOf(bytes, at).equals(this.#prev)) throw new BrokenLog('a record does not follow the one before it', place);
      this.#prev = leafAt(bytes, at, frame.end);
      this.#tree.append(this.#prev);
      this.#meet(segment, at);
      at = frame.end;
    }
    this.#bytes += bytes.length;
    this.#checkEnd(segment, isLast, ends.at(-1), at);
  }

  /** Damage is a torn tail only at the very end, after everything that was sealed, with no whole record behind it. */
  #tail(
    bytes: Buffer,
    at: number,
    place: { segment: number; offset: number; sequence: number },
    isLast: boolean,
    how: 'short' | 'bad',
  ): void {
    const sealed = this.#met < this.#expected.length;
    if (!isLast || sealed || hasFrameAfter(bytes, at + 1)) {
      throw new BrokenLog(how === 'bad' ? 'a record was changed' : 'a record is cut short or its length was changed', place);
    }
    this.#torn = { segment: place.segment, offset: at, bytes: bytes.length - at };
  }

  #checkEnd(segment: number, isLast: boolean, end: Checkpoint | undefined, offset: number): void {
    const last = this.#sealed.at(-1);
    const place = { segment, offset, sequence: this.#tree.size };
    if (!isLast && (end?.state !== 'segment' || end.size !== this.#tree.size))
      throw new BrokenLog(`segment ${segment} does not end where it was sealed`, place);
    if (!isLast || last === undefined || last.segment !== segment || last.state === 'open') return;
    if (this.#torn !== undefined || this.#tree.size > last.size) {
      throw new BrokenLog('something was added after the end of a closed log', place);
    }
  }

  /** Compares the tree with every head of its present size. */
  #meet(segment: number, offset: number): void {
    for (let head = this.#expected[this.#met]; head?.checkpoint.size === this.#tree.size; head = this.#expected[++this.#met]) {
      const { checkpoint, from } = head;
      const sequence = Math.max(0, this.#tree.size - 1);
      if (checkpoint.root !== this.#tree.root().toString('hex') || checkpoint.last !== this.#prev.toString('hex')) {
        throw new BrokenLog(`the records are not those that ${from} sealed`, { segment, offset, sequence });
      }
      if (checkpoint.peaks !== undefined && foldHex(checkpoint.peaks) !== checkpoint.root)
        throw new BrokenLog('the peaks of a checkpoint were changed', { segment });
    }
  }
}

/** Whether `next` may stand after `before` in a log's checkpoints. */
function follows(before: Checkpoint | undefined, next: Checkpoint): boolean {
  if (before === undefined) return next.segment === 1;
  if (before.state === 'sealed' || next.size < before.size) return false;
  if (before.state === 'closed' && next.size !== before.size) return false;
  return next.segment === (before.state === 'segment' ? before.segment + 1 : before.segment);
}

function foldHex(peaks: readonly string[]): string {
  return rootOf(peaks.map((peak) => Buffer.from(peak, 'hex'))).toString('hex');
}
