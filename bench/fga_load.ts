import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { generator } from './fga_world.ts';

// Asks a gate for checks over HTTP, from a process of its own: `node bench/fga_load.ts JSON`, one line of JSON. `fga.ts` runs it. It writes its requests
// and reads the answers by hand: with Node's client it takes as much of a core as those who answer, three times what it takes so.

export type Load = {
  readonly port: number;
  readonly key: string;
  /** Where checks of the store are asked. */
  readonly path: string;
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

/** Milliseconds, each from when its question was due. `asked`: all questions, with those of the warm-up, which is in no other figure. */
export type Loaded = {
  readonly asked: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
};

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const pick = generator(load.seed);
// Zipf with exponent 1: the rank is the inverse of a uniform number on a logarithmic scale.
const rank = (below: number): number => Math.floor(Math.exp((pick(1_000_000) / 1_000_000) * Math.log(below)));
const one = load.zipf ? rank : pick;
const times: number[] = [];

/** Connections that wait for no answer; the one used last is used first. */
const idle: Socket[] = [];
const head = `POST ${load.path} HTTP/1.1\r\nhost: 127.0.0.1:${load.port}\r\nauthorization: Bearer ${load.key}\r\ncontent-type: application/json\r\ncontent-length: `;

function ask(due: number): Promise<void> {
  const [user, object] = [`user:u${one(load.users)}`, `document:d${one(load.documents)}`];
  const body = JSON.stringify({ tuple_key: { user, relation: 'viewer', object }, consistency: load.consistency });
  const socket = idle.pop() ?? connect(load.port, '127.0.0.1').setNoDelay(true);
  socket.write(`${head}${body.length}\r\n\r\n${body}`);
  return new Promise((resolve, reject) => {
    let answer = '';
    const read = (chunk: Buffer): void => {
      answer += chunk.toString('latin1');
      const end = answer.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(answer)?.[1];
      if (end < 0 || answer.length < end + 4 + Number(length ?? NaN)) return;
      socket.off('data', read).off('error', reject);
      times.push(performance.now() - due);
      idle.push(socket);
      if (answer.startsWith('HTTP/1.1 200 ') && length !== undefined) resolve();
      else reject(new Error(answer));
    };
    socket.on('data', read).on('error', reject);
  });
}

async function closed(callers: number, seconds: number): Promise<void> {
  const until = performance.now() + seconds * 1_000;
  const caller = async (): Promise<void> => {
    while (performance.now() < until) await ask(performance.now());
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Looks each millisecond what is due: who waits for it in a loop takes a core from those who answer. */
async function paced(rate: number, seconds: number): Promise<void> {
  const sent: Promise<void>[] = [];
  const began = performance.now();
  for (let i = 0; i < rate * seconds;) {
    for (let due = began + (i * 1_000) / rate; i < rate * seconds && due <= performance.now(); due = began + (++i * 1_000) / rate)
      sent.push(ask(due));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(sent);
}

const run = (seconds: number): Promise<void> => (load.rate === undefined ? closed(load.callers ?? 1, seconds) : paced(load.rate, seconds));
// This process is new: its first requests open connections, and its code is not compiled yet.
await run(1);
const warm = times.length;
times.length = 0;
const began = performance.now();
await run(load.seconds);
const perSecond = times.length / ((performance.now() - began) / 1_000);
times.sort((a, b) => a - b);
const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
console.log(JSON.stringify({ asked: warm + times.length, perSecond, p50: at(0.5), p99: at(0.99), worst: at(1) } satisfies Loaded));
for (const socket of idle) socket.destroy();
