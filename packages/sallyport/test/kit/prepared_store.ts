import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';
import { readMigrations } from '../../src/store/migrate.ts';
import { TEMPLATE } from '../../src/store/pglite/template_pin.ts';
import { openStore } from '../../src/store/service.ts';

/** Beside the compile cache; thrown away with it. */
const CACHE = resolve(import.meta.dirname, '../../../../.cache/stores');
/** What decides how a fresh database looks, beside its migrations. */
const MAKERS = ['service.ts', 'migrate.ts', 'isolation.ts', 'pglite/template.ts'];

/**
 * Gives a data folder that does not exist yet the embedded database as the first start makes it: with all migrations, and no row. Each gate
 * would spend more than a second of processor time on that. The first start itself is tested by `src/store` and `package.test.ts`.
 */
export async function prepareStore(data: string): Promise<void> {
  const made = join(CACHE, await nameOfStore(), 'store');
  if (!existsSync(made)) await makeStore(dirname(made));
  mkdirSync(data, { recursive: true, mode: 0o700 });
  cpSync(made, join(data, 'store'), { recursive: true });
}

/** Another state of the sources has another name. */
async function nameOfStore(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([TEMPLATE, process.version]));
  for (const { sha256 } of await readMigrations()) hash.update(sha256);
  for (const file of MAKERS) hash.update(readFileSync(resolve(import.meta.dirname, '../../src/store', file)));
  return hash.digest('hex').slice(0, 16);
}

async function makeStore(folder: string): Promise<void> {
  const making = `${folder}.${randomBytes(4).toString('hex')}`;
  mkdirSync(making, { recursive: true, mode: 0o700 });
  const store = await openStore({ dir: making }, { logger: silentLogger, clock: systemClock });
  await store.close();
  try {
    renameSync(making, folder);
  } catch (thrown) {
    // Another test file has made it meanwhile.
    if (!existsSync(folder)) throw thrown;
    rmSync(making, { recursive: true });
  }
}
