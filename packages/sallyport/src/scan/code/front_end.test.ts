import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scanCode, type SourceFile } from './index.ts';

const FILES: readonly SourceFile[] = [
  { path: 'app/view.py', text: "from flask import request\nfrom app.jobs import Job\ndef a():\n    Job(request.args['c']).go()\n" },
  {
    path: 'app/jobs.py',
    text: 'import os\nclass Job:\n    def __init__(self, c):\n        self.c = c\n    def go(self):\n        os.popen(self.c)\n',
  },
  {
    path: 'web/a.ts',
    text: "import { run } from './b';\nexport const h = (q: Request) => { run(q.query.c as string); };\napp.get('/', h);\n",
  },
  { path: 'web/b.ts', text: "import { exec } from 'node:child_process';\nexport function run(c: string): void { exec(`ls ${c}`); }\n" },
  { path: 'go.mod', text: 'module example.com/m\n' },
  {
    path: 'main.go',
    text: 'package main\nimport ("net/http"; "example.com/m/run")\nconst big = 1e999\nfunc h(w http.ResponseWriter, r *http.Request) { run.Shell(r.FormValue("c"), -1) }\n',
  },
  { path: 'run/run.go', text: 'package run\nimport "os/exec"\nfunc Shell(c string, n int) { exec.Command("sh", "-c", c).Run() }\n' },
  {
    path: 'a.rs',
    text: 'struct S { n: String }\nimpl S { fn r(&self) { std::process::Command::new(&self.n).spawn(); } }\nfn main() { S { n: std::env::args().nth(1).unwrap() }.r(); }\n',
  },
  { path: 'notes.txt', text: 'hello' },
  { path: 'deep.js', text: '[\n'.repeat(2000) },
];

class MemoryCache {
  readonly entries = new Map<string, Uint8Array>();
  hits = 0;

  get(key: string): Uint8Array | undefined {
    const bytes = this.entries.get(key);
    if (bytes !== undefined) this.hits++;
    return bytes?.slice();
  }

  put(key: string, bytes: Uint8Array): void {
    this.entries.set(key, bytes.slice());
  }
}

const plain = await scanCode(FILES);

test('what was parsed before, or by threads, gives the same findings', async () => {
  const cache = new MemoryCache();
  const told = ({ findings, notScanned }: typeof plain): unknown => ({ findings, notScanned });
  assert.ok(plain.findings.length >= 4);
  assert.deepEqual(told(await scanCode(FILES, { cache })), told(plain));
  assert.equal(cache.hits, 0);
  assert.deepEqual(told(await scanCode(FILES, { cache })), told(plain));
  assert.equal(cache.hits, FILES.length - 2);
  const filler = { path: 'long.py', text: '# x\n'.repeat(200_000) };
  const many = [...FILES, filler, { ...filler, path: 'longer.py' }];
  assert.deepEqual(told(await scanCode(many, { workers: 2 })), told(plain));
});

test('damaged entries are parsed anew', async () => {
  const cache = new MemoryCache();
  await scanCode(FILES, { cache });
  let at = 0;
  for (const [key, bytes] of cache.entries) {
    const damaged = bytes.slice(0, at % 3 === 0 ? bytes.length - 5 : bytes.length);
    if (at % 3 === 1) damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] as number) ^ 0xff;
    if (at % 3 === 2) damaged.fill(0);
    cache.entries.set(key, damaged);
    at++;
  }
  assert.deepEqual((await scanCode(FILES, { cache })).findings, plain.findings);
});
