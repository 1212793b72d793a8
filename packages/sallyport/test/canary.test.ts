import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { cases } from './kit/canary_cases.ts';
import { SUBJECT } from './kit/canary_requests.ts';
import { sendCases, sendRaw, type Answered } from './kit/canary_traffic.ts';
import { loggedEvents } from './kit/log.ts';
import { canaries, searchFolder, sightingsIn, STEM, type Canaries, type Sighting } from './kit/needle.ts';
import { ephemeralPostgres, skipReason, type EphemeralPostgres } from './kit/postgres.ts';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { STORE_KINDS } from './kit/stores.ts';
import { startUpstream, type Upstream } from './kit/upstream.ts';

// Text that passes the gate stays nowhere it was not asked to stay: every place that can hold text gets a value of its own, and then the bytes
// of everything that the gate wrote are searched for it.

const run = promisify(execFile);
const MODES = ['none', 'full'] as const;

const CONFIG = (upstream: string, content: string, store: string): string => `
providers:
  - { name: openai, kind: openai, baseUrl: ${upstream}/v1, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["gpt-canary-*", "text-embedding-canary-*", "omni-moderation-canary-*"] }
  - { name: anthropic, kind: anthropic, baseUrl: ${upstream}, apiKey: "\${env:TEST_PROVIDER_KEY}", models: ["claude-canary-*"] }
content: ${content}
${store}
`;

for (const kind of STORE_KINDS) {
  for (const mode of MODES) {
    test(`content: ${mode} on ${kind}: no text of any request or reply is left`, { timeout: 300_000 }, async (t) => {
      const database = kind === 'postgres' ? await ephemeralPostgres() : undefined;
      if (kind === 'postgres' && database === undefined) return t.skip(skipReason());
      const upstream = await startUpstream();
      const gate = await startSallyport({
        config: CONFIG(upstream.url, mode, database === undefined ? '' : `store: { url: "${database.url}" }`),
        env: { TEST_PROVIDER_KEY: 'sk-upstream-1234567890abcdefghij', SALLYPORT_DEBUG: '1' },
      });
      try {
        const known = canaries();
        const key = await gate.key('--permission', 'inspect');
        const answers = await sendTwice(gate, upstream, key, known);
        await settled(gate, answers);
        if (mode === 'full') await assertKept(gate, answers);
        const commands = await ordinaryCommands(gate, answers);
        assert.equal((await gate.cli('store', 'backup', 'canaries')).code, 0);
        assertUnseen('with all text kept', known, await everything(gate, database, commands));
        if (mode === 'full') await assertErased(gate, answers);
        assert.equal((await gate.cli('store', 'backup', 'afterwards')).code, 0);
        const live = await everything(gate, database, commands);
        assert.equal(await gate.stop(), 0);
        const verdict = await gate.cli('audit', 'verify');
        assert.equal(verdict.code, 0, verdict.stdout);
        const rest = await everything(gate, database, `${commands}${verdict.stdout}${gate.output()}`);
        assertUnseen('at the end', known, { ...rest, sightings: [...live.sightings, ...rest.sightings] });
        t.diagnostic(
          `${kind}, ${mode}: ${answers.length} exchanges, ${known.count()} canaries, ${(rest.bytes / 1e6).toFixed(0)} MB searched: 0 found`,
        );
      } finally {
        await gate.remove();
        await upstream.close();
        await database?.stop();
      }
    });
  }
}

/** As a fresh installation does it (statistical detectors observe), and with every rule in force: refusals and masks write other events. */
async function sendTwice(gate: Running, upstream: Upstream, key: string, known: Canaries): Promise<Answered[]> {
  const observed = await sendCases(gate, upstream, key, cases(known));
  assert.equal((await gate.cli('policy', 'enforce', '--all')).code, 0);
  const enforced = await sendCases(gate, upstream, key, cases(known));
  await sendRaw(gate, `GET /v1/models HTTP/1.1\r\nhost: localhost\r\nbad header ${known.mark('header without a colon')}\r\n\r\n`);
  await sendRaw(gate, `${known.mark('no HTTP at all')}\r\n\r\n`);
  const good = [...observed, ...enforced].filter((answer) => answer.status === 200).length;
  assert.ok(good > 40, `${good} requests were served`);
  return [...observed, ...enforced];
}

/** Waits until the list of events holds what was recorded and the content store has what it was given. */
async function settled(gate: Running, answers: readonly Answered[]): Promise<void> {
  const last = answers.findLast((answer) => answer.event !== undefined)?.event ?? '';
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = JSON.parse((await gate.cli('audit', 'status', '--json')).stdout) as { projectionLag: number };
    if (status.projectionLag === 0 && (await gate.cli('events', 'show', last, '--json')).code === 0) return;
    await sleep(100);
  }
  throw new Error('the projection did not catch up');
}

/** What an operator would run; with `content: none` even this shows none of the text. */
async function ordinaryCommands(gate: Running, answers: readonly Answered[]): Promise<string> {
  const ids = answers.flatMap((answer) => answer.event ?? []);
  const list = await gate.cli('events', 'list', '--json', '--limit', '500');
  const ocsf = await gate.cli('events', 'list', '--format', 'ocsf');
  const proof = await gate.cli('events', 'show', ids[0] ?? '', '--format', 'ocsf');
  return list.stdout + ocsf.stdout + proof.stdout;
}

/** The text is there while it is kept: else the search proves nothing. */
async function assertKept(gate: Running, answers: readonly Answered[]): Promise<void> {
  for (const name of ['chat, text', 'messages, streamed, text', 'responses, tool call'])
    assert.match(await shown(gate, answers, name), new RegExp(STEM), name);
}

async function assertErased(gate: Running, answers: readonly Answered[]): Promise<void> {
  const erased = await gate.cli('content', 'erase', SUBJECT, '--json');
  assert.equal(erased.code, 0, erased.stderr);
  assert.ok((JSON.parse(erased.stdout) as { events: number }).events > 20);
  for (const name of ['chat, text', 'messages, streamed, text', 'responses, tool call']) {
    const text = await shown(gate, answers, name);
    assert.doesNotMatch(text, new RegExp(STEM), name);
    assert.match(text, /"state":"(erased|missing)"/);
  }
}

async function shown(gate: Running, answers: readonly Answered[], name: string): Promise<string> {
  const event = answers.find((answer) => answer.name === name)?.event ?? '';
  const show = await gate.cli('events', 'show', event, '--json');
  assert.equal(show.code, 0, show.stderr);
  return show.stdout;
}

type Search = { readonly sightings: readonly Sighting[]; readonly bytes: number; readonly events: number };

/** Data folder, key folder, backups, everything that was printed, and for PostgreSQL its dump and its own files. */
async function everything(gate: Running, database: EphemeralPostgres | undefined, printed: string): Promise<Search> {
  const folders = [
    gate.data,
    `${gate.data}.keys`,
    `${gate.data}.backups`,
    ...(database === undefined ? [] : await databaseFolders(database)),
  ];
  const found = folders.filter((folder) => existsSync(folder)).map(searchFolder);
  const texts = [
    printed,
    gate.output(),
    database === undefined ? '' : (await run('pg_dump', ['--inserts', database.url], { maxBuffer: 1 << 30 })).stdout,
  ];
  return {
    sightings: [
      ...found.flatMap((one) => one.sightings),
      ...texts.flatMap((text, at) => sightingsIn(['commands', 'output', 'dump'][at] ?? '', Buffer.from(text))),
    ],
    bytes: found.reduce((sum, one) => sum + one.bytes, 0) + texts.reduce((sum, text) => sum + text.length, 0),
    events: loggedEvents(gate.data).length,
  };
}

/** The files of this database and of the write-ahead log, after a checkpoint; none when they are another machine's. */
async function databaseFolders(database: EphemeralPostgres): Promise<string[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('checkpoint');
    const { rows } = await client.query<{ dir: string; oid: string }>(
      "select current_setting('data_directory') as dir, oid::text from pg_database where datname = current_database()",
    );
    const { dir = '', oid = '' } = rows[0] ?? {};
    const folders = [join(dir, 'base', oid), join(dir, 'pg_wal')];
    return folders.filter((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  } finally {
    await client.end();
  }
}

function assertUnseen(when: string, known: Canaries, { sightings, events }: Search): void {
  assert.ok(events > 100, `${events} events were logged`);
  const lines = [
    ...new Set(sightings.map(({ where, form, canary }) => `${known.placeOf(canary)} (${form}) in ${where.replace(/\+\d+$/, '')}`)),
  ];
  assert.deepEqual(lines, [], when);
}

test('what was masked in a conversation is restored in its next turn, until the text of its person is erased', async () => {
  const upstream = await startUpstream();
  const gate = await startSallyport({
    config: CONFIG(upstream.url, 'none', ''),
    env: { TEST_PROVIDER_KEY: 'sk-upstream-1234567890abcdefghij' },
  });
  try {
    const key = await gate.key();
    assert.equal((await gate.cli('policy', 'enforce', '--all')).code, 0);
    const turn = async (more: object): Promise<string> => {
      const reply = await fetch(`${gate.gateway}/v1/responses`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'gpt-canary-test', user: SUBJECT, ...more }),
      });
      const text = await reply.text();
      assert.equal(reply.status, 200, text);
      return text;
    };
    upstream.script({ text: 'Noted.' });
    await turn({ input: 'My address is jane.doe@example.org.' });
    const placeholder = /<EMAIL_ADDRESS_[0-9a-z]+>/.exec(upstream.requests[0]?.body.toString() ?? '')?.[0];
    assert.ok(placeholder !== undefined);
    upstream.script({ text: `It is ${placeholder}.` });
    const next = { input: 'What is it?', previous_response_id: 'resp_upstream1' };
    assert.match(await turn(next), /It is jane\.doe@example\.org\./);
    assert.equal((await gate.cli('content', 'erase', SUBJECT)).code, 0);
    const after = await turn(next);
    assert.ok(!after.includes('jane.doe') && after.includes(placeholder), after);
  } finally {
    await gate.remove();
    await upstream.close();
  }
});

test('the search finds a canary in every form that it looks for', () => {
  const known = canaries();
  const value = known.mark('a place');
  const forms: Record<string, Buffer> = {
    raw: Buffer.from(value),
    hex: Buffer.from(Buffer.from(`ab${value}`).toString('hex')),
    'hex, upper case': Buffer.from(Buffer.from(value).toString('hex').toUpperCase()),
    'UTF-16, little-endian': Buffer.from(value, 'utf16le'),
    'percent-encoded': Buffer.from([...value].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')),
    'JSON escapes': Buffer.from([...value].map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`).join('')),
    ...Object.fromEntries(
      [0, 1, 2].map((shift) => [
        `base64, ${shift} before`,
        Buffer.from(Buffer.from(`${'x'.repeat(shift)}${value} and more`).toString('base64')),
      ]),
    ),
  };
  for (const [form, bytes] of Object.entries(forms)) {
    const found = sightingsIn('here', Buffer.concat([Buffer.from('before '), bytes, Buffer.from(' after')]));
    assert.deepEqual(
      found.map((one) => [one.form, known.placeOf(one.canary)]),
      [[form, 'a place']],
      form,
    );
  }
});
