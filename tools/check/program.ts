import { spawn } from 'node:child_process';
import { TOP } from '../top.ts';

export type Ran = { readonly code: number; readonly stdout: string; readonly output: string };

/** The longest that one check's program may take: the whole of `npm run check` stays under a minute. */
const MAX_MS = 120_000;

/** Runs a program of node_modules/.bin (or `node`) in `cwd`; `output` is both streams in the order of arrival. */
export function runProgram(name: string, args: readonly string[], cwd: string = TOP): Promise<Ran> {
  const file = name === 'node' ? process.execPath : `${TOP}/node_modules/.bin/${name}`;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: MAX_MS,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
    });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, stdout, output: signal === null ? output : `${output}\nended by ${signal}` }),
    );
  });
}
