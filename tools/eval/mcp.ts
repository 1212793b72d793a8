import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { silentLogger, type TenantId } from '../../packages/sallyport/src/kernel/index.ts';
import { openPins, type Pins } from '../../packages/sallyport/src/mcp/gateway/pins.ts';
import { CLEAN, KINDS } from '../../packages/sallyport/test/kit/definition_changes.ts';
import { connect } from '../../packages/sallyport/test/kit/mcp.ts';
import { startSallyport } from '../../packages/sallyport/test/kit/sallyport.ts';
import { openTestStore } from '../../packages/sallyport/test/kit/stores.ts';

// What pins of MCP servers see: `npm run eval:mcp -- [--changes N] [--restarts N]`. Changes of every kind of a clean server that are quarantined,
// and alarms about the reference servers, whose programs are started anew each time (each caller has processes of its own).

const { values } = parseArgs({ options: { changes: { type: 'string', default: '500' }, restarts: { type: 'string', default: '30' } } });
const tenant = 'default' as TenantId;

async function changes(count: number): Promise<void> {
  const made = await openTestStore('pglite');
  if (made === undefined) throw new Error('no store');
  const { store } = made;
  const time = { now: 1_700_000_000_000 };
  const pins: Pins = await openPins(
    {
      store,
      change: (whose, fn) => store.tx(whose, (sql) => fn(sql, () => Promise.resolve())),
      keyring: { tenant: () => Promise.resolve({ mac: () => Buffer.alloc(32, 7) }) } as never,
      pin: 'first_use',
    },
    // A minute passes between two looks: the bound on writings is not what is measured.
    { logger: silentLogger, clock: () => (time.now += 61_000) },
  );
  await pins.check(tenant, 'archive', CLEAN);
  const kinds = Object.entries(KINDS);
  const found = new Map(kinds.map(([kind]) => [kind, { all: 0, quarantined: 0, classified: 0 }]));
  let alarms = 0;
  for (let n = 0; n < count; n++) {
    const [kind, change] = kinds[n % kinds.length] as (typeof kinds)[number];
    const { definitions, key } = change(n);
    const row = found.get(kind);
    if (row === undefined) continue;
    row.all++;
    const standing = await pins.check(tenant, 'archive', definitions);
    if (standing.has(key) && standing.get(key) !== 'pinned') row.quarantined++;
    for (const [name, state] of standing) if (name !== key && state !== 'pinned') alarms++;
    const told = (await pins.list(tenant, 'archive')).find((pin) => `${pin.kind}\n${pin.name}` === key);
    if ((told?.changes.length ?? 0) > 0) row.classified++;
  }
  const sum = (member: 'all' | 'quarantined' | 'classified'): number => [...found.values()].reduce((all, row) => all + row[member], 0);
  for (const [kind, row] of found) console.log(`${kind.padEnd(16)} ${row.quarantined}/${row.all} quarantined, ${row.classified} told how`);
  console.log(
    `changes of ${kinds.length} kinds: ${sum('quarantined')}/${sum('all')} quarantined, ${sum('classified')} with a classified difference, ${alarms} alarms about others`,
  );
  await pins.close();
  await made.stop();
}

/** Starts a server for a new caller and looks at its list. On a busy machine the gate says for a moment that its store is late: that is no answer about a server. */
async function looked(...at: Parameters<typeof connect>): Promise<boolean> {
  for (let tries = 0; ; tries++) {
    try {
      const client = await connect(...at);
      const { tools } = await client.listTools();
      await client.close();
      return tools.length > 0;
    } catch (error) {
      if (tries >= 30) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}

async function restarts(count: number): Promise<void> {
  const program = (name: string): string => fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`));
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const args: Record<string, string[]> = { everything: ['stdio'], memory: [], filesystem: ['.'] };
  const names = Object.keys(args);
  const lines = names.map((name) =>
    JSON.stringify({ name, command: process.execPath, args: [program(name), ...(args[name] ?? [])], readable: [modules] }),
  );
  let gate = await startSallyport({ config: `mcp:\n  servers:\n${lines.map((line) => `    - ${line}\n`).join('')}` });
  let alarms = 0;
  let looks = 0;
  try {
    const reader = await gate.key('--permission', 'mcp:read');
    for (let n = 0; n < count; n++) {
      // Half way the gate itself begins anew too.
      if (n === Math.floor(count / 2)) {
        await gate.stop();
        gate = await gate.restart();
      }
      const key = await gate.key();
      for (const name of names) if (await looked(gate.gateway, `/mcp/${name}`, key)) looks++;
      const reply = await fetch(new URL('/api/mcp/pins', gate.console), { headers: { authorization: `Bearer ${reader}` } });
      const { pins } = (await reply.json()) as { pins: { server: string; kind: string; name: string; state: string }[] };
      for (const { server, kind, name, state } of pins)
        if (state !== 'pinned') {
          alarms++;
          console.log(`alarm after restart ${n}: ${server} ${kind} ${name} is ${state}`);
        }
    }
  } finally {
    await gate.remove();
  }
  console.log(`${count} restarts of ${names.length} servers (${looks} looks): ${alarms} alarms`);
}

await changes(Number(values.changes));
await restarts(Number(values.restarts));
