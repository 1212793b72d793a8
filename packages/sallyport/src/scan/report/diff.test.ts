import assert from 'node:assert/strict';
import { test } from 'node:test';
import { token } from '../../../test/kit/scan.ts';
import { unifiedDiff } from './diff.ts';

test('a change in a line, with its neighbours', () => {
  const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', ''].join('\n');
  assert.equal(
    unifiedDiff('x.py', before, before.replace('d', 'D')),
    '--- a/x.py\n+++ b/x.py\n@@ -1,7 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n g\n',
  );
});

test('changes far apart are two hunks, near ones are one', () => {
  const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`);
  const changed = lines.map((line, at) => ([2, 5, 30].includes(at) ? `${line}!` : line));
  const heads = unifiedDiff('x', lines.join('\n'), changed.join('\n')).match(/^@@.*@@$/gm);
  assert.deepEqual(heads, ['@@ -1,9 +1,9 @@', '@@ -28,7 +28,7 @@']);
});

test('another number of lines is one hunk; no change is nothing', () => {
  assert.equal(unifiedDiff('x', 'a\nb\nc', 'a\nc'), '--- a/x\n+++ b/x\n@@ -1,3 +1,2 @@\n a\n-b\n c\n');
  assert.equal(unifiedDiff('x', 'a', 'a'), '');
});

test('credentials and control characters are not shown', () => {
  const secret = token('gH4');
  const diff = unifiedDiff('x', `k = "${secret}"\nverify=False`, `k = "${secret}"\nverify=True\u001b[31m`);
  assert.ok(!diff.includes(secret) && !diff.includes('\u001b'));
  assert.match(diff, /-verify=False\n\+verify=True/);
});
