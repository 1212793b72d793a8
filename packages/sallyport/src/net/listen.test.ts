import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import { connect, createServer as createTcp, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isLoopback, listenOn, listenOnHosts } from './index.ts';

const make = (): Server => createServer((request, response) => response.end(request.url));
/** An address that no machine has: TEST-NET-1 (RFC 5737). */
const NOBODY = '192.0.2.1';

function fetchText(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host, port, path: `/${host}` }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => (text += chunk)).on('end', () => resolve(text));
    }).on('error', reject);
  });
}

/** Whether anything accepts connections there. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

test('loopback hosts are those that only this machine reaches; one other makes the list reachable', () => {
  assert.ok(isLoopback(['127.0.0.1', '::1', 'localhost']));
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'gate.example', '', '127.0.0.1.example', '::ffff:10.0.0.1'])
    assert.ok(!isLoopback(['127.0.0.1', host]), host);
});

test('one port answers on every host, and on none after it is closed', async () => {
  const listening = await listenOnHosts(make, ['127.0.0.1', '::1'], 0);
  assert.ok(listening.port > 0);
  assert.equal(await fetchText('127.0.0.1', listening.port), '/127.0.0.1');
  if (await answers('::1', listening.port)) assert.equal(await fetchText('::1', listening.port), '/::1');
  await listening.close();
  assert.ok(!(await answers('127.0.0.1', listening.port)));
  assert.ok(!(await answers('::1', listening.port)));
});

test('an address that this machine does not have is left out; when it has none, that is an error', async () => {
  const listening = await listenOnHosts(make, [NOBODY, '127.0.0.1'], 0);
  assert.equal(await fetchText('127.0.0.1', listening.port), '/127.0.0.1');
  await listening.close();
  await assert.rejects(listenOnHosts(make, [NOBODY], 0), { code: 'NET_NO_ADDRESS' });
});

test('a port that is taken on one host is taken: what was opened before it is closed again', async () => {
  const other = createTcp();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.2', resolve));
  after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(listenOnHosts(make, ['127.0.0.1', '127.0.0.2'], port), { code: 'NET_PORT_TAKEN', status: 409 });
  assert.ok(!(await answers('127.0.0.1', port)));
});

test('a fault of the system is not passed off as a taken port', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-listen-'));
  after(() => rmSync(folder, { recursive: true }));
  await assert.rejects(listenOn(make(), { path: join(folder, 'missing', 'a.sock') }), (error: NodeJS.ErrnoException) => {
    return error.code === 'ENOENT' || error.code === 'EACCES';
  });
  const path = join(folder, 'a.sock');
  const listening = await listenOn(make(), { path });
  assert.equal(listening?.port, 0);
  await assert.rejects(listenOn(make(), { path }), { code: 'NET_PORT_TAKEN' });
  await listening?.close();
});

test('closing waits for a request under way, and not for ever for a connection that says nothing', async () => {
  let finish: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let reply: (text: string) => void = () => {};
  const slow = (): Server =>
    createServer((_request, response) => {
      reply = (text) => response.end(text);
      finish();
    });
  const listening = await listenOnHosts(slow, ['127.0.0.1'], 0);
  const silent = connect(listening.port, '127.0.0.1');
  await new Promise((resolve) => silent.once('connect', resolve));
  silent.on('error', () => {});
  const text = fetchText('127.0.0.1', listening.port);
  await begun;
  const closed = listening.close();
  reply('late');
  assert.equal(await text, 'late');
  await closed;
});
