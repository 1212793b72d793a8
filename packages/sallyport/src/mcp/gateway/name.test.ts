import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullName, namesOf, splitName } from './name.ts';

test('a full name is split at the first separator, so that a tool may hold one', () => {
  assert.deepEqual(splitName(fullName('mail', 'send__now')), { server: 'mail', name: 'send__now' });
  assert.deepEqual(splitName(fullName('my-mail', '_x')), { server: 'my-mail', name: '_x' });
  for (const none of ['send', '__send', 'mail__', '']) assert.equal(splitName(none), undefined, none);
});

test('what a client may call a tool', () => {
  const names = namesOf('mail', 'send');
  for (const known of ['send', 'mail__send', 'mcp__mail__send', 'mail.send']) assert.ok(names.includes(known), known);
  for (const other of ['post__send', 'xmail__send', 'mail__sends', 'mcp__post__send']) assert.ok(!names.includes(other), other);
});
