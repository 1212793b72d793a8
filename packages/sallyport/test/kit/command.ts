import { silentLogger, systemClock } from '../../src/kernel/index.ts';

/** What a command printed, and its exit code. */
export type Finished = { readonly code: number; readonly stdout: string; readonly stderr: string };

/**
 * Runs a command that asks the server of its data folder, as the bin does, but in this process: starting another one takes half a second of
 * processor time. The bin's own process is run by `config.test.ts`, `package.test.ts`, and wherever no server runs.
 */
export async function runHere(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished> {
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
