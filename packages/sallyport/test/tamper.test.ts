import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Event } from '../src/audit/event.ts';
import { parseCheckpoint, type Checkpoint } from '../src/audit/checkpoint.ts';
import { diskFiles } from '../src/audit/file_port.ts';
import { readFrame } from '../src/audit/frame.ts';
import { isLogId } from '../src/audit/log_layout.ts';
import { openLog } from '../src/audit/open_log.ts';
import { verifyLogs, type Verdict } from '../src/audit/verify.ts';
import type { Finished } from './kit/command.ts';
import { runCli, startSallyport, type Running } from './kit/sallyport.ts';

// Someone who may write to the data folder, against a log that a real gate has written: what audit/verify.test.ts shows for logs in memory,
// here with the files, the witness and the bin of an installation.

const TRIES = 200;
const REQUESTS = 60;

/** Files of all logs by their path below `events/`. */
type Disk = Map<string, Buffer>;

let root: string;
let witness: string;
let open: Disk;
let closed: Disk;
let older: Disk;

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-tamper-'));
  witness = join(root, 'witness.jsonl');
  let gate = await startSallyport({ dir: join(root, 'gate'), config: `audit: { witness: { kind: file, path: ${witness} } }\n` });
  const key = await gate.key();
  await requests(gate, key);
  assert.equal(await gate.stop(), 0);
  older = diskOf(gate);
  gate = await gate.restart();
  await requests(gate, key);
  // Signed heads are written once a second; what comes after the last one belongs to the open end.
  await signedBeyond(gate, older);
  await requests(gate, key, 5);
  await gate.kill();
  open = diskOf(gate);
  gate = await gate.restart();
  await requests(gate, key, 5);
  assert.equal(await gate.stop(), 0);
  closed = diskOf(gate);
});
after(() => rmSync(root, { recursive: true, force: true }));

async function requests(gate: Running, key: string, count = REQUESTS): Promise<void> {
  for (let n = 0; n < count; n++) {
    const reply = await fetch(`${gate.gateway}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'practice/echo', stream: n % 2 === 0, messages: [{ role: 'user', content: `Question ${n}` }] }),
    });
    assert.equal(reply.status, 200, await reply.text());
  }
}

async function signedBeyond(gate: Running, than: Disk): Promise<void> {
  const size = lastHead(than).size;
  for (let attempt = 0; attempt < 100; attempt++) {
    if (lastHead(diskOf(gate)).size >= size + REQUESTS) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail('no head was signed');
}

function diskOf(gate: Running): Disk {
  const events = join(gate.data, 'events');
  const names = readdirSync(events).filter(isLogId);
  return new Map(
    names.flatMap((log) =>
      readdirSync(join(events, log)).map((name) => [`${log}/${name}`, readFileSync(join(events, log, name))] as const),
    ),
  );
}

const copyOf = (disk: Disk): Disk => new Map([...disk].map(([name, bytes]) => [name, Buffer.from(bytes)]));
const nameOf = (disk: Disk, kind: 'seg' | 'chk'): string =>
  [...disk.keys()]
    .filter((name) => name.endsWith(`.${kind}`))
    .sort()
    .at(-1) as string;
const bytesOf = (disk: Disk, kind: 'seg' | 'chk'): Buffer => disk.get(nameOf(disk, kind)) as Buffer;
const headsIn = (disk: Disk): Checkpoint[] =>
  bytesOf(disk, 'chk')
    .toString('latin1')
    .split('\n')
    .flatMap((line) => parseCheckpoint(line) ?? []);
const lastHead = (disk: Disk): Checkpoint => headsIn(disk).at(-1) as Checkpoint;

/** The offset at which record `index` of the last segment begins; the log of this test has only one. */
function offsetOf(disk: Disk, index: number): number {
  const bytes = bytesOf(disk, 'seg');
  let at = 0;
  for (let record = 0; record < index; record++) at = (readFrame(bytes, at) as { end: number }).end;
  return at;
}

function verify(disk: Disk, seen?: string): Verdict {
  const logs = [...new Set([...disk.keys()].map((name) => name.split('/')[0] as string))];
  return verifyLogs(
    {
      logs: () => logs,
      files: (log) => ({
        names: () => [...disk.keys()].filter((name) => name.startsWith(`${log}/`)).map((name) => name.slice(log.length + 1)),
        bytes: (name) => disk.get(`${log}/${name}`) ?? Buffer.alloc(0),
      }),
    },
    seen === undefined ? {} : { witness: seen },
  );
}

/** One way to cheat. With `witness` it can only be found from outside. */
type Tampering = {
  readonly name: string;
  readonly needsWitness: boolean;
  readonly apply: (random: (below: number) => number) => Disk | Promise<Disk>;
};

function flipped(disk: Disk, name: string, below: number, random: (below: number) => number): Disk {
  const copy = copyOf(disk);
  const bytes = copy.get(name) as Buffer;
  const at = random(below);
  bytes[at] = (bytes[at] ?? 0) ^ (1 + random(255));
  return copy;
}

const TAMPERINGS: readonly Tampering[] = [
  {
    name: 'one byte of a closed log',
    needsWitness: false,
    apply(random) {
      const names = [...closed.keys()].filter((name) => (closed.get(name) as Buffer).length > 0).sort();
      const name = names[random(names.length)] as string;
      return flipped(closed, name, (closed.get(name) as Buffer).length, random);
    },
  },
  {
    name: 'one byte of the signed part of an open log',
    needsWitness: false,
    apply: (random) => flipped(open, nameOf(open, 'seg'), offsetOf(open, lastHead(open).size), random),
  },
  {
    name: 'the tail cut at any byte',
    needsWitness: false,
    apply(random) {
      const copy = copyOf(open);
      const name = nameOf(open, 'seg');
      copy.set(name, bytesOf(open, 'seg').subarray(0, random(offsetOf(open, lastHead(open).size))));
      return copy;
    },
  },
  {
    name: 'the tail cut between records, with the heads that tell of it',
    needsWitness: true,
    apply(random) {
      const copy = copyOf(open);
      const heads = headsIn(open);
      const kept = 1 + random(heads.length - 1);
      const lines = bytesOf(open, 'chk').toString('latin1').split('\n').slice(0, kept);
      copy.set(nameOf(open, 'chk'), Buffer.from(lines.map((line) => `${line}\n`).join('')));
      copy.set(nameOf(open, 'seg'), bytesOf(open, 'seg').subarray(0, offsetOf(open, (heads[kept - 1] as Checkpoint).size)));
      return copy;
    },
  },
  { name: 'an older copy restored', needsWitness: true, apply: () => copyOf(older) },
  {
    name: 'every record kept, but chained and signed anew with another key',
    needsWitness: true,
    apply: (random) => signedAnew(closed, random(1_000)),
  },
];

/** The whole log written again as its owner would, under a key that the attacker made; one record is left out. */
async function signedAnew(disk: Disk, seed: number): Promise<Disk> {
  const pair = generateKeyPairSync('ed25519');
  const secret = createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const pem = createPublicKey(pair.privateKey).export({ type: 'spki', format: 'pem' });
  const log = nameOf(disk, 'seg').split('/')[0] as string;
  const folder = join(root, `forged-${seed}`, 'events', log);
  mkdirSync(folder, { recursive: true });
  const key = { keyId: lastHead(disk).key, sign: (bytes: Uint8Array) => sign(null, bytes, secret) };
  const opened = await openLog({ files: diskFiles, folder, log, key, clock: Date.now, onFatal: (error) => assert.fail(error) }, pem);
  const bytes = bytesOf(disk, 'seg');
  const payloads: string[] = [];
  for (let frame = readFrame(bytes, 0); typeof frame === 'object'; frame = readFrame(bytes, frame.end))
    payloads.push(bytes.toString('utf8', frame.start, frame.end));
  payloads.splice(seed % payloads.length, 1);
  await Promise.all(payloads.map((payload) => opened.log.append(payload, JSON.parse(payload) as Event)));
  await opened.log.close();
  const forged = new Map(readdirSync(folder).map((name) => [`${log}/${name}`, readFileSync(join(folder, name))]));
  rmSync(join(root, `forged-${seed}`), { recursive: true });
  return forged;
}

test(`${TRIES} random tries against the log of a real gate: all found`, async (t) => {
  const seen = readFileSync(witness, 'latin1');
  for (const disk of [open, closed]) assert.equal(verify(disk).ok, true, verify(disk).summary);
  const untouched = verify(closed, seen);
  assert.deepEqual([untouched.ok, untouched.witnessed], [true, true], untouched.summary);
  assert.ok(headsIn(open).length > 2 && lastHead(open).size > REQUESTS, 'the open log has signed heads');
  let state = 20_261_121;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const missed: string[] = [];
  for (let at = 0; at < TRIES; at++) {
    const tampering = TAMPERINGS[at % TAMPERINGS.length] as Tampering;
    const verdict = verify(await tampering.apply(random), tampering.needsWitness ? seen : undefined);
    if (verdict.ok || verdict.broken === undefined) missed.push(`${at}: ${tampering.name}`);
  }
  assert.deepEqual(missed, []);
  t.diagnostic(`${TRIES} tries, ${TRIES - missed.length} found`);
});

test('the bin finds each kind, names the record, and exits 1; the untouched log passes', async () => {
  const seen = witness;
  const whole = await verifyByBin(closed, ['--witness', seen]);
  assert.equal(whole.code, 0, whole.stdout + whole.stderr);
  for (const { name, needsWitness, apply } of TAMPERINGS) {
    const done = await verifyByBin(await apply((below) => Math.floor(below / 2)), needsWitness ? ['--witness', seen] : []);
    assert.equal(done.code, 1, `${name}: ${done.stdout}${done.stderr}`);
    assert.match(done.stdout, /BROKEN: log_/, name);
  }
  // Without a witness the key that the log had is enough to tell a log that was signed anew.
  const expected = join(root, 'expected.pem');
  writeFileSync(expected, closed.get(`${nameOf(closed, 'seg').split('/')[0] ?? ''}/key.pem`) ?? '');
  assert.equal((await verifyByBin(closed, ['--key', expected])).code, 0);
  assert.equal((await verifyByBin(await signedAnew(closed, 7), ['--key', expected])).code, 1);
});

async function verifyByBin(disk: Disk, flags: readonly string[]): Promise<Finished> {
  const data = mkdtempSync(join(root, 'data-'));
  for (const [name, bytes] of disk) {
    mkdirSync(join(data, 'events', name, '..'), { recursive: true });
    writeFileSync(join(data, 'events', name), bytes);
  }
  return runCli(['audit', 'verify', '--data', data, ...flags]);
}

test('a gate does not start on a log that was changed, shortened or rolled back', async () => {
  const dir = join(root, 'gate');
  const events = join(dir, 'data', 'events');
  cpSync(events, join(root, 'events.good'), { recursive: true });
  const refused: Record<string, Disk> = {
    'a byte changed': flipped(closed, nameOf(closed, 'seg'), 2_000, () => 1_000),
    'an older copy': older,
  };
  for (const [name, disk] of Object.entries(refused)) {
    for (const [path, bytes] of disk) writeFileSync(join(events, path), bytes);
    await assert.rejects(startSallyport({ dir }), /Log log_\w+/, name);
  }
  rmSync(events, { recursive: true });
  cpSync(join(root, 'events.good'), events, { recursive: true });
  const gate = await startSallyport({ dir });
  assert.equal(await gate.stop(), 0);
});
