import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { memoryFga, QUESTION, tuple, type MemoryFga } from '../../test/kit/fga.ts';
import { showTuple } from './tuple.ts';
import { proofLines, proofTuples, type Why } from './why.ts';

const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, user:*, group#member, user with open]
type folder
  relations
    define parent: [folder]
    define viewer: [user, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define banned: [user, group#member]
    define approver: [user]
    define viewer: [user] or viewer from parent
    define reader: viewer but not banned
    define publisher: reader and approver
condition open(now: timestamp, until: timestamp) {
  now < until
}`;

const ask = async ({ fga, place }: MemoryFga, text: string): Promise<Why> => (await fga.queries.why(place, tuple(text), QUESTION)).why;
const nearest = (why: Why): string[][] => (why.nearest ?? []).map(({ tuples }) => tuples.map(showTuple));

it('shows the shortest path of tuples and rewrites', async () => {
  const world = await memoryFga(MODEL, [
    tuple('group:eng#member@user:anne'),
    tuple('group:all#member@group:eng#member'),
    tuple('group:eng#member@group:all#member'),
    tuple('folder:root#viewer@group:all#member'),
    tuple('folder:plans#parent@folder:root'),
    tuple('document:roadmap#parent@folder:plans'),
    tuple('document:roadmap#approver@user:anne'),
  ]);
  const why = await ask(world, 'document:roadmap#publisher@user:anne');
  assert.equal(why.allowed, true);
  assert.ok(why.proof !== undefined);
  assert.deepEqual(proofLines(why.proof), [
    'document:roadmap#publisher: all of',
    '  document:roadmap#publisher: follows from',
    '    document:roadmap#reader: nothing excludes the user, and',
    '      document:roadmap#reader: follows from',
    '        document:roadmap#viewer: document:roadmap#parent@folder:plans, and',
    '          folder:plans#viewer: folder:plans#parent@folder:root, and',
    '            folder:root#viewer: folder:root#viewer@group:all#member, and',
    '              group:all#member: group:all#member@group:eng#member, and',
    '                group:eng#member: group:eng#member@user:anne',
    '  document:roadmap#publisher: follows from',
    '    document:roadmap#approver: document:roadmap#approver@user:anne',
  ]);
  assert.equal(proofTuples(why.proof).length, 6);
  // A shorter way wins over the one that was there.
  await world.write([tuple('document:roadmap#viewer@user:anne')]);
  const direct = await ask(world, 'document:roadmap#viewer@user:anne');
  assert.deepEqual(direct.proof && proofLines(direct.proof), ['document:roadmap#viewer: document:roadmap#viewer@user:anne']);
  const self = await ask(world, 'group:eng#member@group:eng#member');
  assert.equal(self.proof?.by, 'self');
});

it('names the nearest tuples that are missing, fewest first, and each makes it true', async () => {
  const world = await memoryFga(MODEL, [
    tuple('document:a#parent@folder:f'),
    tuple('folder:f#viewer@group:eng#member'),
    tuple('group:eng#member@user:anne'),
  ]);
  const why = await ask(world, 'document:a#publisher@user:bert');
  assert.equal(why.allowed, false);
  assert.deepEqual(nearest(why), [
    ['document:a#viewer@user:bert', 'document:a#approver@user:bert'],
    ['folder:f#viewer@user:bert', 'document:a#approver@user:bert'],
    ['group:eng#member@user:bert', 'document:a#approver@user:bert'],
  ]);
  const half = await ask(world, 'document:a#publisher@user:anne');
  assert.deepEqual(nearest(half), [['document:a#approver@user:anne']]);
  // Nothing that the model allows leads from a folder to being a member.
  assert.deepEqual(nearest(await ask(world, 'group:eng#member@folder:f')), []);
});

it('says what excludes the user, and which conditions do not hold', async () => {
  const until = { name: 'open', context: { until: '2020-01-01T00:00:00Z' } };
  const world = await memoryFga(MODEL, [
    tuple('document:a#viewer@user:anne'),
    tuple('document:a#banned@group:bad#member'),
    tuple('group:bad#member@user:anne'),
    tuple('folder:f#viewer@group:past#member'),
    tuple('group:past#member@user:bert', until),
  ]);
  const banned = await ask(world, 'document:a#reader@user:anne');
  assert.equal(banned.allowed, false);
  assert.deepEqual(nearest(banned), []);
  assert.deepEqual(
    banned.excluded?.map(({ goal, because }) => [goal, because && proofTuples(because).map(showTuple)]),
    [['document:a#reader', ['document:a#banned@group:bad#member', 'group:bad#member@user:anne']]],
  );
  const now = { ...QUESTION, context: { now: '2026-01-01T00:00:00Z' } };
  const { why: past } = await world.fga.queries.why(world.place, tuple('folder:f#viewer@user:bert'), now);
  assert.deepEqual(past.unmet, [{ tuple: tuple('group:past#member@user:bert', until), problem: '' }]);
  assert.deepEqual(nearest(past), [['folder:f#viewer@user:bert']]);
});

it('proves exactly what a check allows, from tuples that are there', async () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const any = fc.oneof(
    fc
      .tuple(names, names)
      .filter(([a, b]) => a !== b)
      .map(([a, b]) => tuple(`group:${a}#member@group:${b}#member`)),
    names.map((a) => tuple(`group:${a}#member@user:anne`)),
    fc.tuple(names, names).map(([a, b]) => tuple(`folder:${a}#parent@folder:${b}`)),
    fc.tuple(names, names).map(([a, b]) => tuple(`folder:${a}#viewer@group:${b}#member`)),
    fc.tuple(names, names).map(([a, b]) => tuple(`document:${a}#parent@folder:${b}`)),
    fc.tuple(names, names).map(([a, b]) => tuple(`document:${a}#banned@group:${b}#member`)),
    names.map((a) => tuple(`document:${a}#approver@user:anne`)),
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(any, { maxLength: 14, selector: showTuple }), async (tuples) => {
      const world = await memoryFga(MODEL, tuples);
      const there = new Set(tuples.map(showTuple));
      for (const relation of ['viewer', 'reader', 'publisher']) {
        const text = `document:a#${relation}@user:anne`;
        const why = await ask(world, text);
        assert.equal(why.allowed, await world.can(text));
        if (!why.allowed) {
          for (const { tuples: more } of why.nearest ?? []) assert.equal(await world.can(text, { contextual: more }), true);
          continue;
        }
        assert.ok(why.proof !== undefined);
        const used = proofTuples(why.proof);
        assert.ok(used.every((key) => there.has(showTuple(key))));
        // What was proved stays true with these tuples and those that exclude alone.
        const least = await memoryFga(MODEL, used);
        assert.equal(await least.can(text), true);
      }
    }),
    { numRuns: 150 },
  );
});
