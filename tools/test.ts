import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKS } from './check.ts';
import { describeResult, runChecks } from './check/check.ts';
import { repositoryFiles } from './check/files.ts';
import { runTestFile, type FileResult } from './test/file.ts';
import { chromium } from './test/chromium.ts';
import { onnxRuntime } from './test/onnxruntime.ts';
import { postgres } from './test/postgres.ts';
import type { RunningService } from './test/service.ts';
import { createTally, type Tally } from './test/tally.ts';
import { TOP } from './top.ts';

/** What the tests need beside Node. */
const SERVICES = [postgres, chromium, onnxRuntime];
/** More files at once than two only makes each slower: many start processes of their own. */
const FILES_AT_ONCE = Math.min(2, availableParallelism());
const CACHE = join(TOP, '.cache');
const TIMES = join(CACHE, 'test-times.json');
/** What a file takes that starts the whole gate and was never run here. */
const SCENARIO_MS = 10_000;

const say = (text: string): void => console.log(text);

/** Runs the static checks and test files whose name contains `pattern`. Answers how many failed. */
async function main(pattern: string): Promise<number> {
  const tally = createTally(process.env['REQUIRE_SERVICES'] === '1');
  const checks = await runStaticChecks(pattern, tally);
  const files = longestFirst(await testFiles(pattern));
  // A mistyped pattern must not look like success.
  if (checks + files.length === 0) tally.check({ name: pattern, problems: ['nothing has this name'], ms: 0 });
  if (files.length > 0) await withServices((env) => runFiles(files, env, tally));
  say(tally.closing());
  return tally.failed;
}

async function runStaticChecks(pattern: string, tally: Tally): Promise<number> {
  const wanted = CHECKS.filter((check) => `check: ${check.name}`.includes(pattern));
  await runChecks(wanted, availableParallelism(), (result) => {
    tally.check(result);
    say(describeResult(result));
  });
  return wanted.length;
}

async function testFiles(pattern: string): Promise<string[]> {
  const files = await repositoryFiles((path) => /^(packages|tools)\/.*\.test\.ts$/.test(path) && path.includes(pattern));
  return files.map((file) => file.path);
}

/** Starts every service, runs, and stops them again, also when the run is interrupted. */
async function withServices(run: (env: NodeJS.ProcessEnv) => Promise<void>): Promise<void> {
  const running: RunningService[] = [];
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0)) await service.stop();
  };
  const interrupted = (): void => void stop().then(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const env: NodeJS.ProcessEnv = { ...process.env, NODE_COMPILE_CACHE: join(CACHE, 'compile') };
    for (const service of SERVICES) {
      const started = await service.start(say);
      if (started === undefined) say(`${service.name} is missing and may not be installed here: its tests are skipped`);
      else {
        running.push(started);
        Object.assign(env, started.env);
      }
    }
    await run(env);
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await stop();
  }
}

async function runFiles(files: readonly string[], env: NodeJS.ProcessEnv, tally: Tally): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const remove = (): void => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', remove);
  const waiting = [...files];
  const done: FileResult[] = [];
  const worker = async (): Promise<void> => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const result = await runTestFile(path, scratch, env);
      done.push(result);
      say(tally.file(result));
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
  await rememberTimes(done);
}

/** The file that took longest last time goes first, so that no long one runs alone at the end. */
function longestFirst(files: readonly string[]): string[] {
  const times = readTimes();
  const guess = (path: string): number => times[path] ?? (path.includes('/test/') ? SCENARIO_MS : 0);
  return [...files].sort((a, b) => guess(b) - guess(a));
}

function readTimes(): Record<string, number> {
  try {
    return JSON.parse(readFileSync(TIMES, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}

async function rememberTimes(done: readonly FileResult[]): Promise<void> {
  const times = { ...readTimes(), ...Object.fromEntries(done.map(({ path, ms }) => [path, ms])) };
  await mkdir(CACHE, { recursive: true });
  writeFileSync(TIMES, JSON.stringify(times));
}

if (import.meta.main) process.exitCode = (await main(process.argv[2] ?? '')) === 0 ? 0 : 1;
