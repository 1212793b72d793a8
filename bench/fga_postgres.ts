import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';
import { listenFga, plainChange } from '../packages/sallyport/test/kit/fga.ts';
import { ephemeralPostgres } from '../packages/sallyport/test/kit/postgres.ts';
import { keepHeap } from '../packages/sallyport/src/app/heap.ts';
import { Secret, silentLogger, systemClock, type TenantId } from '../packages/sallyport/src/kernel/index.ts';
import { openStore } from '../packages/sallyport/src/store/service.ts';
import { insertTuples } from '../packages/sallyport/src/fga/store.ts';
import { createSqlStore, Fga, Names, type Place } from '../packages/sallyport/src/fga/service.ts';
import type { TupleKey } from '../packages/sallyport/src/fga/tuple.ts';
import type { Load, Loaded } from './fga_load.ts';
import { MODEL, world } from './fga_world.ts';

const TENANT = 'bench' as TenantId;
const LOAD = fileURLToPath(new URL('fga_load.ts', import.meta.url));
/** How often the streamed list is asked for; the first is the warm-up. */
const LISTS = 20;

export type Row = Readonly<Record<string, string | number>>;

/** What authorization over HTTP and PostgreSQL costs: the engine in this process, the database and who asks in theirs. Answers rows of a table. */
export async function overPostgres(size: number, seconds: number, note: (row: Row) => void): Promise<void> {
  keepHeap();
  const database = await ephemeralPostgres();
  if (database === undefined) return note({ what: 'no PostgreSQL here' });
  const store = await openStore({ url: new Secret(database.url) }, { logger: silentLogger, clock: systemClock });
  const sql = createSqlStore(store, plainChange(store), Date.now);
  const fga = await new Fga({ store: sql, names: new Names(), clock: Date.now }).open();
  const place: Place = { tenant: TENANT, store: (await fga.createStore(TENANT, 'bench', 'bench')).id };
  await fga.writeModel(place, MODEL, 'bench');
  const { users, documents, tuples } = world(size);
  let batch: TupleKey[] = [];
  const flush = async (): Promise<void> => {
    await store.tx(TENANT, (tx) => insertTuples(tx, TENANT, place.store, batch, Date.now()));
    batch = [];
  };
  for (const key of tuples()) {
    batch.push(key);
    if (batch.length === 10_000) await flush();
  }
  if (batch.length > 0) await flush();
  await database.settle();
  const server = await listenFga(fga, TENANT);

  let seed = 13;
  const measured = async (what: string, load: Pick<Load, 'callers' | 'rate'>, cached = false): Promise<number> => {
    const asked = { users, documents, port: server.port, store: place.store, seconds, seed: seed++, zipf: cached };
    const statements = sql.loader.statements;
    const cpu = process.cpuUsage();
    const found = await run({ ...asked, ...load, consistency: cached ? 'MINIMIZE_LATENCY' : 'HIGHER_CONSISTENCY' });
    const { user, system } = process.cpuUsage(cpu);
    const count = found.perSecond * seconds;
    note({
      what,
      'per s': Math.round(found.perSecond),
      'p50 ms': found.p50.toFixed(1),
      'p99 ms': found.p99.toFixed(1),
      'worst ms': found.worst.toFixed(1),
      'CPU ms': ((user + system) / 1_000 / count).toFixed(3),
      'statements per check': ((sql.loader.statements - statements) / count).toFixed(3),
    });
    return found.perSecond;
  };
  await measured('warm-up', { callers: 16 });
  await measured('check, 1 at once', { callers: 1 });
  await measured('check, 8 at once', { callers: 8 });
  const peak = await measured('check, 64 at once: the peak', { callers: 64 });
  await measured('check, at 750 a second (half of the bar of 1,500)', { rate: 750 });
  await measured('check, at half the peak', { rate: Math.round(peak / 2) });
  await measured('MINIMIZE_LATENCY, Zipf, 64 at once', { callers: 64 }, true);
  note(await lists(`http://127.0.0.1:${server.port}/stores/${place.store}`, size));
  server.close();
  await fga.close();
  await store.close();
  await database.stop();
}

async function run(load: Load): Promise<Loaded> {
  // Its own collections of garbage would count as ours.
  const child = spawn(process.execPath, ['--max-semi-space-size=64', LOAD, JSON.stringify(load)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(out) as Loaded;
}

/** A thousand objects, streamed over HTTP: until the first line, and until the end; the median of some. */
async function lists(url: string, size: number): Promise<Row> {
  const first: number[] = [];
  const all: number[] = [];
  for (let i = 0; i < LISTS; i++) {
    const start = performance.now();
    const body = JSON.stringify({ type: 'document', relation: 'viewer', user: 'user:lister', consistency: 'HIGHER_CONSISTENCY' });
    const reply = await fetch(`${url}/streamed-list-objects`, { method: 'POST', body });
    let lines = 0;
    for await (const chunk of reply.body ?? []) {
      if (lines === 0) first.push(performance.now() - start);
      lines += Buffer.from(chunk).filter((byte) => byte === 0x0a).length;
    }
    all.push(performance.now() - start);
    if (lines !== 1_000) throw new Error(`${lines} objects`);
  }
  const median = (times: number[]): string => (times.slice(1).sort((a, b) => a - b)[LISTS >> 1] ?? 0).toFixed(1);
  const worst = (times: number[]): string => Math.max(...times.slice(1)).toFixed(1);
  const what = `list objects, 1,000 of ${size}, streamed`;
  return { what, 'first ms': median(first), 'first, worst': worst(first), 'all ms': median(all), 'all, worst': worst(all) };
}
