import assert from 'node:assert/strict';
import { test } from 'node:test';
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
