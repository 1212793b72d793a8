import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { listedEvents, loggedEvents } from './kit/log.ts';
import { skipReason, startCluster, type Cluster } from './kit/postgres.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';

// The two things that the gate stands on, taken away while it works: the database, and the disk of its event log.

const GRACE = 4;
const CONFIG = (store: string, grace = GRACE): string => `
gateway: { storeGraceSeconds: ${grace} }
${store}
`;

type Asked = { readonly status: number; readonly event: string; readonly retryAfter: string | null; readonly text: string };

async function ask(gate: Running, key: string, stream = false): Promise<Asked> {
  const reply = await fetch(`${gate.gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'practice/echo', stream, messages: [{ role: 'user', content: 'Hello' }] }),
  });
  const text = await reply.text();
  return { status: reply.status, event: reply.headers.get('x-sallyport-event') ?? '', retryAfter: reply.headers.get('retry-after'), text };
}

async function ready(gate: Running): Promise<number> {
  const reply = await fetch(`${gate.gateway}/readyz`);
  await reply.arrayBuffer();
  return reply.status;
}

async function until(what: string, seconds: number, check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(100)) if (await check()) return;
  assert.fail(`${what}: not within ${seconds} s`);
}

type Loss = { readonly name: string; take(cluster: Cluster): Promise<void>; giveBack(cluster: Cluster): Promise<void> };
const LOSSES: readonly Loss[] = [
  { name: 'stops', take: (cluster) => cluster.halt(), giveBack: (cluster) => cluster.resume() },
  { name: 'hangs', take: (cluster) => cluster.freeze(), giveBack: async (cluster) => cluster.thaw() },
];

for (const loss of LOSSES) {
  test(
    `PostgreSQL ${loss.name} under a running gate: snapshots for the grace, then 503, then everything catches up`,
    { timeout: 120_000 },
    async (t) => {
      const cluster = await startCluster();
      if (cluster === undefined) return t.skip(skipReason());
      const gate = await startSallyport({ config: CONFIG(`store: { url: "${cluster.url}" }`) });
      try {
        const key = await gate.key();
        assert.equal((await ask(gate, key)).status, 200);
        await loss.take(cluster);
        const lostAt = Date.now();
        const during: string[] = [];
        // Half of the grace: slow machines must not turn this into a race.
        while (Date.now() - lostAt < (GRACE * 1000) / 2) {
          const asked = await ask(gate, key, during.length % 2 === 1);
          assert.equal(asked.status, 200, asked.text);
          during.push(asked.event);
          await sleep(20);
        }
        assert.equal(await ready(gate), 200);
        await until('503 after the grace', GRACE + 5, async () => (await ask(gate, key)).status === 503);
        const refused = await ask(gate, key);
        assert.deepEqual([refused.status, refused.retryAfter], [503, '5']);
        assert.match(refused.text, /store_gone/);
        assert.equal(await ready(gate), 503);
        assert.equal((await fetch(`${gate.gateway}/healthz`)).status, 200);
        const logged = new Set(loggedEvents(gate.data).map((event) => event.uid));
        assert.deepEqual(
          during.filter((uid) => !logged.has(uid)),
          [],
          'events are on disk while the database is away',
        );
        await loss.giveBack(cluster);
        await until('the gate serves again', 10, async () => (await ask(gate, key)).status === 200);
        const after = await ask(gate, key);
        await until('the list of events is complete', 20, async () => {
          const known = await listedEvents(gate);
          return [...during, after.event].every((uid) => known.has(uid));
        });
        assert.equal(
          (await fetch(`${gate.gateway}/v1/models`, { headers: { authorization: `Bearer ${await gate.key()}` } })).status,
          200,
          'a key made after it',
        );
        assert.equal(await gate.stop(), 0);
        assert.equal((await gate.cli('audit', 'verify')).code, 0);
        t.diagnostic(`${during.length} requests served while the database was away`);
      } finally {
        cluster.thaw();
        await gate.remove();
        await cluster.stop();
      }
    },
  );
}

test('a change of state is refused, not half done, while the database is away', { timeout: 60_000 }, async (t) => {
  const cluster = await startCluster();
  if (cluster === undefined) return t.skip(skipReason());
  const gate = await startSallyport({ config: CONFIG(`store: { url: "${cluster.url}" }`) });
  try {
    const key = await gate.key('--permission', 'keys:write', '--permission', 'keys:read');
    await cluster.halt();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const refused = await fetch(`${gate.console}/api/keys`, { method: 'POST', headers, body: '{"name":"while-away"}' });
    assert.equal(refused.status, 503, await refused.text());
    await cluster.resume();
    await until('keys can be made', 10, async () => {
      const made = await fetch(`${gate.console}/api/keys`, { method: 'POST', headers, body: '{"name":"while-away"}' });
      await made.arrayBuffer();
      return made.status === 201;
    });
  } finally {
    await gate.remove();
    await cluster.stop();
  }
});

/** A file system of its own for the data folder; skips the test where none can be made. */
function smallDisk(t: TestContext, size: string): { dir: string; data: string; fill(): void; free(): void; remove(): void } | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-disk-'));
  const data = join(dir, 'data');
  mkdirSync(data, { mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=0700`, 'tmpfs', data], { stdio: 'ignore' });
  } catch {
    rmSync(dir, { recursive: true, force: true });
    t.skip(
      'not permitted here: no file system can be mounted (it takes root); audit/event_log.test.ts shows the same through the file port',
    );
    return undefined;
  }
  const filler = join(data, 'filler');
  return {
    dir,
    data,
    fill() {
      for (let block = 1 << 20; block >= 512; block >>= 1) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(block), { flag: 'a' });
        } catch {
          // Full for this size of block: the next smaller one takes the rest.
        }
      }
    },
    free: () => rmSync(filler, { force: true }),
    remove() {
      execFileSync('umount', ['-l', data]);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Fills the disk under a gate that serves; answers the events that were acknowledged before, in between and after. */
async function fillAndFree(gate: Running, disk: { fill(): void; free(): void }): Promise<string[]> {
  const acknowledged: string[] = [];
  const key = await gate.key();
  const once = async (stream = false): Promise<Asked> => {
    const asked = await ask(gate, key, stream);
    if (asked.status === 200) acknowledged.push(asked.event);
    return asked;
  };
  assert.equal((await once()).status, 200);
  disk.fill();
  // What the segment has been written ahead by still takes some hundred records.
  await until('503 when the disk is full', 60, async () =>
    (await Promise.all(Array.from({ length: 40 }, () => once()))).some((asked) => asked.status === 503),
  );
  // A group did not fit; single records fill the rest.
  await until('503 for every request', 60, async () => (await once()).status === 503 && (await once(true)).status === 503);
  for (const stream of [false, true, false, true]) {
    const refused = await once(stream);
    assert.equal(refused.status, 503, refused.text);
    assert.match(refused.text, /not_recorded/);
    assert.equal(refused.retryAfter, '5');
  }
  assert.equal(await ready(gate), 503);
  assert.equal((await fetch(`${gate.gateway}/healthz`)).status, 200, 'the process lives on');
  disk.free();
  await until('the gate serves again', 20, async () => (await once(true)).status === 200);
  assert.equal((await once()).status, 200);
  assert.equal(await ready(gate), 200);
  return acknowledged;
}

test(
  'the disk of the event log is full, PostgreSQL: 503 rather than unrecorded service, and on when there is space',
  { timeout: 120_000 },
  async (t) => {
    const cluster = await startCluster();
    if (cluster === undefined) return t.skip(skipReason());
    const disk = smallDisk(t, '2m');
    if (disk === undefined) return cluster.stop();
    const gate = await startSallyport({ dir: disk.dir, config: CONFIG(`store: { url: "${cluster.url}" }`) });
    try {
      const acknowledged = await fillAndFree(gate, disk);
      assert.equal(await gate.stop(), 0);
      await recorded(gate, acknowledged);
    } finally {
      await gate.stop();
      disk.remove();
      await cluster.stop();
    }
  },
);

test(
  'the disk of everything is full, embedded store: 503, and on when there is space, without a restart',
  { timeout: 120_000 },
  async (t) => {
    const disk = smallDisk(t, '160m');
    if (disk === undefined) return;
    const gate = await startSallyport({ dir: disk.dir, config: CONFIG('', 60) });
    try {
      const acknowledged = await fillAndFree(gate, disk);
      await until('keys can be made', 30, async () => (await gate.cli('key', 'create', '--name', `after-${Date.now()}`)).code === 0);
      await until('the list of events is complete', 20, async () => {
        const known = await listedEvents(gate);
        return acknowledged.every((uid) => known.has(uid));
      });
      assert.equal(await gate.stop(), 0);
      await recorded(gate, acknowledged);
    } finally {
      await gate.stop();
      disk.remove();
    }
  },
);

async function recorded(gate: Running, acknowledged: readonly string[]): Promise<void> {
  const verdict = await gate.cli('audit', 'verify');
  assert.equal(verdict.code, 0, verdict.stdout);
  const logged = new Set(loggedEvents(gate.data).map((event) => event.uid));
  assert.deepEqual(
    acknowledged.filter((uid) => !logged.has(uid)),
    [],
  );
}
