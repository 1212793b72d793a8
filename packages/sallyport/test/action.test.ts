import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { commit, put, token, tree, userGit } from './kit/scan.ts';

const top = fileURLToPath(new URL('../../..', import.meta.url));
type Action = {
  inputs: Record<string, { default: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: { id: string; shell: string; env: Record<string, string>; run: string }[] };
};
const action = parse(readFileSync(join(top, 'action.yml'), 'utf8')) as Action;
const step = action.runs.steps[0]!;

/** Runs the script of the action as a runner does: the inputs by the environment. */
function run(workspace: string, inputs: Record<string, string>): { code: number | null; out: string } {
  const given = Object.fromEntries(
    Object.entries(step.env).map(([name, value]) => {
      const input = /inputs\.([\w-]+)/.exec(value)?.[1] ?? '';
      return [name, inputs[input] ?? action.inputs[input]!.default];
    }),
  );
  const output = join(workspace, 'github-output');
  const env = { ...process.env, ...given, GITHUB_ACTION_PATH: top, GITHUB_OUTPUT: output };
  // As a runner starts `shell: bash`.
  const ran = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], { cwd: workspace, env, encoding: 'utf8' });
  return { code: ran.status, out: `${ran.stdout}${existsSync(output) ? readFileSync(output, 'utf8') : ''}` };
}

suite('the action', () => {
  test('finds, reports as SARIF and table, and fails', () => {
    const workspace = tree({ 'a.py': `k = "${token('aB1')}"\n` });
    const { code, out } = run(workspace, {});
    assert.equal(code, 1);
    assert.match(out, /secrets\.github-token[^]*sarif=sallyport\.sarif/);
    assert.match(readFileSync(join(workspace, 'sallyport.sarif'), 'utf8'), /"ruleId": "secrets\.github-token"/);
  });

  test('a pull request as a runner checks it out: the merge of the branch, detached; what it adds alone counts', () => {
    const origin = tree({ 'old.py': `k = "${token('eF3')}"\n`, 'app.py': 'import os\n' });
    userGit(origin, 'init', '-q');
    commit(origin, 'main');
    userGit(origin, 'checkout', '-q', '-b', 'change');
    put(origin, { 'app.py': "import os\nfrom flask import request\ndef run():\n    os.system('ls ' + request.args['d'])\n" });
    commit(origin, 'change');
    userGit(origin, 'checkout', '-q', 'main');
    put(origin, { 'later.py': `k = "${token('gH4')}"\n` });
    commit(origin, 'main goes on');
    userGit(origin, 'checkout', '-q', '--detach');
    userGit(origin, 'merge', '-q', '--no-edit', 'change');
    userGit(origin, 'update-ref', 'refs/pull/1/merge', 'HEAD');
    userGit(origin, 'checkout', '-q', 'main');

    const workspace = tree({});
    userGit(workspace, 'init', '-q');
    userGit(workspace, 'remote', 'add', 'origin', origin);
    userGit(workspace, 'fetch', '-q', 'origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/pull/1/merge:refs/remotes/pull/1/merge');
    userGit(workspace, 'checkout', '-q', '--detach', 'refs/remotes/pull/1/merge');
    const { code, out } = run(workspace, { since: 'origin/main' });
    assert.equal(code, 1);
    assert.match(out, /app\.py:4/);
    assert.doesNotMatch(out, /old\.py|later\.py/);
    // What the next step of a workflow gets: `steps.scan.outputs.sarif`.
    const [, id = '', name = ''] = /steps\.(\w+)\.outputs\.(\w+)/.exec(action.outputs['sarif']!.value) ?? [];
    assert.equal(
      action.runs.steps.find((one) => one.id === id),
      step,
    );
    const written = new RegExp(`^${name}=(.*)$`, 'm').exec(out)?.[1] ?? '';
    const sarif = JSON.parse(readFileSync(join(workspace, written), 'utf8')) as { runs: { results: { ruleId: string }[] }[] };
    assert.deepEqual(new Set(sarif.runs[0]!.results.map(({ ruleId }) => ruleId)), new Set(['code.command-injection']));
    assert.equal(run(workspace, { since: 'origin/gone' }).code, 2);
    assert.equal(run(workspace, { what: 'packages' }).code, 0);
  });

  test('inputs are values, never script or flags', () => {
    const workspace = tree({ 'a.py': 'x = 1\n' });
    for (const inputs of [{ path: '$(touch was-run)', since: '"; touch was-run; "' }, { what: 'code; touch was-run' }]) {
      assert.equal(run(workspace, inputs).code, 2, JSON.stringify(inputs));
      assert.ok(!existsSync(join(workspace, 'was-run')));
    }
    for (const { run: script, shell } of action.runs.steps) assert.ok(!script.includes('${{') && shell === 'bash');
    assert.equal(action.runs.using, 'composite');
  });
});

test('the hooks of pre-commit run what they say', () => {
  const hooks = parse(readFileSync(join(top, '.pre-commit-hooks.yaml'), 'utf8')) as { id: string; entry: string }[];
  const workspace = tree({ 'a.py': `k = "${token('cD2')}"\n`, 'package.json': '{"dependencies": {}}' });
  for (const [id, file, code] of [
    ['sallyport', 'a.py', 1],
    ['sallyport-packages', 'package.json', 0],
  ] as const) {
    const [program = '', ...words] = (hooks.find((hook) => hook.id === id)?.entry ?? '').split(' ');
    assert.equal(spawnSync(join(top, program), [...words, file], { cwd: workspace, encoding: 'utf8' }).status, code, id);
  }
});
