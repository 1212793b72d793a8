import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger, systemClock } from '../../src/kernel/index.ts';

/** What a command printed, and its exit code. */
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Commands that show what the database lists of the event log, which follows it by some milliseconds. */
const LISTED = new Set(['events', 'audit', 'content']);
/** Under load it never follows to the end. */
const PATIENCE_MS = 2_000;

/** As `runHere`, but not before the list of events holds what was recorded: another process would have taken longer to start. */
export async function runListed(args: readonly string[], env: NodeJS.ProcessEnv, place: readonly string[]): Promise<Finished> {
  if (LISTED.has(args[0] ?? '')) {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(20)) {
      const { code, stdout } = await runHere(['audit', 'status', '--json', ...place], env);
      if (code !== 0 || (JSON.parse(stdout) as { projectionLag: number }).projectionLag === 0) break;
    }
  }
  return runHere([...args, ...place], env);
}

/**
 * Runs a command that asks the server of its data folder, as the bin does, but in this process: starting another one takes half a second of
 * processor time. The bin's own process is run by `config.test.ts`, `package.test.ts`, and wherever no server runs.
 */
async function runHere(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
  const { runCli } = await import('../../src/cli/index.ts');
  const { allCommands } = await import('../../src/app/commands.ts');
  const { exitCodeOf } = await import('../../src/app/exit_code.ts');
  const printed = { stdout: '', stderr: '' };
  const terminal = (name: keyof typeof printed) => ({
    write: (text: string): void => void (printed[name] += text),
    isTTY: false,
    columns: undefined,
  });
  const code = await runCli(args, allCommands(silentLogger), {
    version: 'test',
    env,
    cwd: process.cwd(),
    stdout: terminal('stdout'),
    stderr: terminal('stderr'),
    clock: systemClock,
    signal: new AbortController().signal,
    openLocal: () => Promise.reject(new Error('no server runs for this data folder')),
    exitCode: exitCodeOf,
  });
  return { code, ...printed };
}
