import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { SandboxMachine } from './sandbox.ts';

/** Milliseconds that a program has to say whether it works. */
const PATIENCE = 5_000;
/** The first Node whose permission model refuses connections. */
const NODE_WITH_NETWORK = 25;

/** What this machine has to keep programs apart with. Each tool is tried, not only looked for. */
export async function readMachine(env: Readonly<Record<string, string | undefined>>): Promise<SandboxMachine> {
  const bwrap = find('bwrap', env);
  const alone = ['--unshare-all', '--die-with-parent', '--ro-bind', '/', '/'];
  const works = bwrap === undefined ? 'is not installed' : await problemOf(bwrap, [...alone, 'true']);
  const bounds =
    bwrap !== undefined &&
    works === undefined &&
    (await problemOf(bwrap, [...alone, '--size', '1048576', '--tmpfs', '/tmp', 'true'])) === undefined;
  const engines = [find('docker', env), find('podman', env)].filter((path) => path !== undefined);
  let container: string | undefined;
  for (const engine of engines) if ((await problemOf(engine, ['info'])) === undefined) container ??= engine;
  return {
    bubblewrap: works === undefined ? bwrap : undefined,
    bounds,
    withoutBubblewrap: works ?? '',
    container,
    node: Number(process.versions.node.split('.')[0]) >= NODE_WITH_NETWORK ? process.execPath : undefined,
    prlimit: find('prlimit', env),
    proc: existsSync('/proc/self/stat'),
  };
}

function find(program: string, { PATH = '' }: Readonly<Record<string, string | undefined>>): string | undefined {
  for (const folder of PATH.split(delimiter)) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** Undefined when the program ends well, else why not in one line. */
function problemOf(program: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(program, [...args], { timeout: PATIENCE, env: { PATH: process.env['PATH'] ?? '' } }, (error, _out, said) => {
      resolve(
        error === null ? undefined : `does not work here (${(said.split('\n')[0] ?? '').slice(0, 160) || error.message.slice(0, 160)})`,
      );
    });
  });
}
