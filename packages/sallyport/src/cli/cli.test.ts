import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createControl, type Control } from '../control/service.ts';
import { socketFile } from '../control/index.ts';
import { AppError, silentLogger, type Command, type CommandContext, type Json, type Route } from '../kernel/index.ts';
import { runCli, type CliDeps, type LocalPlace } from './index.ts';

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/things',
    summary: 'Things.',
    authority: { permission: 'keys:read' },
    handler: ({ caller }) => ({ json: { tenant: caller.tenant, name: 'evil\u001b[2J\u202e' } }),
  },
  {
    method: 'GET',
    path: '/api/refused',
    summary: 'Refuses.',
    authority: { permission: 'keys:read' },
    handler() {
      throw new AppError(
        'STORE_LOCKED',
        { status: 409, message: 'The folder is in use.', fix: 'Stop the other process.' },
        { detail: 'pid 7' },
      );
    },
  },
  {
    method: 'GET',
    path: '/api/lines',
    summary: 'Lines.',
    authority: { permission: 'events:read' },
    handler: ({ signal }) => ({ lines: count(signal) }),
  },
];

async function* count(signal: AbortSignal): AsyncGenerator<Json> {
  for (let at = 1; !signal.aborted; at++) {
    yield { at };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const printArguments =
  (code: number) =>
  async (context: CommandContext): Promise<number> => {
    context.out(context.args.join('|'));
    return code;
  };

const COMMANDS: readonly Command[] = [
  {
    name: 'thing list',
    summary: 'Lists things, one a line, with a summary that is long enough to be wrapped on the narrow terminals that some people have.',
    flags: [],
    async run(context) {
      context.note('asking');
      const reply = (await (await context.api()).call('GET', '/api/things')) as { tenant: string; name: string };
      context.out(context.json ? JSON.stringify(reply) : `${reply.tenant} ${reply.name}`);
      return 0;
    },
  },
  {
    name: 'thing create',
    summary: 'Makes one.',
    flags: [
      { name: 'name', value: 'NAME', summary: 'Its name.', required: true },
      { name: 'model', value: 'PATTERN', summary: 'Models.', many: true },
      { name: 'force', summary: 'Even so.' },
    ],
    async run(context) {
      context.out(JSON.stringify(context.flags));
      return 0;
    },
  },
  { name: 'thing revoke', usage: 'ID [REASON]', summary: 'Ends one.', flags: [], run: printArguments(3) },
  { name: 'scan', usage: 'PATH...', summary: 'Scans.', flags: [], run: printArguments(0) },
  {
    name: 'fail',
    usage: 'KIND',
    summary: 'Fails.',
    flags: [],
    async run(context) {
      const { args } = context;
      if (args[0] === 'inside') throw new Error('secret at /srv');
      if (args[0] === 'config')
        throw new AppError('CONFIG_INVALID', { status: 400, message: 'Two problems:\nline 1\u001b[2J\nline 2', fix: 'Fix them.' });
      await (await context.api()).call('GET', '/api/refused');
      return 0;
    },
  },
  {
    name: 'follow',
    summary: 'Follows.',
    flags: [],
    async run(context) {
      const stop = new AbortController();
      for await (const line of (await context.api()).lines('/api/lines', stop.signal)) {
        context.out(JSON.stringify(line));
        if ((line as { at: number }).at === 3) stop.abort();
      }
      return 0;
    },
  },
];

const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'));
after(() => rmSync(folder, { recursive: true }));

const control = (): Control =>
  createControl(ROUTES, { authenticate: () => undefined, hasTenant: (tenant) => tenant === 'acme', logger: silentLogger, version: '0' });

type Run = { code: number; out: string; err: string; local: LocalPlace[]; closed: number };

async function run(
  argv: readonly string[],
  change: { tty?: boolean; columns?: number; env?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Run> {
  const result: Run = { code: -1, out: '', err: '', local: [], closed: 0 };
  const terminal = (key: 'out' | 'err') => ({
    write(text: string) {
      result[key] += text;
    },
    isTTY: change.tty ?? false,
    columns: change.columns,
  });
  const deps: CliDeps = {
    version: '1.2.3',
    env: change.env ?? {},
    cwd: folder,
    stdout: terminal('out'),
    stderr: terminal('err'),
    clock: () => 0,
    signal: change.signal ?? new AbortController().signal,
    async openLocal(place) {
      result.local.push(place);
      const served = control();
      return {
        client: served.client(place.tenant),
        async close() {
          result.closed++;
          await served.close();
        },
      };
    },
    exitCode: (code) => (code === 'CONFIG_INVALID' ? 2 : 1),
  };
  result.code = await runCli(argv, COMMANDS, deps);
  return result;
}

test('no command, help and version', async () => {
  for (const argv of [[], ['--help'], ['help'], ['-h']]) {
    const { code, out } = await run(argv);
    assert.equal(code, 0);
    assert.match(out, /^Usage: sallyport COMMAND \[FLAGS\]\n\nCommands:\n {2}fail /);
  }
  assert.deepEqual(await run(['--version']).then(({ code, out }) => [code, out]), [0, '1.2.3\n']);
});

test('the help of a command names its flags, aligned, and fits the terminal', async () => {
  for (const argv of [
    ['thing', 'create', '--help'],
    ['help', 'thing', 'create'],
    ['--help', 'thing', 'create'],
    ['thing', 'create', '--name', 'n', '-h'],
  ]) {
    const { code, out } = await run(argv, { columns: 60 });
    assert.equal(code, 0);
    assert.match(out, /^Usage: sallyport thing create --name NAME \[FLAGS\]$/m);
    assert.match(out, /^ {2}--name NAME {6}Its name\. Required\.$/m);
    assert.match(out, /^ {2}--model PATTERN {2}Models\. May stand several times\.$/m);
    assert.match(out, /^ {2}--json {9}Print/m);
    assert.ok(
      out.split('\n').every((line) => line.length <= 60),
      out,
    );
  }
  const narrow = await run(['--help'], { columns: 50 });
  assert.ok(
    narrow.out.split('\n').every((line) => line.length <= 60 && !line.endsWith(' ')),
    narrow.out,
  );
});

test('a group of commands shows what it holds, and is a misuse without --help', async () => {
  const { code, out } = await run(['thing']);
  assert.equal(code, 2);
  assert.match(out, /thing create[^]*thing list[^]*thing revoke/);
  assert.ok(!out.includes('scan'));
  assert.equal((await run(['thing', '--help'])).code, 0);
});

test('an unknown command or flag is exit code 2, with what was probably meant', async () => {
  const cases: [string[], RegExp][] = [
    [['thing', 'lst'], /unknown command thing lst; did you mean thing list\?/],
    [['thin', 'list'], /unknown command thin; did you mean thing list\?/],
    [['scna'], /unknown command scna; did you mean scan\?/],
    [['zzzzzzzzz'], /^sallyport: unknown command zzzzzzzzz\n/],
    [['thing', 'create', '--nmae', 'x'], /unknown flag --nmae; did you mean --name\?/],
    [['thing', 'create', '-x'], /unknown flag -x/],
    [['thing', 'create'], /missing --name NAME/],
    [['thing', 'create', '--name'], /--name needs a value/],
    [['thing', 'create', '--name', '--json'], /--name needs a value; write --name=--json/],
    [['thing', 'create', '--name', 'a', '--name', 'b'], /--name stands twice/],
    [['thing', 'create', '--name', 'a', '--force=yes'], /--force takes no value/],
    [['thing', 'revoke'], /missing ID/],
    [['thing', 'revoke', 'a', 'b', 'c'], /unexpected c/],
    [['thing', 'list', 'x'], /unexpected x/],
    [['scan'], /missing PATH\.\.\./],
    [['thing', 'list', '--tenant', '../x'], /--tenant is not the name of a tenant/],
    [['thing', 'list', '--__proto__', 'x'], /unknown flag --__proto__/],
    [['\u001b[2J\u202e'], /unknown command \\u001b\[2J\\u202e/],
  ];
  for (const [argv, expected] of cases) {
    const { code, err, out } = await run(argv);
    assert.deepEqual([code, out], [2, ''], argv.join(' '));
    assert.match(err, expected);
    assert.match(err, /--help shows what there is\.\n$/);
  }
});

test("flags stand before or after, once or many times, with = or without; the exit code is the command's", async () => {
  const made = await run(['--json', 'thing', 'create', '--model', 'a', '--name=-x', '--model=b=c', '--force']);
  assert.deepEqual(JSON.parse(made.out), { json: true, model: ['a', 'b=c'], name: '-x', force: true });
  const revoked = await run(['--data', 'd', 'thing', 'revoke', 'id1', '--', '--why']);
  assert.deepEqual([revoked.code, revoked.out], [3, 'id1|--why\n']);
  assert.equal((await run(['scan', 'a', 'b', 'c'])).out, 'a|b|c\n');
  assert.deepEqual(JSON.parse((await run(['thing', 'create', '--name='])).out), { name: '' });
});

test('with no server the command works in this process, in the folder and tenant that were named, and closes it', async () => {
  const { code, out, err, local, closed } = await run(['thing', 'list', '--data', 'here', '--config', 'c.yaml', '--tenant', 'acme']);
  assert.equal(code, 0);
  assert.equal(out, 'acme evil\\u001b[2J\\u202e\n');
  assert.equal(err, 'asking\n');
  assert.deepEqual(local, [{ dataDir: join(folder, 'here'), configFile: join(folder, 'c.yaml'), tenant: 'acme' }]);
  assert.equal(closed, 1);
});

test('with --json there is JSON alone, and it is safe to print', async () => {
  const { out, err } = await run(['thing', 'list', '--json'], { tty: true, columns: 80 });
  assert.equal(err, '');
  assert.deepEqual(JSON.parse(out), { tenant: 'default', name: 'evil\u001b[2J\u202e' });
  assert.ok(!out.includes('\u202e'));
});

test('with a server its socket is used, for calls, refusals and lines', async () => {
  const served = control();
  const dir = mkdtempSync(join(folder, 'served-'));
  chmodSync(dir, 0o700);
  await served.listenSocket(socketFile(dir));
  const listed = await run(['thing', 'list', '--data', dir, '--tenant', 'acme']);
  assert.deepEqual([listed.code, listed.out, listed.local], [0, 'acme evil\\u001b[2J\\u202e\n', []]);
  const refused = await run(['fail', 'api', '--data', dir]);
  assert.deepEqual([refused.code, refused.err], [1, 'sallyport: The folder is in use. (STORE_LOCKED)\nStop the other process.\n']);
  const unknown = await run(['thing', 'list', '--data', dir, '--tenant', 'other']);
  assert.match(unknown.err, /CONTROL_TENANT_UNKNOWN/);
  const followed = await run(['follow', '--data', dir]);
  assert.deepEqual([followed.code, followed.out], [0, '{"at":1}\n{"at":2}\n{"at":3}\n']);
  const following = run(['follow', '--data', dir]);
  await served.close();
  await following;
  assert.equal(existsSync(socketFile(dir)), false);
});

test('errors: message and fix for people, JSON for programs, nothing of the inside unless asked for', async () => {
  const plain = await run(['fail', 'api']);
  assert.deepEqual([plain.code, plain.err], [1, 'sallyport: The folder is in use. (STORE_LOCKED)\nStop the other process.\n']);
  const json = await run(['fail', 'api', '--json']);
  assert.deepEqual(JSON.parse(json.err), {
    error: { code: 'STORE_LOCKED', message: 'The folder is in use.', fix: 'Stop the other process.' },
  });
  const inside = await run(['fail', 'inside']);
  assert.equal(inside.code, 1);
  assert.ok(!/secret|\.ts:/.test(inside.err), inside.err);
  const debug = await run(['fail', 'inside'], { env: { SALLYPORT_DEBUG: '1' } });
  assert.match(debug.err, /secret at \/srv[^]*cli\.test\.ts/);
  const config = await run(['fail', 'config']);
  assert.equal(config.code, 2);
  assert.match(config.err, /^sallyport: Two problems: \(CONFIG_INVALID\)\nline 1\\u001b\[2J\nline 2\nFix them\.\n$/);
});

test('an interrupted command is exit code 130 and prints no error', async () => {
  const interrupted = AbortSignal.abort();
  const { code, err } = await run(['fail', 'inside'], { signal: interrupted });
  assert.deepEqual([code, err], [130, '']);
});
