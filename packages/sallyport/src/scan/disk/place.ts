import { isAbsolute, relative, sep } from 'node:path';

/**
 * How paths of a scan are shown: from the working folder when all that is scanned lies in it, so that they fit the tools beside (SARIF wants
 * paths from the top of the repository); else from each scanned root, with the root's own name in front when there are several.
 */
export function shownFrom(roots: readonly string[], cwd: string): (root: string, path: string) => string {
  if (roots.every((root) => inside(root, cwd))) return (_root, path) => slashes(relative(cwd, path)) || '.';
  return (root, path) => {
    const below = slashes(relative(root, path));
    const name = slashes(root).split('/').at(-1) ?? '';
    return roots.length === 1 && below !== '' ? below : below === '' ? name : `${name}/${below}`;
  };
}

/** Whether `path` is `folder` or lies in it; both absolute. */
export function inside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

function slashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}
