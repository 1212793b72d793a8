import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';

const MAIN = resolve(import.meta.dirname, '../src/app/main.ts');

test('a signal to stop that comes while the gate starts is not lost', { timeout: 60_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-early-'));
  try {
    const flags = ['--data', data, '--gateway-port', '0', '--console-port', '0'];
    const child = spawn(process.execPath, [MAIN, 'up', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = once(child, 'exit');
    let seen = '';
    // The first migration is told of long before anything listens.
    child.stderr.on('data', (chunk: Buffer) => {
      if (!seen.includes('migration') && (seen += chunk.toString()).includes('migration')) child.kill('SIGTERM');
    });
    assert.deepEqual(await ended, [0, null]);
    assert.match(seen, /migration/);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
