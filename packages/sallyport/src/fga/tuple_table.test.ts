import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { EntityTable } from './entity_table.ts';
import { Names } from './names.ts';
import { showTuple, splitUser, type TupleKey } from './tuple.ts';
import { TupleTable } from './tuple_table.ts';

const OBJECTS = ['document:a', 'document:b', 'folder:a', 'group:a'];
const RELATIONS = ['viewer', 'parent', 'owner', 'member', 'editor'];
const USERS = ['user:a', 'user:b', 'user:*', 'group:a#member', 'group:b#member', 'document:b'];
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'remove', 'hold'),
  key: fc.record({ object: fc.constantFrom(...OBJECTS), relation: fc.constantFrom(...RELATIONS), user: fc.constantFrom(...USERS) }),
  conditional: fc.boolean(),
});

/** The tuples of a list, by walking it. */
function walk(table: TupleTable, first: number, next: (tuple: number) => number): string[] {
  const found: string[] = [];
  for (let tuple = first; tuple !== 0; tuple = next(tuple)) found.push(showTuple(table.key(tuple)));
  return found.sort();
}

it('holds exactly what was added and not removed, in all of its lists', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const table = new TupleTable(new Names());
      const expected = new Map<string, TupleKey>();
      const held: number[] = [];
      for (const { kind, key, conditional } of steps) {
        if (kind === 'hold') held.push(table.hold(key.object));
        else if (kind === 'add') {
          const added = conditional ? { ...key, condition: { name: 'c' } } : { ...key };
          table.add(added);
          expected.set(showTuple(key), added);
        } else if (table.findKey(key) !== 0) {
          table.remove(table.findKey(key));
          expected.delete(showTuple(key));
        }
        if (held.length > 3) table.release(held.shift() ?? 0);
      }
      assert.equal(table.size, expected.size);
      const all = [...expected.values()];
      for (const object of OBJECTS)
        for (const relation of RELATIONS) {
          const [entity, name] = [table.entity(object), table.names.id(relation)];
          for (const sets of [false, true]) {
            const own = all.filter((key) => key.object === object && key.relation === relation && key.user.includes('#') === sets);
            const found = entity === 0 ? [] : walk(table, table.firstUser(entity, name, sets), (tuple) => table.nextUser(tuple));
            assert.deepEqual(found, own.map(showTuple).sort());
          }
          for (const user of USERS) {
            const key = { object, relation, user };
            const tuple = table.findKey(key);
            assert.equal(tuple !== 0, expected.has(showTuple(key)));
            if (tuple !== 0) assert.deepEqual(table.key(tuple), expected.get(showTuple(key)));
          }
        }
      for (const user of USERS)
        for (const relation of RELATIONS) {
          const split = splitUser(user);
          const first = table.firstObject(table.entity(split.object), table.names.id(split.relation), table.names.id(relation));
          const own = all.filter((key) => key.user === user && key.relation === relation);
          assert.deepEqual(
            walk(table, table.entity(split.object) === 0 ? 0 : first, (tuple) => table.nextObject(tuple)),
            own.map(showTuple).sort(),
          );
        }
    }),
    { numRuns: 200 },
  );
});

const TEXTS = Array.from({ length: 700 }, (_, i) =>
  i % 7 === 0
    ? `document:of a longer name ${i}`
    : i % 7 === 1
      ? `dокумент:я${i}`
      : i % 7 === 2
        ? `user:é\u0000${i}`
        : i % 7 === 3
          ? `plain${i}`
          : `document:${i}`,
);
TEXTS.push('user:*', 'user:', ':x', 'a:b:c', '*', '');

it('finds texts whatever came and went', () => {
  const index = new EntityTable(new Names());
  const numbers = new Map<string, number>();
  for (let i = 0; i < 5_000; i++) {
    const text = TEXTS[i % TEXTS.length] as string;
    const known = numbers.get(text);
    assert.equal(index.find(text), known ?? 0);
    if (known === undefined) {
      const number = index.take(text);
      assert.equal(index.find(text), 0);
      index.settle(number);
      numbers.set(text, number);
    } else if (i % 3 === 0) {
      index.free(known);
      numbers.delete(text);
    }
  }
  for (const [text, number] of numbers) assert.deepEqual([index.find(text), index.text(number)], [number, text]);
  assert.equal(index.find('\ud800'), 0);
});
