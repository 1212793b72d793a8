import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../check.ts';
import { scanCode } from '../index.ts';

function check(match: NonNullable<Check['match']>): Check {
  const text = 'A sentence that is long enough for the schema.';
  return { id: 'probe', cwe: 'CWE-1', severity: 'low', tier: 'certain', confidence: 1, message: text, fix: text, match, cases: {} };
}

async function lines(match: NonNullable<Check['match']>, path: string, text: string): Promise<number[]> {
  const { findings } = await scanCode([{ path, text }], { checks: [check(match)], models: [] });
  return findings.map(({ location }) => (location.kind === 'file' ? location.line : 0));
}

test('a call pattern sees through aliases and constants in variables', async () => {
  const match = { any: { python: ['requests.get(..., verify=False)'] } };
  const code = 'from requests import get as fetch\nflag = False\nfetch("u", verify=flag)\nfetch("u", verify=True)\nfetch("u")\n';
  assert.deepEqual(await lines(match, 'a.py', code), [3]);
});

test('not and where leave calls out', async () => {
  const match = {
    any: { python: ['hashlib.new($NAME, ...)'] },
    not: { python: ['hashlib.new(..., usedforsecurity=False)'] },
    where: [{ metavariable: '$NAME', regex: '(?i)^(md5|sha1)$' }],
  };
  const code = 'import hashlib\nhashlib.new("MD5", b"")\nhashlib.new("sha256")\nhashlib.new("md5", usedforsecurity=False)\n';
  assert.deepEqual(await lines(match, 'a.py', code), [2]);
});

test('numbers are compared', async () => {
  const match = { any: { python: ['rsa.generate_private_key(..., key_size=$BITS)'] }, where: [{ metavariable: '$BITS', below: 2048 }] };
  assert.deepEqual(
    await lines(match, 'a.py', 'import rsa\nrsa.generate_private_key(key_size=1024)\nrsa.generate_private_key(key_size=4096)\n'),
    [2],
  );
});

test('a syntax pattern matches nodes, the same metavariable the same text', async () => {
  const match = { any: { javascript: ['if ($X === $X) { ... }'] } };
  assert.deepEqual(await lines(match, 'a.js', 'if (a.b === a.b) { f(); }\nif (a === b) { f(); }\n'), [1]);
});

test('inside and notInside look at what surrounds', async () => {
  const code = 'def a():\n    try:\n        f()\n    except E:\n        pass\nf()\n';
  const pattern = 'try:\n    ...\nexcept $E:\n    ...';
  assert.deepEqual(await lines({ any: { python: ['f()'] }, inside: { python: [pattern] } }, 'a.py', code), [3]);
  assert.deepEqual(await lines({ any: { python: ['f()'] }, notInside: { python: [pattern] } }, 'a.py', code), [6]);
});

test('an object argument matches by its known entries', async () => {
  const match = { any: { javascript: ['res.cookie($NAME, $VALUE, {secure: false})'] } };
  const code = 'res.cookie("a", b, { secure: false, path: "/" });\nres.cookie("a", b, { secure: true });\nres.cookie("a", b);\n';
  assert.deepEqual(await lines(match, 'a.js', code), [1]);
});

test('an assignment pattern matches its value', async () => {
  const match = { any: { javascript: ['process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"'] } };
  const code = "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';\nprocess.env.NODE_TLS_REJECT_UNAUTHORIZED = '1';\n";
  assert.deepEqual(await lines(match, 'a.js', code), [1]);
});
