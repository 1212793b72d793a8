import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { silentLogger } from '../kernel/index.ts';
import { parseCheckpoint, signCheckpoint, type Checkpoint } from './checkpoint.ts';
import { diskFiles } from './file_port.ts';
import { genesis } from './frame.ts';
import { LOG, testKey } from './test/log_kit.ts';
import { MemoryFiles } from './test/memory_files.ts';
import { Witness, type WitnessPort } from './witness.ts';
import { openWitnessPort } from './witness_ports.ts';

const key = testKey();
const root = genesis('x').toString('hex');
const head = (size: number): Checkpoint =>
  signCheckpoint(
    {
      v: 1,
      log: LOG,
      size,
      root,
      last: root,
      time: 1_763_730_000_000 + size,
      segment: 1,
      state: 'open',
      previous: root,
      key: 'k',
      peaks: [root],
    },
    (bytes) => key.sign(bytes),
  );

test('the newest head waits while the witness is away, and is sent when it is back', async () => {
  const sent: number[] = [];
  let away = true;
  let now = 0;
  let closed = 0;
  const port: WitnessPort = {
    kind: 'webhook',
    send: (line) => (away ? Promise.reject(new Error('away')) : Promise.resolve(void sent.push(parseCheckpoint(line)?.size ?? -1))),
    close: () => void closed++,
  };
  const witness = new Witness(port, () => now, silentLogger);
  for (const size of [1, 2, 3]) {
    witness.offer(head(size));
    await turn();
  }
  assert.deepEqual([sent, witness.health.failing, witness.health.size], [[], 'away', undefined]);
  away = false;
  witness.poll();
  await turn();
  assert.deepEqual(sent, [], 'not before the pause is over');
  now = 1_000;
  witness.poll();
  await turn();
  assert.deepEqual([sent, witness.health.failing, witness.health.size], [[3], undefined, 3]);
  witness.offer(head(4));
  await witness.close();
  assert.deepEqual([sent, closed], [[3, 4], 1]);
});

test('file: lines are appended and synced; what leaves has no peaks', async () => {
  const files = new MemoryFiles();
  const port = openWitnessPort({ kind: 'file', path: '/elsewhere/witness.jsonl' }, files);
  const witness = new Witness(port, () => 0, silentLogger);
  for (const size of [1, 2]) {
    witness.offer(head(size));
    await turn();
    await turn();
  }
  await witness.close();
  const content = files.contents.get('/elsewhere/witness.jsonl')!;
  assert.equal(content.synced, content.bytes.length);
  const lines = content.bytes.toString().trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => parseCheckpoint(line)?.size),
    [1, 2],
  );
  assert.ok(!lines[0]!.includes('peaks'));
  assert.equal(port.read?.(), content.bytes.toString());
});

test('webhook: a POST with the line; only 2xx means that it was kept', async () => {
  const bodies: string[] = [];
  let status = 204;
  const server = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(`${request.method} ${request.headers['authorization']} ${body}`);
      response.writeHead(status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/heads`;
  const port = openWitnessPort({ kind: 'webhook', url, headers: { authorization: 'Bearer w' } }, diskFiles);
  await port.send('{"v":1}');
  assert.deepEqual(bodies, ['POST Bearer w {"v":1}\n']);
  status = 500;
  await assert.rejects(port.send('{"v":1}'), { code: 'WITNESS_REFUSED' });
  server.close();
  server.closeAllConnections();
  await assert.rejects(port.send('{"v":1}'));
});

/** Everything that one connection sends. */
function received(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.once('connection', (socket) => {
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
    });
  });
}

test('syslog: RFC 5424 over UDP, TCP with octet counting, and a unix socket', async () => {
  const line = '{"time":1763730000000,"v":1}';
  const message = /^<109>1 2025-11-21T13:00:00\.000Z \S+ sallyport \d+ checkpoint - (\{.*\})$/;
  const udp = createSocket('udp4').bind(0, '127.0.0.1');
  await once(udp, 'listening');
  const datagram = once(udp, 'message') as Promise<[Buffer]>;
  await openWitnessPort({ kind: 'syslog', address: `udp://127.0.0.1:${udp.address().port}` }, diskFiles).send(line);
  assert.equal(message.exec((await datagram)[0].toString())?.[1], line);
  udp.close();
  const folder = mkdtempSync(join(tmpdir(), 'audit-syslog-'));
  for (const where of [0, join(folder, 'log.sock')]) {
    const server = createServer().listen(...([where, ...(where === 0 ? ['127.0.0.1'] : [])] as [number, string]));
    await once(server, 'listening');
    const address = where === 0 ? `tcp://127.0.0.1:${(server.address() as AddressInfo).port}` : `unix:${where}`;
    const got = received(server);
    await openWitnessPort({ kind: 'syslog', address }, diskFiles).send(line);
    const text = await got;
    const length = Number(text.split(' ')[0]);
    const body = text.slice(text.indexOf(' ') + 1);
    assert.deepEqual([body.length, message.exec(body)?.[1]], [length, line]);
    server.close();
    await assert.rejects(openWitnessPort({ kind: 'syslog', address }, diskFiles).send(line), 'a collector that is away is told');
  }
  rmSync(folder, { recursive: true });
});
