import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { eventJson } from './event_json.ts';
import type { OpenedLog } from './open_log.ts';
import { appendAll, EVENTS, LOG, openTestLog, readerOf, testEvent, testKey } from './test/log_kit.ts';
import { MemoryFiles } from './test/memory_files.ts';
import { verifyLogs } from './verify.ts';

const key = testKey();
const SEGMENT = `${EVENTS}/${LOG}/000001.seg`;

function append(opened: OpenedLog, padding = 0): Promise<void> {
  const event = testEvent({}, padding);
  return opened.log.append(eventJson(event), event);
}
const code = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'stored',
    (error: { code: string }) => error.code,
  );
const uidsOf = (files: MemoryFiles): string[] =>
  [...files.contents.entries()]
    .filter(([name]) => name.endsWith('.seg'))
    .flatMap(([, content]) => [...content.bytes.toString('latin1').matchAll(/"uid":"(evt_\w+)"/g)].map((match) => match[1] as string));

test('no record is acknowledged before a completed sync that covers it', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  for (let round = 0; round < 40; round++) {
    await Promise.all(
      Array.from({ length: 1 + (round % 7) }, async () => {
        const event = testEvent();
        await opened.log.append(eventJson(event), event);
        const synced = files.contents.get(SEGMENT)!;
        assert.ok(synced.bytes.subarray(0, synced.synced).includes(event.uid), 'acknowledged without a sync');
      }),
    );
  }
  await opened.log.close();
});

test('records of one turn share a sync; those that come during a sync share the next', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  const before = files.syncs;
  const first = Array.from({ length: 50 }, () => append(opened));
  await turn();
  const second = Array.from({ length: 50 }, () => append(opened));
  await Promise.all([...first, ...second]);
  assert.equal(files.syncs - before, 2);
});

test('onSynced is told of each group after its sync, in order', async () => {
  const files = new MemoryFiles();
  const told: string[] = [];
  const opened = await openTestLog(files, key, { onSynced: (events) => told.push(...events.map((event) => event.uid)) });
  const events = Array.from({ length: 30 }, () => testEvent());
  await appendAll(opened, events);
  assert.deepEqual(
    told,
    events.map((event) => event.uid),
  );
});

test('short writes are finished', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  files.most = 100;
  await appendAll(
    opened,
    Array.from({ length: 10 }, () => testEvent()),
  );
  files.most = Number.MAX_SAFE_INTEGER;
  await opened.log.close();
  assert.equal(verifyLogs(readerOf(files)).ok, true);
});

test('a full disk refuses, goes back to the last good record, and serves again when there is space', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  await append(opened);
  const size = files.size(SEGMENT);
  files.free = 250;
  assert.deepEqual(await Promise.all([code(append(opened)), code(append(opened))]), ['LOG_FULL', 'LOG_FULL']);
  assert.equal(opened.log.state, 'full');
  assert.equal(files.size(SEGMENT), size, 'the torn group is cut off');
  assert.equal(files.free, 250);
  files.free = 1e9;
  assert.equal(await code(append(opened)), 'stored');
  assert.equal(opened.log.state, 'ok');
  assert.equal(opened.log.size, 2);
  await opened.log.close();
  assert.deepEqual(
    verifyLogs(readerOf(files)).logs.map((log) => [log.records, log.broken]),
    [[2, undefined]],
  );
});

test('a checkpoint that does not fit is dropped and written later; a segment does not end without one', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key, { segmentSize: 600 });
  await append(opened);
  files.free = 100;
  assert.equal(await code(opened.log.checkpoint()), 'LOG_FULL');
  files.free = 1e9;
  await append(opened);
  files.free = 10;
  assert.equal(await code(append(opened)), 'LOG_FULL');
  files.free = 1e9;
  assert.equal(await code(append(opened)), 'stored');
  await opened.log.close();
  const verdict = verifyLogs(readerOf(files));
  assert.deepEqual([verdict.ok, verdict.logs[0]?.records, verdict.logs[0]?.segments], [true, 3, 2]);
});

for (const fault of [
  { on: 'sync', code: 'EIO' },
  { on: 'sync', code: 'ENOSPC' },
  { on: 'write', code: 'EIO' },
] as const) {
  test(`${fault.code} on ${fault.on} is final: nothing is acknowledged, nothing is retried`, async () => {
    const files = new MemoryFiles();
    const fatal: Error[] = [];
    const opened = await openTestLog(files, key, { onFatal: (error) => fatal.push(error) });
    await append(opened);
    files.faults.push(fault);
    const during = append(opened);
    await Promise.resolve();
    const behind = append(opened);
    assert.deepEqual(await Promise.all([code(during), code(behind), code(append(opened))]), ['LOG_FAILED', 'LOG_FAILED', 'LOG_FAILED']);
    const after = files.trace.length;
    assert.equal(await code(append(opened)), 'LOG_FAILED');
    assert.equal(await code(opened.log.checkpoint()), 'LOG_FAILED');
    assert.equal(files.trace.length, after, 'the disk is left alone');
    assert.equal(fatal.length, 1);
    await opened.log.close();
  });
}

test('a disk that fails to go back is final too', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  files.free = 10;
  files.faults.push({ on: 'truncate', code: 'EIO' });
  assert.equal(await code(append(opened)), 'LOG_FAILED');
});

test('what is too long, and what comes after the end, is refused', async () => {
  const opened = await openTestLog(new MemoryFiles(), key);
  const event = testEvent();
  assert.equal(await code(opened.log.append('x'.repeat(400_000), event)), 'EVENT_TOO_LARGE');
  assert.equal(await code(opened.log.append('', event)), 'EVENT_TOO_LARGE');
  const last = append(opened);
  await opened.log.close();
  assert.equal(await code(last), 'stored');
  assert.equal(await code(append(opened)), 'LOG_CLOSED');
});

test('the log goes on over segments and restarts, and stays one chain', async () => {
  let files = new MemoryFiles();
  let expected = 0;
  for (let round = 0; round < 5; round++) {
    const opened = await openTestLog(files, key, { segmentSize: 3000 });
    assert.equal(opened.log.size, expected);
    for (let group = 0; group < 6; group++) await appendAll(opened, [testEvent(), testEvent({ tenant: 'ü' as never }), testEvent()]);
    expected += 18;
    if (round % 2 === 0) await opened.log.close();
    files = files.copy();
    const verdict = verifyLogs(readerOf(files), { keys: [key.public] });
    assert.equal(verdict.broken, undefined);
    assert.equal(verdict.logs[0]?.records, expected);
  }
  assert.ok((verifyLogs(readerOf(files)).logs[0]?.segments ?? 0) > 5);
});

test('power cuts: whatever part of the unsynced bytes survives, every acknowledged record does, and the log opens', async () => {
  let seed = 7;
  const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
  let files = new MemoryFiles();
  const acknowledged = new Set<string>();
  let cuts = 0;
  for (let round = 0; round < 60; round++) {
    const opened = await openTestLog(files, key, { segmentSize: 4000 });
    cuts += opened.cut === undefined ? 0 : 1;
    const running = Array.from({ length: 12 }, async () => {
      for (let at = 0; at < 1 + random(4); at++) {
        const event = testEvent({}, random(800));
        await opened.log.append(eventJson(event), event);
        acknowledged.add(event.uid);
      }
    });
    for (let turns = random(5); turns > 0; turns--) await turn();
    if (random(3) === 0) void opened.log.checkpoint().catch(() => undefined);
    const wreck = files.afterPowerCut((unsynced) => random(unsynced + 1));
    const before = new Set(acknowledged);
    await Promise.all(running);
    acknowledged.clear();
    for (const uid of before) acknowledged.add(uid);
    files = wreck;
  }
  const opened = await openTestLog(files, key, { segmentSize: 4000 });
  await opened.log.close();
  const kept = new Set(uidsOf(files));
  assert.deepEqual(
    [...acknowledged].filter((uid) => !kept.has(uid)),
    [],
  );
  assert.ok(acknowledged.size > 100 && cuts > 5, `${acknowledged.size} acknowledged, ${cuts} tails cut`);
  assert.equal(verifyLogs(readerOf(files), { keys: [key.public] }).broken, undefined);
});

test('a torn tail behind the last checkpoint is cut at start and said; verification reports it and repairs nothing', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  await appendAll(opened, [testEvent(), testEvent(), testEvent()]);
  const wreck = files.copy();
  const content = wreck.contents.get(SEGMENT)!;
  content.bytes = content.bytes.subarray(0, content.bytes.length - 20);
  const verdict = verifyLogs(readerOf(wreck));
  assert.equal(verdict.ok, true);
  assert.equal(verdict.logs[0]?.records, 2);
  assert.equal(verdict.logs[0]?.torn?.segment, 1);
  assert.equal(wreck.size(SEGMENT), content.bytes.length, 'verification does not write');
  const again = await openTestLog(wreck, key);
  assert.equal(again.cut?.bytes, verdict.logs[0]?.torn?.bytes);
  assert.equal(again.log.size, 2);
});

const refusals: [name: string, damage: (files: MemoryFiles) => void][] = [
  ['a byte of a sealed record', (files) => flip(files, SEGMENT, 100)],
  ['the tail below the checkpoint', (files) => cut(files, SEGMENT, 30)],
  ['a segment', (files) => files.contents.delete(SEGMENT)],
  ['the signature of the last checkpoint', (files) => flip(files, SEGMENT.replace('.seg', '.chk'), -20)],
  ['the key file', (files) => flip(files, `${EVENTS}/${LOG}/key.pem`, 60)],
];
for (const [name, damage] of refusals) {
  test(`the start is refused when this was damaged: ${name}`, async () => {
    const files = new MemoryFiles();
    const opened = await openTestLog(files, key);
    await appendAll(
      opened,
      Array.from({ length: 20 }, () => testEvent()),
    );
    await opened.log.checkpoint();
    damage(files);
    assert.equal(await code(openTestLog(files, key)), 'LOG_BROKEN');
  });
}

test('a flipped bit in the unsealed middle refuses the start: whole records follow it', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  await appendAll(
    opened,
    Array.from({ length: 20 }, () => testEvent()),
  );
  flip(files, SEGMENT, 400);
  const size = files.size(SEGMENT);
  assert.equal(await code(openTestLog(files, key)), 'LOG_BROKEN');
  assert.equal(files.size(SEGMENT), size, 'nothing is cut');
});

test('another key, a sealed log, and an older copy are refused', async () => {
  const files = new MemoryFiles();
  const opened = await openTestLog(files, key);
  await appendAll(opened, [testEvent()]);
  const older = files.copy();
  await appendAll(opened, [testEvent()]);
  const head = { checkpoint: await opened.log.checkpoint(), from: 'the witness' };
  await opened.log.close('sealed');
  assert.equal(await code(openTestLog(files, key)), 'LOG_BROKEN');
  assert.equal(await code(openTestLog(older.copy(), testKey())), 'LOG_BROKEN');
  const { openLog } = await import('./open_log.ts');
  const options = { files: older, folder: `${EVENTS}/${LOG}`, log: LOG, key, clock: () => 1, onFatal: () => {} };
  assert.equal(await code(openLog(options, key.publicKeyPem, [head])), 'LOG_BROKEN');
  assert.equal(await code(openLog(options, key.publicKeyPem, [])), 'stored');
});

function flip(files: MemoryFiles, path: string, at: number): void {
  const { bytes } = files.contents.get(path)!;
  const where = at < 0 ? bytes.length + at : at;
  bytes[where] = bytes[where]! ^ 0x11;
}
function cut(files: MemoryFiles, path: string, count: number): void {
  const content = files.contents.get(path)!;
  content.bytes = content.bytes.subarray(0, content.bytes.length - count);
}
