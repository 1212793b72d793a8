import { fork } from 'node:child_process';
import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { listenFga, modelOf, plainChange } from '../packages/sallyport/test/kit/fga.ts';
import { ephemeralPostgres } from '../packages/sallyport/test/kit/postgres.ts';
import { Secret, silentLogger, systemClock, type JsonObject, type TenantId } from '../packages/sallyport/src/kernel/index.ts';
import { createSqlStore, Fga, Names } from '../packages/sallyport/src/fga/service.ts';
import { openStore } from '../packages/sallyport/src/store/service.ts';

// Stale answers: two processes over one PostgreSQL, writes in one and checks in the other and the other way round. `node bench/fga_stale.ts
// [--operations N] [--workers N]`. Each worker owns an object, so that it knows what each answer must be; a check begins after its write was
// acknowledged. HIGHER_CONSISTENCY must never be wrong; MINIMIZE_LATENCY is counted beside it, and may be, until the announcement arrives.

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '100000' },
    workers: { type: 'string', default: '32' },
    serve: { type: 'string' },
  },
});
const TENANT = 'bench' as TenantId;
const MODEL = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define blocked: [user]
    define viewer: [user, group#member] but not blocked`;

/** One process: an engine with connections of its own, and OpenFGA's API on a free port. */
async function serve(url: string): Promise<{ readonly fga: Fga; readonly port: number; close(): Promise<void> }> {
  const store = await openStore({ url: new Secret(url) }, { logger: silentLogger, clock: systemClock });
  const fga = await new Fga({ store: createSqlStore(store, plainChange(store), Date.now), names: new Names(), clock: Date.now }).open();
  const server = await listenFga(fga, TENANT);
  return {
    fga,
    port: server.port,
    async close() {
      server.close();
      await fga.close();
      await store.close();
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 128 });

function post(port: number, path: string, value: JsonObject): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(value);
    const sent = request({ port, host: '127.0.0.1', agent, method: 'POST', path, headers: { 'content-length': body.length } }, (reply) => {
      let text = '';
      reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
      reply.on('end', () => (reply.statusCode === 200 ? resolve(JSON.parse(text) as JsonObject) : reject(new Error(text))));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function measure(): Promise<void> {
  const database = await ephemeralPostgres();
  if (database === undefined) return console.log('no PostgreSQL here');
  const own = await serve(database.url);
  const child = fork(import.meta.filename, ['--serve', database.url], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const other = await new Promise<number>((resolve) => child.once('message', (port) => resolve(Number(port))));
  const ports = [own.port, other];
  const { id } = await own.fga.createStore(TENANT, 'bench', 'bench');
  await own.fga.writeModel({ tenant: TENANT, store: id }, modelOf(MODEL), 'bench');
  const counts = { writes: 0, checks: 0, stale: 0, quick: 0, 'quick and stale': 0 };
  const operations = Number(values.operations);
  const began = performance.now();
  const worker = async (w: number): Promise<void> => {
    const user = `user:u${w}`;
    const ways = [
      { user, relation: 'viewer', object: `document:d${w}` },
      { user, relation: 'member', object: `group:g${w}` },
      { user, relation: 'blocked', object: `document:d${w}` },
    ];
    const there = [false, false, false];
    const key = { user, relation: 'viewer', object: `document:d${w}` };
    const check = async (port: number, consistency: string): Promise<boolean> =>
      (await post(port, `/stores/${id}/check`, { tuple_key: key, consistency }))['allowed'] === true;
    await post(ports[0] as number, `/stores/${id}/write`, {
      writes: { tuple_keys: [{ user: `group:g${w}#member`, relation: 'viewer', object: `document:d${w}` }] },
    });
    for (let turn = 0; counts.writes + counts.checks < operations; turn++) {
      const at = (turn * 7 + w) % 3;
      const way = ways[at] as (typeof ways)[number];
      const writer = ports[turn % 2] as number;
      await post(
        writer,
        `/stores/${id}/write`,
        there[at] === true ? { deletes: { tuple_keys: [way] } } : { writes: { tuple_keys: [way] } },
      );
      there[at] = there[at] !== true;
      counts.writes++;
      const expected = (there[0] === true || there[1] === true) && there[2] !== true;
      const answers = await Promise.all(ports.map((port) => check(port, 'HIGHER_CONSISTENCY')));
      counts.checks += answers.length;
      counts.stale += answers.filter((answer) => answer !== expected).length;
      counts.quick++;
      if ((await check(ports[(turn + 1) % 2] as number, 'MINIMIZE_LATENCY')) !== expected) counts['quick and stale']++;
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, (_, w) => worker(w)));
  console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - began) / 1_000), processes: 2 }));
  agent.destroy();
  child.disconnect();
  await new Promise((resolve) => child.once('exit', resolve));
  await own.close();
  await database.stop();
  if (counts.stale > 0) process.exitCode = 1;
}

if (values.serve === undefined) await measure();
else {
  const served = await serve(values.serve);
  process.send?.(served.port);
  process.once('disconnect', () => void served.close().then(() => process.exit(0)));
}
