import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../top.ts';
import type { Outcome } from './report.ts';

/** What came of one test file. */
export type FileResult = { readonly path: string; readonly outcomes: readonly Outcome[]; readonly ms: number };

/** The longest that one file may run. A file that is over and does not end has left something open, which is a fault of its own. */
export const MAX_FILE_MS = 300_000;
/** Output of a failing file that is shown: its end says most. */
const MAX_SHOWN = 8_000;

const REPORTER = new URL('report.ts', import.meta.url).href;

/** Runs one test file in a process of its own; `scratch` is a folder for its report. */
export async function runTestFile(path: string, scratch: string, env: NodeJS.ProcessEnv, limit: number = MAX_FILE_MS): Promise<FileResult> {
  const start = performance.now();
  const report = join(scratch, `${path.replaceAll('/', '~')}.jsonl`);
  const args = [`--test-reporter=${REPORTER}`, `--test-reporter-destination=${report}`, path];
  const ended = await runNode(args, env, limit);
  const outcomes = readReport(report);
  const fault = faultOf(ended, outcomes);
  if (fault !== undefined)
    outcomes.push({ name: '(the file)', result: 'failed', detail: `${fault}\n${ended.output.slice(-MAX_SHOWN)}`.trim() });
  return { path, outcomes, ms: Math.round(performance.now() - start) };
}

type Ended = { readonly code: number | null; readonly late: boolean; readonly output: string };

function runNode(args: readonly string[], env: NodeJS.ProcessEnv, limit: number): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that at the time limit the processes which the file started end with it.
    // Without the mark of a surrounding test run, under which a file reports to that run instead of to its reporter.
    const own = { ...env };
    delete own['NODE_TEST_CONTEXT'];
    const child = spawn(process.execPath, args, { cwd: TOP, env: own, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let late = false;
    const take = (text: string): void => {
      output = (output + text).slice(-4 * MAX_SHOWN);
    };
    const end = (): void => endGroup(child.pid);
    const timer = setTimeout(() => {
      late = true;
      end();
    }, limit);
    process.once('exit', end);
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', end);
      // What the file started and left behind would otherwise hold its output open, and the machine's memory.
      end();
      resolve({ code, late, output });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}

function readReport(path: string): Outcome[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Outcome);
}

/** A file that fails without a failing test: it did not load, an error came after its tests, or it did not end. */
function faultOf(ended: Ended, outcomes: readonly Outcome[]): string | undefined {
  if (ended.late) return 'did not end within the time limit';
  const failed = outcomes.some((outcome) => outcome.result === 'failed');
  if (ended.code !== 0 && !failed) return `ended with exit code ${ended.code}`;
  if (outcomes.length === 0 && !failed) return 'holds no test';
  return undefined;
}
