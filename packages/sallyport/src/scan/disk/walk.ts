import { lstatSync, readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { fail } from '../errors.ts';
import { compare, type NotScanned } from '../finding.ts';
import { inside, shownFrom } from './place.ts';
import { reasonFor } from './read.ts';

/** A file that is to be read: where it is, and how its path is shown. */
export type FoundFile = { readonly file: string; readonly path: string };

/** `leftOut`: folders that are not looked into unless asked (`--all`), because they hold what others wrote or what is built. */
export type Walk = {
  readonly files: readonly FoundFile[];
  readonly notScanned: readonly NotScanned[];
  readonly leftOut: readonly string[];
};

export type WalkOptions = {
  readonly cwd: string;
  /** Patterns of paths that are left out, from the configuration of whoever scans, never of what is scanned. */
  readonly exclude: readonly string[];
  /** Look into folders of dependencies and builds too. */
  readonly all: boolean;
};

/** The files of a large monorepository; beyond, the rest is listed as not scanned. */
export const MAX_FILES = 200_000;
/** Deeper than any project, far below what ends the stack. */
export const MAX_FOLDER_DEPTH = 100;

/** Folders of installed packages, builds and caches, by name. `.git` is never read as files: its objects are read by `--history`. */
const DEPENDENCIES = new Set([
  ...['node_modules', 'bower_components', 'jspm_packages', '.venv', 'venv', 'site-packages', '__pycache__', '.tox', '.nox'],
  ...['.mypy_cache', '.ruff_cache', '.pytest_cache', '.next', '.nuxt', '.turbo', '.gradle', '.terraform', '.yarn', '.pnpm-store'],
]);

type State = {
  readonly files: FoundFile[];
  readonly notScanned: NotScanned[];
  readonly leftOut: string[];
  readonly roots: readonly string[];
  readonly options: WalkOptions;
  shown(path: string): string;
};

/**
 * Every file at or below `roots` (absolute paths), in a fixed order. Symbolic links are not followed: one that leads to a place within the
 * roots is scanned there, any other is listed. Nothing in the tree, `.gitignore` included, decides what is looked at.
 */
export function walk(roots: readonly string[], options: WalkOptions): Walk {
  const files: FoundFile[] = [];
  const notScanned: NotScanned[] = [];
  const leftOut: string[] = [];
  const real = roots.map(realOrSame);
  const shown = shownFrom(
    roots.map((path) => ({ path, isFile: isFile(path) })),
    options.cwd,
  );
  const state: State = { files, notScanned, leftOut, roots: real, options, shown };
  for (const root of roots) {
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(realOrSame(root));
    } catch (error) {
      notScanned.push({ path: shown(root), reason: reasonFor(error) });
      continue;
    }
    if (stat.isDirectory()) folder(root, 0, state);
    else if (stat.isFile()) files.push({ file: realOrSame(root), path: shown(root) });
    else notScanned.push({ path: shown(root), reason: 'not a regular file' });
  }
  return { files: unique(files), notScanned, leftOut };
}

function folder(path: string, depth: number, state: State): void {
  if (depth > MAX_FOLDER_DEPTH) return refuse(path, `deeper than ${MAX_FOLDER_DEPTH} folders`, state);
  let entries: Dirent[];
  try {
    entries = readdirSync(path, { withFileTypes: true });
  } catch (error) {
    return refuse(path, reasonFor(error), state);
  }
  if (depth > 0 && entries.length === 1 && entries[0]?.name === '.git') refuse(path, 'submodule that is not checked out', state);
  for (const entry of entries.sort((a, b) => compare(a.name, b.name))) one(path, entry, depth, state);
}

function one(parent: string, entry: Dirent, depth: number, state: State): void {
  const path = join(parent, entry.name);
  const shown = state.shown(path);
  if (entry.name === '.git') return;
  if (state.options.exclude.some((pattern) => matchesGlob(shown, pattern))) return void state.leftOut.push(shown);
  if (entry.isSymbolicLink()) return link(path, state);
  if (entry.isDirectory()) {
    if (!state.options.all && DEPENDENCIES.has(entry.name)) return void state.leftOut.push(shown);
    return folder(path, depth + 1, state);
  }
  if (!entry.isFile()) return refuse(path, 'not a regular file', state);
  if (state.files.length >= MAX_FILES) return refuse(path, `more than ${MAX_FILES} files`, state);
  state.files.push({ file: path, path: shown });
}

function link(path: string, state: State): void {
  let target: string;
  try {
    target = realpathSync(path);
  } catch (error) {
    const loop = (error as NodeJS.ErrnoException).code === 'ELOOP';
    return refuse(path, loop ? 'symbolic link that leads to itself' : 'symbolic link that leads nowhere', state);
  }
  if (!state.roots.some((root) => inside(target, root))) refuse(path, 'symbolic link that leads out of what is scanned', state);
}

function refuse(path: string, reason: string, state: State): void {
  state.notScanned.push({ path: state.shown(path), reason });
}

/** The absolute path of what a person named. Throws SCAN_PATH when it is not there. */
export function rootOf(path: string, cwd: string): string {
  const root = resolve(cwd, path);
  try {
    realpathSync(root);
  } catch (error) {
    throw fail('SCAN_PATH', { say: path, cause: error });
  }
  return root;
}

/** A root that was named by a link is meant; links below it are not. */
function realOrSame(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Roots may overlap. */
function unique(files: readonly FoundFile[]): FoundFile[] {
  const seen = new Set<string>();
  return files.filter(({ file }) => !seen.has(file) && seen.add(file));
}
