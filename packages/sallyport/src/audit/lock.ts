import * as fs from 'node:fs';

/** Older than this, the mark of a taker that died while it took over a dead owner's lock is ignored. */
const ABANDONED = 10_000;

/**
 * Takes the lock file at `path`, or answers undefined while its owner lives. The owner is named by process id, start time and boot, so that a reused
 * process id is not taken for it; `link` makes the file whole or not at all. A dead owner's lock is taken over by one taker only.
 */
export function lockFile(path: string): (() => void) | undefined {
  const own = owner(process.pid);
  const mine = `${path}.${process.pid}`;
  fs.writeFileSync(mine, own, { mode: 0o600 });
  try {
    if (!linked(mine, path) && !takeOver(path, mine)) return undefined;
  } finally {
    fs.rmSync(mine, { force: true });
  }
  return () => {
    if (read(path) === own) fs.rmSync(path, { force: true });
  };
}

/** True when `link` made the name; false when it exists. */
function linked(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}

function takeOver(path: string, mine: string): boolean {
  const found = read(path);
  if (found === undefined) return linked(mine, path);
  if (isAlive(found)) return false;
  const mark = `${path}.stale`;
  const marked = fs.statSync(mark, { throwIfNoEntry: false });
  if (marked !== undefined && Date.now() - marked.ctimeMs > ABANDONED) fs.rmSync(mark, { force: true });
  if (!linked(mine, mark)) return false;
  try {
    // Read again: another taker may have finished between the reading and the mark.
    if (read(path) !== found) return false;
    fs.copyFileSync(mine, `${mine}.next`);
    fs.renameSync(`${mine}.next`, path);
    return true;
  } finally {
    fs.rmSync(mark, { force: true });
  }
}

function isAlive(found: string): boolean {
  const pid = Number(found.split(' ')[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ESRCH') return false;
  }
  return owner(pid) === found;
}

/** `pid start boot`. Where there is no /proc, start and boot are `-` and only the process id counts. */
function owner(pid: number): string {
  // Field 22 of /proc/PID/stat; the second field is a name in brackets that may hold spaces (proc(5)).
  const stat = read(`/proc/${pid}/stat`);
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim() ?? '-';
  return `${pid} ${start} ${boot}`;
}

function read(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
