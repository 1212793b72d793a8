import assert from 'node:assert/strict';
import test from 'node:test';
import { checkpointLine, parseCheckpoint, withoutPeaks, type Checkpoint } from './checkpoint.ts';
import { appendAll, EVENTS, LOG, openTestLog, readerOf, testEvent, testKey, type TestKey } from './test/log_kit.ts';
import { MemoryFiles } from './test/memory_files.ts';
import { verifyLogs, type Verdict } from './verify.ts';

const key = testKey();
const FOLDER = `${EVENTS}/${LOG}`;

type Made = { files: MemoryFiles; older: MemoryFiles; heads: Checkpoint[]; witness: string };

/** A log of 120 records in several segments, checkpointed every 10; what a witness saw; and a copy of the folder from half way. */
async function make(state: 'open' | 'closed', signer: TestKey = key): Promise<Made> {
  const files = new MemoryFiles();
  const heads: Checkpoint[] = [];
  const opened = await openTestLog(files, signer, { segmentSize: 9000, onCheckpoint: (checkpoint) => heads.push(checkpoint) });
  let older = files;
  for (let group = 0; group < 12; group++) {
    await appendAll(
      opened,
      Array.from({ length: 10 }, (_, at) => testEvent({}, at * 20)),
    );
    await opened.log.checkpoint();
    if (group === 5) older = files.copy();
  }
  if (state === 'closed') await opened.log.close();
  return { files, older, heads, witness: witnessOf(heads) };
}
const witnessOf = (heads: readonly Checkpoint[]): string => heads.map((head) => `${checkpointLine(withoutPeaks(head))}\n`).join('');
const verify = (files: MemoryFiles, more: Parameters<typeof verifyLogs>[1] = {}): Verdict => verifyLogs(readerOf(files), more);

test('an untouched log is consistent; only with a witness is it said to be witnessed', async () => {
  for (const state of ['open', 'closed'] as const) {
    const { files, witness } = await make(state);
    const alone = verify(files);
    assert.deepEqual([alone.ok, alone.witnessed, alone.logs[0]?.records], [true, false, 120]);
    assert.ok((alone.logs[0]?.segments ?? 0) >= 4);
    assert.match(alone.summary, /120 records in 1 log: internally consistent, not witnessed\./);
    const seen = verify(files, { witness, keys: [key.public] });
    assert.deepEqual([seen.ok, seen.witnessed, seen.logs[0]?.witnessed], [true, true, 120]);
    assert.match(seen.summary, /the witness agrees/);
  }
});

/** One kind of tampering: changes the disk, or answers another one. `witness`: it can only be found with one. */
type Tampering = {
  name: string;
  needs?: 'witness';
  state: 'open' | 'closed';
  apply(made: Made, random: (below: number) => number): MemoryFiles | Promise<MemoryFiles>;
};

const segments = (files: MemoryFiles): string[] => [...files.contents.keys()].filter((name) => name.endsWith('.seg')).sort();
const all = (files: MemoryFiles): string[] =>
  [...files.contents.entries()]
    .filter(([, content]) => content.bytes.length > 0)
    .map(([name]) => name)
    .sort();
const pick = <T>(from: readonly T[], random: (below: number) => number): T => from[random(from.length)] as T;

function flipIn(files: MemoryFiles, name: string, random: (below: number) => number): void {
  const { bytes } = files.contents.get(name)!;
  const at = random(bytes.length);
  bytes[at] = bytes[at]! ^ (1 + random(255));
}

const TAMPERINGS: Tampering[] = [
  {
    name: 'one byte changed anywhere in a closed log',
    state: 'closed',
    apply: ({ files }, random) => {
      flipIn(files, pick(all(files), random), random);
      return files;
    },
  },
  {
    name: 'one byte changed in the checkpointed part of an open log',
    state: 'open',
    apply: ({ files }, random) => {
      flipIn(files, pick(segments(files), random), random);
      return files;
    },
  },
  {
    name: 'the tail cut below a checkpoint',
    state: 'open',
    apply: ({ files }, random) => {
      const content = files.contents.get(segments(files).at(-1)!)!;
      content.bytes = content.bytes.subarray(0, random(content.bytes.length));
      return files;
    },
  },
  {
    name: 'the tail and its checkpoints cut',
    state: 'open',
    needs: 'witness',
    apply: ({ files }, random) => {
      const names = segments(files);
      const last = names.at(-1)!;
      const chk = files.contents.get(last.replace('.seg', '.chk'))!;
      const lines = chk.bytes.toString().split('\n').slice(0, -1);
      const kept = lines.slice(0, random(lines.length));
      chk.bytes = Buffer.from(kept.map((line) => `${line}\n`).join(''));
      const content = files.contents.get(last)!;
      const size = kept.length === 0 ? undefined : parseCheckpoint(kept.at(-1)!)?.size;
      const start = parseCheckpoint(
        files.contents.get(names.at(-2)!.replace('.seg', '.chk'))!.bytes.toString().trimEnd().split('\n').at(-1)!,
      )!.size;
      let end = 0;
      for (let record = start; record < (size ?? start); record++) end += 40 + content.bytes.readUInt32LE(end);
      content.bytes = content.bytes.subarray(0, end);
      return files;
    },
  },
  { name: 'an older copy restored', state: 'open', needs: 'witness', apply: ({ older }) => older },
  {
    name: 'a segment removed',
    state: 'closed',
    apply: ({ files }, random) => {
      files.contents.delete(pick(segments(files), random));
      return files;
    },
  },
  {
    name: 'a segment and its checkpoints removed',
    state: 'closed',
    needs: 'witness',
    apply: ({ files }, random) => {
      const name = pick(segments(files), random);
      files.contents.delete(name);
      files.contents.delete(name.replace('.seg', '.chk'));
      return files;
    },
  },
  {
    name: 'the whole log made anew and signed with another key',
    state: 'closed',
    needs: 'witness',
    apply: async () => (await make('closed', testKey())).files,
  },
  { name: 'the whole log folder removed', state: 'closed', needs: 'witness', apply: () => new MemoryFiles() },
  {
    name: 'a checkpoint line removed',
    state: 'closed',
    apply: ({ files }, random) => {
      const chk = files.contents.get(pick(segments(files), random).replace('.seg', '.chk'))!;
      const lines = chk.bytes.toString().split('\n').slice(0, -1);
      // The last line of a closed log is found by its absence too: without it, records have no later head, but the next segment misses it.
      lines.splice(random(Math.max(1, lines.length - 1)), 1);
      chk.bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      return files;
    },
  },
  {
    name: 'two records exchanged',
    state: 'open',
    apply: ({ files }, random) => {
      const { bytes } = files.contents.get(pick(segments(files), random))!;
      const first = 40 + bytes.readUInt32LE(0);
      const second = 40 + bytes.readUInt32LE(first);
      Buffer.concat([bytes.subarray(first, first + second), bytes.subarray(0, first)]).copy(bytes, 0);
      return files;
    },
  },
  {
    name: 'a record put behind the end of a closed log',
    state: 'closed',
    apply: async ({ files }) => {
      const { bytes } = files.contents.get(segments(files).at(-1)!)!;
      const end = parseCheckpoint(
        files.contents.get(segments(files).at(-1)!.replace('.seg', '.chk'))!.bytes.toString().trimEnd().split('\n').at(-1)!,
      )!;
      const { FRAME_HEAD, sealFrame } = await import('./frame.ts');
      const forged = Buffer.alloc(FRAME_HEAD + 2, '{}');
      sealFrame(forged, 0, 2, Buffer.from(end.last, 'hex'));
      files.contents.get(segments(files).at(-1)!)!.bytes = Buffer.concat([bytes, forged]);
      return files;
    },
  },
  {
    name: 'bytes put between two segments',
    state: 'open',
    apply: ({ files }, random) => {
      const content = files.contents.get(pick(segments(files).slice(0, -1), random))!;
      content.bytes = Buffer.concat([content.bytes, Buffer.alloc(1 + random(50))]);
      return files;
    },
  },
  {
    name: 'all checkpoints removed',
    state: 'open',
    apply: ({ files }) => {
      for (const name of all(files)) if (name.endsWith('.chk')) files.contents.delete(name);
      return files;
    },
  },
];

test('200 tries of tampering, every one found', async () => {
  let seed = 20_251_121;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 4_294_967_296) * below);
  };
  const originals = { open: await make('open'), closed: await make('closed') };
  const missed: string[] = [];
  const tries = 210;
  for (let at = 0; at < tries; at++) {
    const tampering = TAMPERINGS[at % TAMPERINGS.length]!;
    const original = originals[tampering.state];
    const made = { ...original, files: original.files.copy(), older: original.older.copy() };
    const wreck = await tampering.apply(made, random);
    const verdict = verify(wreck, tampering.needs === 'witness' ? { witness: original.witness } : {});
    if (verdict.ok || verdict.broken?.why === undefined) missed.push(`${at}: ${tampering.name}`);
  }
  assert.deepEqual(missed, []);
});

test('without a witness the same log made anew is consistent in itself: the expected key finds it', async () => {
  const { files } = await make('closed', testKey());
  assert.equal(verify(files).ok, true);
  const verdict = verify(files, { keys: [key.public] });
  assert.deepEqual([verdict.ok, verdict.broken?.why], [false, 'its checkpoints are not signed with the expected key']);
});

test('the first broken record is named: segment, offset, sequence', async () => {
  const { files } = await make('closed');
  const { bytes } = files.contents.get(`${FOLDER}/000001.seg`)!;
  let offset = 0;
  for (let record = 0; record < 7; record++) offset += 40 + bytes.readUInt32LE(offset);
  bytes[offset + 200] = bytes[offset + 200]! ^ 1;
  const { broken } = verify(files);
  assert.deepEqual(broken, { log: LOG, segment: 1, offset, sequence: 7, why: 'a record was changed' });
});

test('a record rewritten with its checksum is found by the chain, the last one by the checkpoint', async () => {
  const { sealFrame } = await import('./frame.ts');
  for (const which of ['first', 'last'] as const) {
    const { files } = await make('open');
    const { bytes } = files.contents.get(segments(files).at(-1)!)!;
    let offset = 0;
    let next = 40 + bytes.readUInt32LE(0);
    for (const end = which === 'last' ? bytes.length : 0; next < end;) {
      offset = next;
      next += 40 + bytes.readUInt32LE(next);
    }
    bytes[offset + 60] = bytes[offset + 60]! ^ 1;
    sealFrame(bytes, offset, bytes.readUInt32LE(offset), Buffer.from(bytes.subarray(offset + 8, offset + 40)));
    const { broken } = verify(files);
    assert.equal(
      broken?.why,
      which === 'first' ? 'a record does not follow the one before it' : 'the records are not those that a checkpoint sealed',
    );
  }
});

test('one log cannot take the place of another', async () => {
  const { files, witness } = await make('closed');
  const other = new MemoryFiles();
  const second = LOG.replace('log_01', 'log_02');
  for (const [name, content] of files.contents) other.contents.set(name.replace(LOG, second), content);
  assert.equal(verify(other).ok, false);
  assert.match(verify(files, { witness: witness.replaceAll(LOG, second) }).broken?.why ?? '', /missing/);
});

test('logs of other machines are left out only when that is asked for', async () => {
  const { files, witness } = await make('closed');
  const elsewhere = await import('./checkpoint.ts').then(({ signCheckpoint }) =>
    signCheckpoint({ ...parseCheckpoint(witness.split('\n')[0]!)!, log: LOG.replace('log_01', 'log_09') }, (bytes) => key.sign(bytes)),
  );
  const both = `${witness}${checkpointLine(elsewhere)}\n`;
  assert.match(verify(files, { witness: both }).broken?.why ?? '', /the whole log is missing/);
  assert.equal(verify(files, { witness: both, partial: true }).ok, true);
});

test('a witness in a syslog file is read; one that is damaged or empty is no witness', async () => {
  const { files, witness } = await make('closed');
  const syslog = `Nov 21 10:00:00 host kernel: something else {\n${witness
    .split('\n')
    .filter(Boolean)
    .map((line) => `<109>1 2025-11-21T10:00:00Z host sallyport 7 checkpoint - ${line}\n`)
    .join('')}`;
  assert.equal(verify(files, { witness: syslog }).witnessed, true);
  assert.equal(verify(files, { witness: '' }).ok, false);
  assert.equal(verify(files, { witness: witness.replace('"size":10,', '"size":11,') }).ok, false);
  assert.equal(verify(files, { heads: [] }).witnessed, false);
});
