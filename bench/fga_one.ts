import { performance } from 'node:perf_hooks';
import { createMemoryStore, Fga, Names, type Place } from '../packages/sallyport/src/fga/service.ts';
import { relationOf } from '../packages/sallyport/src/fga/models.ts';
import type { Question } from '../packages/sallyport/src/fga/queries.ts';
import { checkEvaluation, runWhole } from '../packages/sallyport/src/fga/run.ts';
import type { TenantId } from '../packages/sallyport/src/kernel/index.ts';
import { generator, MODEL, world } from './fga_world.ts';

// One size of the store in memory, in a process of its own: `node bench/fga_one.ts TUPLES`, one line of JSON. `fga_growth.ts` runs it.

/** Microseconds; `quiet` is the mean of the quietest thousand in a row, which says most on a machine that others use too. */
export type Spread = { readonly mean: number; readonly p50: number; readonly p99: number; readonly quiet: number };

export type Measured = {
  readonly tuples: number;
  /** The evaluation alone; the call that a program makes, with its validation and the choice of the model. */
  readonly engine: Spread;
  readonly call: Spread;
  /** Nanoseconds for one place of a chain of places in a block of memory as large as the store, each known only from the one before. */
  readonly chaseNs: number;
  readonly bytesPerTuple: number;
  readonly loadSeconds: number;
  readonly allowed: number;
  /** Milliseconds, in process. */
  readonly list1000: number;
  readonly filter100: number;
};

const QUESTION: Question = { model: '', contextual: [], context: {}, consistency: 'UNSPECIFIED' };
const CHECKS = 60_000;
const WARM_UP = 20_000;
const ROUND = 1_000;

const at = (sorted: readonly number[], part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
const sorted = (times: readonly number[]): number[] => [...times].sort((a, b) => a - b);
const mean = (times: readonly number[]): number => times.reduce((a, b) => a + b, 0) / times.length;

function spreadOf(times: readonly number[]): Spread {
  const rounds = Array.from({ length: Math.floor(times.length / ROUND) }, (_, i) => mean(times.slice(i * ROUND, (i + 1) * ROUND)));
  const order = sorted(times);
  return { mean: mean(times), p50: at(order, 0.5), p99: at(order, 0.99), quiet: Math.min(...rounds) };
}

/** Asks `CHECKS` questions that no one asked before, in rounds whose texts are ready before the clock runs. */
async function timed(questions: () => [string, string], ask: (user: string, object: string) => unknown): Promise<Spread> {
  const times: number[] = [];
  for (let made = 0; made < CHECKS; made += ROUND) {
    // As they come out of a request: flat strings.
    const round = JSON.parse(JSON.stringify(Array.from({ length: ROUND }, questions))) as [string, string][];
    for (const [user, object] of round) {
      const start = performance.now();
      const answer = ask(user, object);
      if (answer instanceof Promise) await answer;
      if (made >= WARM_UP) times.push((performance.now() - start) * 1_000);
    }
  }
  return spreadOf(times);
}

/** The quietest of ten runs of 100,000 steps along one random circle through all lines of a block. */
function chase(bytes: number): number {
  const lines = Math.ceil(bytes / 64);
  const block = new Int32Array(lines * 16);
  const pick = generator(3);
  const order = Int32Array.from({ length: lines }, (_, i) => i);
  // Sattolo's shuffle makes one circle.
  for (let i = lines - 1; i > 0; i--) {
    const j = pick(i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  for (let i = 0; i < lines; i++) block[i * 16] = (order[i] as number) * 16;
  let place = 0;
  let least = Infinity;
  for (let run = 0; run < 11; run++) {
    const start = performance.now();
    for (let i = 0; i < 100_000; i++) place = block[place] as number;
    if (run > 0) least = Math.min(least, (performance.now() - start) * 10);
  }
  return place < 0 ? NaN : least;
}

async function measure(size: number): Promise<Measured> {
  const names = new Names();
  const memory = createMemoryStore(names, Date.now);
  const fga = await new Fga({ store: memory, names, clock: Date.now }).open();
  const place: Place = { tenant: 'bench' as TenantId, store: (await fga.createStore('bench' as TenantId, 'bench', 'bench')).id };
  await fga.writeModel(place, MODEL, 'bench');
  const table = memory.table(place);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const { users, documents, tuples } = world(size);
  for (const key of tuples()) table.add(key);
  const loadSeconds = (performance.now() - began) / 1_000;
  const bytes = process.memoryUsage.rss() - before;

  const model = await fga.models.get(place, '');
  const relation = relationOf(model, 'document', 'viewer');
  const pick = generator(11);
  const question = (): [string, string] => [`user:u${pick(users)}`, `document:d${pick(documents)}`];
  let allowed = 0;
  const engine = await timed(question, (user, object) => {
    const [answer] = runWhole(checkEvaluation(model, [{ user, relation, object }], {})(table, undefined));
    if (answer === true) allowed++;
  });
  const call = await timed(question, (user, object) => fga.queries.check(place, { user, relation: 'viewer', object }, QUESTION));

  const lists: number[] = [];
  const filters: number[] = [];
  for (let i = 0; i < 30; i++) {
    let start = performance.now();
    const { objects } = await fga.queries.listObjects(place, { type: 'document', relation: 'viewer', user: 'user:lister' }, QUESTION);
    lists.push(performance.now() - start);
    if (objects.length !== Math.min(1_000, documents)) throw new Error(`listed ${objects.length}`);
    const user = `user:u${pick(users)}`;
    const items = Array.from({ length: 100 }, () => ({
      key: { user, relation: 'viewer', object: `document:d${pick(documents)}` },
      contextual: [],
      context: {},
    }));
    start = performance.now();
    await fga.queries.batch(place, items, QUESTION);
    filters.push(performance.now() - start);
  }
  return {
    tuples: table.size,
    engine,
    call,
    chaseNs: chase(bytes),
    bytesPerTuple: bytes / table.size,
    loadSeconds,
    allowed: allowed / CHECKS,
    list1000: at(sorted(lists), 0.5),
    filter100: at(sorted(filters), 0.5),
  };
}

if (import.meta.main) console.log(JSON.stringify(await measure(Number(process.argv[2]))));
