import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { put, run, token, tree, userGit, commit } from '../../test/kit/scan.ts';
import type { AppError } from '../kernel/index.ts';
import type { CodeEngine } from './engine.ts';

const codeOf = (code: string) => (error: unknown) => (error as AppError).code === code;

/** Finds `load` in every file, and can fix it. */
const engine: CodeEngine = async (files) => ({
  findings: files.map(({ path, text }) => ({
    rule: 'python.yaml-load',
    category: 'vulnerable_code',
    type: 'CWE-502',
    severity: 'high',
    confidence: 0.9,
    location: { kind: 'file', path, line: 1, column: 1, endLine: 1, endColumn: 5 },
    message: 'Any object is built.',
    autofix: { start: text.indexOf('load'), end: text.indexOf('load') + 4, text: 'safe_load' },
  })),
  notScanned: [],
  stats: {},
});

suite('scan code', () => {
  test('exit codes: clean, found, below the threshold, not all scanned', async () => {
    const clean = tree({ 'a.py': 'x = 1\n' });
    assert.equal((await run(clean, 'scan code', ['.'])).code, 0);
    const found = tree({ 'a.py': `k = "${token('aB1')}"\n`, 'b.py': Buffer.from([1, 0]) });
    assert.equal((await run(found, 'scan code', ['.'])).code, 1);
    assert.equal((await run(found, 'scan code', ['.'], { 'fail-on': 'critical' })).code, 0);
    assert.equal((await run(found, 'scan code', ['.'], {}, { config: { failOn: 'critical' } })).code, 0);
    assert.equal((await run(found, 'scan code', ['.'], { strict: true, 'fail-on': 'critical' })).code, 2);
    assert.match((await run(found, 'scan code', ['.'])).out, /not scanned \(1\):\n {2}b\.py: binary/);
  });

  test('what cannot be meant is refused', async () => {
    const top = tree({ 'a.py': 'x = 1\n', 'bad.json': '{"version": 2}' });
    for (const flags of [{ format: 'xml' }, { 'fail-on': 'worst' }, { only: 'secrets,all' }, { workers: '0' }])
      await assert.rejects(run(top, 'scan code', ['.'], flags), codeOf('SCAN_USAGE'));
    await assert.rejects(run(top, 'scan code', ['.'], { baseline: 'bad.json' }), codeOf('SCAN_BASELINE'));
    await assert.rejects(run(top, 'scan code', ['.'], { baseline: 'none.json' }), codeOf('SCAN_PATH'));
    await assert.rejects(run(top, 'scan code', ['.'], { output: 'no/such/folder/x' }), codeOf('SCAN_OUTPUT'));
  });

  test('--only looks for these alone', async () => {
    const top = tree({ 'a.py': `k = "${token('cD2')}"\n`, '.mcp.json': '{"mcpServers": {"a": {"command": "npx", "args": ["s"]}}}' });
    const rules = async (only: string): Promise<string[]> => {
      const { out } = await run(top, 'scan code', ['.'], { only }, { json: true });
      return (JSON.parse(out) as { findings: { rule: string }[] }).findings.map(({ rule }) => rule);
    };
    assert.deepEqual(await rules('secrets'), ['secrets.github-token']);
    assert.deepEqual(await rules('agents'), ['agents.unpinned-server']);
    assert.deepEqual((await rules('secrets,agents')).length, 2);
  });

  test('a baseline leaves out what it lists, moved lines too, and nothing new', async () => {
    const top = tree({ 'a.py': `k = "${token('eF3')}"\n` });
    await run(top, 'scan code', ['.'], { 'write-baseline': 'known.json' });
    assert.ok(!readFileSync(join(top, 'known.json'), 'utf8').includes(token('eF3').slice(4)));
    put(top, { 'a.py': `import os\n\n  k = "${token('eF3')}"\n` });
    assert.equal((await run(top, 'scan code', ['.'], { baseline: 'known.json' })).code, 0);
    put(top, { 'a.py': `k = "${token('eF3')}"\nk = "${token('eF3')}"\n` });
    const { code, out } = await run(top, 'scan code', ['.'], {}, { config: { baseline: 'known.json' } });
    assert.equal(code, 1);
    assert.match(out, /1 finding: 1 high[^]*1 known before/);
  });

  test('--output writes the report whole or not at all', async () => {
    const top = tree({ 'src/a.py': `k = "${token('gH4')}"\n` });
    for (const format of ['table', 'json', 'sarif', 'html']) {
      await run(top, 'scan code', ['src'], { format, output: `out.${format}` }, { colour: true });
      const text = readFileSync(join(top, `out.${format}`), 'utf8');
      assert.match(text, /secrets\.github-token/);
      assert.ok(!text.includes(token('gH4')) && !text.includes('\u001b'));
    }
    assert.deepEqual(
      readdirSync(top).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  test('--fix changes the file as the finding says', async () => {
    const top = tree({ 'a.py': 'yaml.load(x)  # é\n' });
    // By this clock the file was written after the scan began.
    const early = await run(top, 'scan code', ['.'], { fix: true }, { deps: { code: engine, clock: () => 0 } });
    assert.match(early.notes, /a\.py changed during the scan .* not fixed\n0 changes made/);
    const later = { code: engine, clock: () => Date.now() + 1_000 };
    assert.match((await run(top, 'scan code', ['.'], { fix: true }, { deps: later })).notes, /1 change made/);
    assert.equal(readFileSync(join(top, 'a.py'), 'utf8'), 'yaml.safe_load(x)  # é\n');
  });

  test('--since and --history from the command line', async () => {
    const top = tree({ 'a.py': `k = "${token('iJ5')}"\n` });
    userGit(top, 'init', '-q');
    commit(top, 'first');
    put(top, { 'b.py': `k = "${token('kL6')}"\n` });
    assert.match((await run(top, 'scan code', ['.'], { since: 'HEAD' })).out, /b\.py:1:6/);
    assert.match((await run(top, 'scan code', ['.'], { history: true, only: 'agents' })).out, /came into the history with commit/);
    assert.ok(!existsSync(join(top, '.git', 'index.lock')));
  });

  test('from another folder: one root, two of one name, one file; fixes, baselines, changes, SARIF', async () => {
    const other = tree({ 'here.txt': '' });
    const deps = { code: engine, clock: () => Date.now() + 1_000 };
    const sources = { 'a/src/x.py': 'yaml.load(1)\n', 'b/src/x.py': 'yaml.load(2)\n', 'b/one.py': 'yaml.load(3)\n' };
    const uris = async (...paths: string[]): Promise<string[]> => {
      const { out } = await run(other, 'scan code', paths, { format: 'sarif' }, { deps });
      const [first] = (
        JSON.parse(out) as { runs: { results: { locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[] }
      ).runs;
      return (first?.results ?? []).map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri ?? '');
    };
    const top = tree(sources);
    assert.deepEqual(await uris(top), ['a/src/x.py', 'b/one.py', 'b/src/x.py']);
    assert.deepEqual(await uris(join(top, 'a/src'), join(top, 'b/src')), ['a/src/x.py', 'b/src/x.py']);
    assert.deepEqual(await uris(join(top, 'b/one.py')), ['one.py']);

    const trial = await run(other, 'scan code', [top], { fix: true, 'dry-run': true }, { deps });
    assert.match(trial.out, /^-yaml\.load\(1\)\n\+yaml\.safe_load\(1\)$/m);
    assert.match(trial.notes, /3 changes would be made/);
    const read = (path: string): string => readFileSync(join(top, path), 'utf8');
    await run(other, 'scan code', [join(top, 'b/one.py')], { fix: true }, { deps });
    assert.deepEqual([read('b/one.py'), read('a/src/x.py')], ['yaml.safe_load(3)\n', 'yaml.load(1)\n']);
    await run(other, 'scan code', [join(top, 'a/src'), join(top, 'b/src')], { fix: true }, { deps });
    assert.deepEqual([read('a/src/x.py'), read('b/src/x.py')], ['yaml.safe_load(1)\n', 'yaml.safe_load(2)\n']);

    await run(other, 'scan code', [top], { 'write-baseline': 'known.json' }, { deps });
    assert.equal((await run(other, 'scan code', [top], { baseline: 'known.json' }, { deps })).code, 0);
    userGit(top, 'init', '-q');
    commit(top, 'first');
    put(top, { 'b/src/x.py': 'yaml.load(4)\n' });
    const { out } = await run(other, 'scan code', [join(top, 'a'), join(top, 'b')], { since: 'HEAD' }, { deps });
    assert.match(out, /b\/src\/x\.py:1:1/);
    assert.match(out, /yaml\.load\(4\)/);
    assert.doesNotMatch(out, /a\/src/);
  });

  test('two repositories at once: the change and the history of each', async () => {
    const [one, two] = [tree({ 'a.py': `k = "${token('mN7')}"\n` }), tree({ 'b.py': `k = "${token('oP8')}"\n` })];
    for (const top of [one, two]) {
      userGit(top, 'init', '-q');
      commit(top, 'first');
    }
    const other = tree({ 'here.txt': '' });
    assert.equal((await run(other, 'scan code', [one, two], { since: 'HEAD' })).code, 0);
    const { out } = await run(other, 'scan code', [one, two], { history: true, only: 'agents' });
    assert.match(out, /a\.py@[^]*b\.py@/);
  });
});
