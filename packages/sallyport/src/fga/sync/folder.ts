import { isObject, type Json } from '../../kernel/index.ts';
import { TupleList, type Permissions, type Role, type SyncOptions } from './source.ts';

/** A folder of a tree of files: its path below the top ('' for the top itself), its files, and what its access list says (`undefined` without one). */
export type FolderEntry = { readonly path: string; readonly files: readonly string[]; readonly access: Json | undefined };

/** The access list of a folder, beside its files. */
export const ACCESS_FILES = ['.access.yaml', '.access.yml', '.access.json'];

const LISTS: readonly (readonly [name: string, role: Role])[] = [
  ['viewers', 'viewer'],
  ['editors', 'editor'],
  ['owners', 'owner'],
];

/**
 * Access lists of folders: `viewers`, `editors`, `owners`, each a list of `anne@example.com`, `group:eng` or `everyone`. What holds for a folder holds for
 * what is in it, unless its own list says `inherit: false`; so folders are parents, and a list that cannot be read lets nobody in from above.
 */
export function folderPermissions(entries: readonly FolderEntry[], options: SyncOptions): Permissions {
  const list = new TupleList(options);
  const folder = (path: string): string => list.object('folder', path === '' ? '/' : path);
  for (const { path, files, access } of entries) {
    const object = folder(path);
    if (access !== undefined && !isObject(access)) list.note(`${object}: its access list cannot be read, so nothing is inherited`);
    const inherits = access === undefined || (isObject(access) && access['inherit'] !== false);
    if (path !== '' && inherits) list.add(object, 'parent', folder(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''));
    for (const file of files) list.add(list.object('document', path === '' ? file : `${path}/${file}`), 'parent', object);
    if (!isObject(access)) continue;
    for (const [name, role] of LISTS) {
      const names = access[name] ?? [];
      if (!Array.isArray(names)) list.note(`${object}: ${name} is no list`);
      else for (const one of names) if (typeof one === 'string' && one !== '') list.grant(object, role, whoIs(list, one));
    }
  }
  return list.done();
}

function whoIs(list: TupleList, name: string): string {
  if (name === 'everyone') return 'user:*';
  return name.startsWith('group:') ? list.group(name.slice('group:'.length)) : list.user(name.replace(/^user:/, ''));
}
