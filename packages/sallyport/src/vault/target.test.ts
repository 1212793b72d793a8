import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileRules, decideCall } from './rules.ts';
import { canonicalTarget } from './target.ts';

test('one form for what means the same', () => {
  for (const [given, path, query] of [
    ['/repos/a/b', '/repos/a/b', ''],
    ['/%72epos/%7euser', '/repos/~user', ''],
    ['/projects/group%2fname', '/projects/group%2Fname', ''],
    ["/me?$filter=name%20eq%20'x'&a=%41", '/me', '?$filter=name%20eq%20%27x%27&a=A'],
    ['/a/b/', '/a/b/', ''],
    ['/', '/', ''],
    ['/..a/b..', '/..a/b..', ''],
    ['/?x=..//', '/', '?x=..//'],
  ] as const)
    assert.deepEqual(canonicalTarget(given), { path, query }, given);
});

test('what two programs read differently is refused', () => {
  for (const given of [
    ...['', 'repos', '//evil.example/x', '/a//b', '/../x', '/a/./b', '/a/..', '/%2e%2e/x', '/%2E%2e', '/a/.%2e/b', '/..;/x', '/a/..;x=1/b'],
    ...[
      '/a\\b',
      '/a%5cb',
      '/a%5C..',
      '/a%00',
      '/a%0d%0aX: y',
      '/a%0',
      '/a%zz',
      '/%',
      '/a b',
      '/ü',
      '/a#b',
      '/..%2fx',
      '/a%2f..%2fb',
      '/%252e%252e/x',
      '/a%252fb',
    ],
    ...['/?a=%0a', '/?\\', `/${'a'.repeat(9_000)}`, '/a\tb', '/{x}', '/a|b'],
  ])
    assert.equal(canonicalTarget(given), undefined, given);
});

test('the parser of addresses changes nothing of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab./%2eEfF5cC;?&=\'"<>@:$!*(),~_-+#\\| '), maxLength: 30 }), (text) => {
      const target = canonicalTarget(`/${text}`);
      if (target === undefined) return;
      assert.equal(new URL(`https://x.example${target.path}${target.query}`).href, `https://x.example${target.path}${target.query}`);
      assert.deepEqual(canonicalTarget(`${target.path}${target.query}`), target, 'once more changes nothing');
    }),
    { numRuns: 3_000 },
  );
});

test('the strictest rule counts, none is deny, and one that fails denies', () => {
  const compiled = compileRules([
    { id: 'read', when: "method == 'GET'", then: 'allow', scopes: ['read'] },
    { id: 'issues', when: "method == 'POST' && path.matches('^/repos/[^/]+/[^/]+/issues$')", then: 'ask', why: 'It writes.' },
    { id: 'no-keys', when: "path.startsWith('/user/keys')", then: 'deny' },
    { id: 'fails', when: "path.split('/')[9] == 'x'", then: 'allow' },
  ]);
  assert.ok(compiled.ok);
  const decide = (method: string, path: string): string => {
    const { action, rule, scopes } = decideCall(compiled.rules, { method, path, host: 'api.example', agent: 'prn_a', user: 'prn_u' });
    return [action, rule, ...scopes].join(' ');
  };
  assert.equal(decide('POST', '/other'), 'deny fails');
  const sound = { ...compiled, rules: compiled.rules.slice(0, 3) };
  const again = (method: string, path: string): string =>
    decideCall(sound.rules, { method, path, host: 'h', agent: 'a', user: 'u' }).action;
  assert.deepEqual(
    [
      again('GET', '/x'),
      again('POST', '/repos/a/b/issues'),
      again('GET', '/user/keys'),
      again('POST', '/x'),
      again('DELETE', '/repos/a/b'),
    ],
    ['allow', 'ask', 'deny', 'deny', 'deny'],
  );
  assert.equal(decideCall(sound.rules, { method: 'GET', path: '/', host: 'h', agent: 'a', user: 'u' }).scopes.join(), 'read');
  const wrong = compileRules([
    { id: 'typo', when: "method == 'FETCH'", then: 'allow' },
    { id: 'open', when: 'pth == "x"', then: 'allow' },
  ]);
  assert.deepEqual(wrong.ok ? [] : wrong.problems.map(({ at }) => at), [0, 1]);
});
