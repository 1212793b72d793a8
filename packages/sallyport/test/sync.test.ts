import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSallyport, type Running } from './kit/sallyport.ts';
import { readTrace, type Call } from './kit/strace.ts';

// What the kernel saw: the system calls of the real process in their order. That the log and the embedded database do so in every order of
// events is shown through their ports (audit/event_log.test.ts, store/pglite/pglite.test.ts); this shows that the gate as a whole uses them so.

const WHOLE = 120;
const STREAMED = 60;
const KEYS = 20;
const AT_ONCE = 8;

test(
  'no byte of a reply leaves before a completed sync of its record, and no new key before one of the database',
  { timeout: 120_000 },
  async (t) => {
    if (!canTrace()) return t.skip('not permitted here: strace is missing or may not trace');
    const dir = mkdtempSync(join(tmpdir(), 'sallyport-trace-'));
    const file = join(dir, 'trace');
    const gate = await startSallyport({
      dir,
      through: [
        'strace',
        '-D',
        '-f',
        '-C',
        '-y',
        '-s',
        '200000',
        '-e',
        'trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg',
        '-o',
        file,
      ],
    });
    try {
      const key = await gate.key('--permission', 'keys:write');
      const replies = await load(gate, key);
      const made = await makeKeys(gate, key);
      assert.equal(await gate.stop(), 0);
      const text = await finishedTrace(file);
      const calls = readTrace(text);
      assertRecordsFirst(calls, replies);
      assertCommitsFirst(calls, made);
      report(t, calls, text);
    } finally {
      await gate.remove();
      rmSync(dir, { recursive: true, force: true });
    }
  },
);

function canTrace(): boolean {
  try {
    execFileSync('strace', ['-D', '-o', '/dev/null', '-e', 'trace=fsync', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

type Replied = { readonly event: string; readonly stream: boolean };

async function load(gate: Running, key: string): Promise<Replied[]> {
  const replies: Replied[] = [];
  const total = WHOLE + STREAMED;
  let next = 0;
  const client = async (): Promise<void> => {
    for (let turn = next++; turn < total; turn = next++) {
      const stream = turn % 3 === 0;
      const reply = await fetch(`${gate.gateway}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'practice/echo', stream, messages: [{ role: 'user', content: `Question ${turn}` }] }),
      });
      assert.equal(reply.status, 200, await reply.text());
      replies.push({ event: reply.headers.get('x-sallyport-event') ?? '', stream });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, client));
  return replies;
}

/** One after the other: then all that lies between two answers belongs to one commit. */
async function makeKeys(gate: Running, key: string): Promise<string[]> {
  const ids: string[] = [];
  for (let turn = 0; turn < KEYS; turn++) {
    const reply = await fetch(`${gate.console}/api/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `traced-${turn}` }),
    });
    const { id } = (await reply.json()) as { id: string };
    assert.equal(reply.status, 201);
    ids.push(id);
  }
  return ids;
}

const isSocket = (call: Call): boolean => /^(TCP|TCPv6|socket|UNIX)/.test(call.file);
const isSegment = (call: Call): boolean => call.file.endsWith('.seg');
const isWal = (call: Call): boolean => /\/pg_wal\/[0-9A-F]{24}$/.test(call.file);
const isWrite = (call: Call): boolean => !isSync(call);
const isSync = (call: Call): boolean => call.name === 'fdatasync' || call.name === 'fsync';

/** Where a sync of the file ended that began after call `after` ended; infinity when there is none. */
function syncedAfter(calls: readonly Call[], after: Call): number {
  const ends = calls
    .filter((call) => isSync(call) && call.ok && call.file === after.file && call.begins > after.ends)
    .map((call) => call.ends);
  return Math.min(Number.POSITIVE_INFINITY, ...ends);
}

/** A whole reply: its one record is synced before its head. A stream: the started record before the head, the ended one before `[DONE]`. */
function assertRecordsFirst(calls: readonly Call[], replies: readonly Replied[]): void {
  const early: string[] = [];
  for (const { event, stream } of replies) {
    const records = calls.filter((call) => isSegment(call) && isWrite(call) && call.text.includes(`{\\"uid\\":\\"${event}\\"`));
    const heads = calls.filter((call) => isSocket(call) && call.text.includes(`x-sallyport-event: ${event}`));
    assert.deepEqual([records.length, heads.length], [stream ? 2 : 1, 1], `${event}: records and heads`);
    const [first, last] = [records[0] as Call, records.at(-1) as Call];
    const head = heads[0] as Call;
    const final = stream
      ? calls.find((call) => call.file === head.file && call.begins >= head.begins && call.text.includes('data: [DONE]'))
      : head;
    assert.ok(final !== undefined, `${event}: its end`);
    if (syncedAfter(calls, first) > head.begins) early.push(`head of ${event}`);
    if (syncedAfter(calls, last) > final.begins) early.push(`end of ${event}`);
  }
  assert.deepEqual(early, []);
  assert.equal(replies.length, WHOLE + STREAMED);
}

/** The answer with a new key comes after a sync of the write-ahead log that began after the last one, and after one of the key's event. */
function assertCommitsFirst(calls: readonly Call[], ids: readonly string[]): void {
  const answers = ids.map((id) => calls.find((call) => isSocket(call) && call.text.includes(`{\\"id\\":\\"${id}\\"`)));
  let before = 0;
  for (const [at, answer] of answers.entries()) {
    assert.ok(answer !== undefined, `the answer with ${ids[at]}`);
    const wal = calls.filter((call) => isWal(call) && isSync(call) && call.ok && call.begins > before && call.ends < answer.begins);
    assert.ok(wal.length > 0, `no sync of the write-ahead log before the answer with ${ids[at]}`);
    const record = calls.find((call) => isSegment(call) && isWrite(call) && call.text.includes(`\\"id\\":\\"${ids[at]}\\"`));
    assert.ok(record !== undefined && syncedAfter(calls, record) < answer.begins, `no sync of the event of ${ids[at]} before its answer`);
    before = answer.ends;
  }
}

/** The trace is complete when the process's end stands in it. */
async function finishedTrace(file: string): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const text = readFileSync(file, 'utf8');
    if (/% time .*\n[\s\S]*\btotal\n/.test(text)) return text;
    await sleep(50);
  }
  throw new Error('the trace has no end');
}

function report(t: TestContext, calls: readonly Call[], text: string): void {
  const count = (which: (call: Call) => boolean): number => calls.filter(which).length;
  t.diagnostic(
    `${WHOLE} whole and ${STREAMED} streamed replies, ${KEYS} keys; event log: ${count((call) => isSegment(call) && isWrite(call))} writes, ` +
      `${count((call) => isSegment(call) && isSync(call))} syncs; write-ahead log: ${count((call) => isWal(call) && isWrite(call))} writes, ` +
      `${count((call) => isWal(call) && isSync(call))} syncs`,
  );
  t.diagnostic(text.slice(text.indexOf('% time')).trimEnd());
}
