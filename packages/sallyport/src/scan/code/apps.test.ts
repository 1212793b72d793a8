import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { scanCode } from './index.ts';

/** Small applications in the style of real ones, each folder one project. A line says what is found on it; on all others nothing may be. */
const APPS = fileURLToPath(new URL('../../../test/kit/code_apps', import.meta.url));
const MARK = /\s*(?:#|\/\/|\{\/\*|<!--) finds: ([\w, -]+?)(?: \*\/\}| -->)?$/;

for (const folder of readdirSync(APPS)) {
  test(`what is found in ${folder}`, async () => {
    const paths = readdirSync(join(APPS, folder), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.txt'));
    const wanted = new Set<string>();
    const files = paths.map((file) => {
      const path = `${folder}/${file.replace(/\.txt$/, '')}`;
      const lines = readFileSync(join(APPS, folder, file), 'utf8').split('\n');
      for (const [at, line] of lines.entries())
        for (const rule of MARK.exec(line)?.[1]?.split(', ') ?? []) wanted.add(`${path}:${at + 1} ${rule}`);
      // The marks are for people: what is scanned does not have them.
      return { path, text: lines.map((line) => line.replace(MARK, '')).join('\n') };
    });
    const { findings, notScanned } = await scanCode(files);
    const found = new Set(
      findings.map(({ rule, location }) => (location.kind === 'file' ? `${location.path}:${location.line} ${rule.slice(5)}` : '')),
    );
    assert.deepEqual(notScanned, []);
    assert.deepEqual([...found].filter((one) => !wanted.has(one)).sort(), [], 'found where nothing is');
    assert.deepEqual([...wanted].filter((one) => !found.has(one)).sort(), [], 'not found');
  });
}
