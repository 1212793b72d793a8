import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bannedText } from './text.ts';

const one = (path: string, text: string): string[] => bannedText([{ path, text }], '/srv/house');

// Written in two parts: the check reads this file too.
const joined = (...parts: string[]): string => parts.join('');
const word = joined('TO', 'DO');

test('a path of the machine that the tree stands on is found, a longer name beside it is not', () => {
  assert.deepEqual(one('docs/a.md', 'first\nsee /srv/house/docs'), ['docs/a.md:2: a path of one machine: /srv/house']);
  assert.deepEqual(one('docs/a.md', 'see /srv/household'), []);
});

test('the usual build folder is found at the root of a path only', () => {
  assert.equal(one('docs/a.md', `cd /${joined('wo', 'rk')}/main`).length, 1);
  assert.deepEqual(one('docs/a.md', `bench/${joined('wo', 'rk')}/peers`), []);
});

test('registry hosts are found everywhere but in the lock file', () => {
  const text = `https://registry.${joined('npm', 'js')}.org/`;
  assert.equal(one('docs/a.md', text).length, 1);
  assert.deepEqual(one('package-lock.json', text), []);
});

test('suppressed type checks and unfinished work are found in code, not in prose', () => {
  assert.equal(one('packages/sallyport/src/net/a.ts', `// @ts-${joined('ig', 'nore')}`).length, 1);
  assert.equal(one('packages/sallyport/src/net/a.ts', `// ${word} later`).length, 1);
  assert.deepEqual(one('docs/a.md', `a ${word} list`), []);
});

test('SQL belongs to store.ts', () => {
  const text = 'await sql.query<Row>(`select id from identity_keys`)';
  assert.equal(one('packages/sallyport/src/identity/service.ts', text).length, 1);
  assert.deepEqual(one('packages/sallyport/src/identity/store.ts', text), []);
  assert.deepEqual(one('packages/sallyport/src/identity/store.test.ts', text), []);
});

test('a test that runs alone is found', () => {
  assert.equal(one('packages/sallyport/src/net/a.test.ts', `test.${joined('on', 'ly')}('x', () => {})`).length, 1);
});
