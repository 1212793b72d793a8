import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const MAIN = resolve(import.meta.dirname, '../src/app/main.ts');

test('a signal to stop that comes while the gate starts is not lost', { timeout: 60_000 }, async () => {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-early-'));
  try {
    const flags = ['--data', data, '--gateway-port', '0', '--console-port', '0'];
    const child = spawn(process.execPath, [MAIN, 'up', ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
    const ended = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    // The store is locked first of all, long before anything listens.
    while (!existsSync(join(data, 'store.lock'))) await sleep(2);
    assert.equal(said, '', 'it starts still');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});
