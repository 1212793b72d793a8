import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { AppError } from '../kernel/index.ts';
import { guardedFetch, guardedPool, outboundUrl, systemResolver, type Resolve, type ResolvedAddress } from './index.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const at =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address): ResolvedAddress => ({ address, family: address.includes(':') ? 6 : 4 })));

async function code(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    assert.ok(error instanceof AppError, String(error));
    return error.code;
  }
  return 'ok';
}

test('odd spellings of a loopback or metadata address are seen through', async () => {
  const port = await serve((_req, res) => res.end('inside'));
  for (const host of [
    '127.0.0.1',
    '0177.0.0.1',
    '0x7f.1',
    '2130706433',
    '127.1',
    '１２７.0.0.1',
    '[::ffff:7f00:1]',
    '[::1]',
    '127.0.0.1.',
    '0.0.0.0',
  ]) {
    assert.equal(await code(guardedFetch(`http://${host}:${port}/`, { allow: 'public', plaintext: true })), 'NET_ADDRESS_REFUSED', host);
  }
  for (const host of [
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '169。254。169。254',
    '[fd00:ec2::254]',
    '[::ffff:169.254.169.254]',
    '[64:ff9b::a9fe:a9fe]',
  ]) {
    assert.equal(
      await code(guardedFetch(`http://${host}/latest/meta-data/`, { allow: 'as-written', plaintext: true })),
      'NET_ADDRESS_REFUSED',
      host,
    );
  }
});

test('addresses that are none are refused before anything is resolved', () => {
  for (const text of [
    'ftp://h/',
    'file:///etc/passwd',
    'http://user@h/',
    'http://u:p@h/',
    '//h/',
    'h:80',
    'http://h\n.example/',
    'http://a b/',
    'http://h../',
    'http://',
    `http://h/${'x'.repeat(9000)}`,
  ]) {
    assert.throws(() => outboundUrl(text), { code: 'NET_URL_REFUSED' }, text);
  }
  assert.equal(outboundUrl('https://EXAMPLE.com./x').origin, 'https://example.com');
  assert.equal(outboundUrl('https://bücher.example/').hostname, 'xn--bcher-kva.example');
});

test('a name is resolved once: a second, different answer is never asked for', async () => {
  const port = await serve((_req, res) => res.end('inside'));
  const answers = [at('127.0.0.1'), at('169.254.169.254')];
  let asked = 0;
  const resolve: Resolve = (name) => (answers[asked++] as Resolve)(name);
  const reply = await guardedFetch(`http://ollama.lan:${port}/`, { allow: 'as-written', resolve });
  assert.equal(reply.body.toString(), 'inside');
  assert.equal(asked, 1);
  assert.equal(await code(guardedFetch(`http://ollama.lan:${port}/`, { allow: 'as-written', resolve })), 'NET_ADDRESS_REFUSED');
});

test('one refused address among good ones refuses the name', async () => {
  assert.equal(
    await code(guardedFetch('https://mixed.example/', { allow: 'public', resolve: at('8.8.8.8', '10.0.0.1') })),
    'NET_ADDRESS_REFUSED',
  );
  assert.equal(
    await code(guardedFetch('https://mixed.example/', { allow: 'as-written', resolve: at('10.0.0.1', '169.254.169.254') })),
    'NET_ADDRESS_REFUSED',
  );
});

test('localhost as a name is private, and allowed only as written', async () => {
  const port = await serve((_req, res) => res.end('here'));
  assert.equal(await code(guardedFetch(`http://localhost:${port}/`, { allow: 'public', plaintext: true })), 'NET_ADDRESS_REFUSED');
  assert.equal(await code(guardedFetch(`http://localhost:${port}/`, { allow: 'as-written', resolve: at('::1', '127.0.0.1') })), 'ok');
});

test('plain http to a public address is refused unless asked for', async () => {
  assert.equal(await code(guardedFetch('http://8.8.8.8/', { allow: 'as-written' })), 'NET_PLAINTEXT_REFUSED');
  assert.equal(await code(guardedFetch('http://api.example/', { allow: 'as-written', resolve: at('8.8.8.8') })), 'NET_PLAINTEXT_REFUSED');
});

test('a redirect is a new address: checked as public, never to a private one, counted', async () => {
  let target = '';
  let seen = 0;
  const inner = await serve((_req, res) => {
    seen++;
    res.end('secret');
  });
  const port = await serve((_req, res) => res.writeHead(302, { location: target }).end());
  const go = (maxRedirects: number) =>
    guardedFetch(`http://hook.lan:${port}/`, { allow: 'as-written', resolve: at('127.0.0.1'), maxRedirects });
  target = `http://127.0.0.1:${inner}/`;
  assert.equal(await code(go(3)), 'NET_ADDRESS_REFUSED');
  target = 'http://169.254.169.254/latest/';
  assert.equal(await code(go(3)), 'NET_ADDRESS_REFUSED');
  target = 'file:///etc/passwd';
  assert.equal(await code(go(3)), 'NET_URL_REFUSED');
  target = `http://hook.lan:${port}/again`;
  assert.equal(await code(go(3)), 'NET_TOO_MANY_REDIRECTS');
  assert.equal((await go(0)).status, 302);
  assert.equal(seen, 0);
});

test('a redirect on the same origin is followed with the method the RFC asks for', async () => {
  const seen: string[] = [];
  const port = await serve((req, res) => {
    seen.push(`${req.method} ${req.url} ${req.headers['authorization'] ?? '-'} ${req.headers['content-type'] ?? '-'}`);
    if (req.url === '/end') res.end('done');
    else res.writeHead(req.url === '/keep' ? 307 : 303, { location: '/end' }).end();
  });
  const send = (path: string) =>
    guardedFetch(`http://127.0.0.1:${port}${path}`, {
      allow: 'as-written',
      method: 'POST',
      body: '{}',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      maxRedirects: 2,
    });
  assert.equal((await send('/turn')).url, `http://127.0.0.1:${port}/end`);
  await send('/keep');
  assert.deepEqual(seen, [
    'POST /turn Bearer k application/json',
    'GET /end Bearer k -',
    'POST /keep Bearer k application/json',
    'POST /end Bearer k application/json',
  ]);
});

test('size, time, compression and dead servers are bounded', async () => {
  const port = await serve((req, res) => {
    if (req.url === '/big') res.end(Buffer.alloc(5000));
    else if (req.url === '/endless') {
      const more = (): void => void (res.write(Buffer.alloc(1000)) && setImmediate(more));
      more();
    } else if (req.url === '/gzip') res.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
    else if (req.url === '/reset') res.socket?.resetAndDestroy();
  });
  const get = (path: string) => guardedFetch(`http://127.0.0.1:${port}${path}`, { allow: 'as-written', maxBytes: 4000, timeoutMs: 300 });
  assert.equal(await code(get('/big')), 'NET_TOO_LARGE');
  assert.equal(await code(get('/endless')), 'NET_TOO_LARGE');
  assert.equal(await code(get('/gzip')), 'NET_ENCODING');
  assert.equal(await code(get('/hang')), 'NET_TIMEOUT');
  assert.equal(await code(get('/reset')), 'NET_UNREACHABLE');
  const silent: Resolve = () => new Promise(() => {});
  assert.equal(await code(guardedFetch('https://slow.example/', { allow: 'public', timeoutMs: 100, resolve: silent })), 'NET_TIMEOUT');
});

test('what is not TLS on an https address is refused', async () => {
  const server = createTcp((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  assert.equal(await code(guardedFetch(`https://127.0.0.1:${port}/`, { allow: 'as-written' })), 'NET_UNREACHABLE');
  server.close();
});

test('a pool does not follow redirects and stays with its origin', async () => {
  const port = await serve((req, res) => res.writeHead(302, { location: 'http://169.254.169.254/' }).end(req.url));
  const pool = guardedPool(`http://127.0.0.1:${port}/ignored`, { allow: 'as-written' });
  const reply = await pool.request({ path: '/x', method: 'GET' });
  assert.equal(reply.statusCode, 302);
  assert.equal(await reply.body.text(), '/x');
  await pool.close();
  const closed = guardedPool(`http://127.0.0.1:${port}`, { allow: 'public', plaintext: true });
  await assert.rejects(closed.request({ path: '/', method: 'GET' }), { code: 'NET_ADDRESS_REFUSED' });
  await closed.destroy();
});

test('the resolver shares equal questions and asks two at a time', async () => {
  const open: (() => void)[] = [];
  let asked = 0;
  const resolve = systemResolver(() => {
    asked++;
    return new Promise((done) => open.push(() => done([{ address: '8.8.8.8', family: 4 }])));
  });
  const all = ['a', 'a', 'b', 'c', 'd'].map((name) => resolve(name));
  await new Promise(setImmediate);
  assert.equal(asked, 2);
  for (let i = 0; i < 4; i++) {
    open.shift()?.();
    await new Promise(setImmediate);
  }
  assert.equal((await Promise.all(all)).length, 5);
  assert.equal(asked, 4);
  const failing = systemResolver(() => Promise.reject(new Error('no')));
  await assert.rejects(failing('x'));
  await assert.rejects(failing('x'));
});
