import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addAuthorizationServer } from '../../src/app/authorization.ts';
import { readConfig } from '../../src/app/config.ts';
import { openApp, type App } from '../../src/app/open.ts';
import { createGatewayServer } from '../../src/gateway/service.ts';
import { machineSources } from '../../src/providers/service.ts';
import { listenOnHosts } from '../../src/net/index.ts';
import type { Logger } from '../../src/kernel/index.ts';
import type { Gate } from './oauth.ts';
import { ephemeralPostgres } from './postgres.ts';
import type { StoreKind } from './stores.ts';

/** The whole app in this process, on free ports, over either store: for tests that need several tenants, a clock of their own, or the services. */
export type Place = Gate & {
  readonly app: App;
  /** Lines of the log that warn of something or are faults. */
  readonly logged: string[];
  /** Moves this process's clock ahead. */
  advance(milliseconds: number): void;
  stop(): Promise<void>;
};

/** `undefined` when there is no PostgreSQL here (skip by name, see `skipReason`). */
export async function openPlace(kind: StoreKind, yaml = '', env: Readonly<Record<string, string>> = {}): Promise<Place | undefined> {
  const postgres = kind === 'postgres' ? await ephemeralPostgres() : undefined;
  if (kind === 'postgres' && postgres === undefined) return undefined;
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-place-'));
  const read = readConfig(`${yaml}\n${postgres === undefined ? 'content: findings' : `store: { url: "${postgres.url}" }`}\n`, {
    ...machineSources,
    env,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const logged: string[] = [];
  const log = (message: string, fields?: object): void => void logged.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const logger: Logger = { info: () => {}, warn: log, error: log };
  let ahead = 0;
  const fault = (error: Error): void => log('fatal', { reason: String(error) });
  const app = await openApp({
    dataDir: join(dir, 'data'),
    config: read.config,
    env,
    logger,
    clock: () => Date.now() + ahead,
    onFatal: fault,
  });
  const open = await listenOnHosts(
    () => createGatewayServer((request, response) => app.gateway.handle(request, response), undefined),
    ['127.0.0.1', '::1'],
    0,
  );
  addAuthorizationServer(app);
  const port = await app.control.listen({ hosts: ['127.0.0.1', '::1'], port: 0 });
  const place = { gateway: `http://localhost:${open.port}`, console: `http://localhost:${port}` };
  app.at(place.gateway, place.console);
  return {
    app,
    ...place,
    setupUrl: null,
    output: () => logged.join('\n'),
    logged,
    advance: (milliseconds) => void (ahead += milliseconds),
    async stop() {
      await open.close();
      await app.close();
      rmSync(dir, { recursive: true, force: true });
      await postgres?.stop();
    },
  };
}
