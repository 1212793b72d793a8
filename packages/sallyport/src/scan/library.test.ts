import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';

const SOURCE = resolve(import.meta.dirname, '..');
/** What a program that scans may bring along: parsers and expressions, no server, no database, no client. */
const PACKAGES = new Set(['#vendor', 're2js', 'web-tree-sitter', 'yaml']);
const MODULES = new Set(['guard', 'kernel', 'scan']);

/** Everything that a file leads to by its imports, lazy ones too; types lead nowhere. */
function reached(entry: string): { files: Set<string>; packages: Set<string>; builtin: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const builtin = new Set<string>();
  const queue = [resolve(SOURCE, entry)];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    for (const found of text.matchAll(
      /^(?:import|export)\s+(?!type\b)[^;]*?from '([^']+)'|(?<![`\w])import\('((?:\.{1,2}\/)*[\w@][\w./@-]*)'\)/gm,
    )) {
      const name = found[1] ?? found[2] ?? '';
      if (name.startsWith('.')) queue.push(resolve(dirname(file), name));
      else if (name.startsWith('node:')) builtin.add(name);
      else packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name);
    }
  }
  return { files, packages, builtin };
}

test('sallyport/scan brings no server along', () => {
  const { files, packages, builtin } = reached('scan/index.ts');
  assert.ok(files.size > 100, 'the imports were followed');
  assert.deepEqual(
    [...packages].filter((name) => !PACKAGES.has(name)),
    [],
  );
  assert.deepEqual(
    [...new Set([...files].map((file) => relative(SOURCE, file).split('/')[0] ?? ''))].filter((name) => !MODULES.has(name)),
    [],
  );
  assert.deepEqual(
    [...builtin].filter((name) => /^node:(?:http|https|http2|net|tls|dgram|dns|child_process|sqlite|cluster)$/.test(name)),
    [],
  );
});

test('sallyport/scan/service reaches the network only through the guard', () => {
  const { files, packages } = reached('scan/service.ts');
  const modules = new Set([...files].map((file) => relative(SOURCE, file).split('/')[0] ?? ''));
  for (const name of ['store', 'keyring', 'audit', 'gateway', 'control', 'identity', 'app']) assert.ok(!modules.has(name), name);
  for (const name of ['pg', '@electric-sql/pglite', 'fastify']) assert.ok(!packages.has(name), name);
});
