import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { startSallyport } from '../packages/sallyport/test/kit/sallyport.ts';

// What one tool call costs through the MCP gateway, over the same call to the server itself: `node bench/mcp.ts [--calls N]`.
// Calls alternate, so that what else the machine does meets both alike. The gate is a process of its own with its default policy, the server another one; each call's event is on disk.

const { values } = parseArgs({ options: { calls: { type: 'string', default: '3000' } } });
const calls = Number(values.calls);
const WARM_UP = 500;

const server = fork(join(import.meta.dirname, 'mcp_server.ts'));
const [url] = (await once(server, 'message')) as [string];
const gate = await startSallyport({ config: `mcp: { servers: [{ name: say, url: "${url}" }] }\n` });
const key = await gate.key();
const direct = new Pool(new URL(url).origin, { connections: 1, pipelining: 1 });
const through = new Pool(gate.gateway, { connections: 1, pipelining: 1 });

const text = 'Berlin: 14 °C, light rain, wind from the west. '.repeat(8);
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

async function call(pool: Pool, path: string, n: number): Promise<number> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: n, method: 'tools/call', params: { name: 'echo', arguments: { text, n }, _meta } });
  const started = performance.now();
  const reply = await pool.request({
    path,
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
      authorization: `Bearer ${key}`,
    },
    body,
  });
  const answer = await reply.body.text();
  const took = performance.now() - started;
  if (reply.statusCode !== 200 || answer.includes('"isError":true')) throw new Error(`${reply.statusCode} ${answer.slice(0, 300)}`);
  return took;
}

/** Processor time of the gate's main thread so far, in ms; what else the machine does is not in it. Linux only. */
function processor(): number {
  const path = `/proc/${gate.pid}/task/${gate.pid}/schedstat`;
  return existsSync(path) ? Number(readFileSync(path, 'utf8').split(' ', 1)[0]) / 1e6 : Number.NaN;
}

const times: { direct: number[]; through: number[] } = { direct: [], through: [] };
let used = 0;
for (let n = 0; n < WARM_UP + calls; n++) {
  if (n === WARM_UP) used = processor();
  const one = await call(direct, '/mcp', n);
  const other = await call(through, '/mcp/say', n);
  if (n < WARM_UP) continue;
  times.direct.push(one);
  times.through.push(other);
}
used = processor() - used;
const at = (all: number[], share: number): number => all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? 0;
const figure = (share: number): string =>
  `direct ${at(times.direct, share).toFixed(2)} ms, through the gate ${at(times.through, share).toFixed(2)} ms, cost ${(at(times.through, share) - at(times.direct, share)).toFixed(2)} ms`;
console.log(`${calls} calls, one after another`);
console.log(`p50  ${figure(0.5)}`);
console.log(`p90  ${figure(0.9)}`);
console.log(`p99  ${figure(0.99)}`);
console.log(`processor time of the gate's main thread: ${(used / calls).toFixed(2)} ms a call`);
await direct.close();
await through.close();
await gate.remove();
server.disconnect();
