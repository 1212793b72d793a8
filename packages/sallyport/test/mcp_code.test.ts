import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readMachine } from '../src/mcp/sandbox/index.ts';
import { connect, textOf } from './kit/mcp.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The built-in server `code`: a model's program runs, and reaches nothing.

const { bubblewrap, withoutBubblewrap } = await readMachine(process.env);
const skip = bubblewrap === undefined ? `not permitted here: bubblewrap ${withoutBubblewrap}` : false;

describe('the tool run_code', { skip }, () => {
  let gate: Running;
  let run: (language: string, code: string, more?: object) => Promise<{ text: string; isError: boolean }>;
  let other: typeof run;
  before(async () => {
    gate = await startSallyport({ config: 'mcp: { servers: [{ name: code, builtin: code, memoryMiB: 512 }] }\n' });
    const as = async (): Promise<typeof run> => {
      const client = await connect(gate.gateway, '/mcp/code', await gate.key());
      return async (language, code, more = {}) => {
        const result = await client.callTool({ name: 'run_code', arguments: { language, code, ...more } });
        return { text: textOf(result), isError: result.isError === true };
      };
    };
    [run, other] = [await as(), await as()];
  });
  after(() => gate?.remove());

  it('runs Python and JavaScript, and says how they ended', async () => {
    assert.equal((await run('python', 'print(sum(range(101)))')).text.trim(), '5050');
    assert.equal((await run('node', 'console.log([1, 2, 3].map((n) => n * n).join())')).text.trim(), '1,4,9');
    assert.match((await run('python', 'raise SystemExit(3)')).text, /exit code 3/);
    assert.equal((await run('ruby', 'puts 1')).isError, true);
  });

  it('reaches no network and reads nothing of this machine', async () => {
    const { port } = new URL(gate.gateway);
    const code = `import socket, os
for host in ('127.0.0.1', '1.1.1.1'):
    try:
        socket.create_connection((host, ${port}), 2); print('connected')
    except OSError: print('refused')
for path in (${JSON.stringify(gate.data)}, ${JSON.stringify(gate.config)}, '/etc/passwd', '/root', '/home'):
    print('seen' if os.path.exists(path) and (not os.path.isdir(path) or os.listdir(path)) else 'nothing')
print(sorted(set(os.environ) - {'PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_CTYPE', 'PWD'}))`;
    const { text } = await run('python', code);
    assert.doesNotMatch(text, /connected/);
    // The data folder is the way to its own folder, and holds nothing else there.
    assert.match(text, /\[\]/);
    assert.equal(text.split('\n').filter((line) => line === 'seen').length, text.includes('seen') ? 1 : 0, text);
  });

  it('keeps nothing from one call to the next, and nothing for another caller', async () => {
    const write = `import os\nfor p in ('.', os.environ['HOME'], '/tmp'):\n    open(os.path.join(p, 'kept.txt'), 'w').write('secret')`;
    await run('python', write);
    const read = `import os\nprint([p for p in ('.', os.environ['HOME']) if os.path.exists(os.path.join(p, 'kept.txt'))])`;
    assert.equal((await run('python', read)).text.trim(), '[]');
    assert.equal((await other('python', `import glob\nprint(glob.glob('/tmp/**/kept.txt', recursive=True))`)).text.trim(), '[]');
  });

  it('is stopped at its bounds', async () => {
    const slow = await run('python', 'while True: pass', { seconds: 1 });
    assert.deepEqual([slow.isError, /took too long/.test(slow.text)], [true, true]);
    assert.match((await run('node', 'process.stdout.write("x".repeat(1e6))')).text, /cut: it printed more/);
    const full = await run('python', `f = open('big', 'wb')\nfor _ in range(600): f.write(bytes(1 << 20))\nprint('written')`);
    assert.doesNotMatch(full.text, /written/, 'memory that files take is bounded too');
  });

  it('leaves no folder behind', async () => {
    await gate.stop();
    assert.deepEqual(readdirSync(join(gate.data, 'mcp/default/code')), []);
  });
});

it('is not to be had without a sandbox, nor with another program', async () => {
  const gate = await startSallyport({ env: { PATH: '/nonexistent' }, config: 'mcp: { servers: [{ name: code, builtin: code }] }\n' });
  const client = await connect(gate.gateway, '/mcp/code', await gate.key());
  await assert.rejects(client.listTools(), /Install bubblewrap/);
  await gate.remove();
  for (const more of ['accept: [unsandboxed]', 'command: /bin/sh', 'hosts: [example.com]']) {
    const other = await startSallyport({ config: `mcp: { servers: [{ name: code, builtin: code, ${more} }] }\n` }).catch((error: unknown) =>
      String(error),
    );
    assert.equal(typeof other, 'string', more);
  }
});
