import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A piece of code and what it reads on standard input. */
export type Snippet = { readonly language: Language; readonly code: string; readonly input?: string; readonly seconds?: number };
export const LANGUAGES = ['python', 'node'] as const;
export type Language = (typeof LANGUAGES)[number];

/** How it ended. `stopped`: by which bound. Texts are cut at `MAX_OUTPUT`. */
export type Ran = {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly cut: boolean;
  readonly stopped?: 'time' | 'cancelled';
};

export const MAX_SECONDS = 50;
export const USUAL_SECONDS = 20;
/** Bytes of each stream: more would fill the context of the model that reads it. */
const MAX_OUTPUT = 64 * 1024;
/** For how long output is read after the program has ended. */
const LEFT_OPEN_MS = 1_000;

const PROGRAMS: Readonly<Record<Language, { readonly file: string; readonly command: string; readonly args: readonly string[] }>> = {
  // -I: neither the variables nor the folder of whoever starts it decide what is imported.
  python: { file: 'code.py', command: 'python3', args: ['-I', '-B'] },
  node: { file: 'code.mjs', command: process.execPath, args: ['--no-warnings'] },
};

/** Runs a snippet in a folder of its own, which is gone afterwards, with all that it started. Keeps nothing apart by itself: the sandbox around this process does. */
export async function runSnippet({ language, code, input = '', seconds = USUAL_SECONDS }: Snippet, signal: AbortSignal): Promise<Ran> {
  const { file, command, args } = PROGRAMS[language];
  const folder = mkdtempSync(join(tmpdir(), 'code-'));
  try {
    writeFileSync(join(folder, file), code);
    return await run(command, [...args, file], folder, { input, seconds: Math.min(seconds, MAX_SECONDS), signal });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Bounds = { readonly input: string; readonly seconds: number; readonly signal: AbortSignal };

function run(command: string, args: readonly string[], cwd: string, { input, seconds, signal }: Bounds): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, LANG: 'C.UTF-8' };
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    let stopped: Ran['stopped'];
    const stop = (why: NonNullable<Ran['stopped']>): void => {
      stopped ??= why;
      end(child.pid);
    };
    const timer = setTimeout(() => stop('time'), seconds * 1_000);
    const gone = (): void => stop('cancelled');
    signal.addEventListener('abort', gone, { once: true });
    if (signal.aborted) gone();
    const [out, err] = [gathered(child.stdout), gathered(child.stderr)];
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', gone);
    };
    child.once('error', (error) => {
      over();
      reject(error);
    });
    // What it has started and left behind ends with it. What took a session of its own is not found so: nobody waits for the output that it holds open.
    child.once('exit', () => {
      end(child.pid);
      setTimeout(() => [child.stdout, child.stderr].forEach((stream) => stream.destroy()), LEFT_OPEN_MS).unref();
    });
    child.once('close', (exit) => {
      over();
      const texts = { stdout: out.text(), stderr: err.text(), cut: out.cut() || err.cut() };
      resolve({ exit, ...texts, ...(stopped === undefined ? {} : { stopped }) });
    });
  });
}

/** Ends a process group. */
function end(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

function gathered(stream: NodeJS.ReadableStream): { text(): string; cut(): boolean } {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    // Read to its end, so that it does not hang on a full pipe; kept up to the bound.
    if (size < MAX_OUTPUT) chunks.push(chunk.subarray(0, MAX_OUTPUT - size));
    size += chunk.length;
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), cut: () => size > MAX_OUTPUT };
}
