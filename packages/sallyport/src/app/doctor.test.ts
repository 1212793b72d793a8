import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runCli, type Terminal } from '../cli/index.ts';
import { socketFile } from '../control/index.ts';
import { AppError, silentLogger, systemClock, type ApiClient, type Json } from '../kernel/index.ts';
import { readConfig } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { checkClock, checkDataFolder, checkDisk, checkKeyFolder, checkNode, type DiskRoom } from './doctor_machine.ts';
import { checkServer } from './doctor_server.ts';
import { openApp } from './open.ts';

const top = mkdtempSync(join(tmpdir(), 'sallyport-doctor-'));
after(() => rmSync(top, { recursive: true, force: true }));
let made = 0;
const folder = (mode = 0o700): string => {
  const path = join(top, `d${made++}`);
  mkdirSync(path, { mode });
  chmodSync(path, mode);
  return path;
};
const SOURCES = { env: {}, readFile: () => '' };
const NOW = systemClock();

type Report = { ok: boolean; checks: { name: string; state: string; say: string; fix?: string }[] };
type Ran = { code: number; out: string; report: Report };

/** Runs the command as the bin does. No server runs unless one listens on the folder's socket. */
async function doctor(dataDir: string, config: string, flags: readonly string[] = ['--json']): Promise<Ran> {
  const file = join(top, `c${made++}.yaml`);
  writeFileSync(file, config);
  let out = '';
  const terminal = (write: (text: string) => void): Terminal => ({ write, isTTY: false, columns: undefined });
  const code = await runCli(
    ['doctor', '--data', dataDir, '--config', file, ...flags],
    [doctorCommand({ env: {}, clock: systemClock, node: '26.1.0' })],
    {
      version: '0',
      env: {},
      cwd: top,
      stdout: terminal((text) => (out += text)),
      stderr: terminal((text) => (out += text)),
      clock: systemClock,
      signal: new AbortController().signal,
      exitCode: () => 1,
      openLocal: () => assert.fail('the doctor opens nothing of its own'),
    },
  );
  return { code, out, report: out.startsWith('{') ? (JSON.parse(out) as Report) : { ok: false, checks: [] } };
}

const stateOf = (report: Report, name: string): string | undefined => report.checks.find((check) => check.name === name)?.state;
const states = (report: Report): Record<string, string> => Object.fromEntries(report.checks.map(({ name, state }) => [name, state]));

test('an old Node is refused by its first number', () => {
  assert.deepEqual(
    ['24.0.0', '26.10.1', '100.0.0', '23.9.0', '9.0.0', 'v26'].map((version) => checkNode(version).state),
    ['ok', 'ok', 'ok', 'fail', 'fail', 'fail'],
  );
});

test('a data folder that others may enter fails, whatever the right', () => {
  assert.equal(checkDataFolder(folder()).state, 'ok');
  for (const mode of [0o710, 0o701, 0o750, 0o755, 0o777, 0o704, 0o720]) {
    const dir = folder(mode);
    const check = checkDataFolder(dir);
    assert.equal(check.state, 'fail', mode.toString(8));
    assert.ok('fix' in check && check.fix === `Run: chmod 700 ${dir}`);
  }
  const target = folder(0o755);
  symlinkSync(target, join(top, 'link'));
  assert.equal(checkDataFolder(join(top, 'link')).state, 'fail');
  assert.equal(checkDataFolder(join(top, 'missing')).state, 'warn');
  writeFileSync(join(top, 'file'), '');
  assert.equal(checkDataFolder(join(top, 'file')).state, 'fail');
});

test('a key folder or a key that others may read fails; lost keys fail only where there is data that needs them', () => {
  const data = folder();
  const keys = folder();
  writeFileSync(join(keys, 'kek'), 'x', { mode: 0o600 });
  assert.equal(checkKeyFolder(keys, data).state, 'ok');
  chmodSync(join(keys, 'kek'), 0o640);
  assert.equal(checkKeyFolder(keys, data).state, 'fail');
  assert.equal(checkKeyFolder(folder(0o750), data).state, 'fail');
  assert.equal(checkKeyFolder(join(top, 'no.keys'), data).state, 'ok');
  mkdirSync(join(data, 'events'));
  assert.equal(checkKeyFolder(join(top, 'no.keys'), data).state, 'fail');
});

test('room on the disk: bytes, and places for files', () => {
  const room = (values: Partial<DiskRoom>): string => {
    return checkDisk(join(top, 'not', 'there'), () => ({ bavail: 0, bsize: 1024, files: 1e6, ffree: 1e6, ...values })).state;
  };
  const MIB = 1024;
  assert.equal(room({ bavail: 4_000 * MIB }), 'ok');
  assert.equal(room({ bavail: 1_000 * MIB }), 'warn');
  assert.equal(room({ bavail: 255 * MIB }), 'fail');
  assert.equal(room({ bavail: 4_000 * MIB, ffree: 10 }), 'fail');
  assert.equal(room({ bavail: 4_000 * MIB, files: 0, ffree: 0 }), 'ok');
});

test('a clock that was never set, or was set back behind the event log, fails', () => {
  const dir = folder();
  mkdirSync(join(dir, 'events', 'log_a'), { recursive: true });
  const file = join(dir, 'events', 'log_a', '000001.seg');
  writeFileSync(file, '');
  const written = (at: number): void => utimesSync(file, at / 1000, at / 1000);
  assert.equal(checkClock(0, dir).state, 'fail');
  for (const [ahead, state] of [
    [-1e9, 'ok'],
    [60_000, 'ok'],
    [180_000, 'fail'],
  ] as const) {
    written(NOW + ahead);
    assert.equal(checkClock(NOW, dir).state, state);
  }
});

test('nothing there yet: warnings say what to do, nothing fails, and nothing is made', async () => {
  const dir = join(top, 'fresh');
  const { code, report } = await doctor(dir, '');
  assert.equal(code, 0);
  assert.ok(report.ok);
  // How full the disk is, and what it has for sandboxes, is the machine's business.
  assert.deepEqual(states({ ...report, checks: report.checks.filter(({ name }) => name !== 'disk' && name !== 'sandbox') }), {
    node: 'ok',
    'data folder': 'warn',
    'key folder': 'ok',
    clock: 'ok',
    server: 'ok',
    configuration: 'ok',
    guards: 'ok',
    content: 'ok',
    witness: 'warn',
    'event log': 'ok',
    store: 'ok',
    policy: 'ok',
  });
  assert.ok(!existsSync(dir) && !existsSync(`${dir}.keys`));
});

test('what the configuration switches off is said, what is wrong with it fails', async () => {
  const dir = folder();
  const off = (await doctor(dir, 'gateway: {guards: false}\ncontent: full\naudit: {witness: {kind: file, path: /tmp/w}}\n')).report;
  assert.deepEqual(
    ['guards', 'content', 'witness'].map((name) => stateOf(off, name)),
    ['warn', 'warn', 'ok'],
  );
  const wrong = await doctor(
    dir,
    'gatway: {}\nproviders: [{name: a, kind: openai, baseUrl: "https://a.example", apiKey: "${env:NO_SUCH_KEY}"}]\n',
  );
  assert.equal(wrong.code, 1);
  assert.match(wrong.report.checks.find(({ name }) => name === 'configuration')?.say ?? '', /:1:1 .*gatway/);
  const missing = await doctor(dir, 'store: {url: "${env:NO_SUCH_URL}"}\n');
  assert.equal(stateOf(missing.report, 'configuration'), 'fail');
});

test('the report for people: one line each, what to do next under it, a summary; data cannot act on the terminal', async () => {
  const dir = folder(0o755);
  const { code, out } = await doctor(dir, '"\\e[31mred": 1\n', []);
  assert.equal(code, 1);
  const lines = out.split('\n');
  assert.match(lines[0] ?? '', /^ok {4}node {11}26\.1\.0$/);
  assert.ok(lines.some((line) => /^fail {2}data folder {4}Others may enter/.test(line)));
  assert.ok(lines.some((line) => /^ {21}-> Run: chmod 700 /.test(line)));
  assert.match(out, /checks failed/);
  assert.ok(!out.includes('\u001b'));
});

/** A real data folder with a record or two in its log. */
async function filled(): Promise<string> {
  const dir = join(top, `d${made++}`);
  const config = readConfig('', SOURCES);
  assert.ok(config.ok);
  const app = await openApp({
    dataDir: dir,
    config: config.config,
    env: {},
    logger: silentLogger,
    clock: systemClock,
    onFatal: assert.fail,
  });
  try {
    await app.control.client().call('POST', '/api/keys', { name: 'first' });
    await app.control.listenSocket(socketFile(dir));
    const { code, report } = await doctor(dir, '');
    assert.equal(code, 0, JSON.stringify(report));
    assert.deepEqual(
      ['server', 'event log', 'store', 'providers'].map((name) => stateOf(report, name)),
      ['ok', 'ok', 'ok', 'warn'],
    );
    assert.match(report.checks.find(({ name }) => name === 'policy')?.say ?? '', /^\d+ rules, \d+ of them only observe/);
    const behind = await doctor(dir, 'gatway: {}\n');
    assert.deepEqual([behind.code, stateOf(behind.report, 'configuration')], [0, 'warn']);
  } finally {
    await app.close();
  }
  return dir;
}

test('a real installation: running, stopped, and with one changed byte in its event log', async () => {
  const dir = await filled();
  const stopped = await doctor(dir, '');
  assert.equal(stopped.code, 0, stopped.out);
  assert.deepEqual(
    ['server', 'data folder', 'key folder', 'event log', 'store'].map((name) => stateOf(stopped.report, name)),
    ['ok', 'ok', 'ok', 'ok', 'ok'],
  );
  const events = join(dir, 'events');
  const log = readdirSync(events).find((name) => name.startsWith('log_')) ?? '';
  const segment = join(events, log, '000001.seg');
  const bytes = readFileSync(segment);
  bytes[60] = (bytes[60] ?? 0) ^ 1;
  writeFileSync(segment, bytes);
  const changed = await doctor(dir, '');
  assert.equal(changed.code, 1);
  assert.equal(stateOf(changed.report, 'event log'), 'fail');
  // The doctor only looked.
  assert.deepEqual(readFileSync(segment), bytes);
});

/** A server that answers these bodies. */
function serverOf(replies: Readonly<Record<string, Json | Error>>): ApiClient {
  return {
    call(_method, path) {
      const reply = replies[path];
      return reply instanceof Error || reply === undefined ? Promise.reject(reply ?? new Error('no such route')) : Promise.resolve(reply);
    },
    lines: () => assert.fail('nothing is followed'),
  };
}

const AUDIT = { size: 7, projectionLag: 0, state: 'ok', missingLogs: [], contentDropped: 0 };
const HEALTHY = {
  '/api/audit': AUDIT,
  '/api/events?limit=1': { events: [] },
  '/api/providers': { providers: [{ provider: 'a', circuit: 'closed', key: 'set' }] },
  '/api/policy': { rules: [{ enforced: true }], refused: [] },
};

test('what a running server says of itself', async () => {
  const told = async (replies: Readonly<Record<string, Json | Error>>): Promise<Record<string, string>> =>
    Object.fromEntries((await checkServer(serverOf({ ...HEALTHY, ...replies }))).map(({ name, state }) => [name, state]));
  const fine = { 'event log': 'ok', store: 'ok', providers: 'ok', policy: 'ok' };
  const provider = (change: Readonly<Record<string, string>>): Json => ({
    providers: [{ provider: 'a', circuit: 'closed', key: 'set', ...change }],
  });
  const two = (first: Readonly<Record<string, string>>, second: Readonly<Record<string, string>>): Json => ({
    providers: [
      { provider: 'a', circuit: 'closed', key: 'set', ...first },
      { provider: 'b', circuit: 'closed', key: 'set', ...second },
    ],
  });
  const cases: [Readonly<Record<string, Json | Error>>, Record<string, string>][] = [
    [{}, {}],
    [{ '/api/audit': { ...AUDIT, state: 'full' } }, { 'event log': 'fail' }],
    [{ '/api/audit': { ...AUDIT, state: 'failed' } }, { 'event log': 'fail' }],
    [{ '/api/audit': { ...AUDIT, missingLogs: ['log_x'] } }, { 'event log': 'fail' }],
    [{ '/api/audit': { ...AUDIT, projectionLag: 50_000 } }, { 'event log': 'warn' }],
    [{ '/api/audit': { ...AUDIT, contentDropped: 3 } }, { 'event log': 'warn' }],
    [{ '/api/audit': { ...AUDIT, witness: { kind: 'file', failing: 'ENOSPC' } } }, { witness: 'fail' }],
    [{ '/api/audit': { ...AUDIT, witness: { kind: 'file' } } }, {}],
    [{ '/api/audit': { other: 'form' } }, { 'event log': 'warn' }],
    [{ '/api/events?limit=1': new AppError('STORE_UNAVAILABLE', { status: 503, message: 'Away.', fix: 'Wait.' }) }, { store: 'fail' }],
    [{ '/api/providers': provider({ circuit: 'open', lastError: 'UPSTREAM_TIMEOUT' }) }, { providers: 'fail' }],
    [{ '/api/providers': provider({ key: 'missing' }) }, { providers: 'fail' }],
    [{ '/api/providers': provider({ circuit: 'half_open' }) }, { providers: 'warn' }],
    [{ '/api/providers': two({}, { key: 'missing' }) }, { providers: 'warn' }],
    [{ '/api/providers': provider({ key: 'none' }) }, {}],
    [{ '/api/providers': { providers: [] } }, { providers: 'warn' }],
    [{ '/api/policy': { rules: [{ enforced: false }], refused: [] } }, { policy: 'warn' }],
    [{ '/api/policy': { rules: [{ enforced: true }, { enforced: false }], refused: [] } }, {}],
    [{ '/api/policy': { rules: [{ enforced: true }], refused: [{ rule: 'r', message: 'no' }] } }, { policy: 'fail' }],
  ];
  for (const [replies, differs] of cases) assert.deepEqual(await told(replies), { ...fine, ...differs }, JSON.stringify(replies));
});
