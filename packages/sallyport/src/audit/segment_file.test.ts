import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { diskFiles, readBytes, writeAll } from './file_port.ts';

const dir = mkdtempSync(join(tmpdir(), 'sallyport-segment-'));
test.after(() => rmSync(dir, { recursive: true, force: true }));

test('a segment reads as what was appended, however it was opened, cut or left open', () => {
  let count = 0;
  // Records end in a brace; zeros inside them are data.
  const record = fc.uint8Array({ minLength: 1, maxLength: 3_000 }).map((bytes) => Buffer.concat([bytes, Buffer.from('}')]));
  fc.assert(
    fc.property(
      fc.array(fc.oneof(record, fc.constant('reopen' as const), fc.constant('kill' as const), fc.constant('cut' as const)), {
        maxLength: 30,
      }),
      (steps) => {
        const path = join(dir, `${++count}.seg`);
        let file = diskFiles.append(path);
        const records: Buffer[] = [];
        const size = (): number => records.reduce((sum, bytes) => sum + bytes.length, 0);
        for (const step of steps) {
          if (step === 'reopen') file.close();
          // A killed process gives nothing back: the next one finds the zeros.
          if (step === 'reopen' || step === 'kill') file = diskFiles.append(path);
          else if (step === 'cut') {
            records.pop();
            file.truncate(size());
          } else {
            writeAll(file, step);
            records.push(step);
          }
          assert.equal(diskFiles.size(path), size());
          assert.deepEqual(readBytes(diskFiles, path), Buffer.concat(records));
        }
        file.close();
        assert.deepEqual(readFileSync(path), Buffer.concat(records), 'closed, it holds the records and nothing else');
      },
    ),
    { numRuns: 60 },
  );
});

test('an open segment is written ahead, so that a sync commits no new size', () => {
  const path = join(dir, 'ahead.seg');
  const file = diskFiles.append(path);
  writeAll(file, Buffer.from('{"a":1}'));
  const size = statSync(path).size;
  assert.ok(size > 100_000);
  for (let i = 0; i < 100; i++) writeAll(file, Buffer.from('{"a":1}'));
  assert.equal(statSync(path).size, size);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  file.close();
});

test('what somebody appends behind the zeros is there to be found', () => {
  const path = join(dir, 'behind.seg');
  const file = diskFiles.append(path);
  writeAll(file, Buffer.from('{}'));
  appendFileSync(path, 'x');
  assert.ok((diskFiles.size(path) ?? 0) > 100_000);
  file.close();
  writeFileSync(path, Buffer.alloc(10));
  assert.equal(diskFiles.size(path), 0);
});
