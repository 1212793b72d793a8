import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifyLogs, type LogReader } from '../audit/index.ts';
import { silentLogger } from '../kernel/index.ts';
import { loadConfigured } from '../policy/index.ts';
import { openStore } from '../store/service.ts';
import { resolveReference, type Config } from './config.ts';
import { attempt, bad, doubtful, good, type Check } from './doctor_check.ts';
import { modesCheck } from './doctor_server.ts';

/** What is verified here at most: eight full segments, some seconds; `audit verify` takes any length and shows how far it is. */
const MAX_LOG_BYTES = 512 * 1024 * 1024;

export type StoppedPlace = {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: () => number;
};

/** Looks at the files and the store of a gate that does not run. The log is only read; `config` is undefined when it is wrong. */
export async function checkStopped(place: StoppedPlace, config: Config | undefined): Promise<readonly Check[]> {
  return [
    await attempt('event log', () => logCheck(join(place.dataDir, 'events'))),
    ...(config === undefined ? [] : [await attempt('store', () => storeCheck(place, config)), policyCheck(config)]),
  ];
}

function logCheck(folder: string): Check {
  const name = 'event log';
  if (!existsSync(folder)) return good(name, 'none yet');
  const reader = readerOf(folder);
  const size = reader.logs().reduce((sum, log) => sum + sizeOf(join(folder, log)), 0);
  if (reader.logs().length === 0) return good(name, 'none yet');
  if (size > MAX_LOG_BYTES)
    return doubtful(name, `${Math.round(size / 1e6)} MB are too much to be checked here.`, 'Run: sallyport audit verify');
  const { ok, summary, logs } = verifyLogs(reader);
  if (!ok) return bad(name, summary, 'Keep the folder as it is, and find out who changed it: `sallyport audit verify` says where.');
  const torn = logs.find((log) => log.torn !== undefined);
  return torn === undefined
    ? good(name, summary)
    : doubtful(
        name,
        `${summary} ${torn.torn?.bytes} bytes at the end of ${torn.log} are half a record.`,
        'A write was cut short; the next start cuts them off and records that.',
      );
}

/** The logs as files. Nothing is written, no lock is taken. */
function readerOf(folder: string): LogReader {
  return {
    logs: () => readdirSync(folder).filter((name) => statSync(join(folder, name)).isDirectory()),
    files: (log) => ({
      names: () => readdirSync(join(folder, log)),
      bytes(name) {
        const path = join(folder, log, name);
        return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
      },
    }),
  };
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** Opens the store as every command does, and closes it again. An embedded one that is not there yet is not made. */
async function storeCheck({ dataDir, env, clock }: StoppedPlace, config: Config): Promise<Check> {
  const url = config.store === undefined ? undefined : resolveReference(config.store.url, env);
  if (url === undefined && !existsSync(join(dataDir, 'store'))) return good('store', 'embedded; it will be made at the first start');
  const store = await openStore(url === undefined ? { dir: dataDir } : { url }, { logger: silentLogger, clock });
  try {
    await store.ping();
    return good('store', url === undefined ? 'embedded' : 'PostgreSQL');
  } finally {
    await store.close();
  }
}

/** As the configuration says; what operators switched since is in the store, and a running server knows it. */
function policyCheck(config: Config): Check {
  const loaded = loadConfigured(config, new Map(), new Set());
  return loaded.ok ? modesCheck(loaded.policy.rules) : bad('policy', 'It cannot be loaded.', 'Run: sallyport policy check');
}
