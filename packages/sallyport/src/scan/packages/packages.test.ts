import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { run, tree } from '../../../test/kit/scan.ts';
import type { Reported } from '../result.ts';
import { Advisories, cvss3, keyOf } from './advisory.ts';
import type { Dependency, Ecosystem, JudgePackage } from './dependency.ts';
import { readPackageFile } from './files.ts';
import { importsOf } from './imports.ts';
import { compareVersions } from './version.ts';

const read = (path: string, text: string): string[] => {
  const file = readPackageFile({ path, text });
  assert.ok(file !== undefined && file !== 'unreadable', path);
  for (const { location, name } of file.dependencies) {
    const line = text.split('\n')[location.line - 1] ?? '';
    assert.ok(line.slice(location.column - 1).replace(/^["'/]+/, '').length > 0, `${path} ${name}`);
  }
  return file.dependencies.map((one: Dependency) => `${one.name}${one.version === undefined ? '' : `@${one.version}`}`);
};

suite('manifests and lock files', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'package.json',
      '{"name": "x", "dependencies": {"a": "^1.0.0", "@s/b": "1.2.3", "c": "file:../c", "d": "npm:real@2.0.0", "e": "workspace:*", "f": "user/repo"}}',
      ['a', '@s/b@1.2.3', 'real@2.0.0'],
    ],
    [
      'package-lock.json',
      '{"lockfileVersion": 3, "packages": {"": {"name": "x"}, "node_modules/a": {"version": "1.0.0"}, "node_modules/a/node_modules/@s/b": {"version": "2.0.0"}, "node_modules/w": {"link": true}}}',
      ['a@1.0.0', '@s/b@2.0.0'],
    ],
    [
      'package-lock.json',
      '{"dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}',
      ['a@1.0.0', 'b@2.0.0'],
    ],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\npackages:\n\n  '@s/b@2.0.0(peer@1.0.0)':\n    resolution: {}\n  a@1.0.0:\n    resolution: {}\n",
      ['@s/b@2.0.0', 'a@1.0.0'],
    ],
    ['pnpm-lock.yaml', 'packages:\n  /a/1.0.0:\n    dev: true\n  /@s/b@2.0.0_react@17.0.0:\n    dev: true\n', ['a@1.0.0', '@s/b@2.0.0']],
    [
      'yarn.lock',
      'a@^1.0.0, a@~1.0.1:\n  version "1.0.2"\n  dependencies:\n    c "^1"\n\n"@s/b@^2":\n  version "2.0.0"\n',
      ['a@1.0.2', '@s/b@2.0.0'],
    ],
    ['yarn.lock', '"a@npm:^1.0.0":\n  version: 1.0.2\n"x@workspace:.":\n  version: 0.0.0-use.local\n', ['a@1.0.2']],
    ['bun.lock', '{"packages": {"a": ["a@1.0.0", "", {}], "b/a": ["a@2.0.0"], }}', ['a@1.0.0', 'a@2.0.0']],
    [
      'requirements-dev.txt',
      '# x\n-r base.txt\nrequests[socks]==2.31.0 ; python_version > "3"\nDjango>=4,<5\n./local\nhttps://x/y.whl\npkg @ https://x/y.zip\nflask == 2.0 # why\n',
      ['requests@2.31.0', 'Django', 'flask@2.0'],
    ],
    [
      'pyproject.toml',
      '[project]\nname = "x"\ndependencies = [\n  "httpx>=0.27",\n  "attrs==23.1.0",\n]\n[project.optional-dependencies]\nt = ["pytest"]\n[tool.poetry.dependencies]\npython = "^3.11"\nrich = "13.0.0"\nlocal = {path = "../l"}\n',
      ['httpx', 'attrs@23.1.0', 'pytest', 'rich@13.0.0'],
    ],
    ['Pipfile', '[packages]\nrequests = "==2.31.0"\nx = {git = "https://x"}\n[requires]\npython_version = "3.11"\n', ['requests@2.31.0']],
    ['Pipfile.lock', '{"default": {"requests": {"version": "==2.31.0"}}, "develop": {}}', ['requests@2.31.0']],
    [
      'uv.lock',
      '[[package]]\nname = "x"\nversion = "0.1"\nsource = { virtual = "." }\n[[package]]\nname = "idna"\nversion = "3.6"\nsource = { registry = "https://pypi.org/simple" }\n',
      ['idna@3.6'],
    ],
    [
      'Cargo.toml',
      '[dependencies]\nserde = "1"\nrenamed = { package = "tokio", version = "=1.2.3" }\nmine = { path = "../m" }\n[target.\'cfg(unix)\'.dependencies]\nlibc = "0.2"\n',
      ['serde', 'tokio@1.2.3', 'libc'],
    ],
    [
      'Cargo.lock',
      '[[package]]\nname = "mine"\nversion = "0.1.0"\n[[package]]\nname = "serde"\nversion = "1.0.1"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n',
      ['serde@1.0.1'],
    ],
    [
      'go.mod',
      'module example.com/x\n\ngo 1.22\nrequire github.com/a/one v1.0.0\nrequire (\n\tgithub.com/a/b v1.2.3\n\tgolang.org/x/net v0.1.0 // indirect\n\texample.com/l v0.0.0\n)\nreplace example.com/l => ../l\n',
      ['github.com/a/one@v1.0.0', 'github.com/a/b@v1.2.3', 'golang.org/x/net@v0.1.0'],
    ],
    ['go.sum', 'github.com/a/b v1.2.3 h1:x=\ngithub.com/a/b v1.2.3/go.mod h1:y=\n', ['github.com/a/b@v1.2.3']],
  ];
  for (const [path, text, expected] of cases) test(`${path}: ${expected[0]}`, () => assert.deepEqual(read(path, text), expected));
  test('what is in no form is said', () => assert.equal(readPackageFile({ path: 'package.json', text: '{' }), 'unreadable'));
});

suite('versions', () => {
  // SemVer 2.0.0, section 11; PEP 440, "Summary of permitted suffixes and relative ordering".
  const orders: readonly (readonly [Ecosystem, readonly string[]])[] = [
    [
      'npm',
      [
        '1.0.0-alpha',
        '1.0.0-alpha.1',
        '1.0.0-alpha.beta',
        '1.0.0-beta',
        '1.0.0-beta.2',
        '1.0.0-beta.11',
        '1.0.0-rc.1',
        '1.0.0',
        '1.0.1',
        '1.10.0',
        '2.0.0',
      ],
    ],
    ['go', ['v0.0.0-20200101000000-abcdefabcdef', 'v0.0.1', 'v1.2.3', 'v1.2.4-0.20240101000000-abcdefabcdef', 'v1.2.4']],
    [
      'pypi',
      [
        '1.0.dev456',
        '1.0a1',
        '1.0a2.dev456',
        '1.0a12.dev456',
        '1.0a12',
        '1.0b1.dev456',
        '1.0b2',
        '1.0b2.post345.dev456',
        '1.0b2.post345',
        '1.0rc1.dev456',
        '1.0rc1',
        '1.0',
        '1.0.post456.dev34',
        '1.0.post456',
        '1.0.15',
        '1.1.dev1',
        '1!0.1',
      ],
    ],
  ];
  for (const [ecosystem, order] of orders)
    test(ecosystem, () => {
      for (const [at, older] of order.entries())
        for (const newer of order.slice(at + 1)) {
          assert.ok((compareVersions(ecosystem, older, newer) ?? 0) < 0, `${older} < ${newer}`);
          assert.ok((compareVersions(ecosystem, newer, older) ?? 0) > 0, `${newer} > ${older}`);
        }
    });
  test('the same, written otherwise', () => {
    assert.equal(compareVersions('pypi', '1.0', '1.0.0'), 0);
    assert.equal(compareVersions('npm', '1.0.0+a', 'v1.0.0'), 0);
    assert.equal(compareVersions('npm', 'latest', '1.0.0'), undefined);
  });
});

const OSV = [
  {
    id: 'GHSA-1',
    summary: 'Prototype pollution',
    aliases: ['CVE-2026-1'],
    database_specific: { severity: 'HIGH', cwe_ids: ['CWE-1321'] },
    affected: [
      {
        package: { ecosystem: 'npm', name: 'merge' },
        ranges: [
          { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.2.3' }, { introduced: '2.0.0' }, { last_affected: '2.1.0' }] },
        ],
      },
    ],
  },
  {
    id: 'MAL-2026-1',
    summary: 'Malicious',
    affected: [{ package: { ecosystem: 'PyPI', name: 'reqeusts_x' }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }],
  },
  {
    id: 'GO-1',
    affected: [
      {
        package: { ecosystem: 'Go', name: 'example.com/m' },
        versions: ['v1.0.0'],
        ecosystem_specific: { imports: [{ path: 'example.com/m/bad' }] },
      },
    ],
  },
  { id: 'OLD-1', withdrawn: '2026-01-01T00:00:00Z', affected: [{ package: { ecosystem: 'npm', name: 'merge' }, versions: ['1.0.0'] }] },
];

suite('advisories', () => {
  const advisories = new Advisories(new Set([keyOf('npm', 'merge'), keyOf('pypi', 'reqeusts-x')]));
  for (const one of OSV) assert.ok(advisories.add(one));
  for (const [version, affected] of [
    ['0.1.0', true],
    ['1.2.2', true],
    ['1.2.3', false],
    ['1.9.0', false],
    ['2.0.0', true],
    ['2.1.0', true],
    ['2.1.1', false],
    ['1.2.3-rc.1', true],
    ['odd', false],
  ] as const)
    test(`${version} is ${affected ? '' : 'not '}affected`, () =>
      assert.equal(advisories.of('npm', 'merge', version).length, affected ? 1 : 0));
  test('a malicious package is so in every version, however its name is written', () =>
    assert.equal(advisories.of('pypi', 'Reqeusts.X', undefined).length, 1));
  test('what is no advisory is refused', () => assert.equal(advisories.add({ summary: 'x' }), false));
  // Examples of the CVSS v3.1 specification's example document: CVE-2013-1937, CVE-2013-0375, CVE-2014-0160 (as 3.1).
  for (const [vector, score] of [
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 6.1],
    ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
    ['CVSS:3.1/AV:N', undefined],
  ] as const)
    test(vector, () => assert.equal(cvss3(vector), score));
});

suite('imports', () => {
  const modules = (path: string, text: string): string[] => importsOf({ path, text }).map(({ name }) => name);
  // What only exports or indexes with a word imports nothing; a list of names over several lines ends with where they come from.
  assert.deepEqual(
    modules('n.ts', "export type A = (typeof B)[number]['id'];\nexport const kind = 'chat';\nexport function f(a = 'x') {}\n"),
    [],
  );
  assert.deepEqual(modules('m.ts', "import {\n  a,\n  b,\n} from 'several/lines';\nexport { c } from 'one';\nimport\t'bare';\n"), [
    'several',
    'one',
    'bare',
  ]);
  test('JavaScript', () =>
    assert.deepEqual(
      modules(
        'a.ts',
        "import a from 'a/b';\nimport type { B } from '@s/b/c';\nimport './local';\nimport fs from 'node:fs';\nexport * from 'd';\nconst e = require('e'), p = require('path');\nawait import('f');\nimport x from '@/alias';\n// words from 'nothing'\n",
      ),
      ['a', '@s/b', 'd', 'e', 'f'],
    ));
  test('Python', () =>
    assert.deepEqual(
      modules(
        'a.py',
        'import os, cv2 as c\nfrom yaml.loader import X\nfrom . import y\n"""\nimport example\n"""\n  import numpy\nprint("import no")\n',
      ),
      ['opencv-python', 'PyYAML', 'numpy'],
    ));
  test('Go', () =>
    assert.deepEqual(modules('a.go', 'package a\nimport "fmt"\nimport (\n\t"net/http"\n\tb "github.com/a/b/c"\n)\n'), [
      'github.com/a/b/c',
    ]));
});

const judge: JudgePackage = (_ecosystem, name) =>
  name === 'reqeusts' || name === 'com'
    ? { verdict: 'near_twin', like: name === 'com' ? 'comm' : 'requests' }
    : name === 'fast-json-magic-utils'
      ? { verdict: 'invented' }
      : { verdict: 'unknown' };

type Json = { findings: Reported[]; ran: string[]; notScanned: unknown[] };
const packages = async (top: string, flags: Record<string, string | boolean> = {}): Promise<Json & { code: number }> => {
  const { code, out } = await run(top, 'scan packages', ['.'], flags, { json: true, deps: { judge } });
  return { ...(JSON.parse(out) as Json), code };
};

suite('scan packages', () => {
  test('names in doubt, in a manifest or imported only', async () => {
    const top = tree({
      'requirements.txt': 'flask==2.0\nreqeusts==1.0\n',
      'a.py': 'import flask\nimport a\nimport numpy\nimport httplib\nfrom com.company import x\n',
      'package.json': '{"dependencies": {"b": "1.0.0"}, "devDependencies": {"@types/typed": "1.0.0"}}',
      'x.js': "import m from 'fast-json-magic-utils';\nimport u from 'undeclared';\nimport { Node } from 'typed';\n",
    });
    const { findings, code } = await packages(top);
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['packages.near-twin', 'packages.invented'],
    );
    assert.match(findings[0]!.message, /probably meant: requests/);
    assert.equal(code, 1);
    const audit = await packages(top, { audit: true });
    assert.deepEqual(
      audit.findings.filter(({ rule }) => rule === 'packages.undeclared').map(({ message }) => /module (\S+)/.exec(message)?.[1]),
      ['numpy', 'com', 'undeclared'],
    );
  });

  test('a short name that is like another one by chance, when a lock file has it', async () => {
    const manifest = { 'package.json': '{"dependencies": {"com": "^2.0.0"}}' };
    const lock = { 'package-lock.json': '{"packages": {"node_modules/com": {"version": "2.0.1"}}}' };
    assert.equal((await packages(tree(manifest))).findings.length, 1);
    assert.equal((await packages(tree({ ...manifest, ...lock }))).findings.length, 0);
    assert.equal((await packages(tree({ ...manifest, ...lock }), { audit: true })).findings.length, 1);
  });

  const project = {
    'package.json': '{"dependencies": {"merge": "^1.0.0"}}',
    'package-lock.json': '{"packages": {"node_modules/merge": {"version": "1.2.2"}}}',
    'a.js': "const merge = require('merge');\n",
    'go.mod': 'module example.com/x\nrequire example.com/m v1.0.0\n',
    'main.go': 'package main\nimport "example.com/m/good"\n',
    'requirements.txt': 'Reqeusts-X>=1\n',
  };
  const zip = (name: string, text: string): Buffer => {
    const data = deflateRawSync(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(data.length, 20);
    central.writeUInt16LE(name.length, 28);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt32LE(30 + name.length + data.length, 16);
    return Buffer.concat([local, Buffer.from(name), data, central, Buffer.from(name), end]);
  };

  test('known vulnerabilities, with what reaches them, from a folder, lines or an archive', async () => {
    const top = tree({
      ...project,
      'osv/a.json': JSON.stringify(OSV[0]),
      'osv/b/c.json': JSON.stringify(OSV[1]),
      'osv/go.json': JSON.stringify(OSV[2]),
      'all.jsonl': OSV.map((one) => JSON.stringify(one)).join('\n'),
      'one.zip': zip('a.json', JSON.stringify(OSV[0])),
    });
    const { findings } = await packages(top, { advisories: 'osv' });
    const facts = findings.map(({ rule, type, severity, evidence }) => [rule, type, severity, evidence]);
    assert.deepEqual(facts, [
      ['packages.malicious', 'MAL-2026-1', 'critical', undefined],
      ['packages.vulnerable', 'GHSA-1', 'high', 'imported by the scanned code at a.js:1'],
      ['packages.vulnerable', 'GO-1', 'medium', 'declared, and imported by no scanned file'],
    ]);
    assert.match(findings[1]!.fix ?? '', /1\.2\.3/);
    assert.equal((await packages(top, { advisories: 'all.jsonl' })).findings.length, 3);
    assert.equal((await packages(top, { advisories: 'one.zip' })).findings.length, 1);
    await assert.rejects(packages(top, { advisories: 'package.json' }), (error) => (error as { code?: string }).code === 'SCAN_ADVISORIES');
  });

  test('a vulnerability in a function counts where the code calls it', async () => {
    const advisory = (id: string, ecosystem: string, name: string, specific: object): string =>
      JSON.stringify({
        id,
        affected: [{ package: { ecosystem, name }, versions: ['v1.0.0', '1.0.0'], ecosystem_specific: specific }],
        database_specific: { severity: 'HIGH' },
      });
    const files = {
      'go.mod': 'module example.com/x\nrequire example.com/yaml v1.0.0\nrequire example.com/jot v1.0.0\n',
      'Cargo.toml': '[package]\nname = "x"\n[dependencies]\nsmall-map = "=1.0.0"\n',
      'osv/a.json': advisory('GO-1', 'Go', 'example.com/yaml', {
        imports: [{ path: 'example.com/yaml', symbols: ['Unmarshal', 'Decoder.Decode'] }],
      }),
      'osv/b.json': advisory('GO-2', 'Go', 'example.com/jot', { imports: [{ path: 'example.com/jot', symbols: ['Parse'] }] }),
      'osv/c.json': advisory('RUSTSEC-1', 'crates.io', 'small-map', { affects: { functions: ['small_map::SmallMap::grow'] } }),
      'load.go': 'package main\nimport "example.com/yaml"\nfunc load(data []byte, into any) { yaml.Unmarshal(data, into) }\n',
      'jot.go': 'package main\nimport "example.com/jot"\nfunc write() { jot.Write("x") }\n',
    };
    const facts = async (more: Record<string, string>): Promise<unknown[]> =>
      (await packages(tree({ ...files, ...more }), { advisories: 'osv' })).findings.map(({ type, severity, evidence }) => [
        type,
        severity,
        evidence,
      ]);
    assert.deepEqual(await facts({ 'main.rs': 'use small_map::SmallMap;\nfn f(mut m: SmallMap) { m.grow(10); }\n' }), [
      ['RUSTSEC-1', 'high', 'small_map.SmallMap.grow is called by the scanned code at main.rs:2'],
      ['GO-1', 'high', 'yaml.Unmarshal is called by the scanned code at load.go:3'],
      ['GO-2', 'medium', 'imported, and none of the affected functions is called by the scanned code'],
    ]);
    // The method of an object of which nothing is known may be the one.
    const weaker = (await facts({
      'load.go': 'package main\nimport "example.com/yaml"\nfunc load(d any, into any) { yaml.Marshal(1); d.Decode(into) }\n',
      'main.rs': 'use small_map::SmallMap;\nfn f(m: SmallMap) { m.len(); }\n',
    })) as [string, string, string][];
    const byId = new Map(weaker.map(([id, ...rest]) => [id, rest]));
    assert.equal(byId.get('GO-1')?.[0], 'high');
    assert.deepEqual(byId.get('RUSTSEC-1'), ['medium', 'declared, and none of the affected functions is called by the scanned code']);
  });

  test('a bill of materials', async () => {
    const top = tree(project);
    await packages(top, { sbom: 'bom.json' });
    const bom = JSON.parse(readFileSync(join(top, 'bom.json'), 'utf8')) as {
      specVersion: string;
      serialNumber: string;
      components: { purl: string }[];
      dependencies: { dependsOn: string[] }[];
    };
    assert.equal(bom.specVersion, '1.6');
    assert.match(bom.serialNumber, /^urn:uuid:[0-9a-f-]{36}$/);
    assert.deepEqual(
      bom.components.map(({ purl }) => purl),
      ['pkg:golang/example.com/m@v1.0.0', 'pkg:npm/merge@1.2.2', 'pkg:pypi/reqeusts-x'],
    );
    assert.equal(bom.dependencies[0]!.dependsOn.length, 3);
  });
});
