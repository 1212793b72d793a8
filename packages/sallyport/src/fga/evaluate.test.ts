import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { memoryFga, QUESTION, tuple } from '../../test/kit/fga.ts';
import type { TupleKey } from './tuple.ts';

// An error under `but not` must not become an allow: the answer is an error unless it is certain without what could not be evaluated.

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user with known]
type document
  relations
    define reader: [user]
    define editor: [user]
    define group: [group, group with known]
    define banned: [user, group#member, group#member with known]
    define held: member from group
    define seen: reader but not banned
    define kept: reader but not held
    define both: reader but not (banned and editor)
    define back: reader but not (editor but not banned)
    define deep: seen or kept
condition known(flag: bool) {
  flag
}`;
const UNKNOWN = { name: 'known' };
const BASE = [tuple('document:a#reader@user:anne'), tuple('group:other#member@user:bert')];

it('is an error when what is subtracted could not be evaluated, also when another tuple of its list could', async () => {
  const banned = tuple('document:a#banned@group:anne#member', UNKNOWN);
  const beside = tuple('document:a#banned@group:other#member');
  const { can, write } = await memoryFga(MODEL, [...BASE, tuple('group:anne#member@user:anne'), banned, beside]);
  assert.equal(await can('document:a#seen@user:anne'), 'validation_error');
  assert.equal(await can('document:a#seen@user:anne', { context: { flag: true } }), false);
  assert.equal(await can('document:a#seen@user:anne', { context: { flag: false } }), true);
  // Certain all the same: nothing to subtract from, or subtracted by what is known.
  assert.equal(await can('document:a#seen@user:eve'), false);
  await write([tuple('document:a#banned@user:anne')]);
  assert.equal(await can('document:a#seen@user:anne'), false);
});

it('holds over parents, in intersections, in exclusions of exclusions and in unions', async () => {
  const held = [tuple('document:a#group@group:x', UNKNOWN), tuple('document:a#group@group:other'), tuple('group:x#member@user:anne')];
  const banned = [tuple('document:a#banned@group:x#member', UNKNOWN), tuple('document:a#banned@group:other#member')];
  const { can, write } = await memoryFga(MODEL, [...BASE, ...held, ...banned]);
  assert.equal(await can('document:a#kept@user:anne'), 'validation_error');
  assert.equal(await can('document:a#deep@user:anne'), 'validation_error');
  // Who is no editor is not held back by `banned and editor`, whatever is unknown about `banned`.
  assert.equal(await can('document:a#both@user:anne'), true);
  await write([tuple('document:a#editor@user:anne')]);
  assert.equal(await can('document:a#both@user:anne'), 'validation_error');
  assert.equal(await can('document:a#back@user:anne'), 'validation_error');
  assert.equal(await can('document:a#back@user:anne', { context: { flag: true } }), true);
  assert.equal(await can('document:a#back@user:anne', { context: { flag: false } }), false);
});

it('allows only what is allowed however the unknown conditions turn out', async () => {
  const users = fc.constantFrom('user:anne', 'group:g#member', 'group:h#member');
  const loose = fc.oneof(
    fc.record({ object: fc.constantFrom('group:g', 'group:h'), relation: fc.constant('member'), user: fc.constant('user:anne') }),
    fc.record({ object: fc.constant('document:a'), relation: fc.constant('banned'), user: users }),
    fc.record({ object: fc.constant('document:a'), relation: fc.constantFrom('reader', 'editor'), user: fc.constant('user:anne') }),
    fc.record({ object: fc.constant('document:a'), relation: fc.constant('group'), user: fc.constantFrom('group:g', 'group:h') }),
  );
  const some = fc.uniqueArray(fc.tuple(loose, fc.boolean()), { maxLength: 9, selector: ([key]) => JSON.stringify(key) });
  await fc.assert(
    fc.asyncProperty(some, async (picked) => {
      const conditional = (key: TupleKey): boolean =>
        key.relation === 'member' || key.relation === 'group' || (key.relation === 'banned' && key.user !== 'user:anne');
      const certain = picked.filter(([key, unknown]) => !unknown || !conditional(key)).map(([key]) => key);
      const unknown = picked.filter(([key, is]) => is && conditional(key)).map(([key]) => key);
      const { can } = await memoryFga(MODEL, [...certain, ...unknown.map((key) => ({ ...key, condition: UNKNOWN }))]);
      for (const relation of ['seen', 'kept', 'both', 'back', 'deep']) {
        const text = `document:a#${relation}@user:anne`;
        if ((await can(text)) !== true) continue;
        for (let choice = 0; choice < 2 ** unknown.length; choice++) {
          const chosen = unknown.filter((_, i) => ((choice >> i) & 1) === 1);
          const world = await memoryFga(MODEL, [...certain, ...chosen]);
          assert.equal(await world.can(text), true, `${text} with ${JSON.stringify(chosen)}`);
        }
      }
    }),
    { numRuns: 60 },
  );
});

it('who is surely not blocked is not held back by a circle that blocks nobody; a check and a list say the same', async () => {
  const { fga, place, can } = await memoryFga(
    `model
  schema 1.1
type user
type document
  relations
    define unblocked: [user]
    define blocked: [user, document#viewer] but not unblocked
    define viewer: [user, document#blocked] but not blocked`,
    [
      tuple('document:1#viewer@document:2#blocked'),
      tuple('document:2#blocked@document:1#viewer'),
      tuple('document:2#viewer@user:anne'),
      tuple('document:2#unblocked@user:anne'),
      tuple('document:2#viewer@user:bert'),
    ],
  );
  // Anne is unblocked, so the circle does not matter. Of bert the circle says nothing: he is held back.
  assert.deepEqual([await can('document:2#viewer@user:anne'), await can('document:2#viewer@user:bert')], [true, false]);
  const users = { object: 'document:2', relation: 'viewer', filter: { type: 'user', relation: '' } };
  assert.ok((await fga.queries.listUsers(place, users, QUESTION)).includes('user:anne'));
});
