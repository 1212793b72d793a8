import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSemgrepRules, scanCode } from './index.ts';

async function lines(rules: string, path: string, text: string): Promise<number[]> {
  const { checks, problems } = readSemgrepRules(rules);
  assert.deepEqual(problems, []);
  const { findings } = await scanCode([{ path, text }], { checks, models: [] });
  return findings.map(({ location }) => (location.kind === 'file' ? location.line : 0));
}

test('a search rule with its operators', async () => {
  const rules = `
rules:
  - id: weak.hash
    languages: [python]
    severity: WARNING
    message: A hash that is broken
    metadata: { cwe: "CWE-327: Broken algorithm" }
    patterns:
      - pattern-either:
          - pattern: hashlib.new($NAME, ...)
          - pattern: Hash.new($NAME)
      - pattern-not: hashlib.new(..., usedforsecurity=False)
      - pattern-not-inside: |
          def $F(...):
              ...
      - metavariable-regex: { metavariable: $NAME, regex: (?i)md5 }
`;
  const code =
    'import hashlib\nhashlib.new("MD5")\nhashlib.new("sha256")\nhashlib.new("md5", usedforsecurity=False)\ndef f():\n    hashlib.new("md5")\n';
  assert.deepEqual(await lines(rules, 'a.py', code), [2]);
});

test('a taint rule finds its own sources only', async () => {
  const rules = `
rules:
  - id: own
    mode: taint
    languages: [javascript, typescript]
    severity: ERROR
    message: Data of the queue reaches the shell
    pattern-sources: [{ pattern: queue.take(...) }]
    pattern-sinks: [{ pattern: run(...) }, { pattern: "danger($X, 1)" }]
    pattern-sanitizers: [{ pattern: clean(...) }]
`;
  const code = 'const a = queue.take();\nrun("x" + a);\nrun(clean(a));\ndanger(a, 1);\ndanger(a, 2);\nrun(req.query.x);\n';
  assert.deepEqual(await lines(rules, 'a.ts', code), [2, 4]);
});

test('what is not read is named, and the rule left out', () => {
  const rules =
    'rules:\n  - { id: a, languages: [java], pattern: f() }\n  - { id: b, languages: [go], pattern-regex: "x.*" }\n  - { id: c, languages: [go], patterns: [{ pattern: f() }, { metavariable-pattern: {} }] }\n';
  const { checks, problems } = readSemgrepRules(rules);
  assert.deepEqual(checks, []);
  assert.deepEqual(problems, ['a: a language that is not scanned', 'b: no pattern', 'c: metavariable-pattern is not read']);
  assert.equal(readSemgrepRules('rules: 1').problems.length, 1);
});
