#!/usr/bin/env node
import { jsonLogger, silentLogger, systemClock, type Logger } from '../kernel/index.ts';
import { runCli, terminalOf } from '../cli/index.ts';
import { SCAN_EXIT_CODES } from '../scan/commands.ts';
import { VERSION } from './version.ts';

/** The bin: every command of every module, and the process around them. */
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());

const logger: Logger = jsonLogger((line) => process.stderr.write(line), systemClock);
const given = process.argv.slice(2);
const commands =
  given[0] === 'scan' ? (await import('./scan_commands.ts')).scanOnly() : (await import('./commands.ts')).allCommands(logger);

process.exitCode = await runCli(given, commands, {
  version: VERSION,
  env: process.env,
  cwd: process.cwd(),
  stdout: terminalOf(process.stdout),
  stderr: terminalOf(process.stderr),
  clock: systemClock,
  signal: interrupt.signal,
  openLocal: async (where) =>
    (await import('./local.ts')).localApi(where, {
      env: process.env,
      clock: systemClock,
      logger: process.env['SALLYPORT_DEBUG'] === '1' ? logger : silentLogger,
    }),
  exitCodes: { CONFIG_INVALID: 2, CONFIG_MISSING: 2, MCP_SCAN_USAGE: 2, MCP_SCAN_PATH: 2, ...SCAN_EXIT_CODES },
});
// A pipe takes what was printed piece by piece, as its reader reads: to exit before that would cut a long answer off.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))));
// An embedded database or a kept connection must not keep a finished command alive.
process.exit();
