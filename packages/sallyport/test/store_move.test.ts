import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nothingYet, startLoad } from './kit/load.ts';
import { listedEvents, loggedEvents } from './kit/log.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from './kit/postgres.ts';
import { runCli, startSallyport, type Running, type StartOptions } from './kit/sallyport.ts';
import { startUpstream, type Upstream } from './kit/upstream.ts';

// An installation that moves: to another folder from a backup, to PostgreSQL, and back from a backup of PostgreSQL. What was given out or kept
// before works afterwards: keys, policy, sealed provider keys, text, the event log and its list.

const PROVIDER_KEY = 'sk-upstream-sealed-1234567890';
const CONFIG = (upstream: string, store = ''): string => `
providers: [{ name: openai, kind: openai, baseUrl: ${upstream}/v1, apiKey: "\${sealed:main}", models: ["gpt-*"] }]
content: full
${store}
`;

type Before = { readonly key: string; readonly events: readonly string[]; readonly text: string };

let root: string;
let upstream: Upstream;
/** Every gate of this file, so that none outlives it. */
const gates: Running[] = [];
const start = async (options: StartOptions): Promise<Running> => {
  const gate = await startSallyport(options);
  gates.push(gate);
  return gate;
};

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-move-'));
  upstream = await startUpstream();
  upstream.script({ text: 'Fine.' });
});
after(async () => {
  await Promise.all(gates.map((gate) => gate.stop()));
  await upstream.close();
  rmSync(root, { recursive: true, force: true });
});

async function ask(gate: Running, key: string, text: string): Promise<string> {
  const reply = await fetch(`${gate.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', messages: [{ role: 'user', content: text }] }),
  });
  assert.equal(reply.status, 200, await reply.text());
  return reply.headers.get('x-sallyport-event') ?? '';
}

/** A gate with something of everything that it can keep. */
async function furnished(dir: string, store = ''): Promise<{ gate: Running; kept: Before }> {
  const gate = await start({ dir, config: CONFIG(upstream.url, store) });
  const key = await gate.key();
  const set = await runCli(['provider', 'key', 'set', 'main', '--data', gate.data, '--config', gate.config], process.env, PROVIDER_KEY);
  assert.equal(set.code, 0, set.stderr);
  assert.equal((await gate.cli('policy', 'enforce', 'personal-data')).code, 0);
  const text = 'My address is jane.doe@example.org, keep it well.';
  const events: string[] = [];
  for (let n = 0; n < 20; n++) events.push(await ask(gate, key, text));
  await contentOf(gate, events[0] ?? '', text);
  return { gate, kept: { key, events, text } };
}

async function contentOf(gate: Running, event: string, text: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const shown = await gate.cli('events', 'show', event, '--json');
    if (shown.stdout.includes(text)) return;
    await sleep(100);
  }
  assert.fail('the text is not there');
}

/** Everything from before works here, and new work is added to it. */
async function assertMoved(gate: Running, { key, events, text }: Before): Promise<void> {
  upstream.script({ text: 'Fine.' });
  const next = await ask(gate, key, text);
  const sent = upstream.requests.at(-1);
  assert.equal(sent?.headers['authorization'], `Bearer ${PROVIDER_KEY}`, 'the sealed provider key');
  assert.ok(!sent.body.includes('jane.doe'), 'the rule that was enforced is enforced');
  await contentOf(gate, events[0] ?? '', text);
  const known = await listed(gate);
  assert.deepEqual(
    [...events, next].filter((uid) => !known.has(uid)),
    [],
  );
  const proof = await gate.cli('audit', 'proof', events[3] ?? '', '--json');
  assert.equal(proof.code, 0, proof.stderr);
  const verdict = await gate.cli('audit', 'verify', '--database');
  assert.equal(verdict.code, 0, verdict.stdout);
  assert.equal(await gate.stop(), 0);
  assert.equal((await gate.cli('audit', 'verify')).code, 0);
}

async function listed(gate: Running): Promise<Set<string>> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = JSON.parse((await gate.cli('audit', 'status', '--json')).stdout) as { projectionLag: number };
    if (status.projectionLag === 0) break;
    await sleep(100);
  }
  return listedEvents(gate);
}

async function backedUp(gate: Running, name: string): Promise<string> {
  const made = await gate.cli('store', 'backup', name, '--json');
  assert.equal(made.code, 0, made.stderr);
  const { folder } = JSON.parse(made.stdout) as { folder: string };
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    names.filter((file) => /(^|\/)(kek|signing\.pem)$/.test(file)),
    [],
    'no key is in a backup',
  );
  return folder;
}

const restore = (backup: string, data: string, config: string): ReturnType<typeof runCli> =>
  runCli(['store', 'restore', backup, '--data', data, '--config', config]);

test('backup, restored into a fresh folder', async () => {
  const { gate, kept } = await furnished(join(root, 'a'));
  const backup = await backedUp(gate, 'one');
  const again = await gate.cli('store', 'backup', 'one');
  assert.notEqual(again.code, 0, 'no backup is overwritten');
  await ask(gate, kept.key, 'after the backup');
  const running = await restore(backup, gate.data, gate.config);
  assert.notEqual(running.code, 0, 'not under a running server');
  assert.equal(await gate.stop(), 0);
  const full = await restore(backup, gate.data, gate.config);
  assert.notEqual(full.code, 0, 'not over what is there');

  const dir = join(root, 'b');
  cpSync(gate.config, join(mkdir(dir), 'sallyport.yaml'));
  const restored = await restore(backup, join(dir, 'data'), gate.config);
  assert.equal(restored.code, 0, restored.stderr);
  await assert.rejects(start({ dir }), /key/i, 'without the key folder it does not start, and says so');
  cpSync(`${gate.data}.keys`, join(dir, 'data.keys'), { recursive: true });
  await assertMoved(await start({ dir }), kept);
});

test('a backup taken under load is whole: it verifies, starts, and holds every event that its tables list', async () => {
  const { gate, kept } = await furnished(join(root, 'c'));
  const key = await gate.key('--permission', 'keys:write');
  const into = nothingYet();
  const load = startLoad(gate, { key, models: [{ openai: 'practice/echo', anthropic: 'practice/echo' }], writers: 8, into });
  await backedUp(gate, 'under-load-1');
  const backup = await backedUp(gate, 'under-load-2');
  const acknowledged = new Set(into.ended);
  await load.stop();
  assert.equal(await gate.stop(), 0);
  assert.ok(acknowledged.size > 20);
  const dir = mkdir(join(root, 'g'));
  cpSync(gate.config, join(dir, 'sallyport.yaml'));
  assert.equal((await restore(backup, join(dir, 'data'), gate.config)).code, 0);
  cpSync(`${gate.data}.keys`, join(dir, 'data.keys'), { recursive: true });
  await assertMoved(await start({ dir }), kept);
});

test('migrate to PostgreSQL after a kill, then a backup of it restored into a folder and into another PostgreSQL', async (t) => {
  const target = await ephemeralPostgres();
  if (target === undefined) return t.skip(skipReason());
  const spare = await target.sibling();
  try {
    const { gate, kept } = await furnished(join(root, 'd'));
    const running = await gate.cli('store', 'migrate', '--to', target.url);
    assert.notEqual(running.code, 0, 'not under a running server');
    await gate.kill();
    const moved = await runCli(['store', 'migrate', '--to', '${env:TARGET}', '--data', gate.data, '--config', gate.config], {
      ...process.env,
      TARGET: target.url,
    });
    assert.equal(moved.code, 0, moved.stderr);
    assert.ok(!`${moved.stdout}${moved.stderr}`.includes(target.url));
    const twice = await gate.cli('store', 'migrate', '--to', target.url);
    assert.notEqual(twice.code, 0, 'not over what is there');
    const now = await start({ dir: join(root, 'd'), config: CONFIG(upstream.url, `store: { url: "${target.url}" }`) });
    const backup = await backedUp(now, 'of-postgres');
    const events = new Set(loggedEvents(now.data).map((event) => event.uid));
    assert.deepEqual(
      kept.events.filter((uid) => !events.has(uid)),
      [],
    );
    await assertMoved(now, kept);
    await assertRestored('e', backup, now, kept);
    await assertRestored('f', backup, now, kept, spare);
  } finally {
    await spare.stop();
    await target.stop();
  }
});

async function assertRestored(name: string, backup: string, from: Running, kept: Before, into?: EphemeralPostgres): Promise<void> {
  const dir = mkdir(join(root, name));
  const config = join(dir, 'sallyport.yaml');
  writeFileSync(config, CONFIG(upstream.url, into === undefined ? '' : `store: { url: "${into.url}" }`));
  const restored = await restore(backup, join(dir, 'data'), config);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(existsSync(join(dir, 'data', 'store')), into === undefined, 'it is where the configuration says');
  cpSync(`${from.data}.keys`, join(dir, 'data.keys'), { recursive: true });
  await assertMoved(await start({ dir }), kept);
}

function mkdir(dir: string): string {
  mkdirSync(dir, { recursive: true });
  return dir;
}
