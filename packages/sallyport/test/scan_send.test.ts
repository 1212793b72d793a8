import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSallyport, type Running } from './kit/sallyport.ts';

// Scans that are sent to a running Sallyport: the command, the routes, the permissions, the event.

let gate: Running;
let sender: string;
let reader: string;
const project = mkdtempSync(join(tmpdir(), 'sallyport-scan-'));

before(async () => {
  gate = await startSallyport();
  sender = await gate.key('--permission', 'scans:write');
  reader = await gate.key('--permission', 'scans:read', '--permission', 'events:read');
  writeFileSync(join(project, 'a.py'), 'import requests\nrequests.get(url, verify=False, timeout=3)\n');
  writeFileSync(join(project, 'package.json'), '{"dependencies": {"react": "19.0.0"}}');
});
after(async () => {
  await gate?.remove();
  rmSync(project, { recursive: true, force: true });
});

async function api(key: string, method: string, path: string, body?: object): Promise<{ status: number; json: Record<string, unknown> }> {
  const response = await fetch(`${gate.console}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function scan(key: string, kind: 'code' | 'packages'): Promise<{ code: number; stderr: string }> {
  const { execFile } = await import('node:child_process');
  const main = join(import.meta.dirname, '../src/app/main.ts');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [main, 'scan', kind, project, '--send', gate.console, '--project', 'shop', '--no-cache'].filter(
        (one) => kind === 'code' || one !== '--no-cache',
      ),
      { env: { ...process.env, SALLYPORT_KEY: key } },
      (error, _stdout, stderr) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, stderr }),
    );
  });
}

test('a scan is sent, listed with its findings and packages, and is an event', async () => {
  assert.equal((await scan(sender, 'code')).code, 1);
  assert.equal((await scan(sender, 'packages')).code, 0);
  const { json } = await api(reader, 'GET', '/api/scans');
  assert.deepEqual((json['scans'] as { project: string; kind: string }[]).map(({ project: name, kind }) => `${name} ${kind}`).toSorted(), [
    'shop code',
    'shop packages',
  ]);
  const found = (await api(reader, 'GET', '/api/scans/findings?project=shop')).json['findings'] as {
    rule: string;
    line: number;
    firstSeen: number;
  }[];
  assert.ok(found.some(({ rule, line }) => rule === 'code.tls-verification-off-web' || (rule.includes('tls') && line === 2)));
  assert.deepEqual((await api(reader, 'GET', '/api/scans/packages?project=shop')).json['packages'], ['pkg:npm/react@19.0.0']);
  assert.match(JSON.stringify((await api(reader, 'GET', '/api/events')).json), /scan\.received/);
  // The next scan takes the place of the last one; what stays keeps its first sight.
  writeFileSync(join(project, 'a.py'), 'print(1)\n');
  assert.equal((await scan(sender, 'code')).code, 0);
  assert.deepEqual((await api(reader, 'GET', '/api/scans/findings?project=shop')).json['findings'], []);
});

test('a key without the permission may neither send nor read, and the command says so', async () => {
  const { code, stderr } = await scan(reader, 'packages');
  assert.equal(code, 2);
  assert.match(stderr, /scans:write[\s\S]*SCAN_SEND/);
  assert.ok(!stderr.includes(reader));
  assert.equal((await api(sender, 'GET', '/api/scans')).status, 403);
  assert.equal((await api(reader, 'DELETE', '/api/scans?project=shop')).status, 403);
});

test('what is no scan is refused, and a project can be forgotten', async () => {
  const scanOf = (more: object): object => ({
    project: 'x',
    kind: 'code',
    version: '1',
    files: 1,
    notScanned: 0,
    findings: [],
    packages: [],
    ...more,
  });
  for (const wrong of [{ project: '../x y' }, { kind: 'model' }, { packages: ['react'] }, { findings: [{ code: 'secret' }] }, { more: 1 }])
    assert.equal((await api(sender, 'POST', '/api/scans', scanOf(wrong))).status, 400, JSON.stringify(wrong));
  assert.equal((await api(sender, 'POST', '/api/scans', scanOf({}))).status, 201);
  assert.equal((await api(sender, 'DELETE', '/api/scans?project=x')).status, 200);
  assert.equal((await api(sender, 'DELETE', '/api/scans?project=x')).status, 404);
});
