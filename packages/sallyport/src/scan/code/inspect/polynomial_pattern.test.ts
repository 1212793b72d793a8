import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPolynomial } from './polynomial_pattern.ts';

test('a repetition that begins at every letter of a run, before something that can fail, is polynomial', () => {
  for (const pattern of [
    ...['\\s+$', '^\\s+|\\s+$', '\\d+px', '<[^>]*>', '\\/+$', '(\\w+)@x', '\\s*;', '^\\d*\\d*x', '^\\w+_\\w+$', '^\\s*(.*?)\\s*$'],
  ])
    assert.ok(isPolynomial(pattern), pattern);
});

test('one that begins in one place, or that nothing behind it can fail, is not', () => {
  for (const pattern of [
    ...['^\\s+$', ',\\s*', '\\s+', ':\\s+$', '^(.+)-(\\d+)$', 'a\\s*b', '^(\\w+)\\s(\\w+)$', '\\bfoo\\s+$', '^.*foo$', '#.*$'],
    ...['^\\s*[0-9]+\\s*$', '^https?:.*', '\\/$', '((', '-+'],
  ])
    assert.ok(!isPolynomial(pattern), pattern);
});
