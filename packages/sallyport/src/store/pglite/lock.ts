import fs from 'node:fs/promises';
import os from 'node:os';
import { fail } from '../errors.ts';

/**
 * One process owns a data folder: two PGlite on one folder both succeed and lose rows silently (electric-sql/pglite issue 1106).
 *
 * The lock is a file that names its owner; `link` makes it appear whole or not at all. The owner is dead when its process is gone, is
 * another one with the same number (start time differs), or the machine was started anew (boot id). Where process numbers cannot be
 * compared (another container or machine on a shared volume, no /proc) the owner must have touched the file in the last minute.
 */
export type Lock = {
  /** Whether the file still names this process; also shows the others that it lives. */
  beat(): Promise<boolean>;
  release(): Promise<void>;
};

type Owner = {
  readonly pid: number;
  /** Start time in clock ticks since boot: field 22 of /proc/PID/stat. */
  readonly start: string;
  /** /proc/sys/kernel/random/boot_id */
  readonly boot: string;
  /** The namespace of process numbers, `pid:[4026531836]`; another one's numbers mean nothing here. */
  readonly space: string;
  readonly host: string;
};

/** How often the owner touches the file, and after how long without it counts as dead where nothing better is known. */
export const BEAT_MS = 10_000;
const DEAD_AFTER_MS = 60_000;
/** A taker that was killed between its two steps leaves its mark; the steps take a millisecond. */
const ABANDONED_TAKEOVER_MS = 10_000;

let serial = 0;

/** Takes the lock file, over from a dead owner if need be. Rejects STORE_LOCKED, naming the owner. */
export async function takeLock(path: string, now: () => number): Promise<Lock> {
  const self = await describeSelf();
  const text = JSON.stringify(self);
  const own = `${path}.${self.host}.${self.pid}.${serial++}`;
  await fs.writeFile(own, text, { mode: 0o600 });
  try {
    if (!(await linked(own, path))) await takeOver(own, path, now);
  } finally {
    await fs.rm(own, { force: true });
  }
  return {
    async beat() {
      if ((await read(path)) !== text) return false;
      const seconds = now() / 1000;
      await fs.utimes(path, seconds, seconds);
      return true;
    },
    async release() {
      if ((await read(path)) === text) await fs.rm(path, { force: true });
    },
  };
}

async function takeOver(own: string, path: string, now: () => number): Promise<void> {
  const before = await read(path);
  if (before === undefined) {
    // Released between our two looks.
    if (await linked(own, path)) return;
    throw locked(await read(path));
  }
  const owner = parseOwner(before);
  if (await alive(owner, path, now)) throw locked(before);
  // Only one taker of this very owner acts: the second cannot make the same link.
  const mark = `${path}.stale.${owner?.pid ?? 0}.${owner?.start ?? 0}`;
  if (!(await linked(path, mark))) {
    if (now() - (await modified(mark)) < ABANDONED_TAKEOVER_MS) throw locked(before);
    await fs.rm(mark, { force: true });
    if (!(await linked(path, mark))) throw locked(before);
  }
  try {
    if ((await read(path)) !== before) throw locked(await read(path));
    await fs.rename(own, path);
  } finally {
    await fs.rm(mark, { force: true });
  }
}

async function alive(owner: Owner | undefined, path: string, now: () => number): Promise<boolean> {
  if (owner !== undefined) {
    const self = await describeSelf();
    const sameKernel = self.boot !== '' && self.boot === owner.boot;
    if (sameKernel && self.space === owner.space) return (await startOf(owner.pid)) === owner.start;
    if (!sameKernel && self.boot !== '' && owner.boot !== '' && self.host === owner.host) return false;
  }
  return now() - (await modified(path)) < DEAD_AFTER_MS;
}

function locked(text: string | undefined): Error {
  const owner = text === undefined ? undefined : parseOwner(text);
  return fail('STORE_LOCKED', { say: owner === undefined ? '' : `It is process ${owner.pid} on ${owner.host}.` });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || (error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function read(path: string): Promise<string | undefined> {
  return fs.readFile(path, 'utf8').catch(() => undefined);
}

async function modified(path: string): Promise<number> {
  return fs.stat(path).then(
    (stat) => stat.mtimeMs,
    () => 0,
  );
}

function parseOwner(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Owner> | null;
    if (value === null || typeof value.pid !== 'number' || !Number.isSafeInteger(value.pid)) return undefined;
    const { pid, start = '', boot = '', space = '', host = '' } = value;
    return { pid, start: word(start), boot: word(boot), space: word(space), host: word(host) };
  } catch {
    return undefined;
  }
}

/** The file is another process's word: what goes into a path or a message keeps to these characters. */
function word(text: unknown): string {
  return String(text)
    .replace(/[^\w:.[\]-]/g, '')
    .slice(0, 100);
}

async function describeSelf(): Promise<Owner> {
  const boot = (await read('/proc/sys/kernel/random/boot_id'))?.trim() ?? '';
  const space = await fs.readlink('/proc/self/ns/pid').catch(() => '');
  return { pid: process.pid, start: (await startOf(process.pid)) ?? '', boot, space, host: word(os.hostname()) };
}

/** Field 22 of /proc/PID/stat; the second field, the name, may hold blanks and brackets, so counting starts behind its last one. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds nothing any more; it only waits to be reaped.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
