import { basename, resolve } from 'node:path';
import type { LocalApi, LocalPlace } from '../cli/index.ts';
import { problemLines, readConfigFile } from './config.ts';
import { fail } from './errors.ts';
import { openApp } from './open.ts';
import type { UpDeps } from './up.ts';

/** The control API in this process, for a command when no server runs: the same services, opened and closed around it; nothing listens. */
export async function localApi(where: LocalPlace, deps: UpDeps): Promise<LocalApi> {
  const file = where.configFile ?? resolve('sallyport.yaml');
  const loaded = readConfigFile(file, where.configFile !== undefined);
  if (!loaded.ok) throw fail('CONFIG_INVALID', { say: `\n${problemLines(basename(file), loaded.problems).join('\n')}\n` });
  const app = await openApp({
    dataDir: where.dataDir,
    config: loaded.config,
    ...deps,
    onFatal: (error) => deps.logger.error('stopping', { reason: error.message }),
  });
  return { client: app.control.client(where.tenant), close: () => app.close() };
}
