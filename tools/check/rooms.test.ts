import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawers, longFiles, MAX_FILE_LINES, MAX_README_LINES, readmes } from './rooms.ts';

const lines = (count: number): string => 'x\n'.repeat(count);

test('a file at the limit passes, one more line does not; tests and generated files are free', () => {
  const at = { path: 'packages/sallyport/src/net/a.ts', text: lines(MAX_FILE_LINES) };
  const over = { path: 'packages/sallyport/src/net/b.ts', text: lines(MAX_FILE_LINES + 1) };
  assert.deepEqual(longFiles([at]), []);
  assert.equal(longFiles([over]).length, 1);
  assert.deepEqual(
    longFiles([
      { ...over, path: 'packages/sallyport/src/net/b.test.ts' },
      { ...over, path: 'tools/b.generated.ts' },
    ]),
    [],
  );
});

test('each module needs a README of at most a page', () => {
  const code = { path: 'packages/sallyport/src/net/a.ts', text: '' };
  const readme = (count: number) => ({ path: 'packages/sallyport/src/net/README.md', text: lines(count) });
  assert.match(readmes([code]).join(), /net\/README\.md: missing/);
  assert.deepEqual(readmes([code, readme(MAX_README_LINES)]), []);
  assert.equal(readmes([code, readme(MAX_README_LINES + 1)]).length, 1);
});

test('a drawer is refused by its name, a word that holds the name is not', () => {
  const file = (path: string) => ({ path, text: '' });
  assert.equal(
    drawers([file('packages/sallyport/src/net/utils/a.ts'), file('tools/helpers.ts'), file('packages/a/KeyManager.ts')]).length,
    3,
  );
  assert.deepEqual(drawers([file('packages/sallyport/src/net/commons.ts')]), []);
});
