import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { diskFiles, readBytes } from './file_port.ts';
import { eventsFolder, segmentName } from './log_layout.ts';
import { lastCheckpoint, segmentsIn } from './log_reader.ts';
import { openTestLog, readerOf, testKey, LOG } from './test/log_kit.ts';
import { verifyLogs } from './verify.ts';

// The child writes from 20 writers and prints each uid once its record was acknowledged; the parent kills it in the middle.
const CHILD = `
import { createPrivateKey, sign } from 'node:crypto';
import { diskFiles } from ${JSON.stringify(join(import.meta.dirname, 'file_port.ts'))};
import { eventJson } from ${JSON.stringify(join(import.meta.dirname, 'event_json.ts'))};
import { openLog } from ${JSON.stringify(join(import.meta.dirname, 'open_log.ts'))};
import { testEvent } from ${JSON.stringify(join(import.meta.dirname, 'test/log_kit.ts'))};
const [dir, log, pem, secret] = JSON.parse(process.argv[2]);
const key = createPrivateKey(secret);
const opened = await openLog({ files: diskFiles, folder: dir + '/' + log, log, key: { keyId: 'k', sign: (b) => sign(null, b, key) }, clock: Date.now, segmentSize: 500_000, onFatal: (e) => { throw e; } }, pem);
setInterval(() => void opened.log.checkpoint(), 20);
const { writeSync } = await import('node:fs');
const writer = async () => { for (;;) { const e = testEvent({}, 300); await opened.log.append(eventJson(e), e); writeSync(1, e.uid + '\\n'); } };
await Promise.all(Array.from({ length: 20 }, writer));
`;

test('kill -9 in mid-load, several times over: no acknowledged record is lost, the log verifies and opens again', async () => {
  const root = mkdtempSync(join(tmpdir(), 'audit-crash-'));
  try {
    const { generateKeyPairSync, sign, createPublicKey } = await import('node:crypto');
    const pair = generateKeyPairSync('ed25519');
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
    const secret = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    const script = join(root, 'writer.ts');
    writeFileSync(script, CHILD);
    const events = eventsFolder(root);
    diskFiles.folder(events);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 5; round++) {
      for (const uid of await killed(script, [events, LOG, pem, secret], 300 + round * 251)) acknowledged.add(uid);
      // A half-written record, as a power cut in the middle of a write leaves it.
      const number = segmentsIn(diskFiles, join(events, LOG)).at(-1)!;
      // Nothing is written behind a signed end, so a kill between two segments leaves no torn record.
      const ended = lastCheckpoint(diskFiles, join(events, LOG), number)?.state === 'segment';
      if (!ended)
        appendFileSync(join(events, LOG, segmentName(number)), Buffer.concat([Buffer.from([200, 1, 0, 0]), Buffer.alloc(round * 37)]));
      const verdict = verifyLogs(readerOf(diskFiles, events), { keys: [createPublicKey(pem)] });
      assert.equal(verdict.broken, undefined);
      assert.equal((verdict.logs[0]?.torn?.bytes ?? 0) > 0, !ended);
    }
    const key = { ...testKey('k'), publicKeyPem: pem, sign: (bytes: Uint8Array) => sign(null, bytes, pair.privateKey) };
    const opened = await openTestLog(diskFiles, key, { folder: join(events, LOG) });
    await opened.log.close();
    const text = readdirSync(join(events, LOG))
      .filter((name) => name.endsWith('.seg'))
      .map((name) => readBytes(diskFiles, join(events, LOG, name)).toString('latin1'))
      .join('');
    const kept = new Set([...text.matchAll(/"uid":"(evt_\w+)"/g)].map((match) => match[1]));
    const lost = [...acknowledged].filter((uid) => !kept.has(uid));
    assert.deepEqual(lost, []);
    assert.ok(acknowledged.size > 500, `${acknowledged.size} acknowledged`);
    assert.equal(verifyLogs(readerOf(diskFiles, events), { keys: [createPublicKey(pem)] }).broken, undefined);
    assert.equal(statSync(join(events, LOG)).mode & 0o077, 0);
    assert.equal(statSync(join(events, LOG, '000001.seg')).mode & 0o077, 0);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

/** Runs the writer, kills it after `count` acknowledgements; answers what was acknowledged. */
async function killed(script: string, argument: unknown, count: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, JSON.stringify(argument)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    if (out.length > count * 31) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  // The last line may be cut.
  return out.split('\n').slice(0, -1);
}
