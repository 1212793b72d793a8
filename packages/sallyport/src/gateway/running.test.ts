import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { KeyRecord } from '../identity/service.ts';
import { Running } from './running.ts';

const keyOf = (...handles: string[]): KeyRecord => ({ tenant: 'default', handles }) as unknown as KeyRecord;

test('who is revoked is stopped, once for each request, by any of what the key was proved by; others go on', () => {
  const running = new Running();
  const stopped: string[] = [];
  const [anna, bert] = [keyOf('grant:1', 'person:anna'), keyOf('person:bert')];
  running.watch(anna, () => stopped.push('first'));
  const over = running.watch(anna, () => stopped.push('second'));
  running.watch(bert, () => stopped.push('other'));
  running.watch(anna, () => stopped.push('third'));
  over();
  over();
  running.stop('default', 'person:anna');
  assert.deepEqual(stopped.toSorted(), ['first', 'third']);
  running.stop('elsewhere', 'person:bert');
  assert.equal(stopped.length, 2, "another tenant's handle of the same name");
});

test('requests that stop listening while they are stopped are each stopped', () => {
  const running = new Running();
  const key = keyOf('grant:1');
  let stopped = 0;
  for (let i = 0; i < 5; i++) {
    const over = running.watch(key, () => {
      stopped++;
      over();
    });
  }
  running.stop('default', 'grant:1');
  running.stop('default', 'grant:1');
  assert.equal(stopped, 5);
});

test('what was watched for many keys is found again when idle ones were taken out', () => {
  const running = new Running();
  let stopped = 0;
  running.watch(keyOf('kept'), () => stopped++);
  for (let i = 0; i < 5_000; i++) running.watch(keyOf(`grant:${i}`), () => {})();
  running.stop('default', 'kept');
  assert.equal(stopped, 1);
});

test('requests that are over leave nothing among the old objects', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const running = new Running();
  const key = keyOf('grant:1', 'person:anna');
  const overs: (() => void)[] = [];
  for (let i = 0; i < 8; i++) overs.push(running.watch(key, () => {}));
  // Now what is under way is old.
  collect();
  const used = (): number => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
  const before = used();
  let most = 0;
  for (let i = 0; i < 100_000; i++) {
    const held = Array.from({ length: 100 }, () => i);
    overs[i % 8]?.();
    overs[i % 8] = running.watch(key, () => void held.length);
    if (i % 5_000 === 0) most = Math.max(most, used() - before);
  }
  assert.ok(most < 8_000_000, `${most} bytes of 80 MB became old`);
});
