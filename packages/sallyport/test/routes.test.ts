import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { gatewayConfig } from '../src/gateway/config.ts';
import { openApp } from '../src/app/open.ts';
import { VERSION } from '../src/app/version.ts';
import { routeTable } from '../src/control/index.ts';
import { silentLogger } from '../src/kernel/index.ts';

test('the whole table of control routes, and the paths of the gateway port: a new route, or a changed authority, shows here', async (context) => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-routes-'));
  const app = await openApp({
    dataDir: join(dir, 'data'),
    config: { gateway: gatewayConfig() },
    env: {},
    logger: silentLogger,
    clock: Date.now,
    onFatal: (error) => assert.fail(error),
  });
  try {
    context.assert.snapshot(routeTable(app.routes), { serializers: [String] });
    context.assert.snapshot(app.gateway.paths.join('\n'), { serializers: [String] });
  } finally {
    await app.close();
    rmSync(dir, { recursive: true, force: true });
  }
});

test('the version is the one of the package', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string };
  assert.equal(VERSION, version);
});
