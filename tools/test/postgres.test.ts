import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { postgres } from './postgres.ts';

// A temporary folder of our own (the user that runs PostgreSQL must be able to pass), so that what is left behind can be seen.
const own = mkdtempSync(join(tmpdir(), 'sallyport-own-'));
chmodSync(own, 0o755);
process.env['TMPDIR'] = own;
after(() => rmSync(own, { recursive: true }));

function reaches(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(url.port), url.hostname, () => socket.destroy());
    socket.on('error', () => resolve(false)).on('close', () => resolve(true));
  });
}

test('a cluster is started on a free port, with a password, and leaves nothing behind', async (t) => {
  delete process.env['SALLYPORT_TEST_POSTGRES'];
  if (!existsSync('/usr/lib/postgresql')) return t.skip('no PostgreSQL binaries where Debian puts them');
  const service = await postgres.start(() => {});
  assert.ok(service);
  const url = new URL(service.env['SALLYPORT_TEST_POSTGRES'] ?? '');
  assert.equal(url.hostname, '127.0.0.1');
  assert.ok(url.password.length >= 32);
  assert.equal(await reaches(url), true);
  await service.stop();
  assert.equal(await reaches(url), false);
  assert.deepEqual(readdirSync(own), []);
});

test('a URL in the environment is used as it is', async () => {
  process.env['SALLYPORT_TEST_POSTGRES'] = 'postgres://elsewhere/';
  const service = await postgres.start(() => {});
  assert.deepEqual(service?.env, {});
  await service?.stop();
});
