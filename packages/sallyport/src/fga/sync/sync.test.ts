import assert from 'node:assert/strict';
import { it } from 'node:test';
import { showTuple } from '../tuple.ts';
import { diffTuples, isOwn } from './diff.ts';
import { folderPermissions } from './folder.ts';
import { googleDrive } from './google_drive.ts';
import { scim } from './scim.ts';
import { sharepoint } from './sharepoint.ts';
import { idText, type Permissions, type SyncOptions } from './source.ts';
import { isObjectText, isUserText } from '../tuple.ts';

const OPTIONS: SyncOptions = { source: 'src', groups: 'dir', as: '', now: Date.parse('2026-11-01T00:00:00Z') };
const shown = ({ tuples }: Permissions): string[] => tuples.map(showTuple).sort();

it('reads Google Drive: roles, groups, folders; not what is expired, deleted or for who has the link', () => {
  const found = googleDrive(
    {
      files: [
        {
          id: '1A',
          mimeType: 'text/plain',
          parents: ['F'],
          permissions: [
            { type: 'user', role: 'writer', emailAddress: 'Anne@Example.com' },
            { type: 'group', role: 'reader', emailAddress: 'eng@example.com' },
            { type: 'user', role: 'reader', emailAddress: 'past@example.com', expirationTime: '2026-10-01T00:00:00Z' },
            { type: 'user', role: 'commenter', emailAddress: 'soon@example.com', expirationTime: '2026-12-01T00:00:00Z' },
            { type: 'user', role: 'owner', emailAddress: 'gone@example.com', deleted: true },
            { type: 'anyone', role: 'reader' },
            { type: 'domain', role: 'reader', domain: 'example.com', allowFileDiscovery: true },
          ],
        },
        {
          id: 'F',
          mimeType: 'application/vnd.google-apps.folder',
          permissions: [{ type: 'anyone', role: 'reader', allowFileDiscovery: true }],
        },
        { id: '2B', trashed: true, permissions: [{ type: 'user', role: 'owner', emailAddress: 'anne@example.com' }] },
      ],
    },
    OPTIONS,
  );
  assert.deepEqual(shown(found), [
    'document:src/1A#editor@user:anne@example.com',
    'document:src/1A#viewer@group:dir/domain%20example.com#member',
    'document:src/1A#viewer@group:dir/eng@example.com#member',
    'document:src/1A#viewer@user:soon@example.com',
    'folder:src/F#viewer@user:*',
  ]);
  assert.equal(found.notes.length, 1);
  assert.equal(googleDrive([], OPTIONS).notes.length, 1);
});

it('reads SharePoint: people, groups of the directory and the site, links for named people only', () => {
  const found = sharepoint(
    {
      value: [
        {
          id: '01X',
          file: {},
          permissions: [
            { roles: ['write'], grantedToV2: { user: { id: 'u1', email: 'Anne@example.com' } } },
            { roles: ['read'], grantedToV2: { group: { id: 'G-1', displayName: 'Eng' } }, inheritedFrom: { id: '01R' } },
            { roles: ['sp.full control'], grantedToV2: { siteGroup: { id: '3', displayName: 'Owners' } } },
            { roles: ['read'], link: { scope: 'users', type: 'view' }, grantedToIdentitiesV2: [{ user: { email: 'bert@example.com' } }] },
            { roles: ['read'], link: { scope: 'anonymous', type: 'view' } },
            { roles: ['unheard'], grantedToV2: { user: { email: 'eve@example.com' } } },
            { roles: ['read'], grantedToV2: { user: { email: 'late@example.com' } }, expirationDateTime: '2020-01-01T00:00:00Z' },
          ],
        },
      ],
    },
    { ...OPTIONS, as: 'viewer' },
  );
  assert.deepEqual(shown(found), [
    'document:src/01X#viewer@group:dir/3#member',
    'document:src/01X#viewer@group:dir/g-1#member',
    'document:src/01X#viewer@user:anne@example.com',
    'document:src/01X#viewer@user:bert@example.com',
  ]);
  assert.equal(found.notes.length, 1);
});

it('reads SCIM: groups in groups, users by address, nobody who is not active', () => {
  const user = (id: string, email: string, active = true): object => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    id,
    userName: `${id}@corp`,
    active,
    emails: [{ value: 'other@example.com' }, { value: email, primary: true }],
  });
  const group = (id: string, members: object[], externalId?: string): object => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id,
    displayName: id,
    members,
    ...(externalId === undefined ? {} : { externalId }),
  });
  const found = scim(
    JSON.parse(
      JSON.stringify({
        Resources: [
          user('u1', 'Anne@example.com'),
          user('u2', 'gone@example.com', false),
          group('g1', [{ value: 'u1' }, { value: 'u2' }, { value: 'u9' }], 'Eng@example.com'),
          group('g2', [
            { value: 'g1', $ref: 'https://x/Groups/g1' },
            { value: 'u1', type: 'User' },
          ]),
        ],
      }),
    ),
    OPTIONS,
  );
  assert.deepEqual(shown(found), [
    'group:src/eng@example.com#member@user:anne@example.com',
    'group:src/g2#member@group:src/eng@example.com#member',
    'group:src/g2#member@user:anne@example.com',
  ]);
  assert.equal(found.notes.length, 1);
});

it('reads folders: lists hold below, unless they say not, and one that cannot be read inherits nothing', () => {
  const found = folderPermissions(
    [
      { path: '', files: ['a b.md'], access: { viewers: ['anne', 'group:eng'] } },
      { path: 'open', files: ['x.md'], access: undefined },
      { path: 'open/pay', files: ['y.md'], access: { inherit: false, owners: ['Bert@example.com'] } },
      { path: 'broken', files: [], access: null },
    ],
    OPTIONS,
  );
  assert.deepEqual(shown(found), [
    'document:src/a%20b.md#parent@folder:src//',
    'document:src/open/pay/y.md#parent@folder:src/open/pay',
    'document:src/open/x.md#parent@folder:src/open',
    'folder:src//#viewer@group:dir/eng#member',
    'folder:src//#viewer@user:anne',
    'folder:src/open#parent@folder:src//',
    'folder:src/open/pay#owner@user:bert@example.com',
  ]);
  assert.equal(found.notes.length, 1);
});

it('makes ids that OpenFGA takes, and none that mean everyone', () => {
  for (const text of ['*', 'a:b#c d', 'ü%\u0000\u2028', 'x@y'])
    assert.ok(isObjectText(`document:s/${idText(text)}`) && isUserText(`user:${idText(text)}`) && !idText(text).includes('*'), text);
  assert.equal(
    googleDrive({ files: [{ id: 'x'.repeat(300), permissions: [{ type: 'user', role: 'reader', emailAddress: 'a@b' }] }] }, OPTIONS).tuples
      .length,
    0,
  );
});

it('finds what to write and delete, and leaves other sources alone', () => {
  const key = (id: string, condition?: { name: string }): { user: string; relation: string; object: string } => ({
    user: 'user:a',
    relation: 'viewer',
    object: `document:${id}`,
    ...(condition === undefined ? {} : { condition }),
  });
  const present = [key('src/1'), key('src/2'), key('src/3', { name: 'c' })].filter((tuple) => isOwn(tuple, OPTIONS));
  const { writes, deletes, same } = diffTuples([key('src/1'), key('src/3'), key('src/4')], present);
  assert.deepEqual(
    [writes.map(showTuple), deletes.map(showTuple), same],
    [['document:src/3#viewer@user:a', 'document:src/4#viewer@user:a'], ['document:src/2#viewer@user:a', 'document:src/3#viewer@user:a'], 1],
  );
  assert.deepEqual([isOwn(key('src2/1'), OPTIONS), isOwn(key('src'), OPTIONS)], [false, false]);
});
