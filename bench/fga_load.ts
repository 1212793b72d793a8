import { Agent, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import { generator } from './fga_world.ts';

// Asks a gate for checks over HTTP, from a process of its own: `node bench/fga_load.ts JSON`, one line of JSON. `fga.ts` runs it.

export type Load = {
  readonly port: number;
  readonly store: string;
  readonly users: number;
  readonly documents: number;
  readonly zipf: boolean;
  readonly consistency: string;
  readonly seconds: number;
  readonly seed: number;
  /** So many callers, each with its next question as soon as it has its answer; or so many questions a second, whatever the answers do. */
  readonly callers?: number;
  readonly rate?: number;
};

/** Milliseconds, each from when its question was due. */
export type Loaded = { readonly perSecond: number; readonly p50: number; readonly p99: number; readonly worst: number };

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const agent = new Agent({ keepAlive: true, maxSockets: 128 });
const pick = generator(load.seed);
// Zipf with exponent 1: the rank is the inverse of a uniform number on a logarithmic scale.
const rank = (below: number): number => Math.floor(Math.exp((pick(1_000_000) / 1_000_000) * Math.log(below)));
const one = load.zipf ? rank : pick;
const times: number[] = [];

function ask(due: number): Promise<void> {
  const [user, object] = [`user:u${one(load.users)}`, `document:d${one(load.documents)}`];
  const body = JSON.stringify({ tuple_key: { user, relation: 'viewer', object }, consistency: load.consistency });
  const headers = { 'content-length': body.length };
  return new Promise((resolve, reject) => {
    const to = { port: load.port, host: '127.0.0.1', agent, method: 'POST', path: `/stores/${load.store}/check`, headers };
    const sent = request(to, (reply) => {
      reply.resume();
      reply.on('end', () => {
        times.push(performance.now() - due);
        if (reply.statusCode === 200) resolve();
        else reject(new Error(`status ${reply.statusCode}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function closed(callers: number): Promise<void> {
  const until = performance.now() + load.seconds * 1_000;
  const caller = async (): Promise<void> => {
    while (performance.now() < until) await ask(performance.now());
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Looks each millisecond what is due: who waits for it in a loop takes a core from those who answer. */
async function paced(rate: number): Promise<void> {
  const sent: Promise<void>[] = [];
  const began = performance.now();
  for (let i = 0; i < rate * load.seconds;) {
    for (let due = began + (i * 1_000) / rate; i < rate * load.seconds && due <= performance.now(); due = began + (++i * 1_000) / rate)
      sent.push(ask(due));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
}

const began = performance.now();
await (load.rate === undefined ? closed(load.callers ?? 1) : paced(load.rate));
const perSecond = times.length / ((performance.now() - began) / 1_000);
times.sort((a, b) => a - b);
const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
console.log(JSON.stringify({ perSecond, p50: at(0.5), p99: at(0.99), worst: at(1) } satisfies Loaded));
agent.destroy();
