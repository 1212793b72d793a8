import { isObject, type JsonObject } from '../../kernel/index.ts';
import { TupleList, type Source } from './source.ts';

// A SCIM list response (RFC 7644 section 3.4.2) with groups, and users where they are to go by address (RFC 7643 sections 4.1 and 4.2).

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

const textAt = (value: JsonObject, name: string): string => (typeof value[name] === 'string' ? value[name] : '');
const listAt = (value: JsonObject, name: string): JsonObject[] => {
  const list = value[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
};
const isA = (resource: JsonObject, schema: string): boolean => {
  const { schemas } = resource;
  return Array.isArray(schemas) && schemas.includes(schema);
};

/** Groups by their `externalId`, else by their id; members that are groups stay groups. Users who are not active are no members. */
export const scim: Source = (value, options) => {
  const list = new TupleList({ ...options, groups: options.source });
  const resources = isObject(value) ? listAt(value, 'Resources') : [];
  const groups = resources.filter((resource) => isA(resource, GROUP));
  const users = new Map(resources.filter((resource) => isA(resource, USER)).map((user) => [textAt(user, 'id'), user]));
  if (groups.length === 0) list.note('there are no groups in its `Resources`');
  const keys = new Map(groups.map((group) => [textAt(group, 'id'), keyOf(group)]));
  for (const group of groups) {
    const object = list.object('group', keyOf(group).trim().toLowerCase());
    for (const member of listAt(group, 'members')) {
      const id = textAt(member, 'value');
      if (id === '') continue;
      if (isGroup(member) || keys.has(id)) list.add(object, 'member', list.group(keys.get(id) ?? id));
      else addUser(list, object, id, users);
    }
  }
  return list.done();
};

const keyOf = (group: JsonObject): string => textAt(group, 'externalId') || textAt(group, 'id');
const isGroup = (member: JsonObject): boolean => textAt(member, 'type') === 'Group' || /\/Groups\/[^/]*$/.test(textAt(member, '$ref'));

function addUser(list: TupleList, object: string, id: string, users: ReadonlyMap<string, JsonObject>): void {
  const user = users.get(id);
  if (user?.['active'] === false) return;
  if (user === undefined && users.size > 0) return list.note(`${object}: the member ${id.slice(0, 80)} is not among the users`);
  list.add(object, 'member', list.user(user === undefined ? id : nameOf(user) || id));
}

/** The primary address, else the first, else the user name. */
function nameOf(user: JsonObject): string {
  const emails = listAt(user, 'emails');
  const primary = emails.find(({ primary: is }) => is === true) ?? emails[0];
  return (primary === undefined ? '' : textAt(primary, 'value')) || textAt(user, 'userName');
}
