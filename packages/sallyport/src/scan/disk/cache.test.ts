import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cacheFolderOf, FileCache } from './cache.ts';

const key = (letter: string): string => letter.repeat(64);

test('entries are kept, bounded, and read from a private folder alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scan-cache-'));
  try {
    const cache = new FileCache(join(folder, 'own'), 250);
    cache.put(key('a'), new Uint8Array(100).fill(1));
    cache.put(key('b'), new Uint8Array(100).fill(2));
    cache.put('../escape', new Uint8Array(1));
    assert.equal(cache.get(key('a'))?.[99], 1);
    assert.equal(cache.get(key('c')), undefined);
    assert.deepEqual(readdirSync(folder), ['own']);
    utimesSync(join(folder, 'own', key('a')), 1, 1);
    cache.put(key('c'), new Uint8Array(100).fill(3));
    cache.trim();
    assert.deepEqual(readdirSync(join(folder, 'own')).sort(), [key('b'), key('c')]);
    writeFileSync(join(folder, 'outside'), 'x');
    symlinkSync(join(folder, 'outside'), join(folder, 'own', key('d')));
    assert.equal(cache.get(key('d')), undefined);
    chmodSync(join(folder, 'own'), 0o777);
    assert.equal(new FileCache(join(folder, 'own')).get(key('b')), undefined);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('where it lies', () => {
  assert.equal(cacheFolderOf({ XDG_CACHE_HOME: '/c' }, '/home/u'), '/c/sallyport/scan');
  assert.equal(cacheFolderOf({ XDG_CACHE_HOME: 'relative' }, '/home/u'), '/home/u/.cache/sallyport/scan');
  assert.equal(cacheFolderOf({}, ''), undefined);
});
