import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { AppError } from '../kernel/index.ts';
import { codeEngine } from './engine.ts';
import { placeOf } from './finding.ts';
import { commit, put, scan, token, tree, userGit } from '../../test/kit/scan.ts';

const codeOf = (code: string) => (error: unknown) => (error as AppError).code === code;
const reasons = (result: Awaited<ReturnType<typeof scan>>): Record<string, string> =>
  Object.fromEntries(result.notScanned.map(({ path, reason }) => [path, reason]));

suite('a tree of files', () => {
  test('a credential is found with its place, and shown nowhere', async () => {
    const secret = token('aB3');
    const result = await scan(tree({ 'src/app.py': `import os\n\nkey = "${secret}"\n`, 'src/clean.py': 'key = os.environ["KEY"]\n' }));
    assert.equal(result.findings.length, 1);
    const found = result.findings[0]!;
    assert.deepEqual(placeOf(found), { kind: 'file', path: 'src/app.py', line: 3, column: 8, endLine: 3, endColumn: 48 });
    assert.equal(found.rule, 'secrets.github-token');
    assert.ok(!JSON.stringify(result).includes(secret));
    assert.match(found.frame[2]!.text, /^key = "ghp_\*{36}"$/);
    assert.equal(result.files, 2);
  });

  test('a credential beside another finding is starred out too', async () => {
    const secret = token('cD4');
    const result = await scan(
      tree({ '.claude/settings.json': `{"permissions": {"defaultMode":\n "bypassPermissions"}, "token": "${secret}"}` }),
      { only: ['agents'] },
    );
    assert.equal(result.findings[0]?.rule, 'agents.automatic-approval');
    assert.ok(!JSON.stringify(result).includes(secret));
  });

  test('a credential is hidden where it stands a second time', async () => {
    const result = await scan(tree({ 'a.py': "# password: 'hunter2-Xy'\nassert given == str('hunter2-Xy')\n" }));
    assert.equal(result.findings.length, 1);
    assert.ok(!JSON.stringify(result.findings[0]!.frame).includes('hunter2-Xy'));
  });

  test('what cannot be read as text is listed, by reason', async () => {
    const top = tree({
      'big.py': 'x'.repeat(1_048_577),
      'binary.py': Buffer.from([0x70, 0, 1, 2]),
      'picture.png': Buffer.from([0x89, 0x50, 0, 1]),
      'latin.py': Buffer.from([0x78, 0x20, 0x3d, 0x20, 0xe9, 0x0a]),
      'utf16.py': Buffer.from(`\ufeffkey = "${token('eF5')}"`, 'utf16le'),
      'ok.py': 'x = 1\n',
    });
    symlinkSync('loop', join(top, 'loop'));
    symlinkSync('/etc', join(top, 'outside'));
    symlinkSync('ok.py', join(top, 'inside'));
    symlinkSync('.', join(top, 'around'));
    execFileSync('mkfifo', [join(top, 'pipe')]);
    mkdirSync(join(top, 'module'));
    writeFileSync(join(top, 'module', '.git'), 'gitdir: ../.git/modules/module\n');
    const result = await scan(top);
    assert.deepEqual(reasons(result), {
      'big.py': 'larger than 1048576 bytes (1048577)',
      'binary.py': 'binary',
      'latin.py': 'not valid UTF-8: read as Latin-1',
      loop: 'symbolic link that leads to itself',
      outside: 'symbolic link that leads out of what is scanned',
      pipe: 'not a regular file',
      module: 'submodule that is not checked out',
    });
    assert.deepEqual(result.leftOut, ['picture.png']);
    assert.deepEqual(
      result.findings.map((one) => placeOf(one).path),
      ['utf16.py'],
    );
    assert.equal(result.files, 3);
  });

  test('no permission is a reason, not an end', { skip: process.getuid?.() !== 0 && 'needs to give up rights' }, async () => {
    const top = tree({ 'open.py': 'x = 1\n', 'closed.py': 'x = 1\n', 'folder/in.py': 'x = 1\n' });
    chmodSync(top, 0o755);
    chmodSync(join(top, 'closed.py'), 0);
    chmodSync(join(top, 'folder'), 0);
    process.seteuid?.(65_534);
    try {
      const result = await scan(top);
      assert.deepEqual(reasons(result), { 'closed.py': 'permission denied', folder: 'permission denied' });
    } finally {
      process.seteuid?.(0);
    }
  });

  test('dependencies are left out unless asked for; what is configured is left out', async () => {
    const top = tree({
      'node_modules/a/index.js': `t = "${token('gH6')}"`,
      'fixtures/b.js': `t = "${token('iJ7')}"`,
      '.gitignore': '*\n',
      'c.js': `t = "${token('kL8')}"`,
    });
    const some = await scan(top, { config: { exclude: ['fixtures/**'] } });
    assert.deepEqual(
      some.findings.map((one) => placeOf(one).path),
      ['c.js'],
    );
    assert.deepEqual([...some.leftOut].sort(), ['fixtures/b.js', 'node_modules']);
    assert.equal((await scan(top, { all: true })).findings.length, 3);
  });

  test('hostile contents end quickly and fail nothing', async () => {
    const result = await scan(
      tree({
        'minified.js': `a="${'x'.repeat(500_000)}";${'f(1);'.repeat(90_000)}`,
        'surrogates.py': '"\ud800" # sallyport-ignore \udc00\n',
        'deep.json': '['.repeat(200_000),
        '.mcp.json': '{"a":'.repeat(50_000),
        'marks.py': '# nosec '.repeat(60_000),
        'name\n\u001b[2J.py': 'x = 1\n',
      }),
    );
    assert.equal(result.findings.length, 0);
    assert.deepEqual(reasons(result), { '.mcp.json': 'agents: cannot be read as what its name says' });
  });

  test('a path that is not there is refused', async () => {
    await assert.rejects(scan(tree({}), { paths: ['nowhere'] }), codeOf('SCAN_PATH'));
  });

  test('code is looked at by the engine that is given, as one set of files', async () => {
    const top = tree({ 'a.py': 'eval(input())\n', 'b.py': 'x = 1\n' });
    const seen: string[][] = [];
    const result = await scan(top, { audit: true }, async (files, { audit }) => {
      seen.push(files.map(({ path }) => path));
      const location = { kind: 'file', path: 'a.py', line: 1, column: 1, endLine: 1, endColumn: 14 } as const;
      const found = {
        rule: 'python.eval',
        category: 'vulnerable_code',
        type: 'CWE-95',
        severity: 'high',
        confidence: 0.9,
        location,
        message: `audit ${audit === true}`,
      } as const;
      return { findings: [found], notScanned: [{ path: 'b.py', reason: 'too deep' }], stats: {} };
    });
    assert.deepEqual(seen, [['a.py', 'b.py']]);
    assert.deepEqual(
      result.findings.map(({ rule, message }) => [rule, message]),
      [['python.eval', 'audit true']],
    );
    assert.deepEqual(reasons(result), { 'b.py': 'too deep' });
    await assert.rejects(scan(top, { only: ['code'] }), codeOf('SCAN_USAGE'));
  });
});

suite('a git repository', () => {
  test('--since shows what the change adds, committed or not', async () => {
    const top = tree({ 'old.py': `a = 1\nkey = "${token('mN9')}"\n`, 'same.py': `key = "${token('oP1')}"\n` });
    userGit(top, 'init', '-q');
    commit(top, 'first');
    userGit(top, 'checkout', '-qb', 'change');
    put(top, {
      'old.py': `import os\na = 2\nkey = "${token('mN9')}"\nother = "${token('qR2')}"\n`,
      'committed.py': `key = "${token('sT3')}"\n`,
    });
    commit(top, 'second');
    put(top, { 'uncommitted.py': `key = "${token('uV4')}"\n` });
    const result = await scan(top, { since: 'main' });
    assert.deepEqual(
      result.findings.map((one) => [placeOf(one).path, placeOf(one).line]),
      [
        ['committed.py', 1],
        ['old.py', 4],
        ['uncommitted.py', 1],
      ],
    );
    assert.equal(result.known, 1);
    assert.equal(result.files, 3);
  });

  test('--since looks at pages that did not change with the code that did', async () => {
    const view = (line: string): string => `from flask import Flask, request, render_template\napp = Flask(__name__)\n${line}\n`;
    const old = "@app.route('/a')\ndef a():\n    return render_template('a.html', text=request.args['t'])";
    const top = tree({
      'view.py': view(old),
      'templates/a.html': '<p>{{ text|safe }}</p>\n',
      'templates/b.html': '<b>{{ text|safe }}</b>\n',
    });
    userGit(top, 'init', '-q');
    commit(top, 'first');
    put(top, { 'view.py': view(`${old}\n\n@app.route('/b')\ndef b():\n    return render_template('b.html', text=request.args['t'])`) });
    const result = await scan(top, { since: 'HEAD', only: ['code'] }, codeEngine);
    assert.deepEqual(
      result.findings.map((one) => placeOf(one).path),
      ['templates/b.html'],
    );
    assert.equal(result.known, 1);
    assert.equal(result.files, 1);
  });

  test('a reference is never an option, and must exist', async () => {
    const top = tree({ 'a.py': 'x = 1\n' });
    userGit(top, 'init', '-q');
    commit(top, 'first');
    await assert.rejects(scan(top, { since: '--output=/tmp/x' }), codeOf('SCAN_GIT'));
    await assert.rejects(scan(top, { since: 'nowhere' }), codeOf('SCAN_GIT'));
    await assert.rejects(scan(tree({}), { since: 'HEAD' }), codeOf('SCAN_GIT'));
  });

  test('--history finds what was deleted, once, with its commit; --since looks at the commits since', async () => {
    const top = tree({ 'a.py': `key = "${token('wX5')}"\n` });
    userGit(top, 'init', '-q');
    const first = commit(top, 'first');
    put(top, { 'a.py': `key = "${token('wX5')}"\nmore = 1\n` });
    commit(top, 'second');
    put(top, { 'a.py': `key = "${token('yZ6')}"\n` });
    const third = commit(top, 'third');
    put(top, { 'a.py': 'key = 1\n' });
    commit(top, 'fourth');
    const result = await scan(top, { history: true });
    assert.deepEqual(
      result.findings.map((one) => placeOf(one).path).sort(),
      [`a.py@${first.slice(0, 12)}`, `a.py@${third.slice(0, 12)}`].sort(),
    );
    assert.ok(!JSON.stringify(result).includes(token('wX5')));
    const since = await scan(top, { history: true, since: 'HEAD~2' });
    assert.deepEqual(
      since.findings.map((one) => placeOf(one).path),
      [`a.py@${third.slice(0, 12)}`],
    );
  });

  test('nothing of a hostile repository is run', async () => {
    const top = tree({ 'a.py': 'x = 1\n', '.gitattributes': '* filter=evil diff=evil\n' });
    userGit(top, 'init', '-q');
    commit(top, 'first');
    const flag = join(top, 'was-run');
    const evil = join(top, '.git', 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch '${flag}'\ncat\n`, { mode: 0o755 });
    const settings = {
      'core.fsmonitor': evil,
      'core.pager': evil,
      'core.sshCommand': evil,
      'core.editor': evil,
      'diff.external': evil,
      'diff.evil.textconv': evil,
      'diff.evil.command': evil,
      'filter.evil.clean': evil,
      'filter.evil.smudge': evil,
      'filter.evil.process': evil,
      'filter.evil.required': 'true',
      'gpg.program': evil,
      'log.showSignature': 'true',
      'credential.helper': `!${evil}`,
      'alias.rev-parse': `!${evil}`,
      'remote.origin.url': `ext::${evil}`,
      'remote.origin.promisor': 'true',
      'remote.origin.uploadpack': evil,
      'extensions.partialClone': 'origin',
    };
    for (const [name, value] of Object.entries(settings)) userGit(top, 'config', name, value);
    for (const hook of ['post-index-change', 'reference-transaction', 'pre-auto-gc', 'fsmonitor-watchman'])
      writeFileSync(join(top, '.git', 'hooks', hook), `#!/bin/sh\ntouch '${flag}'\n`, { mode: 0o755 });
    put(top, { 'a.py': 'x = 2\n', 'b.py': 'x = 3\n' });
    const result = await scan(top, { since: 'HEAD', history: true });
    assert.ok(result.files >= 2);
    assert.ok(!existsSync(flag));
    // The traps work: git as a user runs it falls into them.
    try {
      userGit(top, 'status');
    } catch {
      // It fails, after it was run.
    }
    assert.ok(existsSync(flag));
  });
});
