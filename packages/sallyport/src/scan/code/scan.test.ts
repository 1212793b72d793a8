import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_FILE_LENGTH, scanCode, type CodeFinding } from './index.ts';

const SINK = "import os\nfrom flask import request\ndef f():\n    os.system(request.args['x'])\n";

function places(findings: readonly CodeFinding[]): string[] {
  return findings.map(({ rule, location }) => (location.kind === 'file' ? `${rule} ${location.path}:${location.line}` : rule));
}

test('a finding has CWE, severity, fix and a trace from source to sink', async () => {
  const { findings, notScanned } = await scanCode([{ path: 'a.py', text: SINK }]);
  assert.deepEqual(notScanned, []);
  assert.equal(findings.length, 1);
  const [found] = findings;
  assert.equal(found?.type, 'CWE-78');
  assert.equal(found?.category, 'vulnerable_code');
  assert.ok((found?.fix?.length ?? 0) > 20);
  assert.deepEqual(
    found?.trace?.map(({ line, what }) => `${line} ${what}`),
    ['4 data from http', '4 arrives at the sink'],
  );
});

test('data flows through functions, objects and packages of several files', async () => {
  const files = [
    {
      path: 'app/view.py',
      text: "from flask import request\nfrom app.jobs import Job\nimport app.tools\ndef a():\n    Job(request.args['c']).go()\ndef b():\n    app.tools.run(request.args['c'])\n",
    },
    {
      path: 'app/jobs.py',
      text: 'import os\nclass Job:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        os.popen(self.c)\n',
    },
    { path: 'app/tools.py', text: 'import os\ndef run(c):\n    os.system(c)\n' },
    {
      path: 'web/a.ts',
      text: "import { run } from './b';\nimport type { Request, Response } from 'express';\nexport const h = (q: Request, s: Response) => { run(q.query.c as string); };\n",
    },
    { path: 'web/b.ts', text: "import { exec } from 'node:child_process';\nexport function run(c: string): void { exec(c); }\n" },
  ];
  const expected = ['code.command-injection app/jobs.py:6', 'code.command-injection app/tools.py:3', 'code.command-injection web/b.ts:2'];
  assert.deepEqual(places((await scanCode(files)).findings), expected);
  assert.deepEqual(places((await scanCode(files, { workers: 2 })).findings), expected);
});

test('data flows through packages of Go and modules of Rust', async () => {
  const go = [
    { path: 'go.mod', text: 'module example.com/shop\n' },
    {
      path: 'web/main.go',
      text: 'package main\nimport ("net/http"; "example.com/shop/store"; "example.com/other/run")\nfunc h(w http.ResponseWriter, r *http.Request) {\n\ts := store.New()\n\ts.Find(r.FormValue("n"))\n\trun.Shell(r.FormValue("c"))\n}\n',
    },
    {
      path: 'store/store.go',
      text: 'package store\nimport "database/sql"\ntype Store struct { db *sql.DB }\nfunc New() *Store { return &Store{} }\n',
    },
    { path: 'store/find.go', text: 'package store\nfunc (s *Store) Find(n string) { s.db.Query(build(n)) }\n' },
    { path: 'store/build.go', text: 'package store\nfunc build(n string) string { return "select 1 where n = " + n }\n' },
    { path: 'run/run.go', text: 'package run\nimport "os/exec"\nfunc Shell(c string) { exec.Command(c).Run() }\n' },
  ];
  const rust = [
    {
      path: 'app/src/main.rs',
      text: 'mod db;\nmod tools;\nuse axum::extract::Query;\nuse crate::db::*;\nasync fn h(Query(n): Query<String>) { let s = Store::new(); s.find(&n); tools::shell(&n); }\n',
    },
    {
      path: 'app/src/db/mod.rs',
      text: 'mod find;\npub struct Store { pub c: rusqlite::Connection }\nimpl Store { pub fn new() -> Self { open() } }\n',
    },
    {
      path: 'app/src/db/find.rs',
      text: 'use super::Store;\nimpl Store { pub fn find(&self, n: &str) { self.c.execute(&format!("delete from t where n = {}", n), []); } }\n',
    },
    {
      path: 'app/src/tools.rs',
      text: 'use std::process::Command;\npub fn shell(c: &str) { Command::new("sh").arg("-c").arg(c).spawn(); }\n',
    },
  ];
  const proven = (found: readonly CodeFinding[]): string[] => places(found.filter(({ confidence }) => confidence > 0.5));
  assert.deepEqual(proven((await scanCode(go)).findings), ['code.sql-injection store/find.go:2']);
  assert.deepEqual(proven((await scanCode(rust)).findings), [
    'code.sql-injection app/src/db/find.rs:2',
    'code.command-injection app/src/tools.rs:2',
  ]);
});

test('what a condition proves is no finding', async () => {
  const body = (test: string): string =>
    `import os\nfrom flask import request\nNAMES = ['a', 'b']\ndef f():\n    x = request.args['x']\n${test}`;
  const safe = [
    "    if x not in NAMES:\n        return ''\n    os.system(x)\n",
    "    os.system(x if x in NAMES else 'a')\n",
    '    if x.isalnum() and True:\n        os.system(x)\n',
  ];
  for (const text of safe) assert.deepEqual((await scanCode([{ path: 'a.py', text: body(text) }])).findings, [], text);
  const unsafe = ['    if x not in NAMES:\n        os.system(x)\n', '    if x in NAMES:\n        pass\n    os.system(x)\n'];
  for (const text of unsafe) assert.equal((await scanCode([{ path: 'a.py', text: body(text) }])).findings.length, 1, text);
});

test('the audit tier names sinks without a known flow, and only when asked', async () => {
  const files = [{ path: 'a.py', text: 'import os\nos.remove(compose())\nos.remove("ls")\n' }];
  assert.deepEqual((await scanCode(files)).findings, []);
  const { findings } = await scanCode(files, { audit: true });
  assert.deepEqual(places(findings), ['code.path-traversal a.py:2']);
  assert.equal(findings[0]?.audit, true);
});

test('hostile files are bounded and named, and the others are still scanned', async () => {
  const deep = '('.repeat(100_000);
  const files = [
    { path: 'a.py', text: SINK },
    { path: 'long.py', text: 'x = 1\n'.repeat(MAX_FILE_LENGTH / 5) },
    { path: 'minified.js', text: `var a=1;${'f(a);'.repeat(10_000)}` },
    { path: 'binary.py', text: 'x = 1\0\0\0' },
    { path: 'deep.py', text: deep.replace(/(.{1000})/g, '$1\n') },
    { path: 'deep.js', text: '[\n'.repeat(100_000) },
    { path: 'chain.js', text: `x = ${'a +\n'.repeat(20_000)}1;` },
    { path: 'calls.js', text: `x${'.f(\n'.repeat(5000)}` },
    { path: 'surrogates.py', text: 'x = "\ud800"\n\udfff = 1\n' },
    { path: 'notes.txt', text: 'hello' },
  ];
  const { findings, notScanned } = await scanCode(files);
  assert.deepEqual(places(findings), ['code.command-injection a.py:4']);
  const named = new Set(notScanned.map(({ path }) => path));
  for (const path of ['long.py', 'minified.js', 'binary.py', 'deep.py', 'deep.js', 'chain.js', 'calls.js', 'notes.txt'])
    assert.ok(named.has(path), path);
});

test('recursion, mutual imports and growing values end', async () => {
  const files = [
    { path: 'a.py', text: 'from b import g\ndef f(x):\n    return g(x) + f(x)\n' },
    {
      path: 'b.py',
      text: 'from a import f\ndef g(x):\n    s = x\n    for i in x:\n        for j in x:\n            for k in x:\n                s = s + s\n                s = [s, s]\n    return f(s)\n',
    },
    {
      path: 'c.js',
      text: 'function a(f) { return f(f); }\na(a);\nconst y = (g) => g((x) => g(g(x)));\ny(y);\nlet s = "x"; while (s) { s = s + s; }\n',
    },
  ];
  const { notScanned } = await scanCode(files);
  assert.deepEqual(notScanned, []);
});
