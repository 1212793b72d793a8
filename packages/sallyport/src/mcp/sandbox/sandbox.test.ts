import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { allows } from './egress.ts';
import { planSandbox, readMachine, startSandboxed, type SandboxExit, type SandboxMachine, type SandboxRequest } from './index.ts';
import type { EgressOptions } from './egress.ts';

const machine = await readMachine(process.env);
const top = mkdtempSync(join(tmpdir(), 'sallyport-sandbox-'));
writeFileSync(join(top, 'outside.txt'), 'what nobody may read');
process.env['SALLYPORT_TEST_SECRET'] = 'in the environment of the gate';

type Run = SandboxExit & { readonly out: string; readonly kind: string };
let number = 0;

/** Runs a script of an attacker, and gives what it could say. */
async function attack(script: string, on: SandboxMachine, more: Partial<SandboxRequest> = {}, reach?: EgressOptions): Promise<Run> {
  const folder = join(top, `own-${++number}`);
  mkdirSync(folder);
  const file = join(folder, 'attack.cjs');
  writeFileSync(file, script);
  const plan = planSandbox({ command: process.execPath, args: [file], env: {}, folder, limits: { milliseconds: 15_000 }, ...more }, on);
  if ('refused' in plan) throw new Error(plan.refused);
  const running = await startSandboxed(plan, reach);
  let out = '';
  running.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  running.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  running.stdin.end();
  const exit = await running.exit;
  return { ...exit, out, kind: plan.kind };
}

const TRY = `const say = (what, f) => { try { console.log(what, f()); } catch (error) { console.log(what, 'refused'); } };
const fs = require('node:fs'), cp = require('node:child_process');`;
const server = createServer((_request, response) => response.end('reached'));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
server.unref();
const { port } = server.address() as AddressInfo;

const KINDS: readonly (readonly [kind: string, machine: SandboxMachine, skip: string | false])[] = [
  ['bubblewrap', machine, machine.bubblewrap === undefined ? `not permitted here: bubblewrap ${machine.withoutBubblewrap}` : false],
  ['node_permission', { ...machine, bubblewrap: undefined, container: undefined }, machine.node === undefined ? 'needs Node 25' : false],
];

for (const [kind, on, skip] of KINDS)
  suite(`an attacker in ${kind}`, { skip }, () => {
    test('reads nothing of others, writes nowhere else, and can write to its own folder', async () => {
      const { out, kind: used } = await attack(
        `${TRY} say('outside', () => fs.readFileSync(${JSON.stringify(join(top, 'outside.txt'))}, 'utf8'));
         say('home', () => fs.readdirSync(${JSON.stringify(homedir())}).join());
         say('ssh', () => fs.readdirSync(${JSON.stringify(join(homedir(), '.ssh'))}).join());
         say('passwd', () => fs.readFileSync('/etc/passwd', 'utf8'));
         say('write', () => fs.writeFileSync(${JSON.stringify(join(top, 'written.txt'))}, 'x'));
         say('own', () => { fs.writeFileSync('kept.txt', 'x'); return 'written'; });`,
        on,
      );
      assert.equal(used, kind);
      assert.match(out, /outside refused\nhome refused\nssh refused\npasswd refused\nwrite (?:refused|undefined)\nown written/);
      assert.ok(!readdirSync(top).includes('written.txt'));
    });

    test('has no environment but what was named', async () => {
      const { out } = await attack(`console.log(JSON.stringify(process.env))`, on, { env: { TOKEN: 'given' } });
      assert.ok(out.includes('"TOKEN":"given"'));
      assert.ok(!out.includes('SALLYPORT_TEST_SECRET') && !out.includes('of the gate'));
    });

    test('what it is given stands on no command line', async () => {
      const look = `${TRY} for (const pid of fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)))
        say('line', () => fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1'));`;
      const folder = join(top, `own-${++number}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'a.cjs'), look);
      const env = { TOKEN: 'given-to-nobody-else', LINES: 'first\nsecond' };
      const plan = planSandbox({ command: process.execPath, args: [join(folder, 'a.cjs')], env, folder, limits: {} }, on);
      assert.ok(!('refused' in plan) && !JSON.stringify(plan.args).includes('given-to-nobody-else'));
      const { out } = await attack(`console.log(process.env.TOKEN, process.env.LINES)`, on, { env });
      assert.match(out, /given-to-nobody-else first\nsecond/);
      assert.ok(!(await attack(look, on, { env })).out.includes('given-to-nobody-else'));
    });

    test('cannot read the environment of the gate from /proc', async () => {
      const { out } = await attack(`${TRY} say('environ', () => fs.readFileSync('/proc/${process.pid}/environ', 'latin1'));`, on);
      assert.match(out, /environ refused/);
    });

    test('opens no connection', async () => {
      const { out } = await attack(
        `try { require('node:net').connect(${port}, '127.0.0.1').on('connect', () => console.log('connected')).on('error', () => console.log('refused')); } catch { console.log('refused'); }`,
        on,
      );
      assert.match(out, /refused/);
      assert.doesNotMatch(out, /connected/);
    });

    test('is ended when it takes too much memory', async () => {
      const { limit } = await attack(`const kept = []; setInterval(() => kept.push(Buffer.alloc(2e7, 1)), 20);`, on, {
        limits: { memoryBytes: 300_000_000, milliseconds: 20_000 },
      });
      assert.equal(limit, 'memory');
    });

    test('is ended when it fills its output, uses the processor, or never ends', async () => {
      const flood = await attack(
        `const line = 'x'.repeat(1e5); const more = () => { while (process.stdout.write(line)); process.stdout.once('drain', more); }; more();`,
        on,
        {
          limits: { outputBytes: 1_000_000, milliseconds: 20_000 },
        },
      );
      assert.equal(flood.limit, 'output');
      assert.ok(flood.out.length <= 1_000_000);
      assert.equal((await attack(`for (;;);`, on, { limits: { cpuSeconds: 1, milliseconds: 20_000 } })).limit, 'cpu');
      assert.equal((await attack(`setInterval(() => {}, 1000)`, on, { limits: { milliseconds: 300 } })).limit, 'time');
    });
  });

suite('processes and the way out, in bubblewrap', { skip: KINDS[0]?.[2] ?? false }, () => {
  test('what it starts ends with it', async () => {
    const marker = `3${String(process.pid).padStart(7, '0')}`;
    await attack(
      `const cp = require('node:child_process'); cp.spawn('sleep', ['${marker}'], { detached: true, stdio: 'ignore' }).unref(); setTimeout(() => {}, 200);`,
      machine,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(
      commandLines().filter((line) => line.includes(marker)),
      [],
    );
  });

  test('a flood of processes is ended', async () => {
    const { limit } = await attack(
      `const cp = require('node:child_process'); for (let i = 0; i < 60; i++) cp.spawn('sleep', ['30']); setTimeout(() => {}, 30000);`,
      machine,
      {
        limits: { processes: 30, milliseconds: 20_000 },
      },
    );
    assert.equal(limit, 'processes');
  });

  test('reaches the hosts that were named, through our proxy, and no other', async () => {
    const script = `const http = require('node:http');
      const via = (target) => new Promise((done) => http.request({ host: '127.0.0.1', port: 3128, method: 'CONNECT', path: target })
        .on('connect', (reply, socket) => { if (reply.statusCode !== 200) { done(reply.statusCode); return; }
          socket.write('GET / HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n'); let text = ''; socket.on('data', (c) => (text += c)).on('end', () => done(text.includes('reached') ? 'reached' : text)); })
        .on('error', (error) => done(error.code)).end());
      (async () => { console.log(await via('localhost:${port}'), await via('localhost:1'), await via('metadata.internal:80')); process.exit(); })();`;
    const { out, refused } = await attack(script, machine, { hosts: [`localhost:${port}`] }, { allow: 'as-written' });
    assert.match(out, /reached 403 403/);
    assert.deepEqual(refused, ['localhost:1', 'metadata.internal:80']);
    const strict = await attack(script, machine, { hosts: [`localhost:${port}`] });
    assert.match(strict.out, /502 403 403/);
  });
});

function commandLines(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readdirSync(`/proc/${pid}/task`).length > 0 ? readCommand(pid) : ''];
      } catch {
        return [];
      }
    });
}

function readCommand(pid: string): string {
  return process.getBuiltinModule('node:fs').readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
}

suite('plans', () => {
  const nothing: SandboxMachine = {
    bubblewrap: undefined,
    withoutBubblewrap: 'is not installed',
    container: undefined,
    node: undefined,
    prlimit: undefined,
    proc: false,
  };
  const request: SandboxRequest = { command: '/usr/bin/python3', args: ['s.py'], env: {}, folder: '/tmp/own', limits: { memoryBytes: 1 } };

  test('without any means a program is refused, unless the operator accepts that', () => {
    assert.ok('refused' in planSandbox(request, nothing));
    const plan = planSandbox({ ...request, accept: ['unsandboxed'] }, nothing);
    assert.ok(!('refused' in plan));
    assert.equal(plan.kind, 'unsandboxed');
    assert.deepEqual(
      plan.enforced.filter(({ state }) => state === 'enforced'),
      [],
    );
  });

  test("Node's permission model keeps Node programs alone, and no list of hosts", () => {
    const node = { ...nothing, node: '/usr/bin/node' };
    assert.ok('refused' in planSandbox(request, node));
    assert.ok('refused' in planSandbox({ ...request, command: 'node', args: ['--eval', 'x'] }, node));
    assert.ok('refused' in planSandbox({ ...request, command: 'node', args: ['s.js'], hosts: ['a.example'] }, node));
    const open = planSandbox({ ...request, command: 'node', args: ['s.js'], hosts: ['a.example'], accept: ['open_network'] }, node);
    assert.ok(!('refused' in open));
    assert.equal(open.enforced.find(({ protection }) => protection === 'network')?.state, 'not');
  });

  test('variables that would loosen Node’s own limits are refused where nothing else keeps it', () => {
    const node = { ...nothing, node: process.execPath };
    for (const name of ['NODE_OPTIONS', 'LD_PRELOAD', 'DYLD_INSERT_LIBRARIES', 'node_options']) {
      const plan = planSandbox({ ...request, command: 'node', args: ['a.js'], env: { [name]: '--allow-fs-read=/' } }, node);
      assert.ok('refused' in plan && plan.refused.includes(name), JSON.stringify(plan));
    }
    assert.ok('refused' in planSandbox({ ...request, env: { 'A=B': '1' } }, node));
    assert.ok('refused' in planSandbox({ ...request, env: { A: '1\0--bind' } }, node));
  });

  test('a container has no network, and its own limits', () => {
    const plan = planSandbox({ ...request, image: 'tools@sha256:0' }, { ...nothing, container: '/usr/bin/docker' });
    assert.ok(!('refused' in plan));
    assert.equal(plan.kind, 'container');
    assert.ok(plan.args.join(' ').includes('--network none --read-only --cap-drop ALL'));
    assert.ok('refused' in planSandbox({ ...request, image: 'a', hosts: ['b.example'] }, { ...nothing, container: '/usr/bin/docker' }));
  });

  test('lists of hosts', () => {
    const to = (host: string, port = '443'): { host: string; port: string } => ({ host, port });
    assert.ok(allows(['a.example'], to('a.example')));
    assert.ok(!allows(['a.example'], to('a.example', '80')));
    assert.ok(!allows(['a.example'], to('b.a.example')));
    assert.ok(allows(['*.example.com:8443'], to('x.example.com', '8443')));
    assert.ok(!allows(['*.example.com'], to('example.com')));
    assert.ok(!allows(['*.example.com'], to('badexample.com')));
  });
});
