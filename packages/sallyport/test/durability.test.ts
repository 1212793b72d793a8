import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nothingYet, startLoad, type Acknowledged } from './kit/load.ts';
import { loggedEvents } from './kit/log.ts';
import { ephemeralPostgres, skipReason } from './kit/postgres.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { STORE_KINDS } from './kit/stores.ts';
import { startUpstream } from './kit/upstream.ts';

// What a client was told must be true after the process was killed in the middle of its work, on both stores.

/** 20 rounds are what the project's bar asks for: `DURABILITY_ROUNDS=20 ./test durability`. */
const ROUNDS = Number(process.env['DURABILITY_ROUNDS'] ?? 3);
const WRITERS = 24;
const PRACTICE = { openai: 'practice/echo', anthropic: 'practice/echo' };
const UPSTREAM = { openai: 'gpt-test', anthropic: 'claude-test' };

const CONFIG = (upstream: string, store: string): string => `
providers: [{ name: openai, kind: openai, baseUrl: ${upstream}/v1, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["gpt-*"] },
  { name: anthropic, kind: anthropic, baseUrl: ${upstream}, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["claude-*"] }]
content: full
${store}
`;

for (const kind of STORE_KINDS) {
  test(`kill -9 in mid-load, ${ROUNDS} times, ${kind}: nothing that was acknowledged is lost`, { timeout: 1_200_000 }, async (t) => {
    const database = kind === 'postgres' ? await ephemeralPostgres() : undefined;
    if (kind === 'postgres' && database === undefined) return t.skip(skipReason());
    const upstream = await startUpstream();
    upstream.script({ text: 'A gate is a door in a wall.', gapMs: 1 });
    let gate = await startSallyport({
      config: CONFIG(upstream.url, database === undefined ? '' : `store: { url: "${database.url}" }`),
      env: { TEST_PROVIDER_KEY: 'sk-upstream-1234567890abcdefghij' },
    });
    try {
      const key = await gate.key('--permission', 'keys:write', '--permission', 'keys:read', '--permission', 'events:read');
      const into = nothingYet();
      for (let round = 0; round < ROUNDS; round++) {
        const before = into.ended.size;
        const models = round % 2 === 0 ? [PRACTICE] : [PRACTICE, UPSTREAM];
        const load = startLoad(gate, { key, models, writers: WRITERS, into });
        // A machine that does much else may take a second to answer the first request.
        for (let waited = 0; into.ended.size === before && waited < 20_000; waited += 50) await sleep(50);
        // Of a length that nothing in the gate is a multiple of; long enough that a signed head falls into some rounds.
        await sleep(350 + ((round * 271) % 1_100));
        await gate.kill();
        await load.stop();
        assert.ok(into.ended.size > before, `round ${round}: nothing was acknowledged`);
        await verified(gate, `round ${round}, before the start`);
        gate = await gate.restart();
        assertLogged(gate, into);
      }
      await assertState(gate, key, into);
      assert.equal(await gate.stop(), 0);
      await verified(gate, 'at the end');
      assert.deepEqual(into.odd, []);
      t.diagnostic(
        `${kind}: ${into.ended.size} replies, ${into.started.size} streams and ${into.keys.size} keys acknowledged over ${ROUNDS} kills, 0 lost`,
      );
    } finally {
      await gate.remove();
      await upstream.close();
      await database?.stop();
    }
  });
}

async function verified(gate: Running, when: string): Promise<void> {
  const verdict = await gate.cli('audit', 'verify', '--json');
  assert.equal(verdict.code, 0, `${when}: ${verdict.stdout}${verdict.stderr}`);
}

/** Every acknowledgement has its record: a whole reply one, a stream its start before the first byte and its end before the last. */
function assertLogged(gate: Running, { ended, started, keys, revoked }: Acknowledged): void {
  const events = loggedEvents(gate.data);
  const finals = new Set(events.filter((event) => event.phase !== 'started').map((event) => event.uid));
  const all = new Set(events.map((event) => event.uid));
  const changes = new Set(events.map((event) => `${event.kind} ${event.target?.id ?? ''}`));
  const lost = [
    ...[...ended].filter((uid) => !finals.has(uid)).map((uid) => `reply ${uid}`),
    ...[...started].filter((uid) => !all.has(uid)).map((uid) => `stream ${uid}`),
    ...[...keys.keys()].filter((id) => !changes.has(`key.created ${id}`)).map((id) => `creation of ${id}`),
    ...[...revoked].filter((id) => !changes.has(`key.revoked ${id}`)).map((id) => `revocation of ${id}`),
  ];
  assert.deepEqual(lost, []);
}

/** The state itself: keys that were given out work, revoked ones do not, and the list of events knows every request. */
async function assertState(gate: Running, key: string, { ended, keys, revoking, revoked }: Acknowledged): Promise<void> {
  const alive = [...keys].filter(([id]) => !revoking.has(id));
  for (const [id, token] of alive.slice(-20)) assert.equal(await models(gate, token), 200, `key ${id} was acknowledged`);
  for (const id of [...revoked].slice(-20))
    assert.equal(await models(gate, keys.get(id) ?? ''), 401, `revocation of ${id} was acknowledged`);
  const listed = (await json(gate, '/api/keys', key))['keys'] as { id: string; revoked: number | null }[];
  const known = new Map(listed.map((one) => [one.id, one.revoked]));
  assert.deepEqual(
    [...keys.keys()].filter((id) => !known.has(id)),
    [],
  );
  assert.deepEqual(
    [...revoked].filter((id) => known.get(id) === null),
    [],
  );
  const seen = new Set<string>();
  for (let after = ''; ;) {
    const page = await json(gate, `/api/events?limit=500${after}`, key);
    for (const event of page['events'] as { uid: string }[]) seen.add(event.uid);
    if (page['next'] === undefined) break;
    after = `&after=${encodeURIComponent(page['next'] as string)}`;
  }
  assert.deepEqual(
    [...ended].filter((uid) => !seen.has(uid)),
    [],
    'every reply is in the list of events',
  );
}

async function models(gate: Running, key: string): Promise<number> {
  const reply = await fetch(`${gate.gateway}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
  await reply.arrayBuffer();
  return reply.status;
}

async function json(gate: Running, path: string, key: string): Promise<Record<string, unknown>> {
  const reply = await fetch(`${gate.console}${path}`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal(reply.status, 200, path);
  return (await reply.json()) as Record<string, unknown>;
}
