import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { runSnippet } from './run.ts';

const NEVER = new AbortController().signal;
const node = (code: string, more: object = {}) => runSnippet({ language: 'node', code, ...more }, NEVER);

describe('a snippet', () => {
  it('prints, reads its input, and says how it ended', async () => {
    assert.deepEqual(
      await node('for await (const chunk of process.stdin) process.stdout.write(String(chunk).toUpperCase())', { input: 'abc' }),
      {
        ...{ exit: 0, stdout: 'ABC', stderr: '', cut: false },
      },
    );
    assert.equal((await node('process.exit(3)')).exit, 3);
    const failed = await node('throw new Error("no")');
    assert.ok(failed.exit !== 0 && failed.stderr.includes('no'));
  });

  it('runs in Python without what its surroundings would have it import', async () => {
    const code = 'import sys; print(sys.flags.isolated, sum(range(10)))';
    assert.equal((await runSnippet({ language: 'python', code }, NEVER)).stdout, '1 45\n');
  });

  it('ends at its time, with all that it has started, and leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('code-')).length;
    const started = performance.now();
    const ran = await node(
      `import { spawn } from 'node:child_process'; spawn('sleep', ['30'], { stdio: 'inherit' }); setInterval(() => {}, 1000)`,
      { seconds: 1 },
    );
    assert.equal(ran.stopped, 'time');
    assert.ok(performance.now() - started < 20_000);
    assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith('code-')).length, before);
  });

  it('is answered although something that it has let go holds its output open', async () => {
    const started = performance.now();
    const ran = await node(
      `import { spawn } from 'node:child_process'; spawn('sleep', ['20'], { stdio: 'inherit', detached: true }).unref(); console.log('done')`,
    );
    assert.equal(ran.stdout, 'done\n');
    assert.ok(performance.now() - started < 15_000);
  });

  it('is cut where it prints without end', async () => {
    const ran = await node('process.stdout.write("x".repeat(1_000_000))');
    assert.deepEqual([ran.cut, ran.stdout.length], [true, 65_536]);
  });

  it('ends when nobody waits for it', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 300);
    assert.equal((await runSnippet({ language: 'node', code: 'setInterval(() => {}, 1000)' }, abort.signal)).stopped, 'cancelled');
  });
});
