import { accessSync, constants, existsSync, lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bad, doubtful, good, type Check } from './doctor_check.ts';

/** The oldest Node that runs TypeScript without a build step and has what we use; `engines` of package.json says the same. */
const MIN_NODE = 24;
/** Below this the event log may be full within the hour, and then nothing is served; a segment is 64 MiB. */
const FULL_BYTES = 256 * 1024 * 1024;
const LOW_BYTES = 2 * 1024 * 1024 * 1024;
/** Files that may still be made: a segment is two. */
const LOW_FILES = 1_000;
/** No build of this program is older (2025-01-01): a clock before it was never set. */
const FIRST_TIME = Date.UTC(2025, 0, 1);
/** How far a file may be ahead of the clock: file systems on the network keep their own time. */
const AHEAD_MS = 120_000;
/** Everyone but the owner. */
const OTHERS = 0o077;

export function checkNode(version: string): Check {
  return Number.parseInt(version, 10) >= MIN_NODE
    ? good('node', version)
    : bad('node', `${version} is too old.`, `Use Node ${MIN_NODE} or newer; ./run installs the right one.`);
}

/** The data folder: there, and its owner's alone. Whoever may enter it is the operator. */
export function checkDataFolder(dir: string): Check {
  if (!existsSync(dir))
    return doubtful('data folder', `${dir} is not there yet.`, 'Start the gate (`sallyport up`), or name another one with --data.');
  return checkOwned('data folder', dir) ?? checkSocket(dir) ?? good('data folder', dir);
}

/** The socket of the server: whoever may write to it is the operator. */
function checkSocket(dir: string): Check | undefined {
  const path = join(dir, 'control.sock');
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSocket() === true && (stat.mode & OTHERS) !== 0
    ? bad('data folder', `Others may write to ${path} (mode ${modeOf(stat.mode)}).`, `Run: chmod 600 ${path}`)
    : undefined;
}

/** The key folder beside it. Lost keys make the data unreadable for ever; open ones make its encryption worth nothing. */
export function checkKeyFolder(dir: string, dataDir: string): Check {
  if (!existsSync(dir)) {
    return existsSync(join(dataDir, 'events')) || existsSync(join(dataDir, 'store'))
      ? bad(
          'key folder',
          `${dir} is gone, and there is data that needs it.`,
          'Put it back from where you keep it; a backup of the data never holds it.',
        )
      : good('key folder', `${dir} will be made at the first start.`);
  }
  const wide = checkOwned('key folder', dir);
  if (wide !== undefined) return wide;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    const { mode } = lstatSync(path);
    if (entry.isFile() && (mode & OTHERS) !== 0)
      return bad('key folder', `Others may read ${path} (mode ${modeOf(mode)}).`, `Run: chmod 600 ${path}`);
  }
  return good('key folder', dir);
}

/** What is wrong with a folder that must be ours alone. */
function checkOwned(name: string, dir: string): Check | undefined {
  const stat = statSync(dir);
  if (!stat.isDirectory()) return bad(name, `${dir} is no folder.`, 'Name another one with --data.');
  if ((stat.mode & OTHERS) !== 0) return bad(name, `Others may enter ${dir} (mode ${modeOf(stat.mode)}).`, `Run: chmod 700 ${dir}`);
  const user = process.getuid?.();
  if (user !== undefined && stat.uid !== user) {
    const whose = `${dir} belongs to user ${stat.uid}, and this runs as user ${user}.`;
    // Root may do everything, and leaves files behind that the server's own user may not open.
    return user === 0 ? doubtful(name, whose, 'Run this, and the server, as that user.') : bad(name, whose, 'Run this as that user.');
  }
  try {
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch {
    return bad(name, `${dir} cannot be written to.`, 'Check that its file system is mounted for writing.');
  }
}

const modeOf = (mode: number): string => (mode & 0o777).toString(8).padStart(3, '0');

/** What statfs(2) says of a file system: blocks that we may use and their size in bytes; files in all, and those that may still be made. */
export type DiskRoom = { readonly bavail: number; readonly bsize: number; readonly files: number; readonly ffree: number };

/** Room on the disk of the data folder, or of the next folder above it that is there. */
export function checkDisk(dir: string, read: (path: string) => DiskRoom = (path) => statfsSync(path)): Check {
  const { bavail, bsize, files, ffree } = read(nearest(dir));
  const free = bavail * bsize;
  const say = `${Math.floor(free / (1024 * 1024)).toLocaleString('en')} MiB free`;
  const fix = 'Make room, or move the data folder: without room for its event log the gate serves nothing.';
  if (free < FULL_BYTES) return bad('disk', say, fix);
  // Some file systems make these as they need them, and report none.
  if (files > 0 && ffree < LOW_FILES) return bad('disk', `${say}, but only ${ffree} more files can be made`, fix);
  return free < LOW_BYTES ? doubtful('disk', say, fix) : good('disk', say);
}

/** The folder itself or the next one above it that is there. */
function nearest(dir: string): string {
  for (let at = dir; ; at = dirname(at)) if (existsSync(at) || dirname(at) === at) return at;
}

/** Keys expire and events are dated by the clock: it must be set, and must not have gone back behind what was written already. */
export function checkClock(now: number, dataDir: string): Check {
  const time = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const fix = 'Set the clock of this machine (NTP): keys expire and events are dated by it.';
  if (now < FIRST_TIME) return bad('clock', `It says ${time}.`, fix);
  const ahead = newestWrite(join(dataDir, 'events')) - now;
  if (ahead > AHEAD_MS)
    return bad('clock', `It says ${time}, and the event log was written ${Math.round(ahead / 60_000)} minutes after that.`, fix);
  return good('clock', time);
}

function newestWrite(dir: string): number {
  if (!existsSync(dir)) return 0;
  let newest = 0;
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    // A file may go between the two looks: the server removes its locks.
    const stat = entry.isFile() ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) : undefined;
    newest = Math.max(newest, stat?.mtimeMs ?? 0);
  }
  return newest;
}
