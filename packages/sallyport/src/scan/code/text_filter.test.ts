import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TextFilter } from './text_filter.ts';

test('finds what the last text holds, as searching does', () => {
  const filter = new TextFilter();
  filter.read('const token = process.env.TOKEN; // \u200b\ud800 naïve');
  for (const word of ['token', 'process.env', 'TOKEN;', 'env', '=', '', '\u200b', '\ud800 naï', 'naïve'])
    assert.ok(filter.includes(word), word);
  for (const word of ['tokens', 'processes', 'nev', 'TOKEN.', '\u200c', 'naive']) assert.ok(!filter.includes(word), word);
  filter.read('other');
  assert.ok(!filter.includes('token'));
  assert.ok(filter.includes('other'));
});
