import type { LocalApi, LocalPlace } from '../cli/index.ts';
import { configOf } from './config.ts';
import { openApp } from './open.ts';
import type { UpDeps } from './up.ts';

/** The control API in this process, for a command when no server runs: the same services, opened and closed around it; nothing listens. */
export async function localApi(where: LocalPlace, deps: UpDeps): Promise<LocalApi> {
  const app = await openApp({
    dataDir: where.dataDir,
    config: configOf(where.configFile).config,
    ...deps,
    onFatal: (error) => deps.logger.error('stopping', { reason: error.message }),
  });
  return { client: app.control.client(where.tenant), close: () => app.close() };
}
