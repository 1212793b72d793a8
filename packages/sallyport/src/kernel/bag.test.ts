import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Bag } from './bag.ts';

test('what was put in is there until it is taken out, whatever the order, and once', () => {
  const bag = new Bag<number>();
  const outs = [0, 1, 2, 3, 4].map((n) => bag.add(n));
  for (const n of [1, 4, 1]) outs[n]?.();
  assert.deepEqual(new Set(bag.values()), new Set([0, 2, 3]));
  const again = bag.add(1);
  outs[1]?.();
  assert.equal(bag.size, 4);
  for (const out of [again, ...outs]) out();
  assert.deepEqual(bag.values(), []);
});

test('each is found while they are taken out', () => {
  const bag = new Bag<() => void>();
  let called = 0;
  for (let n = 0; n < 5; n++) {
    const out = bag.add(() => {
      called++;
      out();
    });
  }
  for (const call of bag.values()) call();
  assert.equal(called, 5);
  assert.equal(bag.size, 0);
});

test('what is out leaves nothing among the old objects', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const bag = new Bag<() => void>();
  const outs = [0, 1, 2, 3, 4, 5, 6, 7].map(() => bag.add(() => {}));
  // Now what is under way is old.
  collect();
  const used = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
  const before = used();
  let most = 0;
  for (let i = 0; i < 100_000; i++) {
    const held = Array.from({ length: 100 }, () => i);
    outs[i % 8]?.();
    outs[i % 8] = bag.add(() => void held.length);
    if (i % 5_000 === 0) most = Math.max(most, used() - before);
  }
  assert.ok(most < 8_000_000, `${most} bytes of 80 MB became old`);
});
