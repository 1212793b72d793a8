import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fail } from '../errors.ts';

/** Bytes that one git command may answer. */
const MAX_ANSWER = 512 * 1024 * 1024;
/** A command on the history of a large repository takes seconds. */
const TIMEOUT_MS = 120_000;

/**
 * The repository may be hostile, its `.git/config` included. Only plumbing that reads objects is run (no command that looks at the working
 * tree, because that runs clean filters), and everything that a configuration can have executed is switched off: hooks, fsmonitor, pagers,
 * external diffs, text conversion, signature programs, and the fetching of missing objects, whose transport may be any command
 * (git-config(1); CVE-2022-24765 is about the ownership check, which stays as it is).
 */
const SAFE: readonly string[] = [
  ...['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.pager=cat', '-c', 'core.attributesFile=/dev/null'],
  ...[
    '-c',
    'core.sshCommand=false',
    '-c',
    'core.gitProxy=',
    '-c',
    'protocol.allow=never',
    '-c',
    'diff.external=',
    '-c',
    'log.showSignature=false',
  ],
  ...['-c', 'gc.auto=0', '-c', 'maintenance.auto=false', '-c', 'submodule.recurse=false', '-c', 'credential.helper='],
];

/** Nothing of the caller's environment: inside of a hook GIT_DIR and GIT_INDEX_FILE are set. */
function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    // No protocol has this name, so none is allowed.
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_PAGER: 'cat',
    GIT_EDITOR: 'false',
    GIT_ASKPASS: 'false',
    GIT_SSH_COMMAND: 'false',
  };
}

/** Runs git in `folder`. Throws SCAN_GIT when it fails. */
export function git(folder: string, args: readonly string[], input?: string): Buffer {
  try {
    return execFileSync('git', [...SAFE, ...args], {
      cwd: folder,
      env: environment(),
      input: input ?? '',
      maxBuffer: MAX_ANSWER,
      timeout: TIMEOUT_MS,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString().split('\n')[0] ?? '';
    throw fail('SCAN_GIT', { say: stderr.slice(0, 300), cause: error });
  }
}

/** The top of the working tree that `folder` lies in. */
export function topOf(folder: string): string {
  return git(folder, ['rev-parse', '--show-toplevel']).toString().replace(/\n$/, '');
}

/** The full id of what a reference names, as a commit. */
export function commitOf(folder: string, reference: string): string {
  return git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${reference}^{commit}`])
    .toString()
    .trim();
}

/** Where HEAD and the reference parted: what came to the reference since is not part of the change. */
export function mergeBase(folder: string, reference: string): string {
  return git(folder, ['merge-base', 'HEAD', commitOf(folder, reference)])
    .toString()
    .trim();
}

/** The files of a commit: path from the top -> id of its text. */
export function treeOf(folder: string, commit: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const row of git(folder, ['ls-tree', '-r', '-z', '--full-tree', commit]).toString().split('\0')) {
    const tab = row.indexOf('\t');
    const [, type, id] = row.slice(0, tab).split(' ');
    if (type === 'blob' && id !== undefined) files.set(row.slice(tab + 1), id);
  }
  return files;
}

/** The id that git gives to these bytes; `like` tells by its length which hash the repository uses. */
export function blobId(bytes: Buffer, like: string): string {
  return createHash(like.length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

/** Sizes in bytes of objects; those that are missing are left out. */
export function sizesOf(folder: string, ids: readonly string[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  if (ids.length === 0) return sizes;
  const rows = git(folder, ['cat-file', '--batch-check=%(objectname) %(objectsize)'], `${ids.join('\n')}\n`)
    .toString()
    .split('\n');
  for (const row of rows) {
    const [id = '', size = ''] = row.split(' ');
    if (/^\d+$/.test(size)) sizes.set(id, Number(size));
  }
  return sizes;
}

/** The bytes of objects by id. Ask for what fits into memory. */
export function blobs(folder: string, ids: readonly string[]): ReadonlyMap<string, Buffer> {
  const found = new Map<string, Buffer>();
  if (ids.length === 0) return found;
  const answer = git(folder, ['cat-file', '--batch'], `${ids.join('\n')}\n`);
  let at = 0;
  while (at < answer.length) {
    const end = answer.indexOf(10, at);
    if (end < 0) break;
    const [id = '', , size] = answer.subarray(at, end).toString().split(' ');
    at = end + 1;
    if (size === undefined) continue;
    found.set(id, answer.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}

/** A text that a commit brought. */
export type Brought = { readonly commit: string; readonly id: string; readonly path: string };

/**
 * Every text that came into the history of HEAD, the oldest first and each once; after `since` (a commit) only, when given. Merges count
 * against each parent, so that what stands in the merge alone is seen.
 */
export function broughtByHistory(folder: string, since: string | undefined): Brought[] {
  const commits = git(folder, ['rev-list', '--reverse', 'HEAD', ...(since === undefined ? [] : [`^${since}`])]).toString();
  const args = [
    'diff-tree',
    '--stdin',
    '-r',
    '--root',
    '-m',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--raw',
    '-z',
    '--no-abbrev',
  ];
  const words = git(folder, args, commits).toString().split('\0');
  const seen = new Set<string>();
  const brought: Brought[] = [];
  let commit = '';
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (!word.startsWith(':')) {
      commit = word.slice(0, 64).split(' ')[0] ?? '';
      continue;
    }
    const [, mode, , id = ''] = word.split(' ');
    const path = words[++at] ?? '';
    const regular = mode === '100644' || mode === '100755';
    if (!regular || seen.has(id)) continue;
    seen.add(id);
    brought.push({ commit, id, path });
  }
  return brought;
}
