import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { scan, token, tree } from '../../test/kit/scan.ts';
import type { CodeEngine } from './engine.ts';
import type { ScanFinding } from './finding.ts';

/** Finds `eval(` (CWE-95) and `sh(` (CWE-78), as an engine over code would. */
const engine: CodeEngine = async (files) => {
  const findings = files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, at): ScanFinding[] =>
      (['eval', 'sh'] as const)
        .filter((call) => line.includes(`${call}(`))
        .map((call) => ({
          rule: `python.${call}`,
          category: 'vulnerable_code',
          type: call === 'eval' ? 'CWE-95' : 'CWE-78',
          severity: 'high',
          confidence: 0.9,
          taxonomy: [call === 'eval' ? 'CWE-95' : 'CWE-78'],
          location: { kind: 'file', path, line: at + 1, column: 1, endLine: at + 1, endColumn: line.length + 1 },
          message: 'Text from outside is run.',
        })),
    ),
  );
  return { findings, notScanned: [], stats: {} };
};

const count = async (text: string, config = {}): Promise<[open: number, suppressed: number, unused: number, withoutReason: number]> => {
  const result = await scan(tree({ 'a.py': text }), { config }, engine);
  return [result.findings.length, result.suppressed.length, result.unusedSuppressions.length, result.suppressionsWithoutReason.length];
};

const secret = token('aA1');
const CASES: readonly (readonly [string, string, readonly number[]])[] = [
  ['same line, with a reason', 'eval(x)  # sallyport-ignore python.eval -- x is a constant', [0, 1, 0, 0]],
  ['line above', '# sallyport-ignore python.eval -- x is a constant\neval(x)', [0, 1, 0, 0]],
  ['two lines above is too far', '# sallyport-ignore python.eval -- x is a constant\n\neval(x)', [1, 0, 1, 0]],
  ['code before the comment speaks for its own line only', 'y = 1  # sallyport-ignore python.eval -- no\neval(x)', [1, 0, 0, 1]],
  ['by CWE', 'eval(x)  # sallyport-ignore CWE-95 -- x is a constant', [0, 1, 0, 0]],
  ['by family', 'eval(x)  # sallyport-ignore python.* -- x is a constant', [0, 1, 0, 0]],
  ['all of the line', 'eval(sh(x))  # sallyport-ignore -- x is a constant', [0, 2, 0, 0]],
  ['several rules', 'eval(sh(x))  # sallyport-ignore python.eval, python.sh -- x is a constant', [0, 2, 0, 0]],
  ['another rule', 'eval(x)  # sallyport-ignore python.sh -- x is a constant', [1, 0, 1, 0]],
  ['without a reason', 'eval(x)  # sallyport-ignore python.eval', [1, 0, 0, 1]],
  ['not in a comment', 'eval("sallyport-ignore python.eval -- because")', [1, 0, 0, 0]],
  ['in other comments', 'eval(x) /* sallyport-ignore python.eval -- x is a constant */', [0, 1, 0, 0]],
  ['nosec', 'eval(x)  # nosec', [0, 1, 0, 0]],
  ['nosec with the id of this weakness', 'sh(x)  # nosec B602', [0, 1, 0, 0]],
  ['nosec with the id of another', 'sh(x)  # nosec B301', [1, 0, 0, 0]],
  ['nosec with an id that nobody knows', 'sh(x)  # nosec B999', [1, 0, 0, 0]],
  ['a word that begins like it', 'sh(x)  # nosecrets here', [1, 0, 0, 0]],
  ['nosemgrep', 'eval(x)  // nosemgrep: javascript.lang.eval', [0, 1, 0, 0]],
  ['noqa of the security rules', 'sh(x)  # noqa: E501, S602', [0, 1, 0, 0]],
  ['noqa of others', 'sh(x)  # noqa: E501', [1, 0, 0, 0]],
  ['bare noqa', 'sh(x)  # noqa', [1, 0, 0, 0]],
  ['nosec does not hide a credential', `k = "${secret}"  # nosec`, [1, 0, 0, 0]],
  ['unless it names one', `k = "${secret}"  # nosec B105`, [0, 1, 0, 0]],
  ['own mark on a credential', `k = "${secret}"  # sallyport-ignore secrets.* -- a sample from the documentation`, [0, 1, 0, 0]],
];

suite('suppressions', () => {
  for (const [name, text, expected] of CASES) test(name, async () => assert.deepEqual(await count(`${text}\n`), expected));

  test('own alone, or none', async () => {
    assert.deepEqual(await count('eval(x)  # nosec\n', { suppressions: 'own' }), [1, 0, 0, 0]);
    assert.deepEqual(await count('eval(x)  # sallyport-ignore -- because\n', { suppressions: 'none' }), [1, 0, 0, 0]);
  });

  test('the configuration ignores by rule and path, and says why', async () => {
    const ignore = [{ rule: 'agents.unpinned-server', paths: ['*.json'], reason: 'is updated by hand' }];
    const top = tree({
      'mcp.json': '{"mcpServers": {"a": {"command": "npx", "args": ["server"]}}}',
      'x/mcp.json': '{"mcpServers": {"a": {"command": "npx", "args": ["server"]}}}',
    });
    const result = await scan(top, { config: { ignore } });
    assert.deepEqual([result.findings.length, result.suppressed[0]?.suppressed?.reason], [1, 'is updated by hand']);
  });
});
