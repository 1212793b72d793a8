import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { selfSigned } from '../../test/kit/certificate.ts';
import { openServerTls } from './index.ts';

const LOOK_MS = 20;

test('a changed certificate is taken over without a restart; a wrong one is not', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-tls-'));
  const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
  const write = ({ cert, key }: { cert: string; key: string }): void => {
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key);
  };
  const said: string[] = [];
  const note = (message: string): void => void said.push(message);
  write(selfSigned('first.lan'));
  const tls = openServerTls(files, { info: note, warn: note, error: note }, LOOK_MS);
  const server = createServer(tls.options(), (_request, response) => response.end());
  tls.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    tls.close();
    server.close();
    rmSync(dir, { recursive: true });
  });
  const { port } = server.address() as AddressInfo;
  const shown = async (): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const name = String(socket.getPeerCertificate().subject.CN);
    socket.destroy();
    return name;
  };
  assert.equal(await shown(), 'first.lan');

  write({ cert: selfSigned('mixed.lan').cert, key: selfSigned('other.lan').key });
  await until(() => said.length > 0);
  assert.deepEqual(said, ['new certificate not usable, the present one stays']);
  assert.equal(await shown(), 'first.lan');

  write(selfSigned('second.lan'));
  await until(() => said.length > 1);
  assert.equal(said.at(-1), 'certificate taken over');
  assert.equal(await shown(), 'second.lan');
});

test('files that cannot be used stop the start', () => {
  assert.throws(() => openServerTls({ cert: '/nowhere/cert.pem', key: '/nowhere/key.pem' }, { info() {}, warn() {}, error() {} }));
});

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 250 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  assert.ok(holds(), 'it did not come');
}
