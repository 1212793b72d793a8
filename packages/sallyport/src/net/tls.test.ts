import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { selfSigned } from '../../test/kit/certificate.ts';
import { guardedFetch, type Resolve } from './index.ts';

const pair = selfSigned('model.lan');
const server = createServer(pair, (_req, res) => res.end('over tls')).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close().closeAllConnections());
const { port } = server.address() as AddressInfo;
const resolve: Resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);

test('a certificate that no trusted authority signed is refused', async () => {
  await assert.rejects(guardedFetch(`https://model.lan:${port}/`, { allow: 'as-written', resolve }), { code: 'NET_UNREACHABLE' });
});

test('the environment cannot switch verification off', async () => {
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
  try {
    await assert.rejects(guardedFetch(`https://model.lan:${port}/`, { allow: 'as-written', resolve }), { code: 'NET_UNREACHABLE' });
  } finally {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
  }
});

test('an authority that the operator names is trusted, for its own name only', async () => {
  const options = { allow: 'as-written', resolve, ca: pair.cert } as const;
  assert.equal((await guardedFetch(`https://model.lan:${port}/`, options)).body.toString(), 'over tls');
  await assert.rejects(guardedFetch(`https://other.lan:${port}/`, options), { code: 'NET_UNREACHABLE' });
});
