import { writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { listenFga, plainChange } from '../packages/sallyport/test/kit/fga.ts';
import { ephemeralPostgres } from '../packages/sallyport/test/kit/postgres.ts';
import { Secret, silentLogger, systemClock, type TenantId } from '../packages/sallyport/src/kernel/index.ts';
import { openStore } from '../packages/sallyport/src/store/service.ts';
import { insertTuples } from '../packages/sallyport/src/fga/store.ts';
import { createSqlStore, Fga, Names, type Place } from '../packages/sallyport/src/fga/service.ts';
import type { Question } from '../packages/sallyport/src/fga/queries.ts';
import type { TupleKey } from '../packages/sallyport/src/fga/tuple.ts';
import { growth } from './fga_growth.ts';
import { generator, MODEL, world } from './fga_world.ts';

// What authorization costs: documents in folders five deep, seen by groups nested three deep. In process, over sizes: `node bench/fga.ts
// [--sizes A,B] [--passes N] [--plot FILE.svg]`; over HTTP: `node bench/fga.ts --postgres [--tuples N] [--seconds S]`.

const { values } = parseArgs({
  options: {
    tuples: { type: 'string', default: '1000000' },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    postgres: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    passes: { type: 'string', default: '1' },
    plot: { type: 'string' },
  },
});
const TENANT = 'bench' as TenantId;
const at = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
type Pickers = readonly [user: () => number, document: () => number];
const sortedOf = (times: number[]): number[] => times.sort((a, b) => a - b);
const QUESTION: Question = { model: '', contextual: [], context: {}, consistency: 'HIGHER_CONSISTENCY' };
const rows: Record<string, string | number>[] = [];
const note = (what: string, figures: Record<string, string | number>): void => {
  rows.push({ what, ...figures });
  console.log(what, JSON.stringify(figures));
};

async function overPostgres(size: number): Promise<void> {
  const database = await ephemeralPostgres();
  if (database === undefined) return console.log('no PostgreSQL here');
  const store = await openStore({ url: new Secret(database.url) }, { logger: silentLogger, clock: systemClock });
  const names = new Names();
  const sql = createSqlStore(store, plainChange(store), Date.now);
  const fga = await new Fga({ store: sql, names, clock: Date.now }).open();
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
  const server = await listenFga(fga, TENANT);
  const { port } = server;
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const ask = (user: string, object: string, consistency: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const body = JSON.stringify({ tuple_key: { user, relation: 'viewer', object }, consistency });
      const sent = request(
        {
          port,
          host: '127.0.0.1',
          agent,
          method: 'POST',
          path: `/stores/${place.store}/check`,
          headers: { 'content-length': body.length },
        },
        (reply) => {
          reply.resume();
          reply.on('end', () => (reply.statusCode === 200 ? resolve() : reject(new Error(`status ${reply.statusCode}`))));
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const pick = generator(13);
  // Zipf with exponent 1: the rank is the inverse of a uniform number on a logarithmic scale.
  const zipf = (below: number): number => Math.floor(Math.exp((pick(1_000_000) / 1_000_000) * Math.log(below)));
  const measured = async (
    what: string,
    consistency: string,
    load: (one: (start?: number) => Promise<void>) => Promise<void>,
    pickers: Pickers,
  ) => {
    const times: number[] = [];
    const before = sql.loader.statements;
    const cpu = process.cpuUsage();
    const [user, document] = pickers;
    const began = performance.now();
    await load(async (start = performance.now()) => {
      await ask(`user:u${user()}`, `document:d${document()}`, consistency);
      times.push(performance.now() - start);
    });
    const { user: own, system } = process.cpuUsage(cpu);
    sortedOf(times);
    const perSecond = times.length / ((performance.now() - began) / 1_000);
    note(what, {
      'per s': Math.round(perSecond),
      p50ms: at(times, 0.5).toFixed(1),
      p99ms: at(times, 0.99).toFixed(1),
      'CPU ms': ((own + system) / 1_000 / times.length).toFixed(3),
      'statements per check': ((sql.loader.statements - before) / times.length).toFixed(3),
    });
    return perSecond;
  };
  const seconds = Number(values.seconds);
  /** So many callers, each with its next question as soon as it has its answer. */
  const closed =
    (workers: number) =>
    async (one: (start?: number) => Promise<void>): Promise<void> => {
      const until = performance.now() + seconds * 1_000;
      await Promise.all(
        Array.from({ length: workers }, async () => {
          while (performance.now() < until) await one();
        }),
      );
    };
  /** So many questions a second whatever the answers do; the time of each counts from when it was due. */
  const paced =
    (rate: number) =>
    async (one: (start?: number) => Promise<void>): Promise<void> => {
      const sent: Promise<void>[] = [];
      const began = performance.now();
      for (let i = 0; i < rate * seconds; i++) {
        const due = began + (i * 1_000) / rate;
        while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
        sent.push(one(due));
      }
      await Promise.all(sent);
    };
  const uniform: Pickers = [() => pick(users), () => pick(documents)];
  const high = 'HIGHER_CONSISTENCY';
  await measured(`warm-up over HTTP, PostgreSQL, ${size} tuples`, high, closed(16), uniform);
  await measured('check, 1 at once', high, closed(1), uniform);
  await measured('check, 8 at once', high, closed(8), uniform);
  const peak = await measured('check, 64 at once: the peak', high, closed(64), uniform);
  await measured('check, half the peak, at a fixed pace', high, paced(peak / 2), uniform);
  await measured('MINIMIZE_LATENCY, Zipf, 64 at once', 'MINIMIZE_LATENCY', closed(64), [() => zipf(users), () => zipf(documents)]);
  let start = performance.now();
  let first = 0;
  const query = { type: 'document', relation: 'viewer', user: 'user:lister' };
  await fga.queries.listObjects(place, query, QUESTION, () => ((first ||= performance.now() - start), true));
  start = performance.now();
  first = 0;
  await fga.queries.listObjects(place, query, QUESTION, () => ((first ||= performance.now() - start), true));
  note(`list objects over PostgreSQL, 1,000 of ${size}`, { ms: (performance.now() - start).toFixed(1), 'first ms': first.toFixed(1) });
  agent.destroy();
  server.close();
  await fga.close();
  await store.close();
  await database.stop();
}

if (values.postgres) {
  await overPostgres(Number(values.tuples));
  console.table(rows);
} else {
  const drawing = growth(values.sizes.split(',').map(Number), Number(values.passes));
  if (values.plot !== undefined) writeFileSync(values.plot, drawing);
}
