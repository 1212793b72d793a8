import { isObject, type Json, type JsonObject } from '../../kernel/index.ts';
import { TupleList, type Role, type Source } from './source.ts';

// Google Drive's files.list with `fields=files(id,name,mimeType,permissions)` (developers.google.com/drive/api/reference/rest/v3/permissions). A file's
// permissions are what holds for it, inherited ones too: parents give nothing more, and may give more than a folder with limited access does.

const ROLES: Readonly<Record<string, Role>> = {
  owner: 'owner',
  organizer: 'owner',
  fileOrganizer: 'editor',
  writer: 'editor',
  commenter: 'viewer',
  reader: 'viewer',
};
const FOLDER = 'application/vnd.google-apps.folder';

const textAt = (value: JsonObject, name: string): string => (typeof value[name] === 'string' ? value[name] : '');
const listAt = (value: JsonObject, name: string): JsonObject[] => {
  const list = value[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
};

export const googleDrive: Source = (value, options) => {
  const list = new TupleList(options);
  const files = isObject(value) ? listAt(value, 'files') : [];
  if (files.length === 0) list.note('there is no `files` list with permissions in it');
  for (const file of files) {
    const id = textAt(file, 'id');
    if (id === '' || file['trashed'] === true) continue;
    const object = list.object(textAt(file, 'mimeType') === FOLDER ? 'folder' : 'document', id);
    for (const permission of listAt(file, 'permissions')) grant(list, object, permission, options.now);
  }
  return list.done();
};

function grant(list: TupleList, object: string, permission: JsonObject, now: number): void {
  const role = ROLES[textAt(permission, 'role')];
  if (role === undefined || permission['deleted'] === true) return;
  const expires = textAt(permission, 'expirationTime');
  if (expires !== '' && !(Date.parse(expires) > now)) return;
  const address = textAt(permission, 'emailAddress');
  const discoverable = permission['allowFileDiscovery'] === true;
  switch (permission['type'] as Json) {
    case 'user':
      if (address !== '') list.grant(object, role, list.user(address));
      return;
    case 'group':
      if (address !== '') list.grant(object, role, list.group(address));
      return;
    case 'domain':
      if (discoverable) list.grant(object, role, list.group(`domain ${textAt(permission, 'domain')}`));
      else list.note(`${object}: whoever has the link in the domain may open it; that is nobody by name`);
      return;
    case 'anyone':
      if (discoverable) list.grant(object, role, 'user:*');
      else list.note(`${object}: whoever has the link may open it; that is nobody by name`);
      return;
    default:
      list.note(`${object}: a permission of an unknown type`);
  }
}
