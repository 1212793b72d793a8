import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { ECOSYSTEMS, normalName, type Ecosystem } from './ecosystem.ts';
import { judgePackage, type PackageVerdict } from './judge.ts';
import { namesOf } from './lists.ts';
import { isOneEdit } from './near.ts';

const CASES: readonly (readonly [Ecosystem, string, PackageVerdict['verdict'], string?])[] = [
  ['npm', 'lodash', 'known'],
  ['npm', 'fs', 'known'],
  ['npm', '@babel/core', 'known'],
  ['npm', 'lodahs', 'near_twin', 'lodash'],
  ['npm', 'expresss', 'near_twin', 'express'],
  ['npm', '@babel/coer', 'near_twin', '@babel/core'],
  ['npm', 'types/node', 'near_twin', '@types/node'],
  ['npm', 'cross_env', 'near_twin', 'cross-env'],
  ['npm', 'express-js', 'near_twin', 'express'],
  ['npm', 'numpy', 'cross_ecosystem', 'numpy'],
  ['npm', 'express-toolkit', 'invented', 'express'],
  ['npm', 'acme-toolkit', 'unknown'],
  ['npm', 'wss', 'unknown'],
  ['npm', 'Lodahs', 'unknown'],
  ['npm', 'parse', 'unknown'],
  ['npm', 'args-parser', 'unknown'],
  ['npm', 'kind-ofs', 'near_twin', 'kind-of'],
  ['npm', 'wcwidth.js', 'unknown'],
  ['npm', 'hyperlink', 'unknown'],
  ['npm', 'scikit-learn', 'cross_ecosystem', 'scikit-learn'],
  ['pypi', 'httpx2', 'unknown'],
  ['pypi', 'storages', 'unknown'],
  ['pypi', 'tqdm0', 'unknown'],
  ['pypi', 'pyyam1', 'near_twin', 'pyyaml'],
  ['pypi', 'Scikit_Learn', 'known'],
  ['pypi', 'asyncio', 'known'],
  ['pypi', 'reqeusts', 'near_twin', 'requests'],
  ['pypi', 'pythondateutil', 'near_twin', 'python-dateutil'],
  ['pypi', 'python-numpy', 'near_twin', 'numpy'],
  ['pypi', 'our-internal-billing', 'unknown'],
  ['crates', 'serde_json', 'known'],
  ['crates', 'serde-json', 'known'],
  ['crates', 'sered', 'near_twin', 'serde'],
  ['crates', 'lgo', 'near_twin', 'log'],
  ['crates', 'lag', 'unknown'],
  ['crates', 'diff', 'unknown'],
  ['crates', 'rustwide', 'unknown'],
  ['crates', 'node-semver', 'unknown'],
  ['crates', 'serde-rs', 'near_twin', 'serde'],
  ['go', 'net/http', 'known'],
  ['go', 'githubcom/google/uuid', 'near_twin', 'github.com/google/uuid'],
  ['go', 'billing/internal/store', 'known'],
  ['go', 'golang.org/x/net/html', 'known'],
  ['go', 'gopkg.in/yaml.v3', 'known'],
  ['go', 'github.com/stretchr/testfy/assert', 'near_twin', 'github.com/stretchr/testify'],
  ['go', 'git.example.com/team/service', 'unknown'],
  ['npm', '', 'unknown'],
  ['npm', 'x'.repeat(500), 'unknown'],
  ['pypi', '\ud800', 'unknown'],
];

suite('names of packages', () => {
  for (const [ecosystem, name, verdict, like] of CASES) {
    test(`${ecosystem} ${JSON.stringify(name).slice(0, 40)} is ${verdict}`, () => {
      const judged = judgePackage(ecosystem, name);
      assert.equal(judged.verdict, verdict, JSON.stringify(judged));
      if (like !== undefined) assert.equal(judged.like, like);
    });
  }

  test('no name that is on a list is ever flagged', () => {
    for (const ecosystem of ECOSYSTEMS)
      for (const name of namesOf(ecosystem).known) assert.equal(judgePackage(ecosystem, name).verdict, 'known', name);
  });

  test('the lists hold what is said of them', () => {
    for (const ecosystem of ECOSYSTEMS) {
      const { known, popular } = namesOf(ecosystem);
      assert.ok(popular.length >= 400 && known.size >= 1_000, ecosystem);
      for (const name of popular) assert.equal(normalName(ecosystem, name), name);
    }
  });

  test('any text has a verdict', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ECOSYSTEMS), fc.string({ unit: 'binary', maxLength: 300 }), (ecosystem, name) => {
        assert.ok(['known', 'near_twin', 'invented', 'cross_ecosystem', 'unknown'].includes(judgePackage(ecosystem, name).verdict));
      }),
    );
  });
});

suite('one edit', () => {
  test('is what the definition says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '2'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => assert.equal(isOneEdit(a, b), byDefinition(a).has(b) && a !== b && !digitForDigit(a, b))),
      { numRuns: 2_000 },
    );
  });
});

/** Every text one edit from `a`, over the letters of the test. */
function byDefinition(a: string): Set<string> {
  const all = new Set<string>();
  for (let i = 0; i <= a.length; i++) {
    all.add(a.slice(0, i) + a.slice(i + 1));
    if (i + 1 < a.length) all.add(a.slice(0, i) + a[i + 1] + a[i] + a.slice(i + 2));
    for (const c of 'abc12') {
      all.add(a.slice(0, i) + c + a.slice(i));
      if (i < a.length) all.add(a.slice(0, i) + c + a.slice(i + 1));
    }
  }
  return all;
}

function digitForDigit(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  const different = [...a].flatMap((c, i) => (c === b[i] ? [] : [[c, b[i]]]));
  return different.length === 1 && different.flat().every((c) => /\d/.test(c ?? ''));
}
