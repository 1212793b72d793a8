import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundFile } from './walk.ts';
import { blobId, blobs, mergeBase, topOf, treeOf } from './git.ts';
import { decode, readBytes } from './read.ts';

/** What changed against a state of the repository, and the texts from before. */
export type Change = {
  /** The files of `found` that differ from the state before, new ones included. */
  changed(found: readonly FoundFile[], maxBytes: number): FoundFile[];
  /** The texts that files had before; those that are new or were no text are left out. Keys are the shown paths. */
  before(files: readonly FoundFile[]): ReadonlyMap<string, string>;
};

/**
 * The change from where HEAD and `reference` parted to the files as they are on the disk, what is not committed included. Files are compared
 * by git's own hash of their bytes, made here: git itself would run the repository's filters. Throws SCAN_GIT.
 */
function changeSince(folder: string, reference: string): Change {
  const top = topOf(folder);
  const real = realpathSync(top);
  const tree = treeOf(folder, mergeBase(folder, reference));
  const some = tree.values().next().value ?? '';
  const idOf = ({ file }: FoundFile): string | undefined =>
    pathsIn(file, [top, real])
      .map((path) => tree.get(path))
      .find((id) => id !== undefined);
  return {
    changed: (found, maxBytes) =>
      found.filter((one) => {
        const id = idOf(one);
        if (id === undefined) return true;
        const bytes = readBytes(one.file, maxBytes);
        return !Buffer.isBuffer(bytes) || blobId(bytes, some) !== id;
      }),
    before(files) {
      const ids = new Map(files.flatMap((one) => ((id) => (id === undefined ? [] : [[one.path, id] as const]))(idOf(one))));
      const bytes = blobs(folder, [...new Set(ids.values())]);
      const texts = new Map<string, string>();
      for (const [path, id] of ids) {
        const read = decode(bytes.get(id) ?? Buffer.alloc(0), path);
        if (read.ok) texts.set(path, read.text);
      }
      return texts;
    },
  };
}

/** The changes of several repositories as one: each speaks of its own files. */
export function changesSince(folders: readonly string[], reference: string): Change {
  const changes = folders.map((folder) => changeSince(folder, reference));
  return {
    changed: (found, maxBytes) => changes.reduce((left, change) => change.changed(left, maxBytes), [...found]),
    before: (files) => new Map(changes.flatMap((change) => [...change.before(files)])),
  };
}

function pathsIn(file: string, tops: readonly string[]): string[] {
  return tops.filter((top) => file.startsWith(join(top, '/'))).map((top) => file.slice(join(top, '/').length));
}
