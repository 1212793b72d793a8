import { setFlagsFromString } from 'node:v8';
import { jsonLogger, silentLogger, systemClock, type Command, type Logger } from '../kernel/index.ts';
import { runCli, terminalOf } from '../cli/index.ts';
import { exitCodeOf } from './exit_code.ts';
import { VERSION } from './version.ts';

/** The bin: every command of every module, and the process around them. */
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());

const logger: Logger = jsonLogger((line) => process.stderr.write(line), systemClock);
const given = process.argv.slice(2);
const commands = await commandsFor(given[0]);

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
  exitCode: exitCodeOf,
});
// A pipe takes what was printed piece by piece, as its reader reads: to exit before that would cut a long answer off.
await Promise.all([process.stdout, process.stderr].map((stream) => new Promise<void>((done) => stream.write('', () => done()))));
// An embedded database or a kept connection must not keep a finished command alive.
process.exit();

/** The gate runs for months and a scan for a second: neither holds the modules of the other commands in memory. */
async function commandsFor(word: string | undefined): Promise<readonly Command[]> {
  if (word === 'up') return [(await import('./up.ts')).upCommand({ env: process.env, clock: systemClock, logger })];
  if (word === 'scan') {
    // Old objects are collected when there are a third more of them, not twice as many: a tenth more time, a fifth less memory.
    setFlagsFromString('--heap-growing-percent=30');
    return (await import('./scan_commands.ts')).scanOnly();
  }
  return (await import('./commands.ts')).allCommands(logger);
}
