import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { performance } from 'node:perf_hooks';
import { ephemeralPostgres } from '../packages/sallyport/test/kit/postgres.ts';
import { startSallyport } from '../packages/sallyport/test/kit/sallyport.ts';
import { DEFAULT_TENANT, Secret, silentLogger, systemClock } from '../packages/sallyport/src/kernel/index.ts';
import { openStore } from '../packages/sallyport/src/store/service.ts';
import { insertTuples } from '../packages/sallyport/src/fga/store.ts';
import type { TupleKey } from '../packages/sallyport/src/fga/tuple.ts';
import type { Load, Loaded } from './fga_load.ts';
import { MODEL, world } from './fga_world.ts';
import { processorTime } from './processor_time.ts';

const LOAD = fileURLToPath(new URL('fga_load.ts', import.meta.url));
/** How often the streamed list is asked for; the first is the warm-up. */
const LISTS = 20;

export type Row = Readonly<Record<string, string | number>>;

/** What authorization costs over HTTP and PostgreSQL: a whole gate, the database and who asks, each in a process of its own. Tells rows of a table. */
export async function overPostgres(size: number, seconds: number, note: (row: Row) => void): Promise<void> {
  const database = await ephemeralPostgres();
  if (database === undefined) return note({ what: 'no PostgreSQL here' });
  // As `./run` starts it.
  const env = { NODE_OPTIONS: '--max-semi-space-size=16', MALLOC_ARENA_MAX: '2' };
  const gate = await startSallyport({ config: `store: { url: "${database.url}" }`, env });
  const key = await gate.key('--permission', 'fga:read', '--permission', 'fga:write');
  const stores = `${gate.gateway}/fga/stores`;
  const { id: store } = await posted(stores, key, { name: 'bench' });
  if (store === undefined) throw new Error('the gate made no store');
  await posted(`${stores}/${store}/authorization-models`, key, MODEL);
  const { users, documents, tuples } = world(size);
  await seed(database.url, store, tuples());
  await database.settle();
  let seedOfLoad = 13;
  const measured = async (what: string, load: Pick<Load, 'callers' | 'rate'>, cached = false): Promise<number> => {
    const { port } = new URL(gate.gateway);
    const asked = {
      users,
      documents,
      port: Number(port),
      key,
      path: `/fga/stores/${store}/check`,
      seconds,
      seed: seedOfLoad++,
      zipf: cached,
    };
    const before = await database.committed();
    const cpu = processorTime(gate.pid);
    const found = await run({ ...asked, ...load, consistency: cached ? 'MINIMIZE_LATENCY' : 'HIGHER_CONSISTENCY' });
    const used = processorTime(gate.pid) - cpu;
    note({
      what,
      'per s': Math.round(found.perSecond),
      'p50 ms': found.p50.toFixed(1),
      'p99 ms': found.p99.toFixed(1),
      'worst ms': found.worst.toFixed(1),
      'CPU ms': ((used * 1_000) / found.asked).toFixed(3),
      'statements per check': (((await database.committed()) - before) / found.asked).toFixed(3),
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
  note(await lists(`${stores}/${store}`, key, size));
  await gate.remove();
  await database.stop();
}

/** Writes the tuples into the gate's database, without the log of changes that a write by the API makes. */
async function seed(url: string, store: string, tuples: Iterable<TupleKey>): Promise<void> {
  const open = await openStore({ url: new Secret(url) }, { logger: silentLogger, clock: systemClock });
  let batch: TupleKey[] = [];
  const flush = (): Promise<void> => open.tx(DEFAULT_TENANT, (tx) => insertTuples(tx, DEFAULT_TENANT, store, batch, Date.now()));
  for (const key of tuples) {
    batch.push(key);
    if (batch.length < 10_000) continue;
    await flush();
    batch = [];
  }
  if (batch.length > 0) await flush();
  await open.close();
}

async function posted(url: string, key: string, body: object): Promise<{ readonly id?: string }> {
  const reply = await ask(url, key, body);
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
  return (await reply.json()) as { id?: string };
}

const ask = (url: string, key: string, body: object): Promise<Response> =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${key}` } });

async function run(load: Load): Promise<Loaded> {
  // Its own collections of garbage would count as ours.
  const child = spawn(process.execPath, ['--max-semi-space-size=64', LOAD, JSON.stringify(load)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number]>]);
  if (code !== 0) throw new Error(`the load ended with ${code}`);
  return JSON.parse(out) as Loaded;
}

/** A thousand objects, streamed over HTTP: until the first line, and until the end; the median of some. */
async function lists(store: string, key: string, size: number): Promise<Row> {
  const first: number[] = [];
  const all: number[] = [];
  for (let i = 0; i < LISTS; i++) {
    const start = performance.now();
    const question = { type: 'document', relation: 'viewer', user: 'user:lister', consistency: 'HIGHER_CONSISTENCY' };
    const reply = await ask(`${store}/streamed-list-objects`, key, question);
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
