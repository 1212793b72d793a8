import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runTestFile, type FileResult } from './file.ts';
import { createTally } from './tally.ts';

const scratch = mkdtempSync(join(tmpdir(), 'sallyport-runner-'));
after(() => rmSync(scratch, { recursive: true }));

async function run(text: string, limit?: number): Promise<FileResult> {
  const path = join(scratch, `planted-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(path, `import { describe, test } from 'node:test';\n${text}`);
  return runTestFile(path, scratch, process.env, limit);
}

const results = (result: FileResult): string[] => result.outcomes.map((outcome) => `${outcome.result} ${outcome.name}`);

test('passed, failed and skipped tests are told apart, nested ones named with their parents, suites not counted', async () => {
  const result = await run(`
    test('good', () => {});
    test('bad', () => { throw new Error('because'); });
    test('away', { skip: 'no database' }, () => {});
    describe('group', () => { test('inner', () => {}); });
    test('parent', async (t) => { await t.test('child', () => { throw new Error('deep'); }); });
  `);
  assert.deepEqual(results(result), ['passed good', 'failed bad', 'skipped away', 'passed group > inner', 'failed parent > child']);
  assert.match(result.outcomes[1]?.detail ?? '', /because/);
  assert.equal(result.outcomes[2]?.detail, 'no database');
});

test('a file that does not load, holds no test, or fails after its tests is a failure', async () => {
  assert.match((await run('throw new Error("at load");')).outcomes[0]?.detail ?? '', /exit code 1[^]*at load/);
  assert.match((await run('')).outcomes[0]?.detail ?? '', /holds no test/);
  const late = await run(`test('good', () => {}); process.on('exit', () => { process.exitCode = 7; });`);
  assert.deepEqual(results(late), ['passed good', 'failed (the file)']);
});

test('a file that leaves something open is ended and named', async () => {
  const result = await run(`test('good', () => { setInterval(() => {}, 1000); });`, 1500);
  assert.equal(result.outcomes.at(-1)?.result, 'failed');
  assert.match(result.outcomes.at(-1)?.detail ?? '', /did not end/);
});

test('the last line counts; a skip is named, and is a failure where services are required', () => {
  const file: FileResult = {
    path: 'a.test.ts',
    ms: 1,
    outcomes: [
      { name: 'one', result: 'passed', detail: '' },
      { name: 'two', result: 'skipped', detail: 'no database' },
    ],
  };
  for (const [strict, last, failed] of [
    [false, '2 passed, 0 failed', 0],
    [true, '2 passed, 1 failed', 1],
  ] as const) {
    const tally = createTally(strict);
    tally.check({ name: 'types', problems: [], ms: 1 });
    tally.file(file);
    const lines = tally.closing().split('\n');
    assert.equal(lines.at(-1), last);
    assert.match(lines[0] ?? '', /a\.test\.ts: two: no database/);
    assert.equal(tally.failed, failed);
  }
});

test('a failure is shown in full, with the file and the test that it belongs to', () => {
  const tally = createTally(false);
  const shown = tally.file({ path: 'a.test.ts', ms: 5, outcomes: [{ name: 'one', result: 'failed', detail: 'Error: x\n  at y' }] });
  assert.equal(shown, 'not ok a.test.ts (1 test, 5 ms)\n  one\n    Error: x\n      at y');
  assert.equal(tally.closing(), '0 passed, 1 failed');
});
