import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tests as SUITE } from '@bufbuild/cel-spec/testdata/conformance.js';
import { bindCel, CelError, type CelEnv, type CelType } from './index.ts';
import { checkExpression } from './compile.ts';

// Replays the conformance cases of cel-spec (v0.25.1, as @bufbuild/cel-spec packs them) that need no protobuf types. conformance.txt pins the
// names of those that give what the specification says; a change of the library that loses one fails here.

type ValueJson = Record<string, unknown>;
type Case = {
  name: string;
  expr: string;
  value?: ValueJson;
  evalError?: unknown;
  typedResult?: unknown;
  container?: string;
  typeEnv?: { name: string; ident?: { type: Record<string, unknown> } }[];
  bindings?: Record<string, { value?: ValueJson }>;
};
type Suite = { name: string; suites?: Suite[]; tests?: { original: unknown }[] };
type Outcome = 'same' | 'refused' | 'error' | 'wrong';

const NOT_PLAIN = Symbol('not plain');

function casesOf(suite: Suite, path: string): Case[] {
  const own = (suite.tests ?? []).map(({ original }) => original as Case).map((c) => ({ ...c, name: `${path}/${c.name}` }));
  return [...own, ...(suite.suites ?? []).flatMap((inner) => casesOf(inner, `${path}/${inner.name}`))];
}

function plain(json: ValueJson): unknown {
  const [[kind, value] = ['', undefined]] = Object.entries(json);
  switch (kind) {
    case 'int64Value':
      return BigInt(value as string);
    case 'doubleValue':
      return Number(value);
    case 'stringValue':
    case 'boolValue':
      return value;
    case 'nullValue':
      return null;
    case 'listValue':
      return ((value as { values?: ValueJson[] }).values ?? []).map(plain);
    case 'mapValue': {
      const entries = (value as { entries?: { key: ValueJson; value: ValueJson }[] }).entries ?? [];
      return new Map(entries.map((entry) => [plain(entry.key), plain(entry.value)]));
    }
    default:
      throw NOT_PLAIN;
  }
}

function typeOf(type: Record<string, unknown> | undefined): CelType {
  switch (type?.['primitive']) {
    case 'INT64':
      return 'int';
    case 'STRING':
      return 'string';
    case 'BOOL':
      return 'bool';
    case 'DOUBLE':
      return 'double';
    case undefined:
      return 'dyn';
    default:
      throw NOT_PLAIN;
  }
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Map || b instanceof Map) {
    const entries = (m: unknown): [unknown, unknown][] =>
      m instanceof Map ? [...m] : typeof m === 'object' && m !== null ? Object.entries(m) : [];
    const [left, right] = [entries(a), entries(b)];
    return (
      left.length === right.length && left.every(([key, value]) => right.some(([k, v]) => String(k) === String(key) && same(value, v)))
    );
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  return Object.is(a, b) || (typeof a === typeof b && a === b);
}

function replay(c: Case): Outcome {
  // Containers (name spaces) are not part of the subset; typed results test a checker's output.
  if (c.container !== undefined || c.typedResult !== undefined) throw NOT_PLAIN;
  const variables: Record<string, unknown> = {};
  const types: Record<string, CelType> = {};
  for (const declared of c.typeEnv ?? []) if (declared.ident !== undefined) types[declared.name] = typeOf(declared.ident.type);
  for (const [name, binding] of Object.entries(c.bindings ?? {})) {
    types[name] ??= 'dyn';
    variables[name] = plain(binding.value ?? {});
  }
  const expected = c.evalError === undefined ? plain(c.value ?? { boolValue: true }) : CelError;
  const env: CelEnv = { variables: types, objects: {}, enums: {} };
  const checked = checkExpression(c.expr, env);
  if (!checked.ok) return 'refused';
  try {
    const value = checked.evaluate(bindCel(env, variables).bound);
    return expected !== CelError && same(value, expected) ? 'same' : 'wrong';
  } catch (thrown) {
    assert.ok(thrown instanceof CelError, `${c.name}: ${String(thrown)}`);
    return expected === CelError ? 'same' : 'error';
  }
}

function replayAll(): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const suite of SUITE.suites ?? [])
    for (const c of casesOf(suite, suite.name)) {
      try {
        const outcome = replay(c);
        const before = outcomes.get(c.name);
        outcomes.set(c.name, before === undefined || before === outcome ? outcome : 'wrong');
      } catch (thrown) {
        if (thrown !== NOT_PLAIN) throw thrown;
      }
    }
  return outcomes;
}

test('the pinned conformance cases give what the specification says', () => {
  const outcomes = replayAll();
  const named = (outcome: Outcome): string[] =>
    [...outcomes]
      .filter(([, o]) => o === outcome)
      .map(([name]) => name)
      .sort();
  const pinned = readFileSync(new URL('conformance.txt', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  assert.deepEqual(named('same'), pinned);
  assert.equal(pinned.length, 524);
  assert.deepEqual(named('wrong'), [], 'a wrong value is worse than a refusal');
  assert.deepEqual(named('error'), []);
});
