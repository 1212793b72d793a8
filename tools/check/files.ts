import { spawnSync } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOP } from '../top.ts';

export type SourceFile = { readonly path: string; readonly text: string };

/** What is never committed, for a tree that was unpacked without git. */
const UNTRACKED = new Set(['.git', '.node', '.cache', 'node_modules', 'dist', 'data', 'data.keys']);
/** Output of git: some thousand paths. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;

/** Every text file that is or would be committed (what .gitignore names is left out), paths from the top. */
export async function repositoryFiles(wanted: (path: string) => boolean, top: string = TOP): Promise<SourceFile[]> {
  const paths = (listedByGit(top) ?? (await walk(top, ''))).filter(wanted);
  const files = await Promise.all(paths.sort().map((path) => readText(top, path)));
  return files.filter((file) => file !== undefined);
}

function listedByGit(top: string): string[] | undefined {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = spawnSync('git', args, { cwd: top, encoding: 'utf8', maxBuffer: MAX_LIST_BYTES });
  return listed.status === 0 ? listed.stdout.split('\0').filter((path) => path !== '') : undefined;
}

async function walk(top: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(top, folder), { withFileTypes: true });
  const nested = entries
    .filter((entry) => !UNTRACKED.has(entry.name))
    .map(async (entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(top, path) : entry.isFile() ? [path] : [];
    });
  return (await Promise.all(nested)).flat();
}

/** Undefined for a file that was deleted but is still in the index, and for binary files (a zero byte near the start, as git decides). */
async function readText(top: string, path: string): Promise<SourceFile | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(join(top, path));
  } catch {
    return undefined;
  }
  return bytes.subarray(0, 8000).includes(0) ? undefined : { path, text: bytes.toString('utf8') };
}
