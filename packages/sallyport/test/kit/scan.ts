import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';
import type { CommandContext } from '../../src/kernel/index.ts';
import { scanCommands, type ScanDeps } from '../../src/scan/commands.ts';
import type { ScanConfig } from '../../src/scan/config.ts';
import { scanPaths, type PathScan } from '../../src/scan/service.ts';
import type { ScanResult } from '../../src/scan/result.ts';

/** A new folder with these files; gone after the test file. */
export function tree(files: Readonly<Record<string, string | Buffer>>): string {
  const top = mkdtempSync(join(tmpdir(), 'scan-'));
  after(() => rmSync(top, { recursive: true, force: true }));
  put(top, files);
  return top;
}

export function put(top: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(top, path)), { recursive: true });
    writeFileSync(join(top, path), content);
  }
}

/** Git as a user has it, for making repositories. */
export function userGit(top: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...who, ...args], { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

export function commit(top: string, message: string): string {
  userGit(top, 'add', '-A');
  userGit(top, 'commit', '-qm', message, '--allow-empty');
  return userGit(top, 'rev-parse', 'HEAD').trim();
}

export function scan(top: string, options: Partial<PathScan> = {}, code?: ScanDeps['code']): Promise<ScanResult> {
  return scanPaths({ paths: ['.'], cwd: top, config: {}, ...options }, code);
}

/** A credential of the shape of GitHub's. Made when it is needed, so that no scanner finds one in this repository. */
export function token(seed: string): string {
  return `ghp_${seed}${'R7mQ2xK9vB4nT6wY1zC8dF3gH5jL0pS2aE7u'.slice(seed.length)}`;
}

export type Outcome = { readonly code: number; readonly out: string; readonly notes: string };

/** Runs a command of this module. */
export async function run(
  top: string,
  name: string,
  args: readonly string[],
  flags: CommandContext['flags'] = {},
  more: { width?: number; colour?: boolean; json?: boolean; config?: ScanConfig; deps?: Partial<ScanDeps> } = {},
): Promise<Outcome> {
  const outcome = { code: -1, out: '', notes: '' };
  const deps: ScanDeps = {
    version: '0.0.0',
    cwd: top,
    code: undefined,
    judge: undefined,
    clock: () => 0,
    config: async () => more.config ?? {},
    ...more.deps,
  };
  const command = scanCommands(deps).find((one) => one.name === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  outcome.code = await command.run({
    args,
    flags,
    json: more.json ?? false,
    dataDir: top,
    configFile: undefined,
    signal: new AbortController().signal,
    width: more.width ?? 100,
    colour: more.colour ?? false,
    api: () => Promise.reject(new Error('no server is needed')),
    out: (text) => void (outcome.out += text),
    note: (text) => void (outcome.notes += text),
  });
  return outcome;
}
