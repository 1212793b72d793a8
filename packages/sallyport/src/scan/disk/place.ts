import { dirname, isAbsolute, relative, sep } from 'node:path';

/**
 * How paths of a scan are shown: from the working folder when all that is scanned lies in it, so that they fit the tools beside (SARIF wants
 * paths from the top of the repository); else from the scanned folder, or from the folder that all scanned roots share, so that no two files are shown alike.
 */
export function shownFrom(roots: readonly Root[], cwd: string): (path: string) => string {
  const folders = roots.map(({ path, isFile }) => (isFile ? dirname(path) : path));
  const base = folders.every((folder) => inside(folder, cwd)) ? cwd : shared(folders);
  return (path) => slashes(relative(base, path)) || '.';
}

/** What is scanned: an absolute path, and whether it is one file. */
export type Root = { readonly path: string; readonly isFile: boolean };

/** The deepest folder that all lie in. */
function shared(folders: readonly string[]): string {
  let base = folders[0] ?? sep;
  while (!folders.every((folder) => inside(folder, base)) && dirname(base) !== base) base = dirname(base);
  return base;
}

/** Whether `path` is `folder` or lies in it; both absolute. */
export function inside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
