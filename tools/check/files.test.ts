import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryFiles } from './files.ts';

const top = mkdtempSync(join(tmpdir(), 'sallyport-files-'));
after(() => rmSync(top, { recursive: true }));
mkdirSync(join(top, 'src'));
mkdirSync(join(top, 'node_modules'));
writeFileSync(join(top, 'src/a.ts'), 'a');
writeFileSync(join(top, 'src/b.bin'), Buffer.from([1, 0, 2]));
writeFileSync(join(top, 'node_modules/c.ts'), 'c');
writeFileSync(join(top, '.gitignore'), 'node_modules/\n');

const paths = async (): Promise<string[]> => (await repositoryFiles((path) => !path.startsWith('.'), top)).map((file) => file.path);

test('text files of the tree, without git and with it; what is ignored or binary is left out', async () => {
  assert.deepEqual(await paths(), ['src/a.ts']);
  assert.equal(spawnSync('git', ['init', '-q'], { cwd: top }).status, 0);
  assert.deepEqual(await paths(), ['src/a.ts']);
});
