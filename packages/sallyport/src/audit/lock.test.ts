import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { lockFile } from './lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'audit-lock-'));
test.after(() => rmSync(folder, { recursive: true }));

test('one owner at a time, in this process too; released, it is free', () => {
  const path = join(folder, 'one.lock');
  const release = lockFile(path);
  assert.ok(release !== undefined);
  assert.equal(lockFile(path), undefined);
  release();
  assert.ok(!existsSync(path));
  const again = lockFile(path);
  assert.ok(again !== undefined);
  // Someone else's lock is not removed by a late release.
  writeFileSync(path, 'other');
  again();
  assert.equal(readFileSync(path, 'utf8'), 'other');
});

test('a dead owner, a reused process id, and garbage are taken over', () => {
  for (const content of ['999999999 1 boot', `${process.pid} 1 another-boot`, 'garbage', '', '-1 - -']) {
    const path = join(folder, 'stale.lock');
    writeFileSync(path, content);
    const release = lockFile(path);
    assert.ok(release !== undefined, content);
    assert.equal(readFileSync(path, 'utf8').split(' ')[0], String(process.pid));
    release();
  }
});

test('of many that start at once after a kill, exactly one gets it', async () => {
  const path = join(folder, 'race.lock');
  const script = join(folder, 'taker.ts');
  const lock = JSON.stringify(join(import.meta.dirname, 'lock.ts'));
  // Each holds what it has until all have answered.
  writeFileSync(
    script,
    `import { lockFile } from ${lock};\nconsole.log(lockFile(process.argv[2]) === undefined ? 'no' : 'yes');\nsetInterval(() => {}, 1000);\n`,
  );
  for (let round = 0; round < 2; round++) {
    writeFileSync(path, '999999999 1 boot');
    const takers = Array.from({ length: 5 }, () => spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] }));
    const answers = await Promise.all(
      takers.map(
        (taker) => new Promise<string>((resolve) => taker.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))),
      ),
    );
    for (const taker of takers) taker.kill('SIGKILL');
    await Promise.all(
      takers.map(
        (taker) =>
          new Promise((resolve) => (taker.exitCode === null && taker.signalCode === null ? taker.once('close', resolve) : resolve(0))),
      ),
    );
    assert.deepEqual(answers.toSorted(), ['no', 'no', 'no', 'no', 'yes']);
    rmSync(path, { force: true });
  }
});
