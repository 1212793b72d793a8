import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { token, tree } from './kit/scan.ts';

const top = fileURLToPath(new URL('../../..', import.meta.url));
type Action = { inputs: Record<string, { default: string }>; runs: { steps: { env: Record<string, string>; run: string }[] } };
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
  const ran = spawnSync('bash', ['-c', step.run], { cwd: workspace, env, encoding: 'utf8' });
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

  test('inputs are values, never script or flags', () => {
    const workspace = tree({ 'a.py': 'x = 1\n' });
    for (const inputs of [{ path: '$(touch was-run)', since: '"; touch was-run; "' }, { what: 'code; touch was-run' }]) {
      assert.equal(run(workspace, inputs).code, 2, JSON.stringify(inputs));
      assert.ok(!existsSync(join(workspace, 'was-run')));
    }
    for (const { run: script } of action.runs.steps) assert.ok(!script.includes('${{'));
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
