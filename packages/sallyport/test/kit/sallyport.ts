import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runListed, type Finished } from './command.ts';

const MAIN = resolve(import.meta.dirname, '../../src/app/main.ts');
/** A start on a busy machine; a healthy one takes under two seconds. */
const START_MS = 60_000;
/** Commands that do work of their own, and run as a process also while a server runs. */
const OWN_WORK = new Set(['store', 'mcp', 'scan', 'doctor', 'inspect', 'up']);

/** A running Sallyport: the real process, the real ports. */
export type Running = {
  readonly gateway: string;
  readonly console: string;
  /** The link for the first administrator; null once there is one. */
  readonly setupUrl: string | null;
  readonly dir: string;
  readonly data: string;
  readonly config: string;
  readonly pid: number;
  /** Everything that the process has printed. */
  output(): string;
  /** Runs a command of the bin against the same data folder: in this process while the server runs. */
  cli(...args: string[]): Promise<Finished>;
  /** Makes a key and answers it. */
  key(...flags: string[]): Promise<string>;
  /** Ends it properly (SIGTERM) and waits. */
  stop(): Promise<number>;
  /** Ends it at once (SIGKILL) and waits. */
  kill(): Promise<void>;
  /** Starts it again on the same data. */
  restart(): Promise<Running>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
};

export type StartOptions = {
  /** Text of sallyport.yaml. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** Its folder; a fresh one by default. */
  readonly dir?: string;
  /** A command that runs it, such as strace with its options; it must become the process itself, for signals. */
  readonly through?: readonly string[];
  /** The program's file; the repository's own by default. */
  readonly main?: string;
};

/** Starts the bin with `up` on free ports and waits until it is ready. */
export async function startSallyport(options: StartOptions = {}): Promise<Running> {
  const main = options.main ?? MAIN;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  mkdirSync(dir, { recursive: true });
  const data = join(dir, 'data');
  const config = join(dir, 'sallyport.yaml');
  if (options.config !== undefined || !existsSync(config)) writeFileSync(config, options.config ?? '');
  const readyFile = join(dir, 'ready.json');
  rmSync(readyFile, { force: true });
  const env = { ...process.env, ...options.env };
  const command = [...(options.through ?? []), process.execPath];
  const child = spawn(
    command[0] ?? process.execPath,
    [
      ...command.slice(1),
      main,
      'up',
      '--config',
      config,
      '--data',
      data,
      '--gateway-port',
      '0',
      ...(options.flags?.includes('--console-port') === true ? [] : ['--console-port', '0']),
      '--ready-file',
      readyFile,
      ...(options.flags ?? []),
    ],
    { env, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const ended = new Promise<number>((resolve) => child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128))));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ready = await waitReady(child, readyFile, ended, () => output);
  const cli = (...args: string[]): Promise<Finished> => {
    const place = ['--data', data, '--config', config];
    const running = child.exitCode === null && child.signalCode === null;
    const here = running && options.main === undefined && !OWN_WORK.has(args[0] ?? '');
    return here ? runListed(args, env, place) : runCli([...args, ...place], env, undefined, main);
  };
  return {
    ...ready,
    dir,
    data,
    config,
    pid: child.pid as number,
    output: () => output,
    cli,
    async key(...flags) {
      const made = await cli('key', 'create', '--name', `test-${Math.random().toString(36).slice(2, 8)}`, '--json', ...flags);
      if (made.code !== 0) throw new Error(`key create failed: ${made.stderr}${made.stdout}`);
      return (JSON.parse(made.stdout) as { key: string }).key;
    },
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    restart: () => startSallyport({ ...options, dir }),
    async remove() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        await ended;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Runs the bin once and collects what it prints. */
export function runCli(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  input?: string,
  main: string = MAIN,
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    if (input !== undefined) child.stdin?.end(input);
    child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

async function waitReady(
  child: ChildProcess,
  file: string,
  ended: Promise<number>,
  output: () => string,
): Promise<{ gateway: string; console: string; setupUrl: string | null }> {
  const until = Date.now() + START_MS;
  const state = { over: false };
  void ended.then(() => (state.over = true));
  while (Date.now() < until && !state.over) {
    if (existsSync(file)) {
      const text = readFileSync(file, 'utf8');
      if (text.endsWith('}\n') || text.endsWith('}'))
        return JSON.parse(text) as { gateway: string; console: string; setupUrl: string | null };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill('SIGKILL');
  throw new Error(`sallyport did not start:\n${output()}`);
}
