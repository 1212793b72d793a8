import { isObject, type JsonObject } from '../../kernel/index.ts';
import { TupleList, type Role, type Source } from './source.ts';

// Microsoft Graph's driveItem with its `permissions` expanded (learn.microsoft.com/graph/api/resources/permission): what holds for the item, inherited
// ones too. A sharing link names people in `grantedToIdentitiesV2`; a link for anyone or for the organisation names nobody.

const ROLES: Readonly<Record<string, Role>> = {
  read: 'viewer',
  'sp.restricted view': 'viewer',
  write: 'editor',
  'sp.full control': 'owner',
  owner: 'owner',
};
const STRENGTH: readonly Role[] = ['viewer', 'editor', 'owner'];

const objectAt = (value: JsonObject, name: string): JsonObject | undefined => (isObject(value[name]) ? value[name] : undefined);
const textAt = (value: JsonObject, name: string): string => (typeof value[name] === 'string' ? value[name] : '');
const listAt = (value: JsonObject, name: string): JsonObject[] => {
  const list = value[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
};

export const sharepoint: Source = (value, options) => {
  const list = new TupleList(options);
  const items = isObject(value) ? listAt(value, 'value') : [];
  if (items.length === 0) list.note('there is no `value` list of items in it');
  for (const item of items) {
    const id = textAt(item, 'id');
    if (id === '' || objectAt(item, 'deleted') !== undefined) continue;
    const object = list.object(objectAt(item, 'folder') === undefined ? 'document' : 'folder', id);
    for (const permission of listAt(item, 'permissions')) grant(list, object, permission, options.now);
  }
  return list.done();
};

function grant(list: TupleList, object: string, permission: JsonObject, now: number): void {
  const expires = textAt(permission, 'expirationDateTime');
  if (expires !== '' && !(Date.parse(expires) > now)) return;
  const role = roleOf(permission);
  if (role === undefined) return;
  const one = objectAt(permission, 'grantedToV2') ?? objectAt(permission, 'grantedTo');
  const many = [...listAt(permission, 'grantedToIdentitiesV2'), ...listAt(permission, 'grantedToIdentities')];
  const scope = textAt(objectAt(permission, 'link') ?? {}, 'scope');
  if (scope === 'anonymous' || scope === 'organization')
    list.note(`${object}: a link for ${scope === 'anonymous' ? 'anyone' : 'the organization'} names nobody`);
  for (const identity of one === undefined ? many : [one, ...many]) {
    const user = whoIs(list, identity);
    if (user === undefined) list.note(`${object}: a permission of somebody without a name`);
    else list.grant(object, role, user);
  }
}

/** The strongest of the permission's roles. */
function roleOf(permission: JsonObject): Role | undefined {
  const roles = permission['roles'];
  const known = Array.isArray(roles) ? roles.map((role) => (typeof role === 'string' ? ROLES[role.toLowerCase()] : undefined)) : [];
  return STRENGTH.findLast((role) => known.includes(role));
}

/** A person by address, a group by its id in the directory, a group of the site by its own. */
function whoIs(list: TupleList, identity: JsonObject): string | undefined {
  const user = objectAt(identity, 'user') ?? objectAt(identity, 'siteUser');
  const name = user === undefined ? '' : textAt(user, 'email') || textAt(user, 'userPrincipalName') || textAt(user, 'id');
  if (name !== '') return list.user(name);
  const group = objectAt(identity, 'group') ?? objectAt(identity, 'siteGroup');
  const id = group === undefined ? '' : textAt(group, 'id');
  return id === '' ? undefined : list.group(id);
}
