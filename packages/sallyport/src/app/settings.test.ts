import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { billOfMaterials, installedComponents } from './components.ts';

test('every package that the program runs with is listed once, with its licence', () => {
  const found = installedComponents();
  const names = found.map(({ name }) => name);
  for (const direct of ['fastify', 'undici', 'pg', '@electric-sql/pglite']) assert.ok(names.includes(direct), direct);
  assert.ok(!names.includes('typescript') && !names.includes('playwright-core'), 'nothing that only the tests use');
  assert.deepEqual(
    found.filter(({ license }) => license === 'unknown'),
    [],
  );
});

test('a nested version is found where its user finds it; a circle and a missing package end nothing', () => {
  const root = mkdtempSync(join(tmpdir(), 'sallyport-components-'));
  const write = (folder: string, manifest: object): void => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, 'package.json'), JSON.stringify(manifest));
  };
  write('', { name: 'sallyport', dependencies: { a: '1', b: '1', gone: '1' } });
  write('node_modules/a', { name: 'a', version: '1.0.0', license: 'MIT', dependencies: { b: '2' } });
  write('node_modules/a/node_modules/b', { name: 'b', version: '2.0.0', license: '(MIT OR Apache-2.0)', dependencies: { a: '1' } });
  write('node_modules/b', { name: 'b', version: '1.0.0', license: 'ISC' });
  try {
    const found = installedComponents(root);
    assert.deepEqual(found.map(({ name, version }) => `${name}@${version}`).toSorted(), ['a@1.0.0', 'b@1.0.0', 'b@2.0.0']);
    const bill = billOfMaterials(found, 0) as { components: { purl: string; licenses: object[] }[] };
    assert.deepEqual(bill.components.find(({ purl }) => purl === 'pkg:npm/b@2.0.0')?.licenses, [{ expression: '(MIT OR Apache-2.0)' }]);
  } finally {
    rmSync(root, { recursive: true });
  }
});
